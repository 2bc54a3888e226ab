"""Links that act when they are opened: one row for each kind of act, by the words of its addresses.

They are what mail software must not open by itself: a link that leaves a list, confirms an address,
sets a password, answers an invitation or ends a session. Some words are enough; others are only the
name of a page unless a key follows. What is about such a link is a page: `how-to-unsubscribe`,
`invitation-to-bid`. No row takes longer than in proportion to the address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from safelinks.addresses import percent
from safelinks.addresses.urls import Address
from safelinks.foundation.patterns import pattern_of
from safelinks.foundation.values import frozen

__all__ = ["ACTS", "Act", "act_of"]

# Where the name of a page ends; the whole is written as HOST/PATH?QUERY, also without a query.
_END = r"(?:\.[a-z]{2,5})?/?(?:[?;]|$)"
# Anything behind the name: a further part of the path, but no file of a page, or a query.
_FILE = r"[^/?]*\.(?:css|js|png|svg|jpe?g|gif|pdf|zip|woff2?)\?"
_MORE = rf"(?:\.[a-z]{{2,5}})?(?:/+(?!{_FILE})[^/?]|/?\?.)"
# What nobody would write by hand: digits and letters mixed, a UUID, or a long mix of cases.
_KEY = (
    r"(?:(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{6,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}"
    r"|(?-i:(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*[0-9])[\w=-]{16,}))"
)
_KEYED = (
    rf"(?:\.[a-z]{{2,5}})?(?:/+{_KEY}(?:[/?]|$)|/?\?(?:[^&]{{0,64}}&){{0,8}}"
    r"(?:key|code|u?id|user|e-?mail|hash|sig|[a-z])=.)"
)
_OF_WHAT = (
    r"(?:[-_]?(?:your|my|new|the|e-?mail|password|account|subscription|registration|address|user"
    r"|signup|login|identity|device|newsletter)){0,4}"
)
_WHOSE = (
    r"(?:(?:e-?mail|account|user|password|subscription|newsletter|registration|signup|login|auth)"
    r"s?[-_]?)?"
)
_LEAVE = r"(?:unsubscribe|unsubscription|unsub|opt[-_]?out)"
_ACTION = r"[?&;](?:mode|action|act|do|cmd|task|op|operation|method)="
_ANSWER = r"(?:yes|no|maybe|accept(?:ed)?|decline[d]?|reject(?:ed)?|tentative|attending)"


@frozen
class Act:
    """What opening a link does, by what in its address, with an example.

    An act that is `certain` cannot be a page about it; others are not looked for in documentation.
    One of `words` is in each address that the pattern matches: they are looked for first, which
    takes a tenth of the time.
    """

    what: str
    words: frozenset[str]
    pattern: re.Pattern[str]
    example: str
    certain: bool = False


def _act(what: str, words: str, pattern: str, example: str, *, certain: bool = False) -> Act:
    return Act(what, frozenset(words.split()), pattern_of(pattern, re.IGNORECASE), example, certain)


ACTS: tuple[Act, ...] = (
    _act(
        "leaves a list",
        "unsub opt",
        rf"/(?:one[-_]?click[-_]|[a-z]+[-_.])?{_LEAVE}(?:[-_.][a-z]+){{0,2}}(?:[/?;]|$)",
        "https://list.example/newsletter/unsubscribe",
    ),
    _act(
        "leaves a list",
        "unsub opt",
        r"/[a-z]{0,20}unsubscri(?:be|ption)[a-z]{0,20}(?:\.[a-z]{2,5})?(?:[/?;]|$)"
        rf"|/[\w.-]*{_LEAVE}[\w.-]*(?:/+{_KEY}(?:[/?]|$)"
        rf"|/?\?(?:[^&]{{0,64}}&){{0,8}}(?!utm_)[^=&]{{1,32}}={_KEY}(?:&|$))",
        "https://list.example/manage-or-unsubscribe/a1b2c3d4",
    ),
    _act(
        "leaves a list",
        "unsub opt",
        rf"[?&;](?:[a-z]+[-_.])?{_LEAVE}(?:[-_.][a-z]+){{0,2}}(?:[=&;]|$)"
        rf"|=(?:[a-z]+[-_.])?{_LEAVE}(?:[-_.][a-z]+)?(?:[&;]|$)",
        "https://list.example/?do=unsubscribe",
        certain=True,
    ),
    _act(
        "leaves a list",
        "unsub",
        r"^unsub(?:scribe)?\.[^/?]+/[^?]",
        "https://unsubscribe.list.example/abc",
        certain=True,
    ),
    _act(
        "confirms, verifies, activates or resets",
        "confirm verif activat reset",
        rf"/{_WHOSE}(?:confirm|confirmation|verify|verification|activate|activation|reset)"
        rf"{_OF_WHAT}{_MORE}",
        "https://shop.example/confirm-your-email/1",
    ),
    _act(
        "confirms, verifies, activates or resets",
        "validat recover",
        rf"/{_WHOSE}(?:validate|validation|recover|recovery){_OF_WHAT}{_KEYED}",
        "https://shop.example/validate-email?id=1",
    ),
    _act(
        "signs in",
        "magic one mail passwordless",
        r"/(?:magic|magic[-_]?(?:link|login|sign[-_]?in)|one[-_]?time(?:[-_]?login)?"
        rf"|e-?mail[-_]?login|passwordless){_MORE}",
        "https://shop.example/magic/abc",
    ),
    _act(
        "signs in",
        "callback",
        r"/(?:o?auth2?|sso|saml2?|oidc|login|signin)(?:/[\w.-]{1,64}){0,4}/callback/?\?",
        "https://shop.example/auth/callback?code=1",
        certain=True,
    ),
    _act(
        "sets a password",
        "password",
        r"/passwords?[-_/]?(?:resets?|edit|set|change|new|recovery|forgot|confirm)"
        rf"(?:/[^/?]|/?\?.)|/passwords?/{_KEY}(?:[/?]|$)",
        "https://shop.example/password_resets/abc/edit",
    ),
    _act(
        "sets a password",
        "password",
        r"/(?:set|change|create|choose|new|forgot|forgotten|lost|recover)[-_]?(?:(?:your|my|a|new)[-_]){0,2}"
        rf"passwords?{_KEYED}",
        "https://shop.example/set-password/a1b2c3",
    ),
    _act(
        "activates a site or a user of WordPress",
        "wp-",
        rf"/wp-activate\.php{_MORE}|/wp-login\.php\?(?:[^&?]{{0,64}}&){{0,8}}action="
        r"(?:rp|resetpass|logout|confirmaction)(?:&|$)",
        "https://blog.example/wp-activate.php?key=abc",
        certain=True,
    ),
    _act(
        "does what its query says",
        "=",
        rf"{_ACTION}(?:activate|activation|approve|cancel|confirm(?:[-_]?[a-z]+)?|deactivate|decline|delete"
        r"|accept|log[-_]?out|recoveremail|reject|remove|reset[-_]?pass(?:word)?|respond|rp|rsvp"
        r"|sign[-_]?out|verify(?:[-_]?[a-z]+)?|verifyandchangeemail)(?:[&;]|$)"
        r"|[?&;]a=(?:cfmpw|cxlpw|cfmem|cxlem)(?:[&;]|$)",  # Bugzilla
        "https://calendar.google.com/calendar/event?action=RESPOND&eid=abc&rst=1",
        certain=True,
    ),
    _act(
        "carries a key that works once",
        "=",
        r"[?&;](?!x-amz-)(?:[a-z0-9_.\[\]-]*token\]?|otp|oobcode|magic|jwt|_wpnonce|unsubscribe_key"
        r"|(?:[a-z]+[-_])?(?:activation|activate|confirmation|confirm|verification|verify|reset|invitation|invite"
        r"|signup|login)[-_]?(?:key|code|hash)"
        r"|(?:activation|confirmation|verification)[-_]?id)=[^&;]",
        "https://shop.example/?activation_key=abc",
        certain=True,
    ),
    _act(
        "accepts an invitation",
        "invit",
        r"/(?:accept[-_]?(?:invite|invitation)|(?:invite|invitation)s?/(?:accept|decline|confirm))"
        r"s?(?:\.[a-z]{2,5})?(?:/+[^/?]|/?\?.)"
        rf"|(?<!^discord\.com)(?<!^discordapp\.com)/(?:invite|invitation)s?{_KEYED}",
        "https://team.example/invite/a1b2c3d4",
    ),
    _act(
        "accepts an invitation",
        "invit",
        rf"[?&;]invit(?:e|ation)={_KEY}(?:[&;]|$)",
        "https://team.example/join?invite=a1b2c3d4",
        certain=True,
    ),
    _act(
        "answers an invitation",
        "rsvp partstat attend response answer",
        rf"/rsvp(?:/+(?:{_ANSWER}|{_KEY})(?:[/?]|$)|/?\?.)"
        rf"|[?&;](?:rsvp|partstat|attend(?:ing|ance)?|response|answer)={_ANSWER}(?:[&;]|$)",
        "https://party.example/rsvp/yes",
    ),
    _act(
        "sends a form",
        "formresponse",
        r"/formresponse/?\?",
        "https://docs.google.com/forms/d/e/abc/formResponse?entry.1=yes",
        certain=True,
    ),
    _act(
        "ends a session",
        "log sign",
        rf"/(?:user[-_]?)?(?:log|sign)[-_]?(?:out|off){_END}",
        "https://shop.example/logout",
    ),
    _act(
        "ends a session, or confirms an address, of a wiki",
        "special:",
        r"[/=]special:(?:userlogout|(?:confirm|invalidate)e-?mail/.)",
        "https://wiki.example/wiki/Special:ConfirmEmail/abc",
        certain=True,
    ),
    _act(
        "cancels, approves or deletes",
        "cancel reschedul approv reject declin deny accept deactivat delete",
        r"/(?:cancel|cancellation|reschedule|rescheduling|approve|approval|reject|decline|deny|accept|deactivate"
        r"|delete[-_]?account|cancel[-_](?:subscription|account|order|booking|appointment|registration))s?"
        rf"(?:\.[a-z]{{2,5}})?/+{_KEY}(?:[/?]|$)",
        "https://calendar.example/cancellations/a1b2c3d4",
    ),
    _act(
        "cancels, approves or deletes",
        "accept approve cancel confirm decline reject activate verify reset rsvp",
        rf"/{_KEY}/(?:accept|approve|cancel|confirm|decline|reject|activate|verify|reset|rsvp){_END}",
        "https://calendar.example/a1b2c3d4/decline",
    ),
)
_WORDS = tuple(sorted(frozenset[str]().union(*(act.words for act in ACTS))))

# Parts of a path behind which there are pages about things, not the things themselves.
_ABOUT = pattern_of(
    r"/(?:docs?|documentation|reference|manual|wiki|faq|questions|tree|blob|raw)/", re.IGNORECASE
)


def act_of(address: Address) -> Act | None:
    """What opening `address` does; None where nothing says that it does anything.

    >>> from safelinks.addresses.urls import split
    >>> act_of(split("https://a.example/invitations/accept?id=1")).what
    'accepts an invitation'
    >>> act_of(split("https://a.example/invitation-to-bid")) is None
    True
    """
    path, query = percent.decode(address.path), percent.decode(address.query or "")
    text = f"{address.host}{path or '/'}?{query}"
    words: Sequence[str] = _WORDS
    if text.isascii():  # others have letters of two cases in one
        lower = text.lower()
        words = [word for word in _WORDS if word in lower]
        if not words:  # as in nearly every address
            return None
    about = not query and _ABOUT.search(path) is not None
    for act in ACTS:
        if act.words.isdisjoint(words):
            continue
        if (act.certain or not about) and act.pattern.search(text):
            return act
    return None
