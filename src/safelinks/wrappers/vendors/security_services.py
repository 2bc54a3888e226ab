"""The table of wrappers: services that check links, for the recipient of a message (spec, 6)."""

from __future__ import annotations

from safelinks.wrappers.microsoft.safelink_grammar import AND
from safelinks.wrappers.vendors import gateways
from safelinks.wrappers.vendors.carriers import bare_query, base64_parameter, host_parameter
from safelinks.wrappers.vendors.link_ends import AS_IT_STANDS, End, parameters
from safelinks.wrappers.vendors.wrapper_row import ANYWHERE, Kind, Wrapper, nothing, query, secret

__all__ = ["SECURITY_SERVICES"]

_URL_DEFENSE = ("urldefense.com", "urldefense.us", "urldefense.proofpoint.com")
_VADE = ("antiphishing", "m365.eu", "m365.us", "gws.eu")
_WORD = r"[\w-]"
_EXCLAMATION = "(?:!|%21)"
_ORDER = "the target stands last, and has no end of its own"
_ANY_LENGTH = "its last value is a token of any length"
_TARGET_ONLY = "its links hold the target and nothing else"

_CHECK_POINT = End(
    opens="___",
    closes=r"___\.",
    mark=r"___\.[\w=-]+",
    signs="@$,+{}",
    proves=gateways.check_point_is_whole,
)
_CHECK_POINT_V2 = (_CHECK_POINT, secret(parts=r"___\.?([\w+/=-]*)"), gateways.check_point)
_CHECK_POINT_V1 = query("o", hidden="g c r s h p", public="typo", without=_ANY_LENGTH)
_V1, _V2 = r"/v1/(?:r[0-9]+/)?url\?", r"/v2/"

