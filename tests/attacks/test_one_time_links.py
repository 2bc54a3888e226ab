"""A link that acts is never asked, however it is written; a page about such links is."""

from __future__ import annotations

import re
import time

import pytest
from attacking import Count
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safelinks import Catalog
from safelinks.addresses.urls import split
from safelinks.health.guards.one_time_links import ACTS, Act, act_of
from safelinks.health.guards.refusal import refusal
from safelinks.health.model.outcome import Reason
from safelinks.health.model.policy import Policy

POLICY = Policy(allow_reserved=True)

ACTING = [
    "https://a.test/unsubscribe",
    "https://a.test/unsubscribe?u=1",
    "https://a.test/email/unsubscribe/abc",
    "https://a.test/list_unsubscribe.php?x=1",
    "https://a.test/one-click-unsubscribe",
    "https://a.test/UnsubscribePage.aspx?id=1",
    "https://a.test/doUnsubscribe.do",
    "https://a.test/notifications/unsubscribe-auth/AAAA",
    "https://a.test/unsubscribe-from-all",
    "https://a.test/how-to-unsubscribe/3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "https://unsubscribe.convertkit-mail.com/abc",
    "https://a.test/opt-out?c=1",
    "https://a.test/?unsub=1",
    "https://a.test/x?action=unsubscribe",
    "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn",
    "https://calendar.google.com/calendar/event?action=RESPOND&eid=abc&rst=1&tok=x",
    "https://www.google.com/calendar/event?action=RESPOND&eid=abc&rst=2",
    "https://docs.google.com/forms/d/e/1FAIp/formResponse?usp=pp_url&entry.1=x",
    "https://docs.google.com/forms/u/0/d/e/1FAIp/formResponse",
    "https://a.test/wp-activate.php?key=abc",
    "https://a.test/blog/wp-login.php?action=rp&key=abc&login=x",
    "https://a.test/wp-login.php?action=logout&_wpnonce=1a2b",
    "https://forum.test/ucp.php?mode=activate&u=2&k=ABC",
    "https://a.test/password_resets/abc/edit",
    "https://a.test/password-reset/abc",
    "https://a.test/set-password/Abc12345",
    "https://a.test/set-password?uid=1",
    "https://a.test/create-your-password?code=1",
    "https://a.test/confirm-your-email/abc",
    "https://a.test/confirm-email/MTo1/",
    "https://a.test/accounts/confirm-email/abc/",
    "https://a.test/confirmEmail?code=1",
    "https://a.test/verifyEmailAddress/abc",
    "https://a.test/email-verify/abc",
    "https://a.test/emailConfirm?x=1",
    "https://a.test/u/activate-account/abc",
    "https://a.test/session/email-login/abc",
    "https://a.test/magic/abc",
    "https://a.test/magic-login?x=1",
    "https://a.test/login/magic_link/abc",
    "https://a.test/?activation_key=abc",
    "https://a.test/x?confirmation_code=1",
    "https://a.test/invite/a1b2c3d4",
    "https://a.test/invite?code=x",
    "https://a.test/invitations/3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "https://a.test/accept-invite/abc",
    "https://a.test/accept-invitation?x=1",
    "https://a.test/users/invitation/accept?invitation_token=abc",
    "https://a.test/rsvp/yes",
    "https://a.test/rsvp?id=1",
    "https://a.test/event/1?rsvp=yes",
    "https://a.test/logout",
    "https://a.test/log-out/",
    "https://a.test/sign_out",
    "https://a.test/signout.php",
    "https://a.test/users/sign_out",
    "https://a.test/index.php?action=logout",
    "https://en.wikipedia.test/wiki/Special:UserLogout",
    "https://w.test/wiki/Special:ConfirmEmail/abc",
    "https://w.test/index.php?title=Special:ConfirmEmail/abc",
    "https://calendly.com/cancellations/3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "https://a.test/leave/approve/a1b2c3d4",
    "https://a.test/requests/a1b2c3d4e5/approve",
    "https://a.test/mailman/confirm/list/0123456789abcdef0123456789abcdef01234567",
    "https://bugs.test/token.cgi?t=abc&a=cfmpw",
    "https://list-manage.test/subscribe/confirm?u=1&id=2",
    "https://a.test/x?oobCode=abc&mode=resetPassword",
    "https://a.test/x?mode=resetPassword&lang=en",
    "https://a.test/x?mode=recoverEmail",
    "https://a.test/user/reset/1/1700000000/abc/login",
    "https://a.test/oauth/google/callback?code=1&state=2",
    "https://a.test/email-preferences?unsubscribe=all",
    "https://a.test/verify?x=1",
    "https://a.test/account-recovery/a1b2c3d4",
    "https://a.test/account/recovery?key=1",
    "https://a.test/%75nsubscribe",
    "https://a.test/join?invite=a1b2c3d4",
    "https://a.test/confirm_subscription?c=1",
    "https://a.test/deactivate/a1b2c3d4",
    "https://a.test/newsletter/double-opt-in/confirm/abc",
    "https://www.paperlesspost.com/go/abc/rsvp?x=1",
    "https://a.test/activate?activation_code=12",
]
PAGES = [
    "https://tools.google.com/dlpage/gaoptout",
    "https://tools.google.com/dlpage/gaoptout?hl=en",
    "https://optout.networkadvertising.org/",
    "https://optout.aboutads.info/?c=2&lang=EN",
    "https://a.test/bids?invitationId=123",
    "https://a.test/identity/verify-your-return",
    "https://a.test/account/verify-email",
    "https://a.test/blog/how-to-unsubscribe",
    "https://a.test/blog/how-to-unsubscribe-from-emails-2025",
    "https://a.test/blog/how-to-unsubscribe-gmail?utm_source=a1b2c3d4",
    "https://a.test/invitation-to-bid",
    "https://a.test/invitations-to-bid/2024",
    "https://a.test/invitation-for-bids",
    "https://a.test/invitations/2024-gala",
    "https://a.test/invitations/",
    "https://a.test/invite",
    "https://a.test/invite-a-friend",
    "https://discord.com/invite/a1b2c3d4",
    "https://discord.com/invite/python",
    "https://a.test/rsvp",
    "https://a.test/rsvp/",
    "https://a.test/confirmation",
    "https://a.test/reset",
    "https://a.test/css/reset/",
    "https://a.test/reset/reset.css",
    "https://a.test/verify",
    "https://a.test/verification",
    "https://a.test/activate",
    "https://a.test/activation",
    "https://a.test/forgot-password",
    "https://a.test/reset-password",
    "https://a.test/password",
    "https://a.test/password-manager/1",
    "https://a.test/passwords/strength",
    "https://a.test/set-password-policy/1",
    "https://a.test/login",
    "https://a.test/logout-button",
    "https://a.test/docs/logout",
    "https://a.test/docs/api/unsubscribe",
    "https://github.com/pypa/virtualenv/tree/main/src/virtualenv/activation/xonsh",
    "https://a.test/docs/confirm/overview",
    "https://a.test/magic",
    "https://a.test/magic-the-gathering/cards",
    "https://a.test/black-magic/abc",
    "https://a.test/income-verification.page",
    "https://a.test/income-verification/forms",
    "https://a.test/approve",
    "https://a.test/approvals/process",
    "https://a.test/cancel",
    "https://a.test/cancel-policy/2024",
    "https://a.test/cancellations/weather",
    "https://a.test/accept-cookies",
    "https://a.test/search?q=how+to+unsubscribe",
    "https://a.test/search?q=logout",
    "https://a.test/?action=edit&title=X",
    "https://a.test/?mode=dark",
    "https://a.test/x?response=json",
    "https://a.test/forms/d/e/1FAIp/viewform",
    "https://a.test/calendar/event?action=TEMPLATE&text=x",
    "https://a.test/calendar/event?action=VIEW&eid=x",
    "https://a.test/subscribe",
    "https://a.test/wiki/Unsubscribe",
    "https://a.test/questions/123/how-to-logout",
    "https://a.test/reconfirmed",
    "https://a.test/wp-login.php",
    "https://a.test/wp-login.php?redirect_to=x",
    "https://a.test/tokens",
    "https://a.test/tokenization/abc",
    "https://a.test/recovery/hurricane",
    "https://a.test/recovery?lang=es",
    "https://a.test/emergency-recovery/2024",
    "https://a.test/validate?uri=x",
    "https://a.test/site/reset-center/page",
    "https://a.test/coutts-opted-out-list/2",
    "https://a.test/option/out",
    "https://a.test/signout-sheet",
]


