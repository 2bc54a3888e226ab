"""Why an address is never requested: ports, and which reason counts where there are several."""

from __future__ import annotations

import pytest

from safelinks.health.guards.refusal import refusal, refusal_of_link
from safelinks.health.model.outcome import Reason
from safelinks.health.model.policy import Policy

# Fetch standard, section 2.9, "port blocking".
BAD_PORTS = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115,
    117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587,
    601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669,
    6679, 6697, 10080, 11211,
]  # fmt: skip


def test_ports_of_other_services() -> None:
    policy = Policy(allow_ports=(22,))
    near = {port + step for port in BAD_PORTS for step in (-1, 0, 1)} - {-1}
    refused = [port for port in sorted(near) if refusal(f"https://8.8.8.8:{port}/", policy)]
    assert refused == [port for port in BAD_PORTS if port != 22]
    assert refusal("https://8.8.8.8:22/", Policy()) is Reason.BLOCKED_PORT


REASONS = {
    "mailto:a@b.example": Reason.UNSUPPORTED_SCHEME,
    "ftp://8.8.8.8:22/": Reason.UNSUPPORTED_SCHEME,
    "https:": Reason.INVALID_URL,
    "nonsense": Reason.INVALID_URL,
    "1a:b": Reason.INVALID_URL,
    "https://nam06.safelinks.protection.outlook.com:22/": Reason.WRAPPER,
    "https://a.example:22/": Reason.BLOCKED_PORT,
    "https://a.example/logout": Reason.RESERVED_NAME,
    "https://10.0.0.1/logout": Reason.PRIVATE_ADDRESS,
    "https://8.8.8.8/logout": Reason.ONE_TIME_LINK,
    "https://8.8.8.8/secret": Reason.EXCLUDED,
    "https://8.8.8.8/": None,
}


@pytest.mark.parametrize("url", REASONS)
def test_the_first_reason_counts(url: str) -> None:
    assert refusal(url, Policy(excluded=("secret",))) is REASONS[url]


@pytest.mark.parametrize(
    ("included", "excluded", "reason"),
    [
        ((), (), None),
        (("docs",), (), None),
        (("docs", "other"), (), None),
        (("other",), (), Reason.EXCLUDED),
        (("docs/new",), ("docs",), None),
        (("other",), ("docs",), Reason.EXCLUDED),
        ((), ("docs",), Reason.EXCLUDED),
    ],
)
def test_links_to_check(
    included: tuple[str, ...], excluded: tuple[str, ...], reason: Reason | None
) -> None:
    policy = Policy(included=included, excluded=excluded)
    assert refusal_of_link("https://8.8.8.8/docs/new", policy) is reason
    assert refusal_of_link("https://10.0.0.1/docs/new", policy) is Reason.PRIVATE_ADDRESS


def test_what_is_allowed() -> None:
    assert refusal("https://8.8.8.8/logout", Policy(allow_one_time=True)) is None
    assert refusal("https://a.example/", Policy(allow_reserved=True)) is None
    assert refusal("https://a.local/", Policy(allow_private=True)) is None
    assert refusal("https://a.test/", Policy(allow_private=True)) is Reason.RESERVED_NAME
    assert refusal("https://10.0.0.1/", Policy(allow_private=True)) is None
    assert refusal("https://169.254.169.254/", Policy(allow_private=True)) is Reason.PRIVATE_ADDRESS
