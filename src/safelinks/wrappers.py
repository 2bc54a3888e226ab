"""Other vendors' link wrappers (spec, section 6): one row each in one table, found by host.

A row knows the hosts a vendor rewrites links to, and how a target is read out of such a link. One
without a decoder is opaque: the target is known to the vendor's server alone.

Some rows are about links that are made for one reader. To request such a link is a click of that
reader, so it is never done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from attrs import field, frozen

from safelinks import decoders, hosts
from safelinks.decoders import Decoder, parameter
from safelinks.ends import AS_IT_STANDS, End, parameters
from safelinks.grammar import AND, without_json_escapes
from safelinks.redact import redact

__all__ = [
    "WRAPPERS",
    "Kind",
    "Opaque",
    "Rewritten",
    "Wrapper",
    "opaque",
    "peel",
    "wrapper_of",
    "wraps_on",
]


class Kind(StrEnum):
    """What a wrapper is there for."""

    SECURITY = "security"
    TRACKER = "tracker"
    REDIRECTOR = "redirector"
    SHORTENER = "shortener"

    @property
    def personal(self) -> bool:
        """Whether its links are made for one reader, so that requesting one is that one's click."""
        return self in (Kind.SECURITY, Kind.TRACKER)


@frozen
class Rewritten:
    """One layer that another vendor than Microsoft put around an address.

    `recipient` is whom the message was delivered to, where the vendor tells. Personal data.
    """

    wrapper: str
    url: str = field(repr=False)
    target: str = field(repr=redact)
    recipient: str | None = field(default=None, repr=False)


@frozen
class Opaque:
    """A wrapper that could not be taken off: only its vendor's server knows the target.

    `domain` is the host name of the target, where the link tells at least that.
    """

    wrapper: str
    kind: Kind
    url: str = field(repr=False)
    domain: str | None = None

    def __str__(self) -> str:
        hint = f", only that it is on {self.domain}" if self.domain else ""
        return f"a link of {self.wrapper} that does not tell its target{hint}"


@frozen(eq=False)
class Wrapper:
    """A rewriting service.

    `hosts` are names, ``*`` in them standing for any text. `path` is a pattern of what follows the
    host, where not every address of the host is a wrapped link. `end` says what shows in a text
    where a link ends. `decode` gives the target of an address, None where it carries none; `hint`
    its host name, where the target itself is not there, and `recipient` whom the message was
    delivered to.
    """

    id: str
    name: str
    kind: Kind
    hosts: tuple[str, ...]
    end: End
    decode: Decoder | None = None
    path: str = ""
    hint: Decoder | None = None
    recipient: Decoder | None = None

    @property
    def opaque(self) -> bool:
        """Whether its links do not carry their target."""
        return self.decode is None


_URL_DEFENSE = ("urldefense.com", "urldefense.us", "urldefense.proofpoint.com")
_VADE = ("antiphishing", "m365.eu", "m365.us", "gws.eu")
_ANYWHERE = "*"
_GOOGLE = "sa source ust usg ved cd esrc rct cad uact opi sntz"
_GOOGLE_SIGNATURE = r"(?:AFQ[\w-]{31}|(?!AFQ)[\w-]{28}(?:[\w-]{6})?)"
_YOUTUBE = "event redir_token v html_redirect"
_CHECK_POINT = End(
    opens="___",
    closes=r"___\.",
    mark=r"___\.[\w=-]+",
    signs="@$,+{}",
    proves=decoders.check_point_is_whole,
)

_WORD = r"[\w-]"
_EXCLAMATION = "(?:!|%21)"
_ORDER = "the target stands last, and has no end of its own"
_ANY_LENGTH = "its last value is a token of any length"

