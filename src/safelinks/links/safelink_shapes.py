"""What the links of Microsoft look like when they are put together from pieces (spec, 3 and 4).

A link is whole when its parameters are complete: the number of fields in `data` follows from the
version, and the two ids in it have 32 digits each. What a line too many or too few does to that
shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from safelinks.addresses import percent
from safelinks.foundation.patterns import pattern_of
from safelinks.links.joined_link import Shape
from safelinks.wrappers.microsoft.data_field import FIELD_COUNTS, DataField
from safelinks.wrappers.microsoft.safelink_grammar import AND, EQUALS, KEPT, NAMES, Form

__all__ = ["SAFELINK_CHARACTERS", "SHAPES", "is_sound", "piece_of"]

_FLAGS = re.VERBOSE | re.IGNORECASE | re.ASCII
_PERCENT = "%(?:25)*+"


def piece_of(characters: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of a run of `characters`, which are those of a set, and of one without apostrophes.

    At the end of a line, ``=`` may be a soft break: so it is left to be looked at.
    """
    equals = r"=(?![ \t\xa0]*[\r\n])"
    return (
        pattern_of(rf"(?:[{characters}']++|{equals})++"),
        pattern_of(rf"(?:[{characters}]++|{equals})++"),
    )


SAFELINK_CHARACTERS = r"A-Za-z0-9%_.!~*()&;#/:?\-"
_TARGET = pattern_of(rf"[?;&]url{EQUALS}(?:3D)?https?{_PERCENT}3A(?P<rest>[^&]*)", _FLAGS)
_DATA = pattern_of(rf"{AND}data{EQUALS}(?:3D)?(?P<value>[^&]*)", _FLAGS)
_SIGNATURE = pattern_of(rf"{AND}sdata{EQUALS}(?:3D)?(?P<value>[^&]*)", _FLAGS)
_ID = pattern_of(r"(?:[0-9a-f]{32})?", re.IGNORECASE)
_BASE64 = pattern_of(r"[A-Za-z0-9+/]*={0,2}")
_ENCODED = pattern_of(rf"{KEPT}*")
_COMPLETE_ESCAPES = pattern_of(r"(?:[^%]|%[0-9a-f]{2})*+", re.IGNORECASE)
_PARAMETERS = pattern_of(
    rf"(?:(?:\A|{AND})(?:{'|'.join(dict.fromkeys('|'.join(['url', *NAMES.values()]).split('|')))})"
    rf"{EQUALS}(?:3D)?{KEPT}*+)+",
    _FLAGS,
)
_IDS = slice(3, 5)


def is_sound(url: str) -> bool:
    """Whether the target in `url`, if it is encoded, has only characters that encoding leaves."""
    target = _TARGET.search(url)
    return target is None or (
        _ENCODED.fullmatch(target["rest"]) is not None
        and _COMPLETE_ESCAPES.fullmatch(target["rest"]) is not None
    )


def _is_whole(url: str) -> bool:
    """Whether `url`, which ends as a Safe Link does, is one from end to end."""
    if _PARAMETERS.fullmatch(url.partition("?")[2]) is None:
        return False
    target, data, signature = (rule.search(url) for rule in (_TARGET, _DATA, _SIGNATURE))
    if target is None or not is_sound(url):
        return False
    if data is not None and not _is_complete(data["value"]):
        return False
    return signature is None or _BASE64.fullmatch(percent.decode(signature["value"])) is not None


def _is_complete(value: str) -> bool:
    field = DataField.parse(value)
    return (
        _ENCODED.fullmatch(value) is not None
        and len(field.fields) == FIELD_COUNTS.get(field.version or "")
        and all(_ID.fullmatch(part) for part in field.fields[_IDS])
    )


def _shape(form: Form, tail: str) -> Shape:
    names = f"url|{NAMES[form]}"
    return Shape(
        *piece_of(SAFELINK_CHARACTERS),
        name=pattern_of(rf"(?:[?&;])(?:{names})\Z", re.IGNORECASE),
        tail=pattern_of(tail, _FLAGS),
        follows=pattern_of(rf"{AND}(?:{names}){EQUALS}", _FLAGS),
        whole=_is_whole,
    )


_LAST = rf"(?!{AND}(?:url|{NAMES[Form.MAIL]}){EQUALS})"
_MAIL_TAIL = rf"{AND}reserved{EQUALS}(?:3D)?0{_LAST}"
_GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
SHAPES: Mapping[Form, Shape] = {
    Form.MAIL: _shape(Form.MAIL, _MAIL_TAIL),
    Form.OFFICE: _shape(Form.OFFICE, _MAIL_TAIL),
    # The last of its colours, as they stand in every sample.
    Form.TEAMS: _shape(Form.TEAMS, rf"{AND}fg2{EQUALS}(?:3D)?(?:{_PERCENT}23)[0-9a-f]{{6}}{_LAST}"),
    Form.OUTLOOK_WEB: _shape(
        Form.OUTLOOK_WEB, rf"{_MAIL_TAIL}|{AND}corid{EQUALS}(?:3D)?{_GUID}{_LAST}"
    ),
}
