"""Walls that let only browsers in: every row, by the least that tells it, and what lacks a part of that."""

from __future__ import annotations

import pytest

from safelinks.health.judgement.bot_walls import wall, wall_at
from safelinks.health.judgement.visible_page import Page

BARE = f"<p>{'seen ' * 100}"  # more than a bare page has
SHORT = f"<p>{'seen ' * 400}"  # more than a short one
SOURCE = f"<script>{' ' * 5_000}</script>"

# The product, a page of it, and what has to be added to make it another page.
PAGES: tuple[tuple[str, str, str], ...] = (
    ("Akamai", "<title> Access Denied </title><p>Reference &#35;18.ab", ""),
    ("Akamai", "<title>Access Denied</title><p>Reference #18.ab", ""),
    ("Akamai", "<div id=sec-if-cpt-container>", BARE),
    ("Akamai", "<script>{bm-verify: 1}</script>", BARE),
    ("Akamai", "<script>{'bm-verify' = 1}</script>", BARE),
    ("Akamai", '<script>{"bm-verify":1}</script>', BARE),
    ("Incapsula", "<script src=/_Incapsula_Resource></script>", BARE),
    ("Incapsula", "<script src=/_Incapsula_Resource></script>", SOURCE),
    ("DataDome", "<script src=//captcha-delivery.com/c.js></script>", BARE),
    ("DataDome", "<script src=//captcha-delivery.com/c.js></script>", SOURCE),
    ("Cloudflare", "<title> Just a moment... </title>", ""),
    ("Cloudflare", "<script>_cf_chl_opt = {}</script>", SHORT),
    ("Cloudflare", "<title>Attention Required! | Cloudflare</title>", ""),
    ("F5", "<title>Request Rejected</title>Your support ID is 1", ""),
    ("F5", "<p>Please enable JavaScript to view the page content.", BARE),
    ("Imperva", "<title>Pardon Our Interruption...</title>", ""),
    ("Anubis", "<script id=anubis_challenge></script>", ""),
    ("Anubis", "<script type=x id = 'anubis_challenge'></script>", ""),
    ("Anubis", '<script id="anubis_challenge"></script>', ""),
    ("Anubis", '<img src="/.within.website/x/cmd/anubis/a.webp">', SHORT),
    ("Anubis", "<a href = '/.within.website/x/cmd/anubis/'>", SHORT),
    ("Anubis", "<form action=/.within.website/x/cmd/anubis/>", SHORT),
    ("Anubis", "<meta content=0;/.within.website/x/cmd/anubis/>", SHORT),
    ("Anubis", "<meta http-equiv=refresh content='0; url=/.within.website/x/cmd/anubis/'>", SHORT),
    ("Imunify360", "<title>One moment, please...</title><p>Your request is being verified", SHORT),
    ("Imunify360", "<title>One moment please</title><p>Your request is being verified", SHORT),
    ("Imunify360", "<form id=wsidchk-form>", SHORT),
    ("SiteGround", "<script src=/.well-known/sgcaptcha/></script>", BARE),
    ("SiteGround", "<script src=/sgcaptcha></script>", BARE),
    ("Radware", "<form action=https://validate.perfdrive.com/>", SHORT),
    ("Radware", "<title>Radware Captcha Page</title>", SHORT),
    ("Radware", "<title>Radware: bots</title><script src=captcha></script>", SHORT),
    ("Radware", "<title>Radware blocked you</title><script src=captcha></script>", SHORT),
    ("Radware", "<p>Radware Bot Manager: captcha", SHORT),
    ("Radware", "<p>Radware Bot Manager verifies you", SHORT),
    ("Radware", "<p>Radware Bot Manager: are you human", SHORT),
    ("Radware", "<p>Radware Bot Manager: are you a robot", SHORT),
    ("Radware", "<p>Radware Bot Manager: blocked", SHORT),
    ("ShieldSquare", "<p>ShieldSquare captcha", BARE),
    ("ShieldSquare", "<p>ShieldSquare: blocked", BARE),
    ("go-away", "<img src=/.well-known/.git.gammaspectra.live/x>", SHORT),
    ("go-away", "<p>Protected by go-away", SHORT),
    ("go-away", "<p>Protected by <a href=/x> go-away</a>", SHORT),
    ("Amazon", "<form action=/errors/validateCaptcha>", ""),
    ("Amazon", "<form action = '/errors/validateCaptcha'>", ""),
    ("Amazon", '<form action="/errors/validateCaptcha">', ""),
    ("Amazon", "<title>Robot Check</title>", SHORT),
    ("Amazon", "<title>Amazon.co.uk: Robot Check</title>", SHORT),
    ("HUMAN", "<div id=px-captcha>", SHORT),
    ("HUMAN", "<div id = 'px-captcha'>", SHORT),
    ("HUMAN", '<div id="px-captcha">', SHORT),
    ("HUMAN", "<div class=px-captcha-wrapper>", SHORT),
    ("HUMAN", "<div class=px-captcha-container>", SHORT),
    ("HUMAN", "<script src=px-cdn.net/px-captcha></script>", SHORT),
    ("HUMAN", "<script>_pxAppId; 'px-captcha'</script>", SHORT),
    ("Kasada", "<script>KPSDK</script>", BARE),
    ("Kasada", "<script>KPSDK</script>", SOURCE),
    ("Sucuri", "<script>sucuri_cloudproxy_js</script>", BARE),
    ("Sucuri", "<title>Sucuri WebSite Firewall - Access Denied</title>", ""),
    ("DDoS-Guard", "<title>DDoS-Guard</title>", SHORT),
    ("DDoS-Guard", "<title>DDoS-Guard: checking</title>", SHORT),
    ("DDoS-Guard", "<script src=/.well-known/ddos-guard/x.js></script>", BARE),
    ("Vercel", "<title>Vercel Security Checkpoint</title>", ""),
    ("AWS", "<script>gokuProps = {}</script>", BARE),
    ("AWS", "<script>AwsWafIntegration</script>", BARE),
    ("AWS", "<script>awsWafCookieDomainList</script>", BARE),
    ("AWS", "<script src=awswaf-captcha.js></script>", BARE),
    ("Fastly", "<title>Client Challenge</title>", SHORT),
    ("Azure", "<title>Azure WAF</title>", SHORT),
    ("Bunny", "<div id=bunny-shield>", BARE),
    ("Alibaba", "<script>acw_sc__v2</script>", BARE),
    ("Tencent", "<script>EO_Bot_Ssid</script>", BARE),
    ("testcookie", "<script>slowAES.decrypt(a)</script>", BARE),
    ("Reblaze", "<script>window.rbzns = {}</script>", BARE),
    ("BasedFlare", "<form action=/.basedflare/>", SHORT),
    ("SafeLine", "<script src=/.safeline/x.js></script>", BARE),
    ("Cerberus", "<script src=/.cerberus/x.js></script>", SHORT),
    ("CrowdSec", "<title>CrowdSec Captcha</title>", ""),
    ("CrowdSec", "<title>CrowdSec Ban</title>", ""),
    ("CrowdSec", "<title>CrowdSec Access Forbidden, sorry</title>", ""),
    ("BunkerWeb", "<title>Bot Detection</title><p>BunkerWeb", SHORT),
    ("Wordfence", "<p>Your access to this site has been limited<p>Generated by Wordfence", ""),
    ("Wordfence", "<p>Your access to this service has been limited<p>Generated by Wordfence", ""),
)


