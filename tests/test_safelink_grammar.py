"""The grammar of Safe Links, piece by piece: sections 2, 3 and 5 of the spec."""

from __future__ import annotations

import pytest
from building import HOST, KEPT, SDATA, data, encode, wrap
from hypothesis import given
from hypothesis import strategies as st

from safelinks.wrappers.microsoft.safelink_grammar import (
    MARKS,
    Form,
    form_at,
    is_safe_links_host,
    parts_of,
    target_of,
    value_span,
    without_json_escapes,
)

TARGET = "https://example.org/a?b=1&c=%40#d"
TEAMS = "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
OUTLOOK_WEB = "https://outlook.office.com/mail/safelink.html"
CORID = "779cdc67-975e-49e0-bf06-15c1399404db"
URL = f"url={encode(TARGET)}"
TAIL = f"data={encode(data())}&sdata={encode(SDATA)}&reserved=0"


def test_forms_have_their_names_in_json() -> None:
    assert list(Form) == ["mail", "office", "teams", "outlook-web"]


HOSTS = {
    "nam02.safelinks.protection.outlook.com": True,
    "safelinks.protection.outlook.com": True,
    "usg01.safelinks.protection.office365.us": True,
    "safelinks.protection.partner.outlook.cn": True,
    "chn01.safelinks.protection.outlook.cn": True,
    "any.thing.safelinks.protection.outlook.com": True,
    "examplesafelinks.protection.outlook.com": False,
    "safelinks.protection.outlook.com.evil.example": False,
    "safelinks-protection.outlook.com": False,
    "protection.outlook.com": False,
    "": False,
}


@pytest.mark.parametrize("host", HOSTS)
def test_hosts_that_nobody_asks(host: str) -> None:
    assert is_safe_links_host(host) == HOSTS[host]


FORMS = {
    "mail": (f"https://{HOST}/?x", Form.MAIL),
    "mail, no slash": (f"https://{HOST}?x", Form.MAIL),
    "mail over http": (f"http://{HOST}:80/?x", Form.MAIL),
    "mail, reputation": (f"https://{HOST}/GetUrlReputation?x", Form.MAIL),
    "office": (f"https://{HOST}/ap/w-59584e83/?x", Form.OFFICE),
    "office, three letters": (f"https://{HOST}/ap/abc-59584e83?x", Form.OFFICE),
    "teams": (f"{TEAMS}?x", Form.TEAMS),
    "teams, inside": (f"{TEAMS.replace('statics.', 'staticsint.')}?x", Form.TEAMS),
    "teams, new": (f"{TEAMS.replace('statics.teams.cdn.office.net', 'teams.public.onecdn.static.microsoft')}?x", Form.TEAMS),
    "teams, 12th": (f"{TEAMS.replace('/1/', '/12/')}?x", Form.TEAMS),
    "outlook": (f"{OUTLOOK_WEB}?x", Form.OUTLOOK_WEB),
    "outlook, cloud": ("https://outlook.cloud.microsoft/mail/safelink.html?x", Form.OUTLOOK_WEB),
    "outlook, 365": ("https://outlook.office365.com/mail/safelink.html?x", Form.OUTLOOK_WEB),
    "outlook, live": ("https://outlook.live.com/mail/safelink.html?x", Form.OUTLOOK_WEB),
    "no query": (f"https://{HOST}/", None),
    "a fragment": (f"https://{HOST}/#?x", None),
    "office, no digits": (f"https://{HOST}/ap/w-/?x", None),
    "office, four letters": (f"https://{HOST}/ap/word-59584e83/?x", None),
    "teams, no number": (f"{TEAMS.replace('/1/', '/x/')}?x", None),
    "outlook, another page": ("https://outlook.office.com/mail/?x", None),
    "another host": ("https://example.org/?x", None),
    "six letters": ("https://namxxx02.safelinks.protection.outlook.com/?x", None),
    "one letter": ("https://n02.safelinks.protection.outlook.com/?x", None),
    "three digits": ("https://nam020.safelinks.protection.outlook.com/?x", None),
}  # fmt: skip


@pytest.mark.parametrize("case", FORMS)
def test_forms(case: str) -> None:
    url, form = FORMS[case]
    assert form_at(url) is form
    assert form_at(f"see {url}", 4) is form
    if case != "mail":
        assert form_at(f"see {url}") is None


