"""What a link does when it is opened: every word of the table, and the pages that only look like it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

import pytest

from safelinks.addresses.urls import split
from safelinks.health.guards.one_time_links import ACTS, act_of

KEY = "a1b2c3d4"
UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
MIXED = "AbCdE1-_IjKlMnO="
LEAVE = ("unsubscribe", "unsubscription", "unsub", "optout", "opt-out", "opt_out")


def _all(*parts: Iterable[str]) -> list[str]:
    return ["".join(one) for one in product(*parts)]


# By what they do; all behind "https://a.test".
ACTING: Mapping[str, list[str]] = {
    "leaves a list": [
        *_all(["/", "/x/", "/oneclick-", "/one-click-", "/one_click_", "/list-", "/list_", "/list."], LEAVE, ["", "-all", "_from.all", "/x", "?x", ";x"]),
        *_all(["/do", "/"], ["unsubscribe", "unsubscription"], ["", "page", "page.aspx", "me/1", ".php?x", "er;x"]),
        *_all(["/how-to-", "/x.y_"], LEAVE, ["-it", ""], [f"/{KEY}", f"//{KEY}/", f"/{UUID}?x", f"/{MIXED}", f"?id={KEY}", f"/?a=1&b=2&id={KEY}&c"]),
        *_all(["/?", "/x?a=1&", "/x?a=1;"], ["", "list-", "list_", "list."], LEAVE, ["", "=1", "&a", ";a", "-all=1", "_from.all=x"]),
        *_all(["/?do=", "/x?a="], ["", "list-", "list.", "list_"], LEAVE, ["", "-all", "_me", ".x", "&a=1", ";a"]),
    ],
    "confirms, verifies, activates or resets": [
        *_all(
            ["/", "/x/", "/email-", "/e-mail", "/accounts_", "/user", "/password-", "/subscription", "/newsletters-", "/registration", "/signup-", "/login", "/auth-"],
            ["confirm", "confirmation", "verify", "verification", "activate", "activation", "reset"],
            ["/x", "?x", ".php?x", "//x", "/?x"],
        ),
        *_all(
            ["/confirm"],
            ["-your", "my", "_new", "the", "-email", "-e-mail", "password", "_account", "subscription", "registration", "address", "user", "signup", "login", "identity", "-device", "newsletter", "-your-new-email-address"],
            ["/x"],
        ),
        *_all(["/", "/email-"], ["validate", "validation", "recover", "recovery"], ["", "-email"], [f"/{KEY}", f"/{UUID}/x", f".php/{MIXED}?x"]),
        *_all(["/validate?", "/recover.php?", "/recovery/?a=1&", "/validation?" + "a=1&" * 8], ["key", "code", "uid", "id", "user", "email", "e-mail", "hash", "sig", "t", "z"], ["=1"]),
    ],
    "signs in": [
        *_all(["/magic", "/magiclink", "/magic-link", "/magic_login", "/magicsignin", "/magic-sign-in", "/magic_sign_in", "/onetime", "/one-time", "/one_time-login", "/onetimelogin", "/emaillogin", "/e-mail-login", "/email_login", "/passwordless"], ["/x", "?x", ".php?x"]),
        *_all(["/auth", "/auth2", "/oauth", "/oauth2", "/sso", "/saml", "/saml2", "/oidc", "/login", "/signin"], ["", "/x", "/a/b.c/d-e/f"], ["/callback?x", "/callback/?x"]),
    ],
    "sets a password": [
        *_all(["/password", "/passwords"], ["", "-", "_", "/"], ["reset", "resets", "edit", "set", "change", "new", "recovery", "forgot", "confirm"], ["/x", "?x", "/?x"]),
        *_all(["/password/", "/passwords/"], [KEY, UUID, MIXED], ["", "/x", "?x"]),
        *_all(["/set", "/change-", "/create", "/choose_", "/new", "/forgot", "/forgotten", "/lost", "/recover"], ["", "your-", "my_", "a-", "a-new-", "your_new_"], ["password", "passwords"], [f"/{KEY}", "?code=1"]),
    ],
    "activates a site or a user of WordPress": [
        "/wp-activate.php?x", "/blog/wp-activate.php/x",
        *_all(["/wp-login.php?"], ["", "a=1&", "a=1&" * 8], ["action="], ["rp", "resetpass", "logout", "confirmaction"], ["", "&x"]),
    ],
    "does what its query says": [
        *_all(["/?", "/x?a=1&", "/x?a;"], ["mode", "action", "act", "do", "cmd", "task", "op", "operation", "method"], ["=confirm"], ["", "&a=1", ";a"]),
        *_all(
            ["/x?act="],
            ["activate", "activation", "approve", "cancel", "confirm", "confirm-email", "confirm_x", "confirmMail", "deactivate", "decline", "delete", "accept", "logout", "log-out", "log_out",
             "recoverEmail", "reject", "remove", "resetpass", "reset-password", "reset_pass", "respond", "rp", "rsvp", "signout", "sign-out",
             "sign_out", "verify", "verify-email", "verify_x", "verifyEmail", "verifyAndChangeEmail"],
        ),
        *_all(["/x?a=", "/x?t=1&a=", "/x?t;a="], ["cfmpw", "cxlpw", "cfmem", "cxlem"], ["", "&t", ";t"]),
    ],
    "carries a key that works once": [
        *_all(["/?", "/x?a&", "/x?a;", "/x;", "/x;a&"], ["token", "my_token", "user[reset-token]", "a.token", "otp", "oobCode", "magic", "jwt", "_wpnonce", "unsubscribe_key"], ["=1"]),
        *_all(["/?"], ["", "user_", "user-"], ["activation", "activate", "confirmation", "confirm", "verification", "verify", "reset", "invitation", "invite", "signup", "login"], ["", "-", "_"], ["key", "code", "hash"], ["=1"]),
        *_all(["/?"], ["activation", "confirmation", "verification"], ["", "-", "_"], ["id=1"]),
    ],
    "accepts an invitation": [
        *_all(["/accept"], ["", "-", "_"], ["invite", "invites", "invitation", "invitations"], ["/x", "?x", ".php?x", "/?x"]),
        *_all(["/invite", "/invites", "/invitation", "/invitations"], ["/accept", "/decline", "/confirm"], ["/x", "?x", "s/x"]),
        *_all(["/invite", "/invites", "/invitation", "/invitations"], [f"/{KEY}", "?code=1", f".php/{UUID}"]),
        *_all(["/x?", "/x?a=1&", "/x?a;"], ["invite=", "invitation="], [KEY, UUID], ["", "&a", ";a"]),
    ],
    "answers an invitation": [
        *_all(["/rsvp"], ["/yes", "/no", "/maybe", "/accept", "/accepted", "/decline", "/declined", "/reject", "/rejected", "/tentative", "/attending", f"/{KEY}", "//yes", "?x", "/?x"]),
        "/rsvp/yes/x", "/rsvp/yes?x",
        *_all(["/x?", "/x?a&", "/x?a;"], ["rsvp", "partstat", "attend", "attending", "attendance", "response", "answer"], ["=yes", "=declined&a", "=no;a"]),
    ],
    "sends a form": ["/formResponse?x", "/formResponse/?x", "/formResponse"],
    "ends a session": _all(["/", "/x/user", "/user-", "/user_"], ["logout", "log-out", "log_out", "signout", "sign-off", "logoff"], ["", "/", ".php", "?x", ";x", ".aspx/?x"]),
    "ends a session, or confirms an address, of a wiki": [
        *_all(["/wiki/", "/index.php?title="], ["Special:UserLogout", "Special:ConfirmEmail/x", "Special:InvalidateE-mail/x"]),
    ],
    "cancels, approves or deletes": [
        *_all(
            ["/cancel", "/cancels", "/cancellation", "/cancellations", "/reschedule", "/rescheduling", "/approve", "/approval", "/reject", "/decline", "/deny", "/accept", "/deactivate",
             "/deleteaccount", "/delete-account", "/delete_account", "/cancel-subscription", "/cancel_account", "/cancel-order", "/cancel-booking", "/cancel-appointments", "/cancel-registration"],
            [f"/{KEY}", f"//{KEY}/x", f".php/{UUID}?x"],
        ),
        *_all([f"/{KEY}/", f"/x/{UUID}/"], ["accept", "approve", "cancel", "confirm", "decline", "reject", "activate", "verify", "reset", "rsvp"], ["", "/", ".php", "?x"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("what", ACTING)
def test_every_word_of_an_act(what: str) -> None:
    acts = {path: act_of(split(f"https://a.test{path}")) for path in ACTING[what]}
    assert [path for path, act in acts.items() if act is None] == []
    assert what in {act.what for act in acts.values() if act is not None}


def test_every_act_is_here() -> None:
    assert set(ACTING) == {act.what for act in ACTS}


def test_an_example_shows_its_act() -> None:
    for act in ACTS:
        example = act_of(split(act.example))
        assert example is not None
        assert example.what == act.what


def test_a_letter_that_is_another_in_capitals() -> None:
    assert act_of(split("https://a.test/unſubscribe")) is not None
    assert act_of(split("https://a.test/%C5%BFign_out")) is not None


def test_hosts_that_leave_a_list() -> None:
    for host in ("unsub.a.test", "unsubscribe.a.test"):
        assert act_of(split(f"https://{host}/x")) is not None
        assert act_of(split(f"https://{host}/")) is None
        assert act_of(split(f"https://x.{host}/x")) is None


def test_an_invitation_to_a_chat_is_a_page() -> None:
    for host in ("discord.com", "discordapp.com"):
        assert act_of(split(f"https://{host}/invite/{KEY}")) is None
        assert act_of(split(f"https://x.{host}/invite/{KEY}")) is not None


PAGES = [
    "/about-unsubscribe-links-in-mail-1/x", "/gaoptout",
    f"/how-to-unsubscribe?utm_id={KEY}", "/how-to-unsubscribe/abcdef", "/how-to-unsubscribe/123456", "/how-to-unsubscribe/a1b2c", "/how-to-unsubscribe?id=abcdef",
    "/?unsubscriber=1", "/?xunsubscribe=1", "/?do=unsubscriber", "/x?q=how+to+unsubscribe", "/docs/unsubscribe", "/wiki/unsubscribe", "/faq/unsubscribe",
    "/doc/logout", "/documentation/logout", "/reference/logout", "/manual/logout", "/questions/logout", "/tree/logout", "/blob/logout", "/raw/logout",
    "/confirm", "/confirm/", "/confirm.html", "/reconfirm/x", "/confirmed/x", "/confirm-everything/x", "/reset/x.css?1", "/reset/x.js?1", "/verify/x.pdf?1", "/reset/logo.svg?x",
    "/reset/a.jpg?x", "/reset/a.jpeg?x", "/reset/a.png?x", "/reset/a.gif?x", "/reset/a.zip?x", "/reset/a.woff?x", "/reset/a.woff2?x",
    "/validate", "/validate/x", "/validate?url=x", "/validation?id=", "/recovery?page=1", "/validate/abcdefgh",
    "/magic", "/magical/x", "/one-time-payment/x", "/callback?x", "/auth/a/b/c/d/e/callback?x",
    "/password", "/passwords/strength", "/password-resetting/x", "/set-password", "/set-password/x", "/set-the-password?code=1",
    "/wp-activate.php", "/wp-login.php", "/wp-login.php?action=login", "/wp-login.php?action=rpx",
    "/x?action=edit", "/x?action=confirmx-1", "/x?faction=confirm", "/x?action=cancelled", "/x?a=cfmpwx",
    "/?tokens=1", "/?token=", "/?x-amz-security-token=1", "/?otps=1", "/?key=1", "/?verification=1", "/?login=1",
    "/accept-invitation", "/invitation-to-bid", "/invite/gala", "/invite", "/x?invite=gala", "/x?invited=" + KEY,
    "/rsvp", "/rsvp/", "/rsvp/soon", "/rsvp/yesterday", "/x?response=200", "/x?answer=yesno", "/formresponse.html",
    "/logout-button", "/blogout", "/logouts", "/special:logout", "/wiki/special:confirmemail", "/wiki/notspecial:userlogout",
    "/cancel", "/cancel/policy", f"/cancelled/{KEY}", f"/{KEY}/cancelled", "/gala/accept", "/cancel-policy/" + KEY, "",
]  # fmt: skip


PAGES += [
    f"/how-to-unsubscribe?id={KEY}.html", f"/passwords/{KEY}.html", f"/x?invite={KEY}.html", "/logout.format",
    f"/{KEY}/accept.format", "/confirm" + "-my" * 5 + "/x",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page(path: str) -> None:
    assert act_of(split(f"https://a.test{path}")) is None


@pytest.mark.parametrize(
    "path",
    ["/docs/?unsubscribe", "/docs/x?action=confirm", f"/wiki/x?invite={KEY}", "/faq/formresponse"],
)
def test_what_acts_for_certain_does_so_anywhere(path: str) -> None:
    assert act_of(split(f"https://a.test{path}")) is not None
