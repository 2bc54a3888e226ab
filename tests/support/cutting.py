"""Builds links of every wrapper as vendors write them, and cuts them as texts do."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Callable
from urllib.parse import quote

from attrs import frozen
from building import encode, wrap

__all__ = ["LINKS", "SURROUNDINGS", "Surroundings"]


def _token(length: int, alphabet: str = "base64") -> str:
    """A value without meaning, of `length` characters."""
    digest = hashlib.sha512(str(length).encode()).digest() * 4
    raw = digest.hex() if alphabet == "hex" else base64.urlsafe_b64encode(digest).decode()
    return raw[:length].replace("-", "x").replace("_", "y")


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _lower(target: str) -> str:
    """Encoded with escapes in lower case, as the gateways do it."""
    return "".join(
        char if char.isascii() and char.isalnum() else "".join(f"%{b:02x}" for b in char.encode())
        for char in target
    )


def _v2(target: str) -> str:
    value = quote(target, safe="/.").replace("-", "%2D").replace("_", "%5F")
    value = value.replace("%", "-").replace("/", "_")
    return (
        f"https://urldefense.proofpoint.com/v2/url?u={value}&d=DwMFaQ&c={_token(43)}&r={_token(43)}"
        f"&m={_token(42)}a&s={_token(41)}bc&e="
    )


def _v3(target: str) -> str:
    kept = "".join("*" if char in "#%+*" else char for char in target)
    taken = "".join(char for char in target if char in "#%+*")
    return (
        f"https://urldefense.com/v3/__{kept}__;{_b64(taken.encode())}!!{_token(12)}!{_token(60)}$"
    )


def _teams(target: str) -> str:
    pc = encode(_token(90) + "; path=/")
    return (
        "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
        f"?url={encode(target)}&locale=en-gb&pc={pc}&si=1708863910422&ce=prod&ssid={_token(20)}"
        "&ring=general&bg=%23141414&fg=%23fff&fg2=%237A80EB"
    )


def _inky(target: str) -> str:
    token = _b64(zlib.compress(json.dumps({"url": target, "k": "o/me@example.com/h/1"}).encode()))
    signature = _b64(b"\x30\x44" + hashlib.sha512(b"").digest() + b"1234")
    return f"https://shared.outlook.inky.com/link?domain=example.org&t=h.{token}.{signature}"


def _govdelivery(target: str) -> str:
    claims = _b64(json.dumps({"uri": "bp2:click", "url": target}).encode())
    token = f"eyJhbGciOiJIUzI1NiJ9.{claims}.{_token(43)}"
    return f"https://lnks.gd/l/{token}/s/786886468/br/636441855345-l"


def _check_point(target: str) -> str:
    proof = base64.b64encode(f"ap3:example:a:o:{_token(32, 'hex')}:7:aee8:p:T:F".encode()).decode()
    return f"https://protect.checkpoint.com/v2/r01/___{target}___.{proof.rstrip('=')}"


def _check_point_v1(host: str, target: str) -> str:
    value = quote(target, safe="/")
    return f"https://{host}/v1/url?o={value}&g=YWQ2ODVkY2E=&h={_token(40)}&p={_token(60)}"


_ORDER = (7, 3, 0, 1, 9, 5, 6, 8, 2, 4)  # of the plain text's characters in each block


def _vipre(target: str) -> str:
    blocks = [target[at : at + 10] for at in range(0, len(target), 10)]
    mixed = "".join(
        "".join(block[at] for at in _ORDER) if len(block) == 10 else block[::-1] for block in blocks
    )
    return (
        f"https://url2.mailanyone.net/scanner?m={_token(16)}&d=4%7Cmail%2F90%2F1713906600"
        f"&o={encode(mixed)}&s={_token(27)}"
    )


def _ses(place: str, target: str) -> str:
    return (
        f"https://{place}/{encode(target)}/1/97181478a58a6eee-33e762d0-aa7f-05d1-48ef-d0712481a7cd"
        f"-000000/{_token(43)}=412"
    )


def _enid() -> str:
    return base64.b64encode(
        b"eas=1&messageid=x&emailid=me@example.com&userid=me@example.com"
    ).decode()


def _mandrill(target: str) -> str:
    inner = json.dumps({"u": 31165340, "v": 1, "url": target, "id": _token(32, "hex")})
    token = _b64(json.dumps({"s": _token(27), "v": 1, "p": inner}).encode())
    return f"https://mandrillapp.com/track/click/31165340/example.org?p={token}"


def _mailgun(target: str) -> str:
    values = (
        f"d=1&h={_token(32, 'hex')}&i=x%40example.com&l={encode(target)}&r=me%40example.com&v=2"
    )
    return f"https://email.example.org/c/{_b64(zlib.compress(values.encode(), 9))}"


def _postmark(target: str) -> str:
    scheme, _, rest = target.partition("://")
    if scheme != "https":  # which its links do not tell
        return _mailgun(target)
    return f"https://click.pstmrk.it/3s/{encode(rest)}/CElq/{_token(6)}/AQ/{_GUID}/1/{_token(10)}"


def _without_scheme(target: str) -> str:
    """`target` as copies of pages have it in their path: "s" stands for https."""
    scheme, _, rest = target.partition("://")
    return f"{'s/' if scheme == 'https' else ''}{rest}"


def _translate(target: str) -> str:
    scheme, _, address = target.partition("://")
    host, _, rest = address.partition("/")
    plain = "&_x_tr_sch=http" if scheme == "http" else ""
    path, mark, fragment = rest.partition("#")
    label = host.replace("-", "--").replace(".", "-")
    return (
        f"https://{label}.translate.goog/{path}{'&' if '?' in path else '?'}"
        f"_x_tr_sl=en&_x_tr_tl=id&_x_tr_hl=id{plain}{mark}{fragment}"
    )


def _news(target: str) -> str:
    raw = target.encode()
    size = bytes([len(raw)]) if len(raw) < 128 else bytes([len(raw) & 127 | 128, len(raw) >> 7])
    token = _b64(b'\x08\x13"' + size + raw + b"\xd2\x01\x00")
    return f"https://news.google.com/rss/articles/{token}?oc=5"


_GUID = "8c60ff90-642d-4d0f-76a9-08da166acc70"
LINKS: dict[str, Callable[[str], str]] = {
    "safe-links": wrap,
    "safe-links, 2017": lambda target: wrap(target, "01|01"),
    "safe-links, office": lambda target: wrap(target, path="/ap/w-59584e83/"),
    "safe-links, html": lambda target: wrap(target).replace("&", "&amp;"),
    "safe-links, twice": lambda target: wrap(wrap(target)),
    "teams": _teams,
    "outlook-web": lambda target: (
        f"https://outlook.office.com/mail/safelink.html?url={encode(target)}&corid={_GUID}"
    ),
    "urldefense-v3": _v3,
    "urldefense-v2": _v2,
    "urldefense-v1": lambda target: (
        f"https://urldefense.proofpoint.com/v1/url?u={encode(target)}&k={_token(24)}%3D%3D%0A"
        f"&r={_token(43)}%3D%0A&m={_token(43)}%3D%0A&s={_token(64, 'hex')}"
    ),
    "barracuda": lambda target: (
        f"https://linkprotect.cudasvc.com/url?a={_lower(target)}&c=E,1,{_token(80)},,&typo=1"
    ),
    "cisco": lambda target: f"https://secure-web.cisco.com/1{_token(150)}/{encode(target)}",
    "trendmicro": lambda target: (
        "https://ddec1-0-en-ctp.trendmicro.com:443/wis/clicktime/v1/query"
        f"?url={_lower(target)}&umid={_GUID}&auth={_token(40, 'hex')}-{_token(40, 'hex')}"
    ),
    "fireeye": lambda target: (
        f"https://protect2.fireeye.com/v1/url?k=642e3a23-d7dde39d-e574ffd2-0b6d50c9a2eb-6928ec424d73e2c5"
        f"&q=1&e={_GUID}&u={encode(target)}"
    ),
    "symantec": lambda target: f"https://clicktime.symantec.com/{_token(24)}?u={encode(target)}",
    "sophos": lambda target: (
        f"https://eu-central-1.protection.sophos.com/?d=example.org&u={_b64(target.encode())}"
        f"&i={_token(32)}&t={_token(60)}&h={_token(32, 'hex')}"
    ),
    "checkpoint": _check_point,
    "inky": _inky,
    "vade": lambda target: (
        f"https://m365.eu.vadesecure.com/safeproxy/v4?f={_token(64)}&i={_token(63)}&k=rmE8"
        f"&r={_token(64)}&s={_token(64, 'hex')}&u={encode(target)}"
    ),
    "esva": lambda target: (
        f"https://urlsand.esvalabs.com/?u={encode(target)}&e=45871bef&h=e414da60&f=n&p=y"
    ),
    "no-click.mil": lambda target: f"https://no-click.mil/?{target}",
    "owa": lambda target: (
        f"https://mail.example.ie/owa/redir.aspx?C={_token(54)}..&URL={_lower(target)}"
    ),
    "aws-ses": lambda target: (
        f"https://7310c39a.r.us-east-1.awstrack.me/L0/{encode(target)}/1/{_GUID}-000000/{_token(27)}=412"
    ),
    "azure-mail": lambda target: (
        f"https://emails.azure.microsoft.com/redirect/?destination={encode(target)}&p={_token(80)}"
    ),
    "govdelivery": _govdelivery,
    "google": lambda target: (
        f"https://www.google.com/url?q={encode(target)}&sa=D&source=editors&ust=1700000000000000"
        f"&usg=AOv{_token(25)}"
    ),
    "google, raw": lambda target: (
        f"https://www.google.com/url?q={quote(target, safe=':/?=@')}&source=gmail&ust=1700000000000000&usg=AOv{_token(25)}"
    ),
    "bing": lambda target: (
        f"https://www.bing.com/ck/a?!&&p={_token(40, 'hex')}&ptn=3&hsh=3&u=a1{_b64(target.encode())}&ntb=1"
    ),
    "duckduckgo": lambda target: (
        f"https://duckduckgo.com/l/?uddg={encode(target)}&rut={_token(64, 'hex')}"
    ),
    "avanan": lambda target: (
        f"https://url.avanan.click/v2/r01/___{target}___.{_check_point(target).rpartition('.')[2]}"
    ),
    "avanan-v1": lambda target: _check_point_v1("avanan.url-protection.com", target),
    "checkpoint-v1": lambda target: _check_point_v1("checkpoint.url-protection.com", target),
    "sonicwall": lambda target: _check_point_v1("sonicwall.url-protection.com", target),
    "sonicwall-v2": lambda target: (
        f"https://sonicwall.url-protection.com/v2/___{target}___."
        f"{_check_point(target).rpartition('.')[2]}"
    ),
    "menlo": lambda target: f"https://safe.menlosecurity.com/{target}",
    "trustwave": lambda target: (
        f"https://scanmail.trustwave.com/?c=80903&d={_token(42)}&u={_lower(target)}"
    ),
    "edgepilot": lambda target: (
        f"https://link.edgepilot.com/s/b5c6ce1c/{_token(22)}?u={quote(target, safe=':/?=@')}"
    ),
    "urlisolation": lambda target: (
        f"https://urlisolation.com/browser?url={encode(target)}&traceToken=1744229457%3Bx_hosted"
        f"&clickId={_GUID}"
    ),
    "urlisolation, url last": lambda target: (
        f"https://urlisolation.com/browser?clickId={_GUID}&traceToken=1744229457%3Bx_hosted2"
        f"&url={encode(target)}"
    ),
    "titanhq": lambda target: (
        f"https://linklock.titanhq.com/analyse?url={encode(target)}&data={_token(60)}"
    ),
    "topsec": lambda target: (
        f"https://scanner.topsec.com/?d=2120&r=show&u={encode(target)}&t={_token(40, 'hex')}"
    ),
    "vipre-scanner": _vipre,
    "fortimail": lambda target: (
        f"https://spam.example.fr/fmlurlsvc/?fewReq=:B:{_token(150)}&url={_lower(target)}"
    ),
    "govdelivery-cl0": lambda target: _ses("links-1.govdelivery.com/CL0", target),
    "ses-cl0": lambda target: _ses("tracking.example.com/CL0", target),
    "ses-cl0, L0": lambda target: _ses("tracking.example.com/L0", target),
    "govdelivery-track": lambda target: (
        f"http://links.govdelivery.com/track?type=click&enid={_enid()}&&&100&&&{target}"
    ),
    "mandrill": _mandrill,
    "substack": lambda target: (
        "https://substack.com/redirect/2/"
        f"{_b64(json.dumps({'e': target, 'u': 3497, 'iss': 'pub-0'}).encode())}.{_token(43)}"
    ),
    "mailgun": _mailgun,
    "customerio": lambda target: (
        "https://e.customeriomail.com/e/c/"
        f"{_b64(json.dumps({'email_id': _token(30), 'href': target}).encode())}/{_token(64, 'hex')}"
    ),
    "postmark": _postmark,
    "convertkit": lambda target: (
        f"https://bdfa326f.click.convertkit-mail2.com/{_token(38)}/{_token(16)}"
        f"/{_b64(target.encode())}"
    ),
    "icontact": lambda target: (
        "http://click.icptrack.com/icp/relay.php?r=7380393&msgid=60154&act=Z3I7&c=9389861"
        f"&destination={encode(target)}"
    ),
    "sidekick": lambda target: (
        f"https://t.sidekickopen08.com/s1t/c/5/{_token(90)}?t={encode(target)}"
    ),
    "amp-viewer": lambda target: f"https://www.google.com/amp/{_without_scheme(target)}",
    "amp": lambda target: f"https://cdn.ampproject.org/c/{_without_scheme(target)}",
    "translate": _translate,
    "googlenews": _news,
    "yahoo": lambda target: (
        f"https://r.search.yahoo.com/_ylt={_token(30)};_ylu={_token(20)}-/RV=2/RE=1733262714/RO=11"
        f"/RU={_lower(target)}/RK=2/RS={_token(27)}-"
    ),
    "deref": lambda target: (
        f"https://deref-web.de/mail/client/{_token(11)}/dereferrer/?redirectUrl={encode(target)}"
    ),
    "steam": lambda target: f"https://steamcommunity.com/linkfilter/?u={encode(target)}",
    "vk": lambda target: f"https://vk.com/away.php?to={encode(target)}&cc_key=",
    "tumblr": lambda target: f"http://t.umblr.com/redirect?z={encode(target)}&t={_token(70)}%3D%3D",
    "disqus": lambda target: (
        f"https://disq.us/url?url={encode(f'{target}:{_token(27)}')}&cuid=2827859"
    ),
    "zhihu": lambda target: f"https://link.zhihu.com/?target={encode(target)}",
    "juejin": lambda target: f"https://link.juejin.cn?target={encode(target)}",
    "gitee": lambda target: f"https://gitee.com/link?target={encode(target)}",
    "curseforge": lambda target: (
        f"https://www.curseforge.com/linkout?remoteUrl={encode(encode(target))}"
    ),
    "awin": lambda target: (
        f"https://www.awin1.com/cread.php?awinmid=269410&awinaffid=5599446&ued={encode(target)}"
    ),
    "jive": lambda target: f"https://community.example.com/external-link.jspa?url={encode(target)}",
    "facebook": lambda target: f"https://l.facebook.com/l.php?u={encode(target)}&h=AT{_token(100)}",
    "instagram": lambda target: f"https://l.instagram.com/?u={encode(target)}&e=AT{_token(60)}",
    "messenger": lambda target: (
        f"https://l.messenger.com/l.php?u={encode(target)}&h=AT{_token(60)}"
    ),
    "threads": lambda target: f"https://l.threads.net/?u={encode(target)}&e=AT{_token(60)}",
    "whatsapp": lambda target: f"https://l.wl.co/l?u={encode(target)}",
    "linkedin": lambda target: (
        f"https://www.linkedin.com/redir/redirect?url={encode(target)}&urlhash=Ab1x&trk=public_profile"
    ),
    "slack": lambda target: f"https://slack-redir.net/link?url={encode(target)}&v=3",
    "youtube": lambda target: (
        f"https://www.youtube.com/redirect?event=video_description&redir_token={_token(80)}"
        f"&q={encode(target)}&v=abcdefghijk"
    ),
    "reddit": lambda target: (
        f"https://out.reddit.com/t3_abc?url={encode(target)}&token={_token(44)}&app_name=mweb2x"
    ),
    "href.li": lambda target: f"https://href.li/?{target}",
    "nyc-exit": lambda target: f"https://www.nyc.gov/cgi-bin/exit.pl?url={encode(target)}",
}


@frozen
class Surroundings:
    """What stands before a link, what it may be cut by there, and what stands behind it."""

    before: str
    separators: tuple[str, ...]
    after: str


_QUOTED = ("\n> ", "\n>> ", "\n> > ", "\n>\n> ", "\n>\n>\n> ", "\n>>\n>> ", " \n> ", "\n>", "\n> +")
SURROUNDINGS: dict[str, Surroundings] = {
    "lines": Surroundings("See ", ("\n", "\r\n", " \n", "\n  ", "\t\n"), " and then more.\n"),
    "lines, then prose": Surroundings("See:\n", ("\n", "\n  "), "\nRegards,\nJoe\n"),
    "lines, then a label": Surroundings("Link: ", ("\n", "\n "), "\nReported-by: Joe\n"),
    "lines, then an end": Surroundings("See ", ("\n", "\n  "), ""),
    "lines in parentheses": Surroundings("(see ", ("\n",), ") and more"),
    "lines in brackets": Surroundings("<", ("\n", "\n> "), "> and more"),
    "lines, then a link": Surroundings("", ("\n",), "\nhttps://other.example/x\n"),
    "quoted": Surroundings("> See ", _QUOTED, " and more\n> Regards\n"),
    "quoted, alone": Surroundings("> ", _QUOTED, "\n>\n> Regards\n"),
    "patch": Surroundings("+$id: ", ("\n+", "\n", "\n> +"), "\n+$schema: x\n"),
    "soft breaks": Surroundings("See ", ("=\n", "=\r\n", "= \n"), " and more\n"),
    "calendar": Surroundings("URL:", ("\r\n ", "\r\n\t"), "\r\nEND:VEVENT\r\n"),
    "markup": Surroundings("<p>See ", ("<br>", "<br/>\n", "<br>\n", "<br>\n&gt; "), " ok</p>"),
    "table": Surroundings("| ", (" |\n| ", "|\n|"), " |\n"),
    "literals": Surroundings("x = ('", ("'\n     '", "' \\\n'", "' +\n  '"), "')\n"),
    "double literals": Surroundings('x = "', ('"\n "', '" +\n "', '" \\\n"', '"\nf"'), '"\n'),
    "yaml": Surroundings('x: "', ("\\\n  ", "\n  "), '"\n'),
    "comment": Surroundings("# see ", ("\n# ", "\n#"), "\n# more\n"),
}
