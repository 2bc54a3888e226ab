"""Verbatim: where a text is code or a comment; links there are mostly examples."""
