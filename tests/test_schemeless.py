"""Addresses without a scheme: asked over HTTPS, and over HTTP where nothing answers there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner
from hostile_net import PUBLIC, Names, Wire, guarding
from hostile_tls import NAME, Authority
from remembering import ANY_AGE, opened
from surveying import CATALOG, read, told
from web import answer, html, serving

import safelinks
from safelinks import Checker, Document, Outcome, Policy, Reason, Verdict, check_documents
from safelinks.addresses.roles import Role
from safelinks.checks.collecting import collect
from safelinks.cli.program import main
from safelinks.health.network.name_lookup import Resolve

URL = f"https://{NAME}/page"
IMPATIENT = Policy(retries=0, timeout=0.5)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def _checker(wire: Wire, names: Resolve | None = None, policy: Policy = IMPATIENT) -> Checker:
    return Checker(policy, look_up=names or Names({NAME: [PUBLIC]}), dial=wire)


def _outcome(checker: Checker, url: str = URL, or_http: Iterable[str] = (URL,)) -> Outcome:
    with guarding():
        return asyncio.run(checker.check([url], or_http=frozenset(or_http)))[url]


def test_where_https_is_refused_http_is_asked() -> None:
    with serving({"/page": html("Fine")}) as web:
        wire = Wire({(PUBLIC, 80): web.port})
        outcome = _outcome(_checker(wire))
    assert (outcome.url, outcome.reason) == (URL, Reason.OK)
    assert [hop.url for hop in outcome.hops] == [f"http://{NAME}/page"]
    assert wire.dialled == [(PUBLIC, 443), (PUBLIC, 80)]


def test_an_address_with_a_scheme_is_what_it_says() -> None:
    with serving({"/page": html("Fine")}) as web:
        outcome = _outcome(_checker(Wire({(PUBLIC, 80): web.port})), or_http=())
        assert (outcome.reason, web.asked) == (Reason.REFUSED, {})


def test_where_there_is_no_tls_http_is_asked() -> None:
    with serving({"/page": html("Fine")}) as web:
        wire = Wire({(PUBLIC, 80): web.port, (PUBLIC, 443): web.port})
        assert _outcome(_checker(wire)).reason is Reason.OK


def test_where_nobody_answers_in_time_http_is_asked() -> None:
    class Slow(Wire):
        async def __call__(self, address: str, port: int):  # type: ignore[no-untyped-def] # noqa: ANN204
            if port == 443:
                await asyncio.sleep(3600)
            return await super().__call__(address, port)

    with serving({"/page": html("Fine")}) as web:
        assert _outcome(_checker(Slow({(PUBLIC, 80): web.port}))).reason is Reason.OK


@pytest.mark.parametrize("kind", ["expired", "for_another_name", "self_signed", "unknown"])
def test_where_the_certificate_is_not_accepted_http_is_asked(
    kind: str, authority: Authority
) -> None:
    context = getattr(authority, kind)()
    with serving({"/page": html("Fine")}) as web, serving({}, context) as tls:
        wire = Wire({(PUBLIC, 80): web.port, (PUBLIC, 443): tls.port})
        outcome = _outcome(_checker(wire))
        refused = _outcome(_checker(wire), or_http=())
    assert (outcome.reason, tls.asked) == (Reason.OK, {})
    assert refused.verdict is Verdict.FAILING


def test_what_https_answers_counts(authority: Authority) -> None:
    policy = evolve(IMPATIENT, ca_file=str(authority.bundle))
    with serving({"/page": html("Fine")}) as web, serving({}, authority.good()) as tls:
        wire = Wire({(PUBLIC, 80): web.port, (PUBLIC, 443): tls.port})
        assert _outcome(_checker(wire, policy=policy)).reason is Reason.NOT_FOUND
        assert web.asked == {}


def test_what_http_answers_counts_then() -> None:
    pages = {
        "/page": answer("301 Moved", "", "Location: /new"),
        "/new": html("Fine"),
        "/temporary": answer("302 Found", "", "Location: /new"),
    }
    with serving(pages) as web:  # type: ignore[arg-type]
        wire = Wire({(PUBLIC, 80): web.port})
        moved = _outcome(_checker(wire))
        other = f"https://{NAME}/temporary"
        redirected = _outcome(_checker(wire), other, [other])
        missing = f"https://{NAME}/missing"
        gone = _outcome(_checker(wire), missing, [missing])
    assert (moved.reason, moved.replacement) == (Reason.MOVED_PERMANENTLY, f"http://{NAME}/new")
    assert (redirected.reason, redirected.replacement) == (Reason.REDIRECTED, None)
    assert gone.reason is Reason.NOT_FOUND


def test_where_nothing_answers_at_all_https_tells_why() -> None:
    with serving({}) as web:
        wire = Wire({(PUBLIC, 443): web.port})
        assert _outcome(_checker(wire)).reason is Reason.TLS_FAILURE
    assert wire.dialled[-1] == (PUBLIC, 80)


def test_a_name_that_does_not_exist_is_not_tried_twice() -> None:
    names = Names()
    outcome = _outcome(_checker(Wire(), names))
    assert outcome.reason is Reason.NO_SUCH_HOST
    assert names.asked.count(NAME) == 1


def test_a_try_again_is_one_over_http() -> None:
    pages = {"/page": answer("503 Unavailable")}
    with serving(pages) as web:  # type: ignore[arg-type]
        wire = Wire({(PUBLIC, 80): web.port})
        outcome = _outcome(_checker(wire, policy=Policy(retries=1, budget=5)))
        assert outcome.reason is Reason.SERVER_ERROR
        assert web.asked["/page"] > 1
    assert wire.dialled.count((PUBLIC, 443)) <= 2  # and once at the end of the run


def test_a_host_without_https_is_not_asked_for_that_a_hundred_times() -> None:
    urls = [f"https://{NAME}/{number}" for number in range(100)]
    with serving({f"/{number}": html("Fine") for number in range(100)}) as web:
        wire = Wire({(PUBLIC, 80): web.port})
        policy = evolve(IMPATIENT, per_host=1)
        with guarding():
            outcomes = asyncio.run(_checker(wire, policy=policy).check(urls, or_http=set(urls)))
    assert {outcome.reason for outcome in outcomes.values()} == {Reason.OK}
    assert wire.dialled.count((PUBLIC, 443)) <= 5


def test_a_port_of_its_own_is_asked_in_both_ways() -> None:
    """What failed there says nothing of what is asked next, for many links at once."""
    with serving({f"/{number}": html("Fine") for number in range(30)}) as web:
        urls = [web.url(f"/{number}", "https") for number in range(30)]
        checker = Checker(evolve(IMPATIENT, allow_private=True, timeout=5))
        with guarding():
            outcomes = asyncio.run(checker.check(urls, or_http=set(urls)))
    assert {outcome.reason for outcome in outcomes.values()} == {Reason.OK}


def test_what_came_over_http_is_not_remembered_for_https(tmp_path: Path) -> None:
    with serving({"/page": html("Fine")}) as web:
        names, wire = Names({NAME: [PUBLIC]}), Wire({(PUBLIC, 80): web.port})

        def run(day: float, or_http: Iterable[str]) -> Outcome:
            with opened(tmp_path / "history", day) as history:
                checker = Checker(
                    IMPATIENT, look_up=names, dial=wire, history=history, max_age=ANY_AGE
                )
                return _outcome(checker, or_http=or_http)

        assert run(0, [URL]).reason is Reason.OK
        again = run(1, [URL])
        assert (again.url, again.reason) == (URL, Reason.OK)
        assert again.past is not None
        assert again.past.reused is not None
        assert run(2, []).reason is Reason.REFUSED
        assert web.asked["/page"] == 1


# --- From documents ---


def _document(*links: tuple[str, bool, Role | None], name: str = "a.txt") -> Document:
    document = read("".join(f"{url}\n" for url, _, _ in links), name)
    return told(
        document,
        (
            evolve(link, schemeless=schemeless, role=role)
            for link, (_, schemeless, role) in zip(document.links, links, strict=True)
        ),
    )


@pytest.mark.parametrize(
    ("links", "guessed"),
    [
        pytest.param([(URL, True, None)], True, id="without"),
        pytest.param([(URL, False, None)], False, id="with"),
        pytest.param([(URL, True, None), (URL, False, None)], False, id="both"),
        pytest.param([(URL, True, None), (URL, False, Role.DATA)], True, id="with-but-no-link"),
        pytest.param([(URL, True, Role.LINK_TEXT)], False, id="no-link"),
    ],
)
def test_the_scheme_is_a_guess_where_none_is_written(
    links: list[tuple[str, bool, Role | None]], guessed: bool
) -> None:
    found = collect([_document(*links)], CATALOG)
    assert found.or_http == (frozenset({URL}) if guessed else frozenset())


def test_another_file_may_say_which_it_is() -> None:
    documents = [_document((URL, True, None)), _document((URL, False, None), name="b.txt")]
    assert collect(documents, CATALOG).or_http == frozenset()


def test_a_document_is_checked_so() -> None:
    with serving({"/page": html("Fine")}) as web, guarding():
        checker = _checker(Wire({(PUBLIC, 80): web.port}))
        report = asyncio.run(check_documents([_document((URL, True, None))], checker, CATALOG))
    assert [(row.target, row.outcome.reason) for row in report.rows] == [(URL, Reason.OK)]
    assert report.findings == ()


# --- In texts ---

HOSTS = frozenset({"nyc.gov", "acme.example"})


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("Go to nyc.gov/mocs.", ["nyc.gov/mocs"]),
        ("(a127-pip.nyc.gov/webapp/PIP)", ["a127-pip.nyc.gov/webapp/PIP"]),
        ("NYC.gov/Dobnow", ["NYC.gov/Dobnow"]),
        ("acme.example/a_(b), nyc.gov/x", ["acme.example/a_(b)", "nyc.gov/x"]),
        ("www.nyc.gov/mocshelp", ["www.nyc.gov/mocshelp"]),
        ("www.other.example/x!", ["www.other.example/x"]),
        ("nyc.gov alone, nyc.gov/ and nyc.gov.", []),
        ("help@nyc.gov/x, notnyc.gov/x, xnyc.gov/y, nyc.government/x", []),
        ("https://a.example/?u=nyc.gov/x", ["https://a.example/?u=nyc.gov/x"]),
        ("/home/nyc.gov/x and a=nyc.gov/x", []),
        ("other.example/x", []),
        ("@www.nyc.gov awww.nyc.gov", []),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.eml"])
def test_what_is_an_address_without_a_scheme(text: str, spellings: list[str], name: str) -> None:
    head = "From: a\nMIME-Version: 1.0\n\n" if name == "a.eml" else ""
    document = safelinks.read(f"{head}{text}\n".encode(), name, bare_hosts=HOSTS)
    links = [link for link in document.links if link.line == 1 + head.count("\n")]
    assert [link.spelling for link in links] == spellings
    assert all(link.schemeless == ("://" not in link.spelling) for link in links)
    assert document.cleaned() == document.original()


def test_hosts_of_the_catalog_need_no_scheme_and_are_told_as_they_are_written(
    tmp_path: Path,
) -> None:
    file = tmp_path / "notice.txt"
    file.write_text("See nyc.gov/mocs.")
    result = CliRunner().invoke(main, ["check", "--offline", "--no-config", str(file)])
    assert "“nyc.gov/mocs”" in result.stdout
    assert "https://" not in result.stdout
    report = safelinks.check(file, offline=True)
    assert [(row.url, row.target) for row in report.rows] == [
        ("nyc.gov/mocs", "https://nyc.gov/mocs")
    ]


def test_addresses_that_are_given_are_whole() -> None:
    given = ["https://a.example/Yahoo!", "https://a.example/x).", "https://a.example/a b"]
    report = safelinks.check(*given, offline=True)
    assert [row.target for row in report.rows] == [*given[:2], "https://a.example/a%20b"]