SECURITY_SERVICES: tuple[Wrapper, ...] = (
    Wrapper("urldefense-v3", "Proofpoint URL Defense v3", Kind.SECURITY, _URL_DEFENSE,
            End(opens="/v3/__", closes=rf"__;{_WORD}*=*{_EXCLAMATION}", signs="@$,{}",
                mark=rf"__;{_WORD}*=*{_EXCLAMATION}(?:{_WORD}*{_EXCLAMATION}){{0,2}}{_WORD}+(?:\$|%24)"),
            secret(parts=rf"(?:\A|__;{_WORD}*=*){_EXCLAMATION}({_WORD}*)(?:{_EXCLAMATION}({_WORD}*))?(?:{_EXCLAMATION}({_WORD}*))?"),
            gateways.url_defense_v3, path=r"/v3/", hint=gateways.url_defense_v3_host),
    Wrapper("urldefense-v2", "Proofpoint URL Defense v2", Kind.SECURITY, _URL_DEFENSE,
            parameters("u", "d c r m s e k", mark=rf"{AND}s={_WORD}{{43}}(?:{AND}(?:e=)?)?"),
            secret("d c r m s e k"), gateways.url_defense_v2, path=r"/v2/url"),
    Wrapper("urldefense-v1", "Proofpoint URL Defense v1", Kind.SECURITY, _URL_DEFENSE,
            parameters("u", "k r m s", mark=rf"{AND}s=[0-9a-f]{{64}}"),
            secret("k r m s"), gateways.url_defense_v1, path=r"/v1/url"),
    Wrapper("barracuda", "Barracuda Link Protection", Kind.SECURITY, ("linkprotect.cudasvc.com",),
            *query("a", hidden="c", public="typo ancr_add",
                   mark=rf"{AND}typo=[0-9](?:{AND}ancr_add=[0-9])?")),
    Wrapper("cisco", "Cisco Secure Web", Kind.SECURITY, ("secure-web.cisco.com",),
            End(opens=r"/1[\w-]*/", without=_ORDER), secret(parts=r"(?<=[a-z])/1([\w-]+)(?=/|\Z)"),
            gateways.cisco),
    Wrapper("trendmicro", "Trend Micro", Kind.SECURITY,
            ("*-ctp.trendmicro.com", "*-urlprotect.trendmicro.com", "ctp.trendmicro.com"),
            *query("url", hidden="umid uuid auth",
                   mark=rf"{AND}auth=[0-9a-f]{{40}}-[0-9a-f]{{40}}")),
    Wrapper("fireeye", "Trellix", Kind.SECURITY, ("protect.fireeye.com", "protect2.fireeye.com"),
            *query("u", hidden="k q e", without=_ORDER)),
    Wrapper("symantec", "Symantec Click-time", Kind.SECURITY, ("clicktime.symantec.com",),
            *query("u", hidden="h d", parts=r"/([\w=-]{16,})(?=\?)", without=_ORDER)),
    Wrapper("sophos", "Sophos", Kind.SECURITY, ("*.protection.sophos.com",),
            parameters("u", "d i p t h s b x q", mark=rf"{AND}h=[0-9a-f]{{32}}"),
            secret("i p t h s b x q"), base64_parameter("u"), hint=host_parameter("d")),
    Wrapper("avanan", "Avanan", Kind.SECURITY, ("url.avanan.click", "avanan.url-protection.com"),
            *_CHECK_POINT_V2, path=_V2),
    Wrapper("avanan-v1", "Avanan", Kind.SECURITY,
            ("url.avanan.click", "avanan.url-protection.com"), *_CHECK_POINT_V1, path=_V1),
    Wrapper("checkpoint", "Check Point", Kind.SECURITY,
            ("protect.checkpoint.com", "checkpoint.url-protection.com"), *_CHECK_POINT_V2,
            path=_V2),
    Wrapper("checkpoint-v1", "Check Point", Kind.SECURITY,
            ("protect.checkpoint.com", "checkpoint.url-protection.com"), *_CHECK_POINT_V1,
            path=_V1),
    Wrapper("sonicwall", "SonicWall", Kind.SECURITY, ("sonicwall.url-protection.com",),
            *_CHECK_POINT_V1, path=_V1),
    Wrapper("sonicwall-v2", "SonicWall", Kind.SECURITY, ("sonicwall.url-protection.com",),
            *_CHECK_POINT_V2, path=_V2),
    Wrapper("inky", "INKY", Kind.SECURITY, ("shared.outlook.inky.com",),
            End(opens=rf"(?:\?|{AND})t=[a-z]\.", closes=r"\.", mark=rf"t=[a-z]\.{_WORD}+\.{_WORD}+",
                proves=gateways.inky_is_whole),
            secret(parts=rf"\A\.({_WORD}*)|[?&]t=[a-z]\.({_WORD}+(?:\.{_WORD}*)?)"), gateways.inky,
            hint=host_parameter("domain"), recipient=gateways.inky_recipient),
    Wrapper("vade", "Vade", Kind.SECURITY, tuple(f"{name}.vadesecure.com" for name in _VADE),
            *query("u", hidden="f i k r s", without=_ORDER)),
    Wrapper("esva", "Libraesva", Kind.SECURITY, ("urlsand.esvalabs.com",),
            *query("u", hidden="e h", public="f n p", mark=rf"{AND}p=[a-z]")),
    Wrapper("no-click.mil", "no-click.mil", Kind.SECURITY, ("no-click.mil",),
            End(opens=r"\?", without=_ORDER), nothing(_TARGET_ONLY), bare_query),
    Wrapper("menlo", "Menlo Security", Kind.SECURITY, ("safe.menlosecurity.com",),
            End(opens="menlosecurity\\.com[^/]*/", without=_ORDER, signs=",@$+;"),
            nothing(_TARGET_ONLY), gateways.menlo, unmarked=True),
    Wrapper("trustwave", "Trustwave", Kind.SECURITY, ("scanmail.trustwave.com",),
            *query("u", hidden="c d s", without=_ORDER)),
    Wrapper("edgepilot", "EdgePilot", Kind.SECURITY, ("link.edgepilot.com",),
            *query("u", parts=rf"/[sx]/({_WORD}+)(?:/({_WORD}*))?(?=\?|\Z)", without=_ORDER)),
    Wrapper("urlisolation", "Proofpoint Isolation", Kind.SECURITY,
            ("urlisolation.com", "proofpointisolation.com"),
            *query("url", hidden="clickId traceToken", without=_ANY_LENGTH)),
    Wrapper("titanhq", "TitanHQ", Kind.SECURITY, ("linklock.titanhq.com",),
            *query("url", hidden="data", without=_ANY_LENGTH)),
    Wrapper("topsec", "Topsec", Kind.SECURITY, ("scanner.topsec.com",),
            *query("u", hidden="d t", public="r", mark=rf"{AND}t=[0-9a-f]{{40}}")),
    Wrapper("vipre-scanner", "VIPRE", Kind.SECURITY, ("url*.mailanyone.net",),
            parameters("o", "m d s", mark=rf"{AND}s={_WORD}{{27}}"), secret("m d s"),
            gateways.vipre, path=r"/scanner\?"),
    Wrapper("vipre-v1", "VIPRE", Kind.SECURITY, ("url*.mailanyone.net",), AS_IT_STANDS,
            secret("m i c"), path="/v1/"),
    Wrapper("vipre", "VIPRE", Kind.SECURITY, ("url.emailprotection.link",), AS_IT_STANDS,
            secret(parts=r"\?([^\#]+)")),
    Wrapper("fortimail", "FortiMail", Kind.SECURITY, (ANYWHERE,),
            *query("url", hidden="fewReq", without=_ORDER),
            path=r"/fmlurlsvc/\?(?:fewReq|url=|urlhttps?[%:]|[a-z]{0,6}=?\Z)",
            starts=("/fmlurlsvc/",)),
    Wrapper("antigena", "Darktrace", Kind.SECURITY, ("l.antigena.com",), AS_IT_STANDS,
            secret(parts=r"/l/([\w~.-]+)")),
    Wrapper("mcafee", "McAfee ClickProtect", Kind.SECURITY, ("cp.mcafee.com",), AS_IT_STANDS,
            secret(parts=r"/d/([\w-]+)")),
    Wrapper("mimecast", "Mimecast", Kind.SECURITY,
            ("protect-*.mimecast.com", "url.*.m.mimecastprotect.com"), AS_IT_STANDS,
            secret(parts=r"/[rs]/([\w-]+)"), hint=host_parameter("domain")),
    Wrapper("owa", "Outlook Web Access", Kind.SECURITY, (ANYWHERE,),
            parameters("URL|REF|SURL", "C auth", without=_ORDER), secret("C auth"),
            gateways.outlook_web_access,
            path=r"/(?:owa/(?:[^?#]*/)?redir\.aspx|exchweb/bin/redir\.asp)\?",
            starts=("/owa/", "/exchweb/")),
)  # fmt: skip
