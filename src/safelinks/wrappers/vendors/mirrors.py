"""Addresses that are another address, spelled anew: copies, translations, launchers.

There the target's host is a label of the copy's host, or its path is a part of the copy's.
"""

from __future__ import annotations

import re

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.wrappers.microsoft.safelink_grammar import AND
from safelinks.wrappers.vendors.carriers import HOST, Carrier, percent_encoded

__all__ = ["amp_cache", "amp_viewer", "disqus", "teams_launcher", "translate", "yahoo"]


def _read_host_and_path(match: re.Match[str]) -> str | None:
    scheme = "https" if match["secure"] else "http"
    return f"{scheme}://{match['target']}" if HOST.match(match["target"].lower()) else None


def _write_host_and_path(_: re.Match[str], target: str) -> str:
    return target.partition("://")[2]


amp_viewer = Carrier(
    r"\Ahttps?://[^/?\#]+/amp/(?P<secure>s/)?(?P<target>[^/?\#]+\..*)",
    _read_host_and_path,
    _write_host_and_path,
)


def _label(host: str) -> str:
    """The label under which a copy of a page on `host` stands."""
    return host.replace("-", "--").replace(".", "-")


def _read_amp(match: re.Match[str]) -> str | None:
    host = re.split("[/?#]", match["target"], maxsplit=1)[0].lower()
    label = (match["label"] or "").lower()
    return _read_host_and_path(match) if label in ("", _label(host)) else None


amp_cache = Carrier(
    r"\Ahttps?://(?:(?P<label>[^/?\#.]+)\.)?cdn\.ampproject\.org\.?(?::[0-9]*)?"
    r"/[cv]/(?P<secure>s/)?(?P<target>[^/?\#]+\..*)",
    _read_amp,
    _write_host_and_path,
)

_TRANSLATION = pattern_of(r"_x_tr_[a-z]+=[^&#]*&?")


def _read_translation(match: re.Match[str]) -> str | None:
    if "_x_tr_sl=" not in match["query"] or "_x_tr_enc=" in match["query"]:
        return None
    marked = match["label"].lower().replace("--", "\0").replace("-", ".").replace("\0", "-")
    if not HOST.fullmatch(marked):
        return None
    scheme = "http" if "_x_tr_sch=http&" in match["query"] + "&" else "https"
    query = _TRANSLATION.sub("", match["query"]).rstrip("&")
    return f"{scheme}://{marked}{match['path']}{query if query != '?' else ''}{match['fragment']}"


translate = Carrier(
    r"\Ahttps?://(?P<target>(?P<label>[a-z0-9-]+)\.translate\.goog)\.?(?::[0-9]*)?"
    r"(?P<path>[^?\#]*)(?P<query>\?[^\#]*)(?P<fragment>.*)",
    _read_translation,
)


def _read_launcher(match: re.Match[str]) -> str | None:
    path = percent.decode(match["target"])
    for start in ("/_#/", "/_%23/"):
        if path.startswith(start):
            path = path[len(start) - 1 :]
            break
    else:
        return None
    return f"https://{match['host']}{_ANONYMOUS.sub('', path)}"


_ANONYMOUS = pattern_of(r"&anon=[a-z]+|(?<=\?)anon=[a-z]+&|\?anon=[a-z]+\Z")
teams_launcher = Carrier(
    rf"\Ahttps?://(?P<host>[^/?\#:]+)(?::[0-9]*)?/dl/launcher/launcher\.html\?(?:[^\#]*?{AND})?"
    r"url=(?P<target>[^&\#]*)",
    _read_launcher,
    lambda _, target: percent_encoded("/_#/" + target.partition("://")[2].partition("/")[2]),
)


def _read_disqus(match: re.Match[str]) -> str | None:
    """The target, a colon, and a signature of 27 characters."""
    value = percent.decode(match["target"])
    signed = _SIGNED.fullmatch(value)
    return signed[1] if signed else None


_SIGNED = pattern_of(r"(https?://.+):[\w-]{27}", re.DOTALL | re.IGNORECASE)
disqus = Carrier(
    rf"(?:\?|{AND})url=(?P<target>[^&\#]*)",
    _read_disqus,
    lambda _, target: percent_encoded(f"{target}:{'0' * 27}"),
    tells_more=True,
)

yahoo = Carrier(
    r"\Ahttps?://[^?\#]*/RU=(?P<target>https?%3A[^/?\#]+)(?=/RK=)",
    lambda match: percent.decode(match["target"]),
    lambda _, target: percent_encoded(target),
)
