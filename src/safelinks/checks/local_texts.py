"""Texts that links refer to, each read once: how many lines they have, and which anchors."""

from __future__ import annotations

import os

from attrs import field

from safelinks.documents.formats import anchors_in, format_of
from safelinks.documents.local.anchors import Anchors, Presence
from safelinks.documents.local.slugs import AnchorFlavour
from safelinks.documents.passages.encodings import decode_text
from safelinks.errors import DocumentError
from safelinks.files.local_tree import LocalTree
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import define, frozen

__all__ = ["LocalTexts"]

# Lines of a file, as GitHub and GitLab name them.
_LINES = pattern_of(r"L([0-9]{1,9})(?:C[0-9]+)?(?:-L?([0-9]{1,9})(?:C[0-9]+)?)?")
_PAGE = "html"
_MOST_NAMES = 2_000  # of a file among which a similar one is looked for


@frozen
class _LocalText:
    """What is known of a text that is referred to; a page has no lines that can be named."""

    lines: int
    anchors: Anchors | None
    is_page: bool


@define
class LocalTexts:
    """The texts in a `tree`, with the anchors that programs of these `flavours` make."""

    tree: LocalTree
    flavours: tuple[AnchorFlavour, ...]
    _texts: dict[str, _LocalText | None] = field(factory=dict, init=False)

    def problem(self, path: str, fragment: str, name: str | None = None) -> str | None:
        """What is wrong with a `fragment` of the file at `path`; None where that is not certain.

        The sentence calls the file `name`, or as it is called.
        """
        text = self._text(path)
        if text is None:
            return None
        name = name or os.path.basename(path)  # noqa: PTH119  of names that need not be a Path
        lines = _LINES.fullmatch(fragment)
        if lines is not None and not text.is_page:
            last = max(int(number) for number in lines.groups() if number)
            if last <= text.lines or (text.anchors and fragment in text.anchors.all.names):
                return None
            return f"{name} has only {text.lines:,} {'line' if text.lines == 1 else 'lines'}"
        if text.anchors is None or text.anchors.presence(fragment) is not Presence.MISSING:
            return None
        return f"{name} has no anchor “{fragment}”{_meant(fragment, text.anchors.all)}"

    def _text(self, path: str) -> _LocalText | None:
        if path not in self._texts:
            raw = self.tree.read(path)
            self._texts[path] = None if raw is None else self._read(raw, path)
        return self._texts[path]

    def _read(self, raw: bytes, path: str) -> _LocalText | None:
        try:
            text, _, _ = decode_text(raw, path)
        except DocumentError:
            return None
        name = format_of(text, path).name
        lines = text.count("\n") + (not text.endswith("\n"))
        return _LocalText(lines, anchors_in(text, name, self.flavours), name == _PAGE)


def _meant(fragment: str, anchors: Anchors) -> str:
    if len(anchors.names) > _MOST_NAMES:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415  rarely needed

    close = get_close_matches(fragment.lower(), sorted(anchors.names), n=1, cutoff=0.8)
    return f"; did you mean “{close[0]}”?" if close else ""
