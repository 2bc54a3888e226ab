"""reStructuredText: ids of sections and of what a writer names, as docutils makes them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from safelinks.documents.local.anchors import Anchors
from safelinks.documents.local.html_anchors import ids_in_markup
from safelinks.documents.local.slugs import AnchorFlavour, docutils_id, slugs_of
from safelinks.foundation.patterns import pattern_of

__all__ = ["restructured_anchors"]

_UNDERLINED = pattern_of(r"^(?=[^\n]*\S)([^\n]+)\n([!-/:-@\[-`{-~])\2{2,}[ \t]*\r?$", re.MULTILINE)
_NAMED = pattern_of(
    r"^[ \t]*\.\.[ \t]+_(`[^`\n]+`|[^:\n]+):|(?<!\w)_`([^`\n]+)`|^[ \t]+:name:[ \t]+([^\n]+)"
    r"|^[ \t]*\.\.[ \t]+\[([^\]\n]+)\][ \t]",
    re.MULTILINE,
)
# Directives whose ids are made of code, or of another file, or by a rule of a domain's.
_FILLED = pattern_of(
    r"^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?(?:include|raw|auto\w+|\w+:\w+|function|class|method|"
    r"attribute|data|module|exception|option|envvar|confval|program|glossary|index|click|argparse|"
    r"describe|object|setting|templatetag|templatefilter|fieldlookup|django-admin|c|cpp|js|py|"
    r"currentmodule|automodule|jinja|list-table|csv-table|math|productionlist|only|ifconfig)::",
    re.MULTILINE,
)
_MARKUP = pattern_of(r":[\w:+.-]+:(?=`)|[`*|\\]|<[^<>`\n]+>(?=`)|(?<=`)__?")


def restructured_anchors(text: str, flavours: Collection[AnchorFlavour]) -> Anchors:
    """The anchors of a reStructuredText."""
    headings = [_MARKUP.sub("", match[1]).strip() for match in _UNDERLINED.finditer(text)]
    names = slugs_of([(one,) for one in headings], flavours) | set(ids_in_markup(text))
    names.update(docutils_id(heading) for heading in headings)
    for name in _names(text):
        names.update((name, docutils_id(name)))
    numbered = len(headings) > len(set(map(docutils_id, headings)))
    return Anchors(frozenset(names), whole=not (numbered or _FILLED.search(text)), folds=True)


def _names(text: str) -> Iterator[str]:
    for match in _NAMED.finditer(text):
        yield (match[match.lastindex or 0]).strip().strip("`").replace("\\", "")