# A link, where its target stands in it, and the target.
SPANS = {
    "as written": (wrap(TARGET), True, TARGET),
    "as written, mailto": (wrap("mailto:a@b.example"), True, "mailto:a@b.example"),
    "office": (wrap(TARGET, path="/ap/w-59584e83/"), True, TARGET),
    "escaped ampersands": (wrap(TARGET).replace("&", "&amp;"), True, TARGET),
    "target last": (f"https://{HOST}/?{TAIL}&{URL}", True, TARGET),
    "target alone": (f"https://{HOST}/?{URL}", True, TARGET),
    "teams": (f"{TEAMS}?{URL}&locale=en", True, TARGET),
    "outlook": (f"{OUTLOOK_WEB}?{URL}&corid={CORID}", True, TARGET),
    "encoded twice": (f"https://{HOST}/?url={encode(encode(TARGET))}&{TAIL}", True, TARGET),
    "quoted-printable": (f"https://{HOST}/?{URL}&{TAIL}".replace("=", "=3D"), False, TARGET),
    "tail swallowed": (f"https://{HOST}/?{URL}{encode('&data=05|02|x|')}", False, TARGET),
    "escaped for JSON": (wrap(TARGET).replace("&", "\\u0026"), False, TARGET),
    "query encoded": (f"https://{HOST}/{encode('?' + URL + '&' + TAIL)}", False, TARGET),
    "lost": (f"https://{HOST}/?{TAIL}", False, ""),
    "reputation": (f"https://{HOST}/GetUrlReputation?{URL}", True, ""),
    "a fragment": (f"https://{HOST}/#x", False, ""),
    "encoded twice, over http": (
        f"https://{HOST}/?url={encode(encode('http://a.example/'))}&{TAIL}",
        True,
        "http://a.example/",
    ),
    "raw, in capitals": (
        f"{OUTLOOK_WEB}?URL=https://a.example/%2541&CORID={CORID}",
        True,
        "https://a.example/%2541",
    ),
    "encoded, with bars behind it": (f"https://{HOST}/?{URL}&data=05|02|x", True, TARGET),
    "no link": ("https://example.org/?url=https%3A%2F%2Fa.example", False, None),
}


@pytest.mark.parametrize("case", SPANS)
def test_the_target_and_where_it_stands(case: str) -> None:
    url, sure, target = SPANS[case]
    assert target_of(url) == target
    span = value_span(url)
    assert (span is not None) == sure
    if span is not None:
        start, end = span
        assert url[:start].lower().endswith(("url=", "url=3d"))
        assert url[end : end + 1] in ("", "&")
        other = encode("https://other.example/?x=1&y=2")
        if target:
            assert target_of(url[:start] + other + url[end:]) == "https://other.example/?x=1&y=2"


PARTS = {
    "mail": (wrap(TARGET), Form.MAIL, {"data", "sdata", "reserved"}, "nam06", None),
    "no region": (f"https://safelinks.protection.outlook.com/?{URL}&{TAIL}", Form.MAIL, {"data", "sdata", "reserved"}, None, None),
    "capitals": (wrap(TARGET, host=HOST.upper()).replace("&data", "&DATA"), Form.MAIL, {"data", "sdata", "reserved"}, "nam06", None),
    "office": (wrap(TARGET, path="/AP/W-59584e83/"), Form.OFFICE, {"data", "sdata", "reserved"}, "nam06", "w"),
    "teams": (f"{TEAMS}?{URL}&locale=en&pc=1&fg2=x&bg=y", Form.TEAMS, {"locale", "pc", "fg2", "bg"}, None, None),
    "outlook": (f"{OUTLOOK_WEB}?{URL}&corid={CORID}", Form.OUTLOOK_WEB, {"corid"}, None, None),
    "names of another form": (f"{OUTLOOK_WEB}?{URL}&corid={CORID}&pc=1", Form.OUTLOOK_WEB, {"corid"}, None, None),
    "swallowed": (f"https://{HOST}/?{URL}{encode('&data=05|02|x|&sdata=y')}", Form.MAIL, {"data", "sdata"}, "nam06", None),
}  # fmt: skip


@pytest.mark.parametrize("case", PARTS)
def test_parts(case: str) -> None:
    url, form, names, region, app = PARTS[case]
    parts = parts_of(url)
    assert parts is not None
    assert (parts.form, set(parts.parameters), parts.region, parts.app) == (form, names, region, app)  # fmt: skip


