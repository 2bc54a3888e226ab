"""The public API as users write it, for the checkers of types: mypy and pyright, both strict.

Every name of `safelinks.__all__` is used, and `assert_type` says what it gives. A name that loses its type, or gives
another one, fails the check of types. Nothing here is run.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_type
from uuid import UUID

import httpx

import safelinks


def decode(url: str) -> str:
    """Take wrappers off, and look at what a Safe Link tells."""
    try:
        assert_type(safelinks.unwrap(None, default=""), safelinks.Unwrapped | str)
        link = safelinks.unwrap(url, max_layers=5, keep_redirectors=True)
        assert_type(link.as_dict(redacted=True), dict[str, object])
    except safelinks.ChainLoopError:
        return url
    except safelinks.ChainTooDeepError as error:
        return assert_type(error.url, str)
    except safelinks.TargetLostError as error:
        return str(error)
    assert_type(link, safelinks.Unwrapped)
    assert_type(link.sent_at, datetime | None)
    assert_type(link.message_id, UUID | None)
    assert_type(link.recipient, str | None)
    for layer in link.layers:
        print(layer.wrapper, layer.url, layer.target)
    return assert_type(link.target, str)


def parse(url: str) -> safelinks.SafeLink | None:
    """The strict form; of errors that say that a value is wrong, ValueError is one, too."""
    try:
        link = safelinks.SafeLink.parse(url)
    except (safelinks.NotASafeLinkError, safelinks.InvalidURLError):
        return None
    except ValueError:
        return None
    assert_type(link.redacted(), safelinks.SafeLink)
    return link


def text(written: str) -> str:
    """Find links, and clean them."""
    links = assert_type(safelinks.find(written), list[safelinks.Link])
    for link in links:
        print(link.place.line, link.place.column, link.target, link.label)
        assert_type(link.unwrapped, safelinks.Unwrapped | None)
        assert_type(link.error, safelinks.SafelinksError | None)
    return assert_type(safelinks.clean(written), str)


def documents(path: Path) -> Iterator[bytes]:
    """Read, look at prose, write."""
    skipped: list[safelinks.DocumentError] = []
    for document in safelinks.read_all(path, "more/*.md", gitignore=False, on_error=skipped.append):
        assert_type(document, safelinks.Document)
        for stretch in document.prose():
            assert_type(stretch, safelinks.Prose)
            print(stretch.place, stretch.text)
        try:
            yield assert_type(document.cleaned(), bytes)
        except safelinks.NotWritableError:
            yield document.original()
    try:
        yield safelinks.read(b"<a href='https://a.example/'>", "a.html").redacted()
    except safelinks.NotReadableError as error:
        raise SystemExit(str(error)) from error


def files(path: Path) -> int:
    """Look at links to files."""
    local = safelinks.LocalLinkOptions(
        root_dir="site", fallback_extensions=["md"], index_files=("index.html",), anchors=["github"]
    )
    for reference in safelinks.read(path).local_references:
        assert_type(reference, safelinks.LocalReference)
        target = assert_type(reference.target, safelinks.LocalTarget | None)
        print(reference.written, reference.place, target and (target.path, target.fragment))
    return safelinks.check(path, offline=True, local_links=local).local_links


def name(url: str) -> str | None:
    """Ask the catalog."""
    try:
        catalog = safelinks.Catalog.load("ours.toml", base=safelinks.Catalog.nyc())
    except safelinks.CatalogError:
        catalog = safelinks.Catalog.nyc()
    match = assert_type(safelinks.identify(url, catalog), safelinks.Match)
    assert_type(match.current_url, str | None)
    return None if match.resource is None else assert_type(match.resource.name, str)


def check(path: Path) -> int:
    """Check documents, and render the report."""
    selection = safelinks.Selection(
        ignore=("SL402",),
        levels={"SL303": safelinks.Level.ERROR},
        fail_on=safelinks.Level.WARNING,
    )
    report = safelinks.check(path, "https://a.example/", selection=selection, offline=True)
    assert_type(report, safelinks.Report)
    for finding in report.findings:
        assert_type(finding, safelinks.Finding)
        print(finding.code, finding.level, finding.message, finding.place, finding.replacement)
    for row in report.rows:
        assert_type(row.verdict, safelinks.Verdict)
        assert_type(row.outcome.reason, safelinks.Reason)
    print("".join(assert_type(safelinks.render(report, "markdown"), Iterator[str])))
    return assert_type(report.exit_code, int)


def fix(path: Path) -> safelinks.Report:
    """Run a check step by step: baseline, what would change, and the change."""
    options = safelinks.CheckOptions(
        selection=safelinks.Selection(select=["SL3"]),
        https=True,
        dead_after=3,
        baseline="baseline.json",
        update_baseline=True,
    )
    checking = safelinks.Check(safelinks.read_all(path), options=options)
    asyncio.run(checking.ask(checker()))
    report = assert_type(checking.report(), safelinks.Report)
    change = assert_type(checking.save_baseline(report), safelinks.BaselineChange | None)
    print(change and change.new)
    for file in checking.fixes():
        assert_type(file, safelinks.FileChange)
        sys.stdout.buffer.writelines(file.diff())
    assert_type(safelinks.read(path).cleaning(), safelinks.Rewriting)
    return checking.fix(backup=".bak")


def results(report: safelinks.Report) -> None:
    """Look at what a report carries."""
    for row in report.rows:
        assert_type(row, safelinks.CheckedLink)
        for sighting in row.sightings:
            assert_type(sighting, safelinks.Sighting)
            assert_type(sighting.place, safelinks.Place)
            assert_type(sighting.role, safelinks.Role | None)
            assert_type(sighting.within, safelinks.Within | None)
        for hop in row.outcome.hops:
            assert_type(hop, safelinks.Hop)
        assert_type(row.outcome.certificate, safelinks.Certificate | None)
        assert_type(row.outcome.past, safelinks.Past | None)
        assert_type(row.outcome.archived, safelinks.ArchivedCopy | None)
        for suspicion in row.suspicions:
            assert_type(suspicion, safelinks.Suspicion)
            assert_type(suspicion.sign, safelinks.Sign)
        if row.match is not None:
            assert_type(row.match.rule, safelinks.MatchedRule)
            assert_type(row.match.agency, safelinks.Agency | None)
            resource = assert_type(row.match.resource, safelinks.Resource | None)
            if resource is not None:
                assert_type(resource.confidence, safelinks.Confidence)
                assert_type(resource.status, safelinks.Status | None)
    for remark in report.remarks:
        assert_type(remark, safelinks.Remark)
        assert_type(remark.kind, safelinks.RemarkKind)
    for entry in report.gone:
        assert_type(entry, safelinks.Entry)


def layers(unwrapped: safelinks.Unwrapped) -> safelinks.Opaque | None:
    """Look at what was taken off, and at what stays."""
    for layer in unwrapped.layers:
        assert_type(layer, safelinks.Layer)
    try:
        return unwrapped.opaque
    except safelinks.NotLiveError:
        return None


def checker() -> safelinks.Checker:
    """Set up how addresses are asked."""
    try:
        policy = safelinks.Policy(
            timeout=5,
            retries=0,
            method=safelinks.Method.HEAD,
            headers={"intranet.example": {"Authorization": "Bearer 1234"}},
            resolve={("new.example", 443): ("192.0.2.1",)},
            excluded=(r"^https://staging\.",),
        )
        history = safelinks.History.open(Path("history"))
    except safelinks.SetupError as error:
        raise SystemExit(str(error)) from error
    ages: Mapping[safelinks.Verdict, timedelta] = {safelinks.Verdict.ALIVE: timedelta(hours=12)}
    transport = httpx.MockTransport(lambda _: httpx.Response(404))
    return safelinks.Checker(policy, transport=transport, history=history, max_age=ages)


async def ask(urls: list[str]) -> AsyncIterator[safelinks.Outcome]:
    """Ask for addresses within a loop, all at once or as they come."""
    outcomes = await checker().check(urls, on_outcome=print)
    assert_type(outcomes, dict[str, safelinks.Outcome])
    async for outcome in checker().results(urls):
        for hop in outcome.hops:
            print(hop.method, hop.url, hop.status, hop.elapsed)
        yield outcome
    report = await safelinks.check_documents([safelinks.read("a.txt")], checker())
    assert_type(report, safelinks.Report)