WRAPPERS: tuple[Wrapper, ...] = (
    Wrapper("urldefense-v3", "Proofpoint URL Defense v3", Kind.SECURITY, _URL_DEFENSE,
            End(opens="/v3/__", closes=rf"__;{_WORD}*=*{_EXCLAMATION}", signs="@$,{}",
                mark=rf"__;{_WORD}*=*{_EXCLAMATION}(?:{_WORD}*{_EXCLAMATION}){{0,2}}{_WORD}+(?:\$|%24)"),
            decoders.url_defense_v3, path=r"/v3/", hint=decoders.url_defense_v3_host),
    Wrapper("urldefense-v2", "Proofpoint URL Defense v2", Kind.SECURITY, _URL_DEFENSE,
            parameters("u", "d c r m s e", mark=rf"{AND}s={_WORD}{{43}}(?:{AND}(?:e=)?)?"),
            decoders.url_defense_v2, path=r"/v2/url"),
    Wrapper("urldefense-v1", "Proofpoint URL Defense v1", Kind.SECURITY, _URL_DEFENSE,
            parameters("u", "k r m s", mark=rf"{AND}s=[0-9a-f]{{64}}"),
            decoders.url_defense_v1, path=r"/v1/url"),
    Wrapper("barracuda", "Barracuda Link Protection", Kind.SECURITY, ("linkprotect.cudasvc.com",),
            parameters("a", "c typo ancr_add", mark=rf"{AND}typo=[0-9](?:{AND}ancr_add=[0-9])?"),
            parameter("a", others="c typo ancr_add")),
    Wrapper("cisco", "Cisco Secure Web", Kind.SECURITY, ("secure-web.cisco.com",),
            End(opens=r"/1[\w-]*/", without=_ORDER), decoders.cisco),
    Wrapper("trendmicro", "Trend Micro", Kind.SECURITY,
            ("*-ctp.trendmicro.com", "*-urlprotect.trendmicro.com", "ctp.trendmicro.com"),
            parameters("url", "umid uuid auth", mark=rf"{AND}auth=[0-9a-f]{{40}}-[0-9a-f]{{40}}"),
            parameter("url", others="umid uuid auth")),
    Wrapper("fireeye", "Trellix", Kind.SECURITY, ("protect.fireeye.com", "protect2.fireeye.com"),
            parameters("u", "k q e", without=_ORDER), parameter("u", others="k q e")),
    Wrapper("symantec", "Symantec Click-time", Kind.SECURITY, ("clicktime.symantec.com",),
            parameters("u", "h", without=_ORDER), parameter("u")),
    Wrapper("sophos", "Sophos", Kind.SECURITY, ("*.protection.sophos.com",),
            parameters("u", "d i p t h s", mark=rf"{AND}h=[0-9a-f]{{32}}"),
            decoders.base64_parameter("u"), hint=decoders.host_parameter("d")),
    Wrapper("avanan", "Avanan", Kind.SECURITY, ("url.avanan.click", "avanan.url-protection.com"),
            _CHECK_POINT, decoders.check_point),
    Wrapper("checkpoint", "Check Point", Kind.SECURITY,
            ("protect.checkpoint.com", "checkpoint.url-protection.com"), _CHECK_POINT,
            decoders.check_point),
    Wrapper("inky", "INKY", Kind.SECURITY, ("shared.outlook.inky.com",),
            End(opens=rf"(?:\?|{AND})t=[a-z]\.", closes=r"\.", mark=rf"t=[a-z]\.{_WORD}+\.{_WORD}+",
                proves=decoders.inky_is_whole),
            decoders.inky, hint=decoders.host_parameter("domain"),
            recipient=decoders.inky_recipient),
    Wrapper("vade", "Vade", Kind.SECURITY, tuple(f"{name}.vadesecure.com" for name in _VADE),
            parameters("u", "f i k r s", without=_ORDER), parameter("u", others="f i k r s")),
    Wrapper("esva", "Libraesva", Kind.SECURITY, ("urlsand.esvalabs.com",),
            parameters("u", "e h f n p", mark=rf"{AND}p=[a-z]"),
            parameter("u", others="e h f n p")),
    Wrapper("no-click.mil", "no-click.mil", Kind.SECURITY, ("no-click.mil",),
            End(opens=r"\?", without=_ORDER), decoders.bare_query),
    Wrapper("mimecast", "Mimecast", Kind.SECURITY,
            ("protect-*.mimecast.com", "url.*.m.mimecastprotect.com"), AS_IT_STANDS,
            hint=decoders.host_parameter("domain")),
    Wrapper("owa", "Outlook Web Access", Kind.SECURITY, (_ANYWHERE,),
            parameters("URL|REF|SURL", "C auth", without=_ORDER), decoders.outlook_web_access,
            path=r"/(?:owa/(?:[^?#]*/)?redir\.aspx|exchweb/bin/redir\.asp)\?"),
    Wrapper("aws-ses", "Amazon SES", Kind.TRACKER, ("*.awstrack.me",),
            End(opens="/L0/", closes="/[0-9]+/", signs=",",
                mark=rf"/[0-9]+/{_WORD}{{30,60}}/{_WORD}{{20,}}=[0-9]{{3}}"),
            decoders.path_part(r"/L0/([^/?\#]+)"), path=r"/L0/"),
    Wrapper("azure-mail", "Azure mail", Kind.TRACKER,
            ("emails.azure.microsoft.com", "*.safelink.emails.azure.net"),
            parameters("destination", "p", without=_ANY_LENGTH),
            parameter("destination", others="p"), path=r"/redirect/?\?"),
    Wrapper("govdelivery", "GovDelivery", Kind.TRACKER, ("lnks.gd", "links.govdelivery.com"),
            End(opens=r"/l/[\w-]+\.", closes=r"\.",
                mark=rf"\.{_WORD}{{43}}(?:/s/[0-9]+/br/[0-9]+-[a-z]|(?![/\w-]))"),
            decoders.govdelivery, path=r"/(?:l/|track\?|[0-9]+/)"),
    Wrapper("mailchimp", "Mailchimp", Kind.TRACKER, ("*.list-manage.com",), AS_IT_STANDS,
            path=r"/track/click\?"),
    Wrapper("sendgrid", "SendGrid", Kind.TRACKER, ("*.sendgrid.net",), AS_IT_STANDS,
            path=r"/(?:ls|wf|uni)/(?:click|open)\?"),
    Wrapper("google", "Google", Kind.REDIRECTOR, hosts.GOOGLE,
            parameters("q|url", _GOOGLE, mark=rf"{AND}(?:usg={_GOOGLE_SIGNATURE}|ust=[0-9]{{16}})"),
            parameter("q", "url", others=_GOOGLE), path=r"/url\?"),
    Wrapper("bing", "Bing", Kind.REDIRECTOR, ("www.bing.com", "bing.com"),
            parameters("u", "ntb p ptn hsh fclid ver psq", mark=rf"{AND}ntb=[0-9]"),
            decoders.bing, path=r"/ck/a\?"),
    Wrapper("duckduckgo", "DuckDuckGo", Kind.REDIRECTOR, ("duckduckgo.com", "www.duckduckgo.com"),
            parameters("uddg", "rut", mark=rf"{AND}rut=[0-9a-f]{{64}}"),
            parameter("uddg", others="rut"), path=r"/l/\?"),
    Wrapper("facebook", "Facebook", Kind.REDIRECTOR, ("l.facebook.com", "lm.facebook.com"),
            parameters("u", "h s enc fbclid __tn__", without=_ANY_LENGTH),
            parameter("u", others="h s enc fbclid __tn__"), path=r"/l\.php\?"),
    Wrapper("instagram", "Instagram", Kind.REDIRECTOR, ("l.instagram.com",),
            parameters("u", "e s", without=_ANY_LENGTH), parameter("u", others="e s"),
            path=r"/?\?"),
    Wrapper("messenger", "Messenger", Kind.REDIRECTOR, ("l.messenger.com",),
            parameters("u", "h s", without=_ANY_LENGTH), parameter("u", others="h s"),
            path=r"/l\.php\?"),
    Wrapper("threads", "Threads", Kind.REDIRECTOR, ("l.threads.net", "l.threads.com"),
            parameters("u", "e s", without=_ANY_LENGTH), parameter("u", others="e s"),
            path=r"/?\?"),
    Wrapper("whatsapp", "WhatsApp", Kind.REDIRECTOR, ("l.wl.co",),
            parameters("u", "e", without=_ORDER), parameter("u", others="e"), path=r"/l\?"),
    Wrapper("linkedin", "LinkedIn", Kind.REDIRECTOR, ("www.linkedin.com", "linkedin.com"),
            parameters("url", "urlhash trk", without=_ANY_LENGTH),
            parameter("url", others="urlhash trk"),
            path=r"/(?:redir/redirect|safety/go)/?\?"),
    Wrapper("slack", "Slack", Kind.REDIRECTOR, ("slack-redir.net",),
            parameters("url", "v", mark=rf"{AND}v=[0-9]"), parameter("url", others="v"),
            path=r"/link\?"),
    Wrapper("youtube", "YouTube", Kind.REDIRECTOR,
            ("www.youtube.com", "m.youtube.com", "youtube.com"),
            parameters("q", _YOUTUBE, mark=rf"{AND}v={_WORD}{{11}}"),
            parameter("q", others=_YOUTUBE), path=r"/redirect\?"),
    Wrapper("reddit", "Reddit", Kind.REDIRECTOR, ("out.reddit.com",),
            parameters("url", "token app_name", without=_ANY_LENGTH),
            parameter("url", others="token app_name"), path=r"/[^?#]*\?"),
    Wrapper("href.li", "href.li", Kind.REDIRECTOR, ("href.li",), End(opens=r"\?", without=_ORDER),
            decoders.bare_query, path=r"/?\?"),
    Wrapper("nyc-exit", "NYC exit page", Kind.REDIRECTOR,
            ("nyc.gov", "www.nyc.gov", "www1.nyc.gov"), parameters("url", without=_ORDER),
            parameter("url"), path=r"/cgi-bin/exit\.pl\?"),
    Wrapper("shortener", "a link shortener", Kind.SHORTENER, hosts.SHORTENERS, AS_IT_STANDS,
            path=r"/[^/?#]"),
)  # fmt: skip


