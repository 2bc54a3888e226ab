"""What a name looks like: letters that people take for one another, made one.

It knows characters, not names: nothing of a catalog, of domains, or of what is allowed where.
`skeleton` is for comparing only, both sides of it; a skeleton is no name.
"""

from __future__ import annotations

import unicodedata

__all__ = ["skeleton"]

# Code points of small letters that are drawn like a Latin one in common typefaces: Cyrillic,
# Armenian, Greek and rare Latin. Chosen by hand after Unicode UTS #39, section 4, and wider where a
# reader who only glances would be deceived (Cyrillic em for "m"). Only what a name may hold.
_DOUBLES = """
a 0430 0251 03B1
b 044C 0185
c 0441 03F2 1D04
d 0501 0257
e 0435 04BD 025B
f 0584
g 0581 0261
h 04BB 0570
i 0456 0131 0269 03B9
j 0458 03F3
k 043A 03BA
l 04CF 01C0
m 043C
n 0578 057C 043F 03B7
o 043E 0585 03BF 03C3
p 0440 03C1
q 051B 0566 0563
r 0433 1D26
s 0455 A731
t 0442 03C4
u 057D 03C5 028B
v 0475 03BD
w 051D 0561 0461 026F
x 0445 03C7
y 0443 04AF 03B3 028F
z 1D22 0290
"""
# UTS #39 has 0 and 1; the others are our own, for people register such names.
_DIGITS = (("0", "o"), ("1", "l"), ("3", "e"), ("4", "a"), ("5", "s"))
_ROWS = [row.split() for row in _DOUBLES.strip().splitlines()]
_SINGLE = str.maketrans({chr(int(point, 16)): row[0] for row in _ROWS for point in row[1:]})
# Two letters that read as one where they touch; "rn" as "m" is in UTS #39, the others are ours.
_TOUCHING = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_READ_AS = (*_DIGITS, *_TOUCHING)


def skeleton(name: str) -> str:
    """What `name`, a host or a label in lower-case ASCII, looks like; the same for look-alikes.

    >>> skeleton("passp0rt.cityofnevvyork.us") == skeleton("passport.cityofnewyork.us")
    True
    >>> skeleton("xn--pssport-2fg.example")
    'passport.example'
    """
    if "xn--" in name:
        name = ".".join(map(_drawn, name.split("."))).translate(_SINGLE)
    for seen, letter in _READ_AS:
        name = name.replace(seen, letter)
    return name


def _drawn(label: str) -> str:
    """An international label as it is drawn, in its plain forms and without accents."""
    if not label.startswith("xn--"):
        return label
    try:
        label = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    # NFKD makes full-width and mathematical letters plain, and takes accents off their letters.
    plain = unicodedata.normalize("NFKD", label.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
