"""International names in ASCII, as browsers write them (UTS 46), symbols and emoji included.

IDNA 2008 refuses symbols, which some registries sell all the same and browsers take. Loaded only
for names that are not in ASCII.
"""

from __future__ import annotations

import idna

__all__ = ["ascii_name"]

_LONGEST = 63  # characters of a label: RFC 1035, 2.3.4
_JOINERS = "\u200c\u200d"


def ascii_name(host: str) -> str | None:
    """`host` in ASCII; None for what no browser takes for a name.

    >>> ascii_name("bücher.example"), ascii_name("☃.example")
    ('xn--bcher-kva.example', 'xn--n3h.example')
    """
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        pass
    try:
        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
        return ".".join(map(_label, mapped.split(".")))
    except (idna.IDNAError, UnicodeError, ValueError, IndexError):
        return None


def _label(label: str) -> str:
    """One label by the rules of UTS 46, 4.1, with CheckBidi and CheckJoiners as browsers have them.

    Raises ValueError and idna.IDNAError for what breaks them.
    """
    if label.isascii():
        return label
    if label.startswith("xn--"):
        raise ValueError("an xn-- label that is not valid")
    idna.check_initial_combiner(label)
    idna.check_bidi(label)
    for at, char in enumerate(label):
        if char in _JOINERS and not idna.valid_contextj(label, at):
            raise ValueError("a zero-width joiner in the wrong place")
    encoded = f"xn--{label.encode('punycode').decode('ascii')}"
    if len(encoded) > _LONGEST:
        raise ValueError("a label that is too long")
    return encoded