@frozen
class _Row:
    """A row under one of its hosts, whose pattern is None where the name alone decides."""

    wrapper: Wrapper
    host: re.Pattern[str] | None = None


def _suffix(pattern: str) -> str:
    """What stands behind the last free label of a host's pattern."""
    return pattern.rpartition("*")[2].partition(".")[2]


def _index() -> Mapping[str, tuple[_Row, ...]]:
    """The rows by host, or, where that is a pattern, by its suffix."""
    rows: dict[str, tuple[_Row, ...]] = {}
    for wrapper in WRAPPERS:
        for host in wrapper.hosts:
            free = re.escape(host).replace(r"\*", "[a-z0-9.-]+") if "*" in host else None
            row = _Row(wrapper, re.compile(rf"{free}\Z") if free else None)
            key = _suffix(host) if free else host
            rows[key] = (*rows.get(key, ()), row)
    return rows


_ROWS = _index()
_AUTHORITY = re.compile(
    r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)\.?(?::(?:80|443)?)?(?=(/owa/|/exchweb/)|[/?#]|\Z)",
    re.IGNORECASE | re.ASCII,
)


def wrapper_of(url: str) -> Wrapper | None:
    """The row for `url`, by its host's name and the suffixes above it; else None."""
    match = _AUTHORITY.match(url)
    if match is None:
        return None
    named = _rows_of(match[1].lower())
    rows = (*named, *_ROWS[""]) if match[2] else named
    if not rows:
        return None
    for row in rows:
        if _path_of(row.wrapper).match(url, match.end()):
            return row.wrapper
    # Whatever else there is on the host of a security service is its own affair, too.
    return next((row.wrapper for row in named if row.wrapper.kind is Kind.SECURITY), None)


def wraps_on(host: str) -> bool:
    """Whether any wrapper has links on `host`, which is in lower case."""
    return bool(_rows_of(host))


@lru_cache(maxsize=4096)
def _rows_of(host: str) -> tuple[_Row, ...]:
    """The rows that name `host`, which is in lower case."""
    name = host
    while name:
        rows = tuple(
            row
            for row in _ROWS.get(name, ())
            if (row.host.match(host) if row.host else name == host)
        )
        if rows:
            return rows
        name = name.partition(".")[2]
    return ()


@lru_cache(maxsize=len(WRAPPERS))
def _path_of(row: Wrapper) -> re.Pattern[str]:
    return re.compile(row.path, re.IGNORECASE)


def peel(url: str, *, keep_redirectors: bool = False) -> Rewritten | None:
    """One layer off `url`; None when it is no such wrapper, or one that carries no target.

    With `keep_redirectors`, only security services count as wrappers.
    """
    row = wrapper_of(url)
    if row is None or row.decode is None or (keep_redirectors and row.kind is not Kind.SECURITY):
        return None
    target = row.decode(without_json_escapes(url))
    if not target:
        return None
    return Rewritten(row.name, url, target, row.recipient(url) if row.recipient else None)


def opaque(url: str) -> Opaque | None:
    """What is known of `url` where it is a wrapped link that does not carry its target."""
    row = wrapper_of(url)
    if row is None or (row.decode is not None and row.decode(url)):
        return None
    return Opaque(row.name, row.kind, url, row.hint(url) if row.hint else None)
