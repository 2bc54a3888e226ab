"""One answer for several spellings of an address: what each may say of itself, and its fragment."""

from __future__ import annotations

import re

from attrs import evolve

from safelinks.foundation.patterns import pattern_of
from safelinks.health.judgement.visible_page import Page
from safelinks.health.model.outcome import Hop, Outcome, Reason, Verdict

__all__ = ["spelled"]

# Not places: the top of any page (HTML standard, 7.4.6.4), a directive, and what a script reads.
_NO_PLACE = pattern_of(r"top|:~:.*|!.*|/.*|.*=.*|L\d+(?:-L\d+)?", re.IGNORECASE | re.DOTALL)
# Places that forges (GitHub, GitLab, Gitea, Bitbucket) make when somebody is there: comments, and
# lines of changes.
_OF_FORGES = pattern_of(
    r"(?:issuecomment|discussioncomment|commitcomment|pullrequestreview|event|comment)-\d+"
    r"|(?:discussion_)?r\d+|note_\d+|diff-[0-9a-z]+(?:[lr]\d+)*+(?:-[lr]\d+)*+"
    r"|lines-\d+(?::\d+)?",
    re.IGNORECASE,
)
_FORGE_PAGES = ("react-app.embeddeddata", 'data-page="projects:', 'content="gitlab"')
_LEAST_TEXT = 200  # characters: with less, a page is made by its script


def spelled(outcome: Outcome, url: str, page: Page | None = None) -> Outcome:
    """What `outcome` means for the spelling `url` of its address.

    With a `page`, the place that the fragment names is looked for in it.
    """
    if page is None and url == outcome.url:  # as nearly always
        return outcome
    own, asked = _fragment(url), _fragment(outcome.url)
    place = _fragment(outcome.final_url)
    place = own if place == asked and not any(map(_is_page, outcome.hops[:-1])) else place
    if url != outcome.url:
        outcome = _respelled(outcome, url, asked, own)
    if page is None or outcome.verdict not in (Verdict.ALIVE, Verdict.MOVED):
        return outcome
    return _with_place(outcome, place, page)


def _respelled(outcome: Outcome, url: str, asked: str, own: str) -> Outcome:
    """`outcome` for the spelling `url`, with the fragment `own` where the other has `asked`."""

    def inherited(address: str) -> str:
        bare, _, fragment = address.partition("#")
        return address if fragment != asked else f"{bare}#{own}" if own else bare

    soft = next((at for at, hop in enumerate(outcome.hops) if _is_page(hop)), len(outcome.hops))
    hops = tuple(
        evolve(hop, url=url if hop.url == outcome.url else inherited(hop.url))
        if at <= soft
        else hop
        for at, hop in enumerate(outcome.hops)
    )
    replacement = outcome.replacement and inherited(outcome.replacement)
    evidence = outcome.evidence.replace(outcome.final_url, hops[-1].url) if hops else ""
    evidence = evidence or outcome.evidence
    return evolve(outcome, url=url, hops=hops, replacement=replacement, evidence=evidence)


def _is_page(hop: Hop) -> bool:
    """Whether a page came, and no redirect: one that leads on by itself keeps no fragment."""
    return hop.status is not None and 200 <= hop.status < 300


def _fragment(url: str) -> str:
    return url.partition("#")[2]


def _with_place(outcome: Outcome, place: str, page: Page) -> Outcome:
    """`outcome`, unless the page lacks the place: that is only said of a page seen as a whole."""
    if not place or _NO_PLACE.fullmatch(place) or page.has_place(place):
        return outcome
    doubt = None
    if not page.whole:
        doubt = f"#{place} is not in the part of the page that was read"
    elif _is_made_by_a_script(place, page):
        doubt = f"#{place} may be made by a script"
    if doubt is not None:
        return evolve(outcome, evidence=f"{outcome.evidence}; {doubt}")
    evidence = f"no #{place} in the page"
    return evolve(outcome, reason=Reason.NO_SUCH_FRAGMENT, evidence=evidence, replacement=None)


def _is_made_by_a_script(place: str, page: Page) -> bool:
    """Whether a place that is not in the page may be there for those whose browser runs scripts."""
    if "<script" not in page.lower:
        return False
    if _OF_FORGES.fullmatch(place) or any(mark in page.lower for mark in _FORGE_PAGES):
        return True
    return page.shows_at_most(_LEAST_TEXT - 1)
