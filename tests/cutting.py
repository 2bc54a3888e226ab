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
