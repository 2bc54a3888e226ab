"""A stage for one row of the fault matrix: how it is asked, and what all rows have in common."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs
from attrs import define, frozen
from hostile import Hostile, Site, serving
from hostile_net import Guard, Names, Wire
from hostile_tls import Authority
from markdown_it import MarkdownIt

import safelinks
from safelinks import Checker, Outcome, Policy, Reason, Report, Verdict
from safelinks.health.model.policy import Method
from safelinks.reports.rendering import RENDERERS

__all__ = ["Case", "Stage", "harmless"]

# Impatient, so that the tests are quick; one further attempt, so that what may pass is retried.
_BASE = Policy(allow_private=True, timeout=1.0, budget=8.0, retries=1)


@frozen
class Case:
    """A row of the matrix, asked with one method."""

    id: str
    verdict: Verdict
    reason: Reason
    method: Method = Method.GET

    def __str__(self) -> str:
        return self.id if self.method is Method.GET else f"{self.id}-by-{self.method}"


@define
class Stage:
    """Where a case is played. `took` is how many seconds the last check was under way."""

    case: Case
    guard: Guard
    authority: Authority
    took: float = 0.0

    @property
    def policy(self) -> Policy:
        return attrs.evolve(_BASE, method=self.case.method)

    def checker(
        self, names: Names | None = None, dial: Wire | None = None, **policy: object
    ) -> Checker:
        options: dict[str, Any] = {} if dial is None else {"dial": dial}
        changed: dict[str, Any] = dict(policy)
        return Checker(attrs.evolve(self.policy, **changed), look_up=names or Names(), **options)

    def check(
        self,
        urls: Iterable[str],
        checker: Checker | None = None,
        on_outcome: Callable[[Outcome], object] | None = None,
    ) -> dict[str, Outcome]:
        start = time.monotonic()
        outcomes = asyncio.run((checker or self.checker()).check(urls, on_outcome))
        self.took = time.monotonic() - start
        return outcomes

    def site(
        self, site: Site, paths: Iterable[str] = ("/page",), **policy: object
    ) -> tuple[Hostile, list[Outcome]]:
        """Serve `site` and check its pages at `paths`: all have to come out as the row says."""
        changed: dict[str, Any] = dict(policy)
        with serving(site) as web:
            urls = [web.url(path) for path in paths]
            outcomes = self.check(urls, self.checker(**changed))
        self.expect(outcomes[url] for url in urls)
        return web, [outcomes[url] for url in urls]

    def report(self, text: str, checker: Checker | None = None, name: str = "notice.txt") -> Report:
        """The report on a document."""
        document = safelinks.read(text.encode(), name)
        return safelinks.check(document, checker=checker or self.checker())

    def expect(self, outcomes: Iterable[Outcome]) -> None:
        """All of them are judged as the row says."""
        wanted = (self.case.verdict, self.case.reason)
        judged = {one.url: (one.verdict, one.reason, one.evidence) for one in outcomes}
        others = {url: found for url, found in judged.items() if found[:2] != wanted}
        assert judged
        assert not others, f"not {' '.join(wanted)}, but: {others}"

    def expect_all(self, outcomes: Mapping[str, Outcome], urls: Iterable[str]) -> None:
        """Every address of `urls` has an outcome, and the one of the row."""
        self.expect(outcomes[url] for url in urls)


_COLOURS = re.compile(r"\x1b\[(?:0|1|3[0-7])m")  # the report's own
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
# A command to GitHub's runner, which trims lines, other than an annotation that has a place.
_COMMAND = re.compile(r"\s*::(?!(?:error|warning|notice) [a-z]+=)")


def harmless(report: Report) -> None:
    """No format of the report drives a terminal, a build service, a browser or a spreadsheet."""
    for name, render in RENDERERS.items():
        text = "".join(render(report))
        assert _HIDDEN.findall(_COLOURS.sub("", text)) == [], name
        for line in text.splitlines():
            assert _COMMAND.match(line) is None, (name, line)
            if line.lstrip().startswith("::"):
                assert "%0A::" not in line, (name, line)
        if "markdown" in name or name == "md":
            assert "<a " not in MarkdownIt("gfm-like", {"html": True}).render(text), name
        if "html" in name:
            assert 'href="javascript:' not in text, name
        if name == "csv":
            assert re.findall(r'(?:^|,)"?[=+@-]', text, re.MULTILINE) == [], name
