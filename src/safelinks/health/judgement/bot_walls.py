"""Walls that let only browsers in: what their answers look like, whatever the status says.

A table of products, each with a mark that only its page has, and what such pages say to people. A
mark that protected pages have as well, or articles about the product, counts only on a page with
little else to see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen
from safelinks.health.judgement.visible_page import Page

__all__ = ["wall", "wall_at"]

_SHORT = 1_500  # characters that are seen: more is a page of its own
_BARE = 400
_TINY = 5_000  # characters of source
_LONG = 10_000  # the same: in more, to look for a mark takes longer than to read some words

# Headers that only a challenge has.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "cf-mitigated": ("challenge",),
    "sg-captcha": ("challenge",),
    "x-amzn-waf-action": ("challenge", "captcha", "block"),
    "x-vercel-mitigated": ("challenge", "deny"),
}
_STATUSES = frozenset({200, 202, 401, 403, 405, 406, 418, 428, 429, 503})


@frozen
class _Wall:
    """A page of a product, known by `mark`, which is in its source in lower case.

    Also by a `pattern` in the same, by its whole `title` in lower case, and by that no more than
    `most` characters are to be read on it, and no more than `source` are in it.
    """

    name: str
    mark: str
    pattern: re.Pattern[str] | None = None
    title: re.Pattern[str] | None = None
    most: int | None = None
    source: int | None = None

    def is_on(self, page: Page) -> bool:
        """Whether `page` is one of it: what takes least is looked at first."""
        if self.source is not None and len(page.source) > self.source:
            return False
        if self.title is not None and self.title.fullmatch(page.title.lower()) is None:
            return False
        return (
            self.mark in page.lower
            and (self.pattern is None or self.pattern.search(page.lower) is not None)
            and (self.most is None or page.is_brief(self.most))
        )


def _re(pattern: str) -> re.Pattern[str]:
    return pattern_of(pattern, re.DOTALL)


_ATTRIBUTE = r"(?:src|href|action|content|url)\s*=\s*[\"']?[^\"'<>\s]{0,300}"
_WALLS: tuple[_Wall, ...] = (
    _Wall(
        "Akamai",
        "access denied",
        _re(r"<title>\s*access denied\s*</title>.{0,2000}reference\s*&?#"),
    ),
    _Wall("Akamai", "sec-if-cpt-container", most=_BARE),
    _Wall("Akamai", "bm-verify", _re(r"bm-verify[\"']?\s*[:=]"), most=_BARE),
    _Wall("Incapsula", "_incapsula_resource", most=_BARE, source=_TINY),
    _Wall("DataDome", "captcha-delivery.com", most=_BARE, source=_TINY),
    _Wall("Cloudflare", "just a mom", _re(r"<title>\s*just a moment\.\.\.\s*</title>")),
    _Wall("Cloudflare", "_cf_chl_opt", _re(r"_cf_chl_opt\s*=\s*\{"), most=_SHORT),
    _Wall("Cloudflare", "cloudflare", title=_re(r"attention required! \| cloudflare")),
    _Wall("F5", "support id", title=_re(r"request rejected")),
    _Wall("F5", "please enable javascript to view the page content", most=_BARE),
    _Wall("Imperva", "pardon our", title=_re(r"pardon our interruption\W*")),
    _Wall(
        "Anubis", "anubis_challenge", _re(r"<\w[^<>]{0,200}?\sid\s*=\s*[\"']?anubis_challenge\b")
    ),
    _Wall(
        "Anubis",
        "/.within.website/x/cmd/anubis/",
        _re(_ATTRIBUTE + r"/\.within\.website/x/cmd/anubis/"),
        most=_SHORT,
    ),
    _Wall(
        "Imunify360",
        "is being verified",
        _re(r"request is being verified"),
        _re(r"one moment,? please\W*"),
        _SHORT,
    ),
    _Wall("Imunify360", "wsidchk", most=_SHORT),
    _Wall("SiteGround", "sgcaptcha", _re(r"/\.well-known/sgcaptcha/|sg-?captcha"), most=_BARE),
    _Wall("Radware", "perfdrive.com", _re(_ATTRIBUTE + r"validate\.perfdrive\.com"), most=_SHORT),
    _Wall("Radware", "radware", _re("captcha"), _re(r"radware\b.*(?:captcha|bot|block).*"), _SHORT),
    _Wall("Radware", "radware bot manager", _re("captcha|verif|human|robot|bloc"), most=_SHORT),
    _Wall("ShieldSquare", "shieldsquare", _re("captcha|block"), most=_BARE),
    _Wall(
        "go-away",
        "/.well-known/.git.gammaspectra.live/",
        _re(_ATTRIBUTE + r"/\.well-known/\.git\.gammaspectra\.live/"),
        most=_SHORT,
    ),
    _Wall(
        "go-away",
        "protected by",
        _re(r"protected by\s+(?:<a\b[^<>]{0,300}>\s*)?go-away"),
        most=_SHORT,
    ),
    _Wall(
        "Amazon",
        "validatecaptcha",
        _re(r"action\s*=\s*[\"']?[^\"'<>\s]{0,300}/errors/validatecaptcha"),
    ),
    _Wall("Amazon", "robot check", title=_re(r"(?:amazon\.[a-z.]+\W+)?robot check"), most=_SHORT),
    _Wall(
        "HUMAN",
        "px-captcha",
        _re(r"id\s*=\s*[\"']?px-captcha\b|px-captcha-(?:wrapper|container)|px-cdn\.net|_pxappid"),
        most=_SHORT,
    ),
    _Wall("Kasada", "kpsdk", most=_BARE, source=_TINY),
    _Wall("Sucuri", "sucuri_cloudproxy", most=_BARE),
    _Wall("Sucuri", "sucuri", title=_re(r"sucuri website firewall\b.*")),
    _Wall("DDoS-Guard", "ddos-guard", title=_re(r"ddos-guard\b.*"), most=_SHORT),
    _Wall(
        "DDoS-Guard",
        "/.well-known/ddos-guard/",
        most=_BARE,
    ),
    _Wall("Vercel", "vercel", title=_re(r"vercel security checkpoint")),
    _Wall("AWS", "gokuprops", _re(r"gokuprops\s*=\s*\{"), most=_BARE),
    _Wall("AWS", "awswaf", _re(r"awswaf(?:integration|cookiedomainlist|-captcha)"), most=_BARE),
    _Wall("Fastly", "client challenge", title=_re(r"client challenge"), most=_SHORT),
    _Wall("Azure", "azure waf", title=_re(r"azure waf"), most=_SHORT),
    _Wall("Bunny", "bunny-shield", most=_BARE),
    _Wall("Alibaba", "acw_sc__v", most=_BARE),
    _Wall("Tencent", "eo_bot_ssid", most=_BARE),
    _Wall("testcookie", "slowaes.decrypt", most=_BARE),
    _Wall("Reblaze", "rbzns", _re(r"window\.rbzns\s*="), most=_BARE),
    _Wall("BasedFlare", "/.basedflare/", most=_SHORT),
    _Wall("SafeLine", "/.safeline/", most=_BARE),
    _Wall("Cerberus", "/.cerberus/", most=_SHORT),
    _Wall("CrowdSec", "crowdsec", title=_re(r"crowdsec (?:captcha|ban|access forbidden).*")),
    _Wall("BunkerWeb", "bunkerweb", title=_re(r"bot detection"), most=_SHORT),
    _Wall(
        "Wordfence", "generated by wordfence", _re(r"your access to this (?:site|service) has been")
    ),
)

_ON_LONG_PAGES = tuple(one for one in _WALLS if one.most is None)
assert all(one.most <= _SHORT for one in _WALLS if one.most is not None)  # noqa: S101

# Where a wall sends who has not passed it yet, by the address.
_ADDRESSES = pattern_of(
    r"https?://(?:"
    r"validate\.perfdrive\.com/|(?:geo|ct)\.captcha-delivery\.com/|[^/?#]*google\.[a-z.]+/sorry/"
    r"|[^/?#]+/(?:\.well-known/(?:sgcaptcha|\.git\.gammaspectra\.live|ddos-guard)/"
    r"|\.within\.website/|\.basedflare/|\.safeline/|\.cerberus/|cdn-cgi/challenge-platform/"
    r"|errors/validatecaptcha|showcaptcha(?:fast)?(?:[/?#]|\Z)|_incapsula_resource))",
    re.IGNORECASE,
)

_CAPTCHA_MARKS = ("captcha", "turnstile", "px-block", "geetest")
# As something on the page, not a script that watches its visitors.
_CAPTCHA = pattern_of(
    r"<(?:div|iframe|img|form|section|span|input)\b[^<>]{0,500}"
    r"(?:captcha|turnstile|px-block|geetest)"
)
# What a page says that wants a person before it, and the marks that are looked for first.
_HUMAN_MARKS = (
    "human", "robot", " bot", "bot verification", "unusual traffic", "your browser",
    "is being verified", "robô",
    "humain", "mensch", "umano", "человек", "робот", "człowiek", "真人", "机器人", "機器人",
    "人机验证", "人機驗證", "ロボット", "人間", "로봇", "사람인지", "روبوت", "إنسان", "রোবট",
    "रोबोट", "רובוט",
)  # fmt: skip
_HUMAN = pattern_of(
    r"\b(?:verify|confirm|prove|check)(?:ing)?\b.{0,20}\b(?:human|not a (?:ro)?bot)\b"
    r"|\bmak(?:e|ing) sure (?:that )?you.{0,10}\b(?:human|not a (?:ro)?bot)\b"
    r"|\bare you a (?:human|robot)\b|\bunusual traffic\b|\b(?:human|bot) verification\b"
    r"|\brobot check\b|\bi.?a?m not a robot\b"
    r"|\b(?:checking|verifying) your browser\b|\brequest is being verified\b"
    r"|\b(?:eres|es usted|que es) (?:un )?(?:ser )?humano\b|\bno (?:soy|eres|es) un robot\b"
    r"|\bvous êtes (?:bien )?(?:un )?(?:être )?humain\b|\bpas un robot\b"
    r"|\bsie ein mensch sind\b|\bkein roboter\b|\bnon s(?:ei|ono) un robot\b|\bsei umano\b"
    r"|\bvocê é (?:um )?(?:ser )?humano\b|\bnão (?:é|sou) um robô\b"
    r"|вы (?:не робот|человек)|nie jeste[śm] robotem|jesteś człowiekiem"
    r"|(?:是|为)真人|(?:不是|非)机器人|不是機器人|人机验证|人機驗證"
    r"|ロボットではありません|人間であることを確認|로봇이 아닙니다|사람인지 확인"
    r"|لست روبوت|أنك إنسان|রোবট নন|रोबोट नहीं|לא רובוט",
    re.IGNORECASE,
)


def wall(status: int, headers: Mapping[str, str], page: Page) -> str | None:
    """Which wall against robots answered; None when none did."""
    if status == 999:
        return "status 999"
    for name, values in _HEADERS.items():
        if headers.get(name, "").lower().startswith(values):
            return f"header {name}"
    if "x-datadome" in headers and (status >= 400 or "captcha-delivery.com" in page.lower):
        return "header x-datadome"
    if status not in _STATUSES or not page.source:
        return None
    lower = page.lower
    is_long = len(page.source) > _LONG and not page.is_brief(_SHORT)
    walls = _ON_LONG_PAGES if is_long else _WALLS
    marked = [one for one in walls if one.mark in lower]
    found = next((one for one in marked if one.is_on(page)), None)
    if found is not None:
        return f"page of {found.name}"
    return "a captcha and nothing else" if _is_captcha(page) else None


def wall_at(url: str) -> str | None:
    """Which wall a redirect to `url` leads to; None when it leads to none."""
    return f"leads to {url}" if _ADDRESSES.match(url) else None


def _is_captcha(page: Page) -> bool:
    """Whether there is nothing else than a riddle for humans on the page."""
    riddle = page.holds_any(_CAPTCHA_MARKS) and _CAPTCHA.search(page.lower) is not None
    if not riddle and not page.holds_any(_HUMAN_MARKS):
        return False
    if not page.is_brief(_BARE) or page.fields:
        return False
    return riddle or _HUMAN.search(f"{page.title}\n{page.words}") is not None
