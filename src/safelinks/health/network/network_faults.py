"""What an exception of the network means, as a `Fault`.

Libraries wrap errors in errors of their own, so the whole chain of causes is looked at, and the
most telling one counts.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence

from safelinks.foundation.patterns import pattern_of
from safelinks.health.model.exchange import Failure, Fault
from safelinks.health.network.answers import Http2OnlyError, ProtocolError, RequestError
from safelinks.health.network.direct_wire import CertificateError
from safelinks.health.network.http_connection import StepTimeoutError
from safelinks.health.network.name_lookup import PrivateAddressError
from safelinks.health.network.wire import WireError

__all__ = ["failure_of"]

# X.509 verification results of OpenSSL.
_CERTIFICATES: Mapping[int, Fault] = {
    9: Fault.TLS_NOT_YET_VALID,
    10: Fault.TLS_EXPIRED,
    18: Fault.TLS_SELF_SIGNED,
    19: Fault.TLS_UNTRUSTED,
    20: Fault.TLS_UNTRUSTED,
    21: Fault.TLS_UNTRUSTED,
    62: Fault.TLS_HOSTNAME,
    64: Fault.TLS_HOSTNAME,
}
_ERRNOS: Mapping[int, Fault] = {
    errno.ECONNREFUSED: Fault.REFUSED,
    errno.ECONNRESET: Fault.RESET,
    errno.ECONNABORTED: Fault.RESET,
    errno.EPIPE: Fault.RESET,
    errno.ENETUNREACH: Fault.UNREACHABLE,
    errno.EHOSTUNREACH: Fault.UNREACHABLE,
    errno.EADDRNOTAVAIL: Fault.UNREACHABLE,
    errno.ETIMEDOUT: Fault.TIMEOUT,
}
_NO_SUCH_HOST = frozenset(
    {socket.EAI_NONAME, *((socket.EAI_NODATA,) if hasattr(socket, "EAI_NODATA") else ())}
)
# From the most telling to the least; the first that fits anything in the chain counts.
_CLASSES: tuple[tuple[type[BaseException], Fault], ...] = (
    (ConnectionRefusedError, Fault.REFUSED),
    (ConnectionResetError, Fault.RESET),
    (BrokenPipeError, Fault.RESET),
    (ssl.SSLError, Fault.TLS_FAILURE),
    (TimeoutError, Fault.TIMEOUT),
    (RequestError, Fault.INVALID_URL),
    (ProtocolError, Fault.PROTOCOL_ERROR),
    (UnicodeError, Fault.INVALID_URL),
    (OSError, Fault.UNREACHABLE),
)


def failure_of(error: BaseException, elapsed: float) -> Failure:
    """The failure that `error` stands for, after `elapsed` seconds."""
    if isinstance(error, WireError):
        return Failure(error.fault, _detail(error), elapsed)
    if isinstance(error, CertificateError):
        return _rejected(error, elapsed)
    chain = [one for one in _chain(error) if not isinstance(one, _UNFINISHED)]
    for cause in chain:
        fault = _told(cause)
        if fault is not None:
            return Failure(fault, _detail(cause), elapsed)
    for kind, fault in _CLASSES:
        for cause in chain:
            if isinstance(cause, kind):
                step = _step(chain) if fault is Fault.TIMEOUT else None
                return Failure(fault, step or _detail(cause), elapsed)
    return Failure(Fault.PROTOCOL_ERROR, _detail(error), elapsed)


def _rejected(error: CertificateError, elapsed: float) -> Failure:
    """A certificate that was not accepted, and what it says of itself.

    One that comes without that of its issuer, but says where to get it, is a public authority's:
    the server forgets the one between, which browsers fetch. A private authority sends its own, or
    does not say where it is.
    """
    fault = _CERTIFICATES.get(error.cause.verify_code, Fault.TLS_FAILURE)
    shown = error.shown
    if shown is None:
        return Failure(fault, error.cause.verify_message, elapsed)
    if fault is Fault.TLS_UNTRUSTED and shown.issuers and error.alone is not False:
        fault = Fault.TLS_INCOMPLETE_CHAIN
    return Failure(fault, error.cause.verify_message, elapsed, shown.certificate)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _told(error: BaseException) -> Fault | None:
    """What an error says by a number of its own."""
    fault: Fault | None = None
    if isinstance(error, PrivateAddressError):
        fault = Fault.PRIVATE_ADDRESS
    elif isinstance(error, Http2OnlyError):
        fault = Fault.HTTP2_ONLY
    elif isinstance(error, ssl.SSLCertVerificationError):
        fault = _CERTIFICATES.get(error.verify_code, Fault.TLS_FAILURE)
    elif isinstance(error, socket.gaierror):
        fault = Fault.NO_SUCH_HOST if error.errno in _NO_SUCH_HOST else Fault.DNS_FAILURE
    elif isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        fault = _ERRNOS.get(error.errno or 0)
    return fault


# Not failures: the record layer waits for more, which a time-out then ends.
_UNFINISHED = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
# What only programmers can read: numbers and files of libraries, bytes as Python writes them.
_JARGON = pattern_of(
    r"""\[(?:Errno|SSL)\b[^\]]*\]\s* | \s*\(_ssl\.c:[0-9]+\) | :?\s*(?:bytearray\()?b(?:'.*|".*)""",
    re.VERBOSE | re.DOTALL,
)


def _step(chain: Sequence[BaseException]) -> str:
    """Which step timed out in a chain of errors; where none of them tells, all of them did."""
    told = (str(error) for error in chain if isinstance(error, StepTimeoutError))
    return next(told, "timed out")


def _detail(error: BaseException) -> str:
    """What happened, in words for people; untrusted, for a server may have a say in them."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    reason = getattr(error, "reason", None) if isinstance(error, ssl.SSLError) else None
    if reason:
        return str(reason).replace("_", " ").lower()
    if isinstance(error, OSError) and error.errno is not None and error.errno in _ERRNOS:
        return os.strerror(error.errno)
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _JARGON.sub("", text).strip() or "the request failed"
