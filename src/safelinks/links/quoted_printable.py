"""Write an address into quoted-printable text (RFC 2045, section 6.7), lines kept short enough."""

from __future__ import annotations

__all__ = ["write"]

_LINE = 76  # characters of a line, the soft break's "=" included


def write(
    url: str, text: str, span: tuple[int, int], column: int, *, encoding: str = "utf-8"
) -> str:
    """`url` encoded for the place of ``text[span]``, with soft breaks where they are due.

    `column` characters stand on the line already, in what is written.
    """
    start, end = span
    newline = "\r\n" if "\r\n" in text[start : end + 2 * _LINE] else "\n"
    rest = text.find("\n", end, end + _LINE)
    rest_length = len(text[end : rest if rest >= 0 else end + _LINE].rstrip("\r"))
    out = []
    scheme, colon, address = url.partition("://")  # kept whole: that is how links are found
    for char in (scheme + colon, *address):
        token = (
            char
            if len(char) > 1 or (char != "=" and "!" <= char <= "~")
            else _escaped(char, encoding)
        )
        if column + len(token) > _LINE - 1:
            out.append(f"={newline}")
            column = 0
        out.append(token)
        column += len(token)
    if column + rest_length > _LINE:
        out.append(f"={newline}")
    return "".join(out)


def _escaped(char: str, encoding: str) -> str:
    if char == " ":
        return char
    return "".join(f"={byte:02X}" for byte in char.encode(encoding, "surrogateescape"))
