"""Code pages: the names that Python has for the numbers that Microsoft's formats tell."""

from __future__ import annotations

import codecs

__all__ = ["codec_of_charset", "codec_of_page"]

DEFAULT = "cp1252"
_LARGEST_PAGE = 65_535
# Windows code page identifiers that Python does not call "cp" and the number.
_PAGES = {
    42: DEFAULT,  # symbols
    936: "gbk",
    1200: "utf-16-le",
    1201: "utf-16-be",
    10000: "mac_roman",
    10001: "shift_jis",
    10007: "mac_cyrillic",
    20127: "ascii",
    20866: "koi8-r",
    20932: "euc_jp",
    21866: "koi8-u",
    50220: "iso2022_jp",
    50221: "iso2022_jp",
    50222: "iso2022_jp",
    50225: "iso2022_kr",
    51932: "euc_jp",
    51936: "gb2312",
    51949: "euc_kr",
    52936: "hz",
    54936: "gb18030",
    65000: "utf-7",
    65001: "utf-8",
} | {28590 + part: f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15)}
# The character sets of fonts ([MS-OXRTFEX], section 2.1.3.1.5; RTF 1.9.1, "Font Table").
_CHARSETS = {
    0: 1252, 2: 42, 77: 10000, 78: 10001, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950,
    161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874,
    238: 1250, 254: 437, 255: 850,
}  # fmt: skip


def codec_of_page(page: int) -> str | None:
    """Python's name for a code page; None for one that it does not know.

    >>> codec_of_page(932), codec_of_page(28605), codec_of_page(4711)
    ('cp932', 'iso8859-15', None)
    """
    name = _PAGES.get(page, f"cp{page}")
    if not 0 <= page <= _LARGEST_PAGE:
        return None
    try:
        codecs.lookup(name)
    except LookupError:
        return None
    return name


def codec_of_charset(charset: int) -> str | None:
    """Python's name for the code page of a font; None for the document's own."""
    page = _CHARSETS.get(charset)
    return None if page is None else codec_of_page(page)
