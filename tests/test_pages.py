"""Pages that are not what they say: walls, "not found" in many languages, and pages that lead on."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rows import all_rows
from test_probe import OK, URL, _drive, _to
from web import answer, serving

from safelinks import Checker, Policy, Reason, Verdict
from safelinks.cli.program import main
from safelinks.documents.content.prose import prose_in
from safelinks.documents.markup.html_pages import html_passages
from safelinks.health.judgement.bot_walls import wall
from safelinks.health.judgement.page_signs import missing
from safelinks.health.judgement.visible_page import Page
from safelinks.health.model.exchange import Answer

LONG = "<p>" + "A sentence of an article that goes on for a while. " * 60
HTML = "Content-Type: text/html; charset=utf-8"


def _page(source: str, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"content-type": "text/html; charset=utf-8"} | named, source.encode())


# --- Walls ---

ANUBIS = (
    '<!doctype html><html lang="en"><head><title>Making sure you&#39;re not a bot!</title>'
    '<link rel="stylesheet" href="/.within.website/x/xess/xess.min.css?cachebuster=1.19">'
    '<script id="anubis_version" type="application/json">"1.19"</script>'
    '<script id="anubis_challenge" type="application/json">{"rules":{"difficulty":4}}</script>'
    "</head><body><h1>Making sure you&#39;re not a bot!</h1>"
    '<img src="/.within.website/x/cmd/anubis/static/img/pensive.webp?cacheBuster=1.19">'
    "<p id=status>Loading...</p><details><summary>Why am I seeing this?</summary><p>"
    + "You are seeing this because the administrator of this website has set up Anubis. " * 8
    + "</p></details></body></html>"
)
WALLS: Mapping[str, Answer] = {
    "anubis": _page(ANUBIS),
    "anubis: its pictures": _page(
        "<title>Un momento</title><img src='/.within.website/x/cmd/anubis/static/img/happy.webp'>"
    ),
    "anubis: in another language": _page(
        "<title>Wir prüfen Ihren Browser</title><script id=anubis_challenge>{}</script>"
    ),
    "imunify360": _page(
        "<title>One moment, please...</title><h1>Please wait while your request is being "
        "verified...</h1><form id='wsidchk-form' style='display:none' action='/z0f76'></form>"
    ),
    "siteground": _page(
        "<meta http-equiv='refresh' content='0;/.well-known/sgcaptcha/?r=%2Fpage&y=ipc:1.2.3.4'>",
        202,
    ),
    "siteground: by its header": _page("<p>Wait", 202, sg_captcha="challenge"),
    "radware": _page(
        "<title>Radware Bot Manager Captcha</title><h2>We apologize for the inconvenience...</h2>"
        "<p>please can you confirm you are a human by ticking the box below.</p>"
        "<form><input type=text name=incident><div class='h-captcha'></div></form>"
        + "<p>Why am I seeing this? You reached this page when trying to access our site.</p>"
        * 6
    ),
    "radware: page": _page(
        "<title>Radware Captcha Page</title><form action='https://validate.perfdrive.com/captcha'>"
    ),
    "go-away": _page(
        "<title>Checking you are not a bot</title>"
        "<link rel=stylesheet href='/.well-known/.git.gammaspectra.live/git/go-away/cmd/x.css'>"
        "<h1>Checking you are not a bot</h1><footer>Protected by <a href='/x'>go-away</a></footer>"
    ),
    "go-away: its footer": _page("<title>Hold on</title><p>Protected by go-away :: Request Id 1"),
    "go-away: a teapot": _page("<title>Hold on</title><p>Protected by go-away", 418),
    "amazon": _page(
        "<title dir='ltr'>Robot Check</title><h4>Enter the characters you see below</h4>"
        "<form method=get action='/errors/validateCaptcha'><input type=text id=captchacharacters "
        "name=field-keywords></form>"
    ),
    "amazon: in another language": _page(
        "<title>Amazon.de</title><form action='/errors/validateCaptcha'><input type=hidden></form>"
    ),
    "human": _page("<title>Access to this page has been denied</title><div id='px-captcha'></div>"),
    "sucuri": _page("<title>You are being redirected...</title><script>sucuri_cloudproxy_js=''"),
    "ddos-guard": _page("<title>DDoS-Guard</title><h1>Checking your browser</h1>", 403),
    "vercel": _page(
        "<title>Vercel Security Checkpoint</title><p>We're verifying your browser", 429
    ),
    "vercel: by its header": _page("", 403, x_vercel_mitigated="challenge"),
    "cloudflare: blocked": _page("<title>Attention Required! | Cloudflare</title>" + LONG, 403),
    "fastly": _page("<title>Client Challenge</title><script src='/_fs-ch-1T1wmsGaOgGaSxcX/x.js'>"),
    "akamai": _page("<div id='sec-if-cpt-container'></div><script></script>", 428),
    "testcookie": _page("<script src='/aes.js'></script><script>slowAES.decrypt(c,2,a,b)</script>"),
    "a new one": _page("<title>Hold on</title><p>Making sure you're not a bot..."),
    "a new one in Spanish": _page("<title>Un momento</title><p>Verifique que es un ser humano."),
    "a new one in French": _page("<title>Un instant</title><p>Vérifions que vous êtes humain."),
    "a new one in German": _page(
        "<title>Moment</title><p>Bestätigen Sie, dass Sie ein Mensch sind"
    ),
    "a new one in Chinese": _page("<title>请稍候</title><p>请完成人机验证"),
    "a new one in Russian": _page("<title>Проверка</title><p>Подтвердите, что вы не робот"),
}
GOOD: Mapping[str, str] = {
    "about anubis": f'<title>Anubis</title><pre>&lt;script id="anubis_challenge"&gt;</pre>{LONG}',
    "its issues": f"<a href='https://x/.within.website/x/cmd/anubis/a.png'>picture</a>{LONG}",
    "about radware": f"<title>Radware Bot Manager</title><p>Our captcha.{LONG}",
    "a short page of its maker": "<title>Radware</title><p>Bot Manager keeps your shop safe.",
    "about robot checks": f"<title>What a robot check is</title>{LONG}",
    "protected by": "<title>Home</title><p>Protected by copyright. Please go away slowly.",
    "one moment": "<title>One moment, please...</title><p>A film by nobody, 1997.",
    "human resources": "<title>Human Resources</title><p>Bots and humans work here. Check it out.",
    "a guarded page": f"<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>{LONG}",
    "behind sgcaptcha": f"<script src='/.well-known/sgcaptcha/x.js'></script>{LONG}",
    "a form": "<title>Join</title><form><input name=mail type=email><div class=h-captcha></div></form>",
}


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_no_page(name: str) -> None:
    outcome, requests, _ = _drive([WALLS[name]])
    assert (outcome.verdict, outcome.reason) == (Verdict.UNCERTAIN, Reason.BOT_WALL)
    assert len(requests) == 1


@pytest.mark.parametrize("name", GOOD)
def test_a_page_is_no_wall(name: str) -> None:
    outcome, _, _ = _drive([_page(GOOD[name])])
    assert outcome.reason is Reason.OK


@pytest.mark.parametrize(
    "location",
    ["https://validate.perfdrive.com/?ssa=1", "/.well-known/sgcaptcha/?r=%2F",
     "https://www.google.com/sorry/index?continue=x", "https://example.org/showcaptcha?retpath=x"],
)  # fmt: skip
def test_a_redirect_to_a_wall(location: str) -> None:
    outcome, _, _ = _drive([_to(location), _page("<title>Continue</title>")])
    assert outcome.reason is Reason.BOT_WALL
    assert outcome.evidence.startswith("leads to ")


@pytest.mark.parametrize("options", [(), ("--fragments",)])
def test_no_place_is_missed_behind_a_wall(options: tuple[str, ...]) -> None:
    page = answer("200 OK", ANUBIS, HTML)
    with serving({"/anubis": page}) as web:
        links = _checked(f"{web.url('/anubis')} {web.url('/anubis#changelogs')}", *options)
    assert [link["reason"] for link in links] == ["bot-wall", "bot-wall"]


def _checked(text: str, *options: str) -> list[dict[str, Any]]:
    args = ["check", "--allow-private", "--retries", "0", "--format", "json", *options, "-"]
    result = CliRunner().invoke(main, args, input=text)
    links: list[dict[str, Any]] = json.loads(result.stdout)["links"]
    return links


# --- Not found ---

MISSING: Mapping[str, tuple[str, ...]] = {
    "ar": ("الصفحة غير موجودة", "لم يتم العثور على الصفحة", "عذراً، الصفحة غير موجودة"),
    "bn": ("পৃষ্ঠা পাওয়া যায়নি", "পৃষ্ঠাটি খুঁজে পাওয়া যায়নি", "পাতাটি পাওয়া যায় নি"),
    "de": ("Seite nicht gefunden", "404 – Die angeforderte Seite wurde nicht gefunden.", "Fehler 404"),
    "el": ("Η σελίδα δεν βρέθηκε",),
    "es": ("Página no encontrada", "¡Lo sentimos! La página no existe", "Error 404"),
    "fr": ("Page introuvable", "Page non trouvée", "Cette page n’existe pas", "Erreur 404"),
    "he": ("הדף לא נמצא", "העמוד לא נמצא"),
    "hi": ("पृष्ठ नहीं मिला", "पेज नहीं मिला"),
    "ht": ("Paj la pa jwenn", "Paj sa a pa egziste", "Nou pa jwenn paj la"),
    "it": ("Pagina non trovata", "La pagina richiesta non esiste"),
    "ja": ("ページが見つかりません", "お探しのページは見つかりませんでした。"),
    "ko": ("페이지를 찾을 수 없습니다", "요청하신 페이지를 찾을 수 없습니다.", "존재하지 않는 페이지입니다"),
    "nl": ("Pagina niet gevonden", "Deze pagina bestaat niet (meer)", "De pagina kan niet worden gevonden"),
    "pl": ("Strona nie została znaleziona", "Nie znaleziono strony", "Błąd 404 - strona nie istnieje"),
    "pt": ("Página não encontrada", "A página não existe"),
    "ru": ("Страница не найдена", "Ошибка 404: страница не существует"),
    "sq": ("Faqja nuk u gjet",),
    "tr": ("Sayfa bulunamadı", "Aradığınız sayfa bulunamadı"),
    "uk": ("Сторінку не знайдено", "Сторінка не існує"),
    "ur": ("صفحہ نہیں ملا", "یہ صفحہ موجود نہیں ہے"),
    "vi": ("Không tìm thấy trang", "Trang này không tồn tại"),
    "yi": ("בלאט נישט געפונען",),
    "zh-Hans": ("页面不存在", "找不到页面", "抱歉，您访问的页面不存在"),
    "zh-Hant": ("找不到網頁", "您要找的頁面不存在"),
}  # fmt: skip
SAYINGS = [(code, said) for code, sayings in MISSING.items() for said in sayings]


@all_rows(
    product(
        SAYINGS,
        (
            "<title>{0}</title><h1>{0}</h1>",
            "<title>{0} | City of New York</title><p>Home",
            "<title>NYC</title><h1>{0}</h1>",
            "<p>{0}</p>",
            "<title>{0}</title><h1>{0}</h1>" + LONG,
        ),
    )
)
def test_a_page_that_says_nothing_else_is_not_there(saying: tuple[str, str], form: str) -> None:
    code, said = saying
    outcome, _, _ = _drive([_page(form.format(said))])
    assert (outcome.verdict, outcome.reason) == (Verdict.DEAD, Reason.SOFT_404), code


WORDS = [(code, said) for code, said in SAYINGS if "404" not in said]


@all_rows(
    product(
        WORDS,
        (
            "<title>{0}: a novel in two parts</title><h1>A novel</h1><p>By somebody.",
            "<title>News</title><h1>{0}</h1>" + LONG,
            "<title>How to write “{0}” well</title><h1>Writing</h1>" + LONG,
            "<title>{0}</title><h1>The story behind these words</h1>" + LONG,
            "<title>Words</title><p>People say {0} when they are lost, and go home.",
        ),
    )
)
def test_a_page_about_that_is_there(saying: tuple[str, str], form: str) -> None:
    code, said = saying
    outcome, _, _ = _drive([_page(form.format(said))])
    assert outcome.reason is Reason.OK, code


def test_a_long_page_of_that_title_is_one_if_the_server_shows_it_for_anything() -> None:
    page = _page("<title>Strona nie istnieje</title><h1>Miasto</h1>" + LONG)
    assert _drive([page], aside=lambda _: page)[0].reason is Reason.SOFT_404
    assert _drive([page], aside=lambda _: Answer(404))[0].reason is Reason.OK


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_title_is_too_odd(title: str, heading: str) -> None:
    page = Page(f"<title>{title}</title><h1>{heading}</h1>")
    missing(URL, URL, page)
    wall(200, {}, page)


@pytest.mark.parametrize(
    "piece",
    ["404 ", "fehler", "url=", "action=", "<meta http-equiv=refresh content='0;", "radware captcha ",
     "<script id=anubis_challenge", "/.within.website/x/cmd/anubis/ src=", "protected by <a "],
)  # fmt: skip
def test_hostile_pages_take_linear_time(piece: str) -> None:
    source = (
        f"<title>{piece * 50}</title>radware validatecaptcha captcha perfdrive.com" + piece * 20_000
    )
    begin = time.process_time()
    page = Page(source)
    wall(200, {}, page)
    missing(URL, URL, page)
    page.refreshes_within(5)
    assert time.process_time() - begin < 5


# --- Pages that lead on ---


def _leading(content: str, more: str = "") -> Answer:
    return _page(f'<title>Moved</title><meta http-equiv="Refresh" content="{content}">{more}')


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0;url=/new", "https://example.org/new"),
        ("0; URL='/new?a=1&amp;b=2'", "https://example.org/new?a=1&b=2"),
        ("5,url=new", "https://example.org/deep/new"),
        ("3 ; url = https://b.example/x#y", "https://b.example/x"),
        ("0;/new", "https://example.org/new"),
        ("0.5;url=&quot;/new&quot; trailing", "https://example.org/new"),
        (" 1 url=/new", "https://example.org/new"),
    ],
)
def test_a_page_that_leads_on_at_once_is_judged_by_where_it_leads(
    content: str, target: str
) -> None:
    for last, reason in ((OK, Reason.REDIRECTED), (Answer(404), Reason.NOT_FOUND)):
        outcome, requests, _ = _drive([_leading(content), last])
        assert [request.url for request in requests][1:] == [target]
        assert outcome.reason is reason
        assert outcome.replacement is None
        assert len(outcome.hops) == 2


@pytest.mark.parametrize(
    "page",
    [
        _leading("6;url=/new"),
        _leading("0"),
        _leading("0;url=/deep/page"),
        _leading("0;url=/deep/page#part"),
        _leading("0;url="),
        _leading("url=/new"),
        _leading("-1;url=/new"),
        _leading("0;url=mailto:a@b.example"),
        _leading("0;url=http://127.0.0.1/"),
        _leading("0;url=/unsubscribe?u=1"),
        _leading("0;url=/new", "<base href='https://b.example/'>"),
        _page("<noscript><meta http-equiv=refresh content='0;url=/no-script'></noscript><p>Here"),
        _page("<!-- <meta http-equiv=refresh content='0;url=/old'> --><p>Here"),
        _page("<script>'<meta http-equiv=refresh content=\"0;url=/old\">'</script><p>Here"),
        _page("<meta name=refresh content='0;url=/old'><p>Here"),
    ],
)
def test_a_page_that_stays_is_judged_itself(page: Answer) -> None:
    outcome, requests, _ = _drive([page])
    assert (outcome.reason, len(requests)) == (Reason.OK, 1)


def test_a_page_that_is_not_what_it_says_is_not_followed() -> None:
    outcome, requests, _ = _drive(
        [_page("<title>404</title><meta http-equiv=refresh content='3;url=/'>")]
    )
    assert (outcome.reason, len(requests)) == (Reason.SOFT_404, 1)


def test_pages_that_lead_to_each_other_are_no_failure() -> None:
    outcome, requests, _ = _drive([_leading("0;url=/b"), _leading("0;url=/deep/page")])
    assert (outcome.reason, len(requests)) == (Reason.REDIRECTED, 2)


def test_there_is_an_end_to_it() -> None:
    numbers = iter(range(100))
    outcome, requests, _ = _drive(lambda _: _leading(f"0;url=/{next(numbers)}"))
    assert outcome.verdict is Verdict.ALIVE
    assert len(requests) == Policy().max_redirects + 1


def test_what_a_page_leads_on_to_may_be_a_page_to_sign_in() -> None:
    outcome, _, _ = _drive([_leading("0;url=/login?returnUrl=x"), _page("<input type=password>")])
    assert outcome.reason is Reason.LOGIN_WALL


def test_places_are_looked_for_where_the_page_leads() -> None:
    """A browser forgets the fragment on the way: only one that is written there counts."""
    places = "<h2 id=here>Here</h2>" + LONG
    pages = {
        "/bare": answer("200 OK", "<meta http-equiv=refresh content='0;url=/places'>", HTML),
        "/here": answer("200 OK", "<meta http-equiv=refresh content='0;url=/places#here'>", HTML),
        "/gone": answer("200 OK", "<meta http-equiv=refresh content='0;url=/places#gone'>", HTML),
        "/redirect": answer("302 Found", "", "Location: /places"),
        "/places": answer("200 OK", places, HTML),
    }
    expected = {
        "/bare": "redirected",
        "/bare#sec": "redirected",
        "/here#sec": "redirected",
        "/gone#sec": "no-such-fragment",
        "/redirect": "redirected",
        "/redirect#sec": "no-such-fragment",
        "/redirect#here": "redirected",
    }
    with serving(pages) as web:  # type: ignore[arg-type]
        urls = {web.url(path): reason for path, reason in expected.items()}
        checker = Checker(Policy(allow_private=True, fragments=True, retries=0))
        outcomes = asyncio.run(checker.check(urls))
    assert {url: str(outcome.reason) for url, outcome in outcomes.items()} == urls


_MARKUP = st.sampled_from(
    [
        "<p>", "</p>", "<div class=a>", "</div>", "<b>", "</b>", "<br>", "<br/>", "<title>", "</title>",
        "<!doctype html>", '<a href="https://a.example/?a=1&b=2">', "</a>", "<img alt='a > b'>",
        "<img alt=a>b>", '<p data-content="<p>not text, however much</p>">', "<script>", "</script>",
        "<style>", "<template>", "<noscript>", "</noscript>", "<iframe>", "<p hidden>",
        "<p style='display: none'>", "<p style=visibility:hidden>", "<textarea>", "<!-- ", " -->",
        "<![CDATA[", "]]>", "<svg>", "<option>", "<p title='", "'>", '"', "<", ">", "&amp;", "&nbsp;",
        "&", "&#8203;", "AT&T", "\u00a0", "\n", " ", "text", "more words", "İ", "</", "<P ID=B>",
        "<xmp>", "<plaintext>", "<select>", "<math>", "<object>", "<p\n>", "<p/>",
    ]
)  # fmt: skip


@given(st.lists(_MARKUP, max_size=14).map("".join), st.integers(0, 40))
@example("<p>" + "words " * 20, 80)
@settings(max_examples=80)
def test_what_people_see_is_read_only_as_far_as_it_matters(source: str, most: int) -> None:
    page = Page(source)
    bare = re.sub(
        r"<noscript\b.*?(?:</noscript\s*>|\Z)", "", source, flags=re.IGNORECASE | re.DOTALL
    )
    seen = " ".join(" ".join(one.text for one in prose_in(bare, html_passages)).split())
    assert page.is_brief(most) is (len(seen) <= most)
    assert page.is_shell is ("<script" in source.lower() and len(seen) < 40)
    assert page.words == seen
    assert page.is_brief(most) is (len(seen) <= most)