def test_a_value_ends_where_the_next_begins() -> None:
    parts = parts_of(f"https://{HOST}/?{URL}&data=a&amp;sdata=b&x=1&reserved=0>junk")
    assert parts is not None
    assert parts.parameters == {"data": "a", "sdata": "b", "reserved": "0"}
    assert parts_of("https://example.org/") is None


PORTS = {
    "https": {"": True, ":": True, ":443": True, ":80": False, ":8443": False, ":0443": False},
    "http": {"": True, ":": True, ":443": True, ":80": True, ":8080": False},
}


@pytest.mark.parametrize("page", [f"{HOST}/", TEAMS.partition("://")[2], OUTLOOK_WEB.partition("://")[2]])  # fmt: skip
@pytest.mark.parametrize(
    ("scheme", "port"), [(scheme, port) for scheme in PORTS for port in PORTS[scheme]]
)
def test_ports(page: str, scheme: str, port: str) -> None:
    host, slash, path = page.partition("/")
    url = f"{scheme}://{host}{port}{slash}{path}?{URL}"
    assert target_of(url) == (TARGET if PORTS[scheme][port] else None)


@pytest.mark.parametrize(
    ("escaped", "meant"),
    [
        ("a\\u0026b", "a&b"),
        ("a\\U0026b", "a&b"),
        ("a\\\\u0026b", "a&b"),
        ("a\\u0025b", "a\\u0025b"),
        ("a&b", "a&b"),
    ],
)
def test_ampersands_of_json(escaped: str, meant: str) -> None:
    assert without_json_escapes(escaped) == meant


# How far a damaged link reaches: what Microsoft wrote, and what ends it.
PARAMETERS = {
    Form.MAIL: {"&url=": True, "&data=05%7C": True, "&data=05|": True, "&data=": True, "&sdata=": True,
                "&reserved=0": True, "&amp;#38;sdata=3D": True, "&data=05": True, "&data=x": False,
                "&reserved=x": False, "&page=1": False, "&data=52": False},
    Form.TEAMS: {"&pc=": True, "&locale=en": True, "&bg=": True, "&fg=": True, "&fg2=": True, "&pc=/": False,
                 "&data=05%7C": False},
    Form.OUTLOOK_WEB: {"&corid=": True, "&data=05%7C": True, "&pc=": False},
}  # fmt: skip
TAILS = {
    Form.MAIL: {"&reserved=0": True, "&reserved=0>": True, "&reserved=0&sdata=": False, "&sdata=x": False},
    Form.OFFICE: {"&amp;reserved=3D0": True, "&reserved=": False},
    Form.TEAMS: {"&reserved=0": False, "&fg2=x": False},
    Form.OUTLOOK_WEB: {f"&corid={CORID}": True, f"&corid={CORID}&data=": False, "&corid=779cdc67": False},
}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "text"), [(form, text) for form in PARAMETERS for text in PARAMETERS[form]]
)
def test_marks_of_a_parameter(form: Form, text: str) -> None:
    assert (MARKS[form].parameter.match(text) is not None) == PARAMETERS[form][text]


@pytest.mark.parametrize(("form", "text"), [(form, text) for form in TAILS for text in TAILS[form]])
def test_marks_of_the_end(form: Form, text: str) -> None:
    assert (MARKS[form].tail.match(text) is not None) == TAILS[form][text]


def test_only_names_of_teams_are_everyday_words() -> None:
    assert {form for form in Form if MARKS[form].everyday} == {Form.TEAMS}


onward = st.text(st.sampled_from("aZ9%" + KEPT), max_size=20)


@given(onward, onward, st.sampled_from(["\n", "=\n", " \r\n", "\n> ", "\n\t"]))
def test_the_way_onward_goes_over_ends_of_lines(one: str, other: str, line_break: str) -> None:
    pattern = MARKS[Form.MAIL].onward
    assert pattern.match(f"{one}&data=05%7C")
    assert pattern.match(f"{one}{line_break}{other}&sdata=x")
    assert not pattern.match(f"{one} {other}&page=1")
    assert not pattern.match(f"{one}\n\n{other}&sdata=x")
    assert not pattern.match(f"{one}\n{one}x\n{one}x\n{other}&sdata=x")


@given(st.text(min_size=1))
def test_any_target_comes_back(target: str) -> None:
    target = "https://example.org/" + target.encode("utf-8", "replace").decode()
    assert target_of(wrap(target)) == target
