"""Servers of the fault matrix that speak TLS, well or badly, for the name "good.example"."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from hostile import ON_ACCEPT, Site, Talk, hang
from web import answer, html

__all__ = ["NAME", "TLS_SITES", "Authority"]

NAME = "good.example"
_DAY = timedelta(days=1)


def _now() -> datetime:
    return datetime.now(UTC)


class Authority:
    """An authority whose certificate is in the file `bundle`, and others that nobody knows."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._trusted = trustme.CA()
        self.bundle = directory / "authority.pem"
        self._trusted.cert_pem.write_to_path(str(self.bundle))

    def good(self) -> ssl.SSLContext:
        return _context(self._trusted.issue_cert(NAME))

    def expired(self) -> ssl.SSLContext:
        return _context(self._trusted.issue_cert(NAME, not_after=_now() - _DAY))

    def not_yet_valid(self) -> ssl.SSLContext:
        start = _now() + _DAY
        return _context(
            self._trusted.issue_cert(NAME, not_before=start, not_after=start + 90 * _DAY)
        )

    def ends_soon(self) -> ssl.SSLContext:
        return _context(self._trusted.issue_cert(NAME, not_after=_now() + 5 * _DAY))

    def for_another_name(self) -> ssl.SSLContext:
        return _context(self._trusted.issue_cert("other.example"))

    def unknown(self) -> ssl.SSLContext:
        return _context(trustme.CA().issue_cert(NAME))

    def self_signed(self) -> ssl.SSLContext:
        return self._leaf_alone(None)

    def without_intermediate(self) -> ssl.SSLContext:
        """The leaf alone; it says where its issuer's certificate can be fetched."""
        return self._leaf_alone(self._intermediate)

    @cached_property
    def _intermediate(self) -> trustme.CA:
        return self._trusted.create_child_ca()

    def _leaf_alone(self, issuer: trustme.CA | None) -> ssl.SSLContext:
        """A server that sends one certificate, made by hand: signed by `issuer`, or by itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if issuer is None else _certificate(issuer).subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_now() - _DAY)
            .not_valid_after(_now() + 90 * _DAY)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        )
        if issuer is not None:
            builder = _issued(builder, issuer)
        signed = builder.sign(key if issuer is None else _key(issuer), hashes.SHA256())
        file = self._directory / "leaf.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(private + signed.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _issued(builder: x509.CertificateBuilder, issuer: trustme.CA) -> x509.CertificateBuilder:
    """With what only an issued certificate has: whose it is, and where that one's is to be had."""
    where = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS,
        x509.UniformResourceIdentifier("http://aia.good.example/intermediate.crt"),
    )
    whose = _certificate(issuer).extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return builder.add_extension(
        x509.AuthorityInformationAccess([where]), critical=False
    ).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(whose), critical=False
    )


def _certificate(authority: trustme.CA) -> x509.Certificate:
    return x509.load_pem_x509_certificate(authority.cert_pem.bytes())


def _key(authority: trustme.CA) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(authority.private_key_pem.bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


async def _plain_http(talk: Talk) -> None:
    """What servers say to a TLS hello on a port for plain HTTP."""
    await talk.reader.read(65_536)
    await talk.send(answer("400 Bad Request", "You sent an HTTPS request to an HTTP port."))
    await talk.read_to_the_end()


async def _handshake_failure(talk: Talk) -> None:
    """A fatal alert to the hello."""
    await talk.reader.read(65_536)
    await talk.send(bytes.fromhex("15 03 03 00 02 02 28"))
    await talk.read_to_the_end()


_FINE: Site = {"/page": html("A fine page")}
# What each answers, and its certificate (None: it does not get as far as that).
TLS_SITES: Mapping[str, tuple[Site, Callable[[Authority], ssl.SSLContext] | None]] = {
    "tls-expired": (_FINE, Authority.expired),
    "tls-hostname": (_FINE, Authority.for_another_name),
    "tls-self-signed": (_FINE, Authority.self_signed),
    "tls-untrusted": (_FINE, Authority.unknown),
    "tls-soon": (_FINE, Authority.ends_soon),
    "tls-not-yet": (_FINE, Authority.not_yet_valid),
    "tls-no-intermediate": (_FINE, Authority.without_intermediate),
    "tls-plain": ({ON_ACCEPT: _plain_http}, None),
    "tls-hang": ({ON_ACCEPT: hang}, None),
    "tls-abort": ({ON_ACCEPT: _handshake_failure}, None),
}