@pytest.mark.parametrize("url", [*ACTING, *(act.example for act in ACTS)])
def test_it_is_not_asked(url: str) -> None:
    assert refusal(url, POLICY) is Reason.ONE_TIME_LINK
    assert refusal(url, Policy(allow_reserved=True, allow_one_time=True)) is None


@pytest.mark.parametrize("url", PAGES)
def test_a_page_about_it_is_asked(url: str) -> None:
    assert refusal(url, POLICY) is None


def _spelled(url: str, at: int) -> list[str]:
    """The same link for a server: one letter escaped, a part in other cases, a slash twice."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    at %= max(len(path), 1)
    letter = path[at : at + 1]
    escaped = f"%{ord(letter):02X}" if letter.isalnum() else letter
    head, mark, query = path.partition("?")
    return [
        f"{scheme}://{host}{slash}{path[:at]}{escaped}{path[at + 1 :]}",
        f"{scheme.upper()}://{host.upper()}{slash}{path}",
        f"{scheme}://u:p@{host}:8443{slash}{path}",
        f"{scheme}://{host}{slash}a/..{slash}{path}",
        f"{scheme}://{host}{slash}{path}#top",
        f"{scheme}://{host}{slash}{head}{mark}{query}{'&' if mark else '?'}utm_source=a",
    ]


@given(st.sampled_from([url for url in ACTING if "%" not in url]), st.integers(0, 200))
def test_in_no_spelling(url: str, at: int) -> None:
    for spelling in _spelled(url, at):
        assert refusal(spelling, POLICY) is Reason.ONE_TIME_LINK, spelling


def test_no_page_of_the_city_is_left_out(count: Count) -> None:
    resources = Catalog.nyc().resources.values()
    urls = {url for one in resources for url in (one.url, *one.former_urls) if url}
    assert [url for url in urls if act_of(split(url)) is not None] == []
    count("addresses of real pages", len(urls))


REPEATED = [
    "/auth", "/callback?", "/reset", "/unsub-", "?a=unsub", "/wp-login.php?", "a", "/a1", "your", "a-",
    "&action=confirm", "/invite", "/a1b2c3d4", "/set-password?", "-", "a=b&", "/confirm-your-email",
    ";token", "[-", "/rsvp/", "1a", "/password/",
]  # fmt: skip


def _seconds(text: str) -> float:
    address = split(f"http://a.test/x/{text}")
    spent = []
    for _ in range(3):
        begun = time.process_time()
        act_of(address)
        spent.append(time.process_time() - begun)
    return min(spent)


@pytest.mark.slow
@pytest.mark.parametrize("text", REPEATED)
def test_it_takes_no_longer_than_in_proportion(text: str) -> None:
    short = text * (20_000 // len(text))
    assert _seconds(short * 4) < 4 * 2.6 * max(_seconds(short), 0.005)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.example)
def test_whatever_an_act_matches_has_one_of_its_words(act: Act) -> None:
    """The words decide first, so what lacks them must be matched by no way through the pattern."""

    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(re.compile(act.pattern.pattern, re.IGNORECASE | re.ASCII)))
    def holds(text: str) -> None:
        text = "".join(letter for letter in text if letter.isascii())
        if act.pattern.search(text):
            assert any(word in text.lower() for word in act.words)

    holds()