@pytest.mark.parametrize(("name", "source", "more"), PAGES)
def test_a_page_of_a_product(name: str, source: str, more: str) -> None:
    assert wall(403, {}, Page(source)) == f"page of {name}"
    told = wall(403, {}, Page(source + (more or SHORT + SOURCE)))
    assert told == (None if more else f"page of {name}")


OTHERS = [
    "<title>Not access denied</title><p>access denied<p>reference #1",
    "<title>Access denied</title><p>No reference.",
    f"<title>Access denied</title>{' ' * 2_001}reference #1",
    "<title>Just a moment... of peace</title>", "<title>Oh, just a moment...</title>",
    "<p>Attention required! | Cloudflare", "<title>Attention required! | Cloudflare blog</title>",
    "<p>bm-verify", "<script>_cf_chl_opt</script>", "<p>Request rejected, support id 1",
    "<title>Request rejected twice</title><p>support id", "<title>Request rejected</title>",
    "<title>Pardon our interruption of service</title>", "<script id=anubis_challenges></script>",
    "<script data-id=anubis_challenge></script>", "<p>/.within.website/x/cmd/anubis/",
    "<title>One moment, please</title>", "<p>Your order is being verified",
    "<p>validate.perfdrive.com", "<title>Radware</title><p>robots", "<p>Radware Bot Manager",
    "<title>About Radware captcha</title>", "<p>ShieldSquare", "<p>/.well-known/.git.gammaspectra.live/",
    "<p>Protected by us, go-away", "<p>validateCaptcha", "<a action=/validateCaptcha>",
    "<title>A robot checks in</title>", "<p>px-captcha", "<p id=px-captchas>",
    "<title>About Sucuri WebSite Firewall</title>", "<title>About DDoS-Guard</title>", "<p>Vercel Security Checkpoint",
    "<title>The Vercel Security Checkpoint</title>", "<p>gokuProps", "<p>awswaf", "<p>Client challenge",
    "<title>Our client challenge</title>", "<title>Azure WAF, explained</title>", "<p>rbzns =",
    "<title>About CrowdSec captcha</title>", "<title>CrowdSec</title>", "<title>Bot detection</title>",
    "<a href=x /.within.website/x/cmd/anubis/>", "<p>Protected by <a <b>go-away", '<a action="x"/errors/validatecaptcha>',
    "<p>BunkerWeb", "<p>Generated by Wordfence", "<p>Your access to this site has been limited", "",
]  # fmt: skip


