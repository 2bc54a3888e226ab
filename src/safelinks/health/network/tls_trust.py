"""Which authorities are trusted: the system's, or the bundled ones where it has none."""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from safelinks.errors import SetupError
from safelinks.health.model.policy import Policy
from safelinks.health.network.http_connection import HTTP_1_1

__all__ = ["Trust", "trusting", "unverified"]


class Trust:
    """The TLS settings of a run, which another thread loads when a secure address is to be asked.

    A file of authorities that the policy names is always read, so that a faulty one is told.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._loading: Future[ssl.SSLContext] | None = None
        if policy.ca_file:
            self.begin()

    def begin(self) -> Future[ssl.SSLContext]:
        """Load them, if nobody has begun to."""
        if self._loading is None:
            self._loading = Future()
            threading.Thread(target=self._load, args=(self._loading,), daemon=True).start()
        return self._loading

    async def settings(self) -> ssl.SSLContext:
        """The settings, once they are loaded. Raises SetupError where they cannot be used.

        A caller that stops waiting stops for itself alone: the others still get them.
        """
        return await asyncio.shield(asyncio.wrap_future(self.begin()))

    async def close(self) -> None:
        """Raise SetupError where they were loaded and cannot be used."""
        if self._loading:
            await self.settings()

    def _load(self, loading: Future[ssl.SSLContext]) -> None:
        try:
            loading.set_result(trusting(self._policy))
        except SetupError as error:
            loading.set_exception(error)
        except Exception as error:  # noqa: BLE001  or everybody would wait for ever
            loading.set_exception(SetupError(f"cannot load certificates ({error})"))


def trusting(policy: Policy) -> ssl.SSLContext:
    """The TLS settings of a whole run, for one context costs as much as many requests.

    Raises SetupError for a file of authorities that cannot be read.
    """
    if policy.insecure:
        return unverified()
    context = _system()
    if policy.ca_file:
        _load(context, str(policy.ca_file), str(policy.ca_file))
    return _lenient(context)


def unverified(*protocols: str) -> ssl.SSLContext:
    """A TLS context for a server that is sent nothing; other `protocols` may be offered."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _lenient(context, protocols or (HTTP_1_1,))


def _system() -> ssl.SSLContext:
    if sys.platform in ("darwin", "win32"):  # OpenSSL does not know the store of these
        import truststore  # noqa: PLC0415  of these systems only

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    file, folder = (os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    if file:  # OpenSSL would heed both by itself, and say nothing when it cannot
        _load(context, file, "SSL_CERT_FILE")
        if folder:
            _load(context, None, "SSL_CERT_DIR", folder)
        return context
    context.load_default_certs()
    if not context.cert_store_stats()["x509_ca"] and not _has_folder():
        import certifi  # noqa: PLC0415  only where the system has none

        context.load_verify_locations(certifi.where())
    return context


def _has_folder() -> bool:
    """Whether OpenSSL has a folder of certificates, which it only reads when one is needed."""
    folder = ssl.get_default_verify_paths().capath
    return folder is not None and any(Path(folder).iterdir())


def _load(context: ssl.SSLContext, file: str | None, name: str, folder: str | None = None) -> None:
    try:
        context.load_verify_locations(file, folder)
    except OSError as error:
        reason = "no certificates in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise SetupError(f"the certificates of {name} cannot be read ({reason})") from None


def _lenient(context: ssl.SSLContext, protocols: Sequence[str] = (HTTP_1_1,)) -> ssl.SSLContext:
    """What browsers put up with is no fault: old servers renegotiate in the old way."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    context.set_alpn_protocols(protocols)
    return context
