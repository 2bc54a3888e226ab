"""Values whose comparison, hash and `repr` are shared, as attrs makes them; and what is shown of them."""

from __future__ import annotations

import pickle
from typing import Any

import attrs
import pytest
from attrs import field

from safelinks.addresses.place import Place
from safelinks.catalog import Match, MatchedRule, Sign, Suspicion
from safelinks.foundation.values import define, frozen, with_texts
from safelinks.health.model.outcome import Hop, Outcome, Reason
from safelinks.rules.checked_link import Sighting


def _classes(frozen: Any, define: Any) -> Any:  # noqa: ANN401
    """The same classes, made by either."""

    @frozen
    class Point:
        x: int
        y: int = field(default=0, eq=False)
        name: str = field(default="n", repr=False)
        shown: str = field(default="secret", repr=lambda _: "***")
        parts: list[int] = field(factory=list, hash=False)

    @frozen
    class Farther(Point):
        z: int = 0

    @frozen
    class Empty:
        pass

    @frozen(eq=False)
    class Identity:
        x: int

    @frozen(repr=False)
    class Unprinted:
        x: int

    @define
    class Changing:
        x: int
        others: list[object] = field(factory=list)

    @frozen
    class Own:
        x: int

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    return Point, Farther, Empty, Identity, Unprinted, Changing, Own


OURS, THEIRS = _classes(frozen, define), _classes(attrs.frozen, attrs.define)


def _examples(classes: Any) -> list[Any]:  # noqa: ANN401
    point, farther, empty, identity, unprinted, changing, own = classes
    return [
        point(1), point(1), point(1, 2), point(1, 2, "o"), point(1, 0, "n", "else"),
        point(1, parts=[1]), point(2), farther(1), farther(1), farther(1, z=1), empty(), empty(),
        identity(1), identity(1), unprinted(1), unprinted(1), unprinted(2), changing(1),
        changing(1), changing(2), own(1), own(2), 1, "a", None,
    ]  # fmt: skip


PAIRS = list(zip(_examples(OURS), _examples(THEIRS), strict=True))


def test_equality_is_that_of_attrs() -> None:
    for one, theirs in PAIRS:
        for other, their_other in PAIRS:
            assert (one == other) is (theirs == their_other), (one, other)
            assert (one != other) is (theirs != their_other), (one, other)


def test_equal_values_have_one_hash() -> None:
    for one, theirs in PAIRS:
        if theirs.__class__.__hash__ is None:
            with pytest.raises(TypeError):
                hash(one)
            continue
        for other, their_other in PAIRS:
            if their_other.__class__.__hash__ is not None and theirs == their_other:
                assert hash(one) == hash(other) or hash(theirs) != hash(their_other), (one, other)


def test_they_print_as_those_of_attrs() -> None:
    for one, theirs in PAIRS:
        if type(one) is not OURS[3] and type(one) is not OURS[4]:
            assert repr(one) == repr(theirs)


def test_one_that_contains_itself_can_be_printed() -> None:
    changing = OURS[5](1)
    changing.others.append(changing)
    assert repr(changing) == "Changing(x=1, others=[...])"


@frozen
class Sent:
    x: int


def test_they_can_be_sent_and_changed() -> None:
    assert pickle.loads(pickle.dumps(Sent(3))) == Sent(3)  # noqa: S301
    assert attrs.evolve(Sent(3), x=4) == Sent(4)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Sent(3).x = 4  # type: ignore[misc]
    assert Sent(3) in {Sent(3): 1}


def _masked(text: str) -> str:
    return text.replace("secret", "***")


SHOWN = [
    pytest.param(
        Place(3, 4, part="secret.txt", sheet="secret", cell="secret!A1"),
        Place(3, 4, part="***.txt", sheet="***", cell="***!A1"),
        id="place",
    ),
    pytest.param(
        Match("a:secret", MatchedRule.ADDRESS, target="b:secret", identifier="secret"),
        Match("a:***", MatchedRule.ADDRESS, target="b:***", identifier="***"),
        id="match",
    ),
    pytest.param(
        Suspicion(Sign.STAGING, "secret is a test", "nyc.gov"),
        Suspicion(Sign.STAGING, "*** is a test", "nyc.gov"),
        id="suspicion",
    ),
    pytest.param(Hop("a:secret", 200, 0.5), Hop("a:***", 200, 0.5), id="hop"),
    pytest.param(
        Outcome(
            "a:secret",
            Reason.OK,
            (Hop("a:secret"), Hop("b:c")),
            "r:secret",
            "has secret",
            2,
            "no secret",
        ),
        Outcome("a:***", Reason.OK, (Hop("a:***"), Hop("b:c")), "r:***", "has ***", 2, "no ***"),
        id="outcome",
    ),
    pytest.param(
        Sighting(Place(1, part="secret"), label="my secret", shown="a:secret"),
        Sighting(Place(1, part="***"), label="my ***", shown="a:***"),
        id="sighting",
    ),
]


@pytest.mark.parametrize(("value", "expected"), SHOWN)
def test_what_is_shown_of_a_value_is_in_none_of_its_texts(value: Any, expected: Any) -> None:  # noqa: ANN401
    assert value.as_shown(_masked) == expected
    assert value.as_shown(str) is value
    assert expected.as_shown(_masked) is expected


def test_texts_that_are_missing_stay_missing() -> None:
    assert with_texts(Hop(""), lambda _: "shown", "url") == Hop("")
    assert with_texts(Place(), lambda _: "shown", "part", "cell") == Place()