@pytest.mark.parametrize("source", OTHERS)
def test_another_page(source: str) -> None:
    assert wall(403, {}, Page(source)) is None


@pytest.mark.parametrize(
    ("source", "most"), [("<div id=bunny-shield>", 400), ("<form action=/.cerberus/>", 1_500)]
)
def test_how_much_is_seen_on_it(source: str, most: int) -> None:
    assert wall(403, {}, Page(f"{source}<p>{'a' * most}")) is not None
    assert wall(403, {}, Page(f"{source}<p>{'a' * (most + 1)}")) is None


STATUSES = [200, 202, 401, 403, 405, 406, 418, 428, 429, 503]


@pytest.mark.parametrize("status", STATUSES)
def test_a_page_counts_with_these_statuses(status: int) -> None:
    page = Page("<title>Client Challenge</title>")
    assert wall(status, {}, page) == "page of Fastly"
    for other in {status - 1, status + 1} - set(STATUSES):
        assert wall(other, {}, page) is None


HEADERS = {
    "cf-mitigated": ["challenge", "Challenge"],
    "sg-captcha": ["challenge"],
    "x-amzn-waf-action": ["challenge", "captcha", "block", "block; x"],
    "x-vercel-mitigated": ["challenge", "deny"],
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header(name: str) -> None:
    for value in HEADERS[name]:
        assert wall(500, {name: value}, Page("")) == f"header {name}"
    for value in ("", "none", "no challenge"):
        assert wall(403, {name: value}, Page("")) is None


def test_the_header_of_datadome() -> None:
    headers = {"x-datadome": "protected"}
    assert wall(400, headers, Page("")) == "header x-datadome"
    assert wall(399, headers, Page("")) is None
    assert wall(200, headers, Page(f"<script src=//CAPTCHA-delivery.com></script>{BARE}")) == "header x-datadome"  # fmt: skip
    assert wall(200, headers, Page("<p>A page")) is None


def test_a_status_of_one_site() -> None:
    assert wall(999, {}, Page("")) == "status 999"
    assert wall(998, {}, Page("")) is None


ADDRESSES = [
    "https://validate.perfdrive.com/x", "https://geo.captcha-delivery.com/x", "https://ct.captcha-delivery.com/x",
    "http://www.google.com/sorry/index", "https://ipv4.google.co.uk/sorry/", "HTTPS://A.EXAMPLE/.WELL-KNOWN/SGCAPTCHA/",
    "https://a.example/.well-known/.git.gammaspectra.live/", "https://a.example/.well-known/ddos-guard/x",
    "https://a.example/.within.website/?x", "https://a.example/.basedflare/x", "https://a.example/.safeline/x",
    "https://a.example/.cerberus/x", "https://a.example/cdn-cgi/challenge-platform/x",
    "https://a.example/errors/validateCaptcha?x", "https://a.example/showcaptcha", "https://a.example/showcaptcha?x",
    "https://a.example/showcaptchafast/x", "https://a.example/showcaptcha#x", "https://a.example/_Incapsula_Resource?x",
]  # fmt: skip
OTHER_ADDRESSES = [
    "https://a.example/sorry/", "https://perfdrive.com/", "https://a.example/x/.within.website/", "ftp://validate.perfdrive.com/",
    "https://x.captcha-delivery.com/", "https://a.example/showcaptchas", "https://a.example/?u=https://validate.perfdrive.com/",
    "https://a.example/google.com/sorry/", "https://a.example?www.google.com/sorry/", "https://a.example#www.google.com/sorry/", "https://google.c0m/sorry/", "https://a.example/.well-known/",
]  # fmt: skip


def test_addresses_of_walls() -> None:
    assert [url for url in ADDRESSES if wall_at(url) != f"leads to {url}"] == []
    assert [url for url in OTHER_ADDRESSES if wall_at(url) is not None] == []


RIDDLE = "a captcha and nothing else"
RIDDLES = [
    f"<{tag} class=x-{mark}>"
    for tag in ("div", "iframe", "img", "form", "section", "span", "input type=hidden")
    for mark in ("captcha", "turnstile", "px-block", "geetest")
]
PEOPLE = [
    "Verify you are human", "Verifying that you are a human", "Confirm you are not a robot", "Confirming you are not a bot",
    "Prove you are human", "Check you are human", "Checking if you are human",
    "Making sure you are human", "Make sure that you're not a bot", "Are you a human?", "Are you a robot?",
    "Unusual traffic from your network", "Human verification", "Bot verification", "A robot check", "I'm not a robot",
    "I am not a robot", "Im not a robot",
    "Checking your browser", "Verifying your browser", "Your request is being verified",
    "¿Eres humano?", "¿Es usted un humano?", "Diga que es un ser humano", "No soy un robot", "No eres un robot", "No es un robot",
    "Vous êtes humain", "Vous êtes bien un être humain", "Je ne suis pas un robot",
    "Dass Sie ein Mensch sind", "Ich bin kein Roboter",
    "Se non sei un robot", "Se non sono un robot", "Sei umano?",
    "Você é humano?", "Você é um ser humano", "Não é um robô", "Não sou um robô",
    "Вы не робот", "Что вы человек", "Że nie jesteś robotem", "Nie jestem robotem", "Że jesteś człowiekiem",
    "是真人", "确认您为真人", "不是机器人", "非机器人", "不是機器人", "人机验证", "人機驗證",
    "私はロボットではありません", "人間であることを確認", "로봇이 아닙니다", "사람인지 확인",
    "أنا لست روبوت", "أنك إنسان", "আপনি রোবট নন", "मैं रोबोट नहीं हूँ", "אני לא רובוט",
]  # fmt: skip
NO_RIDDLES = [
    "<p>captcha", "<p class=captcha>", "<a href=/captcha>", "<divan class=captcha>", "<p>Human rights", "<p>A robot, checked twice",
    "<p>Is it human to verify", "<p>My robot", "<p>Unusual traffics", "<p>Superhumans verification",
    "<p>Checking your browsers", "<p>Pas un robots", "<p>Kein Roboterarm", "<p>Sie ein Mensch sindbad", "<p>A botanist", "<p>Nosotros no somos un robot", "<p>Wir sind Menschen", "<p>umano",
]  # fmt: skip


@pytest.mark.parametrize("source", [*RIDDLES, *(f"<p>{text}" for text in PEOPLE), *(f"<title>{text}</title>" for text in PEOPLE)])  # fmt: skip
def test_a_riddle_and_nothing_else(source: str) -> None:
    assert wall(200, {}, Page(source)) == RIDDLE
    assert wall(200, {}, Page(BARE + source)) is None
    assert wall(200, {}, Page(f"{source}<form><input name=mail type=email></form>")) is None


@pytest.mark.parametrize("source", NO_RIDDLES)
def test_no_riddle(source: str) -> None:
    assert wall(200, {}, Page(source)) is None
