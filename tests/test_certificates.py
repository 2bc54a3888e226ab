"""What is read of a certificate, held against what the library that made it says."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from safelinks.health.network.certificates import read_certificate

KEY = ec.generate_private_key(ec.SECP256R1())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _made(
    begin: datetime, end: datetime, issuer: str = "CA", *extensions: x509.ExtensionType
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name("leaf"))
        .issuer_name(_name(issuer))
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    for number, extension in enumerate(extensions):
        builder = builder.add_extension(extension, critical=number == 0)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


NAMES = x509.SubjectAlternativeName(
    [
        x509.DNSName("a.example"),
        x509.RFC822Name("someone@example.org"),
        x509.IPAddress(ip_address("127.0.0.1")),
        x509.IPAddress(ip_address("::1")),
    ]
)
ACCESS = x509.AuthorityInformationAccess(
    [
        x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP,
            x509.UniformResourceIdentifier("http://ocsp.example/"),
        ),
        x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS,
            x509.UniformResourceIdentifier("http://ca.example/between.der"),
        ),
    ]
)


@pytest.mark.parametrize("years", [1, 40], ids=["UTCTime", "GeneralizedTime"])
def test_times_names_and_issuers(years: int) -> None:
    begin = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    end = begin.replace(year=begin.year + years)
    shown = read_certificate(_made(begin, end, "CA", NAMES, ACCESS))
    assert shown is not None
    assert (shown.certificate.not_before, shown.certificate.not_after) == (begin, end)
    assert shown.certificate.names == ("a.example", "127.0.0.1", "::1")
    assert shown.issuers == ("http://ca.example/between.der",)
    assert not shown.self_issued


def test_self_issued_and_without_extensions() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    shown = read_certificate(_made(now, now + timedelta(days=1), "leaf"))
    assert shown is not None
    assert shown.self_issued
    assert shown.issuers == shown.certificate.names == ()


def test_what_an_authority_issues() -> None:
    leaf = trustme.CA().issue_cert("good.example", "10.0.0.1")
    pem = leaf.cert_chain_pems[0].bytes()
    shown = read_certificate(ssl.PEM_cert_to_DER_cert(pem.decode()))
    told = x509.load_pem_x509_certificate(pem)
    assert shown is not None
    assert shown.certificate.names == ("good.example", "10.0.0.1")
    assert shown.certificate.not_before == told.not_valid_before_utc
    assert shown.certificate.not_after == told.not_valid_after_utc


def test_days_left() -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    shown = read_certificate(_made(now, now + timedelta(days=5)))
    assert shown is not None
    assert shown.certificate.days_left(now + timedelta(hours=1)) == 4
    assert shown.certificate.days_left(now + timedelta(days=6)) < 0


CERTIFICATE = _made(
    datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), "CA", NAMES, ACCESS
)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    read_certificate(data)


@given(st.integers(0, len(CERTIFICATE) - 1), st.integers(0, 255))
def test_any_damage(at: int, byte: int) -> None:
    read_certificate(CERTIFICATE[:at] + bytes([byte]) + CERTIFICATE[at + 1 :])
    read_certificate(CERTIFICATE[:at])
