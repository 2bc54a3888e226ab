"""`unwrap`: any address, any number of wrappers around it, down to the target.

It knows in which order to try the formats and when to stop. It never touches the network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar, overload
from uuid import UUID

from attrs import field

from safelinks.addresses.link_errors import (
    ChainLoopError,
    ChainTooDeepError,
    SafelinksError,
    TargetLostError,
)
from safelinks.foundation.values import frozen
from safelinks.wrappers import safelink, vendor_layer
from safelinks.wrappers.redaction.link_redaction import shown
from safelinks.wrappers.redaction.personal_data import mask, recipients
from safelinks.wrappers.safelink import SafeLink
from safelinks.wrappers.vendors import wrapper_table
from safelinks.wrappers.vendors.wrapper_table import Opaque

__all__ = ["MAX_LAYERS", "READ", "Layer", "Unwrapped", "instead", "unwrap"]

MAX_LAYERS = 10  # spec, section 6
_Default = TypeVar("_Default")
_RAISE = object()  # no default is given


class Layer(Protocol):
    """One wrapper that was taken off: its name, its own address, and what was inside."""

    @property
    def wrapper(self) -> str:
        """The service's name, for people."""

    @property
    def url(self) -> str:
        """The wrapped address. Personal data."""

    @property
    def target(self) -> str:
        """What was inside, one layer removed."""

    @property
    def recipient(self) -> str | None:
        """The recipient of the message, if the wrapper contains it. Personal data."""


@frozen(repr=False)
class Unwrapped:
    """An address and where it leads.

    `url` is the given address, `target` where it leads, `layers` every wrapper taken off, outermost
    first. An address without a wrapper has no layers and is its own target. The properties below
    are those of the outermost Safe Link among the layers, None where there is none.
    """

    url: str
    target: str
    layers: tuple[Layer, ...] = ()

    @property
    def opaque(self) -> Opaque | None:
        """The wrapper that `target` still is, if its target is known to its vendor alone."""
        return wrapper_table.opaque(self.target)

    @property
    def safe_links(self) -> tuple[SafeLink, ...]:
        """Every Safe Link among the layers, outermost first."""
        return tuple(layer for layer in self.layers if isinstance(layer, SafeLink))

    @property
    def safe_link(self) -> SafeLink | None:
        """The outermost Safe Link."""
        for layer in self.layers:
            if isinstance(layer, SafeLink):
                return layer
        return None

    @property
    def recipients(self) -> frozenset[str]:
        """Every address that any layer was sent to, in lower case. Personal data."""
        if not self.layers:
            return recipients(self.url)
        named = {name.lower() for layer in self.layers if (name := layer.recipient)}
        return recipients(self.url, *(layer.target for layer in self.layers)) | named

    def __repr__(self) -> str:
        known = self.recipients
        ends = f"url={shown(self.url, known)!r}, target={shown(self.target, known)!r}"
        return mask(f"Unwrapped({ends}, layers={self.layers!r})", known)

    @property
    def recipient(self) -> str | None:
        """The SMTP address the message was delivered to. Personal data."""
        link = self.safe_link
        return link.recipient if link else None

    @property
    def tenant(self) -> UUID | None:
        """Entra tenant id of the recipient."""
        link = self.safe_link
        return link.tenant if link else None

    @property
    def message_id(self) -> UUID | None:
        """Exchange Network Message ID of the message that carried the link."""
        link = self.safe_link
        return link.message_id if link else None

    @property
    def sent_at(self) -> datetime | None:
        """When the message was accepted, from the clock in its id; UTC."""
        link = self.safe_link
        return link.sent_at if link else None

    @property
    def wrapped_at(self) -> datetime | None:
        """When the link was rewritten, from its ticks; UTC."""
        link = self.safe_link
        return link.wrapped_at if link else None

    def as_dict(self, *, redacted: bool = True) -> dict[str, object]:
        """Address, target and metadata under the names that columns have; a value each.

        `wrapper` is the service of the outermost layer, `layers` their number. Unless `redacted` is
        false, `url` is without recipients, secrets and credentials, and there is no `recipient`;
        `target` is always exact.

        >>> unwrapped = unwrap("https://www.google.com/url?q=https%3A%2F%2Fa.example%2F")
        >>> {name: value for name, value in unwrapped.as_dict().items() if value is not None}
        ... # doctest: +NORMALIZE_WHITESPACE
        {'url': 'https://www.google.com/url?q=https%3A%2F%2Fa.example%2F',
         'target': 'https://a.example/', 'wrapper': 'Google', 'layers': 1}
        """
        url = shown(self.url, self.recipients) if redacted else self.url
        values = {name: read(self) for name, read in READ.items()}
        if redacted:
            del values["recipient"]
        return {"url": url} | values


def _text(value: UUID | None) -> str | None:
    return str(value) if value is not None else None


READ: Mapping[str, Callable[[Unwrapped], object]] = {
    "target": lambda unwrapped: unwrapped.target,
    "wrapper": lambda unwrapped: unwrapped.layers[0].wrapper if unwrapped.layers else None,
    "layers": lambda unwrapped: len(unwrapped.layers),
    "opaque": lambda unwrapped: unwrapped.opaque.wrapper if unwrapped.opaque else None,
    "message_id": lambda unwrapped: _text(unwrapped.message_id),
    "tenant": lambda unwrapped: _text(unwrapped.tenant),
    "sent_at": lambda unwrapped: unwrapped.sent_at,
    "wrapped_at": lambda unwrapped: unwrapped.wrapped_at,
    "verdict": lambda unwrapped: _of_link(unwrapped, "verdict"),
    "source": lambda unwrapped: _of_link(unwrapped, "source"),
    "region": lambda unwrapped: _of_link(unwrapped, "region"),
    "recipient": lambda unwrapped: unwrapped.recipient,
}
"""How each value of a row is read, by its name: what `Unwrapped.as_dict` and columns hold."""


def _of_link(unwrapped: Unwrapped, name: str) -> object:
    link = unwrapped.safe_link
    return getattr(link, name) if link else None


@frozen
class _Instead:
    """What stands in for a layer where one address is written instead of another."""

    wrapper: str
    url: str = field(repr=False)
    target: str = field(repr=shown)
    recipient: None = None


def instead(url: str, target: str) -> Unwrapped:
    """`url` as if it were wrapped around `target`: for who writes that in its place."""
    return Unwrapped(url, target, () if target == url else (_Instead("", url, target),))


@overload
def unwrap(
    url: str, *, max_layers: int = MAX_LAYERS, keep_redirectors: bool = False
) -> Unwrapped: ...


@overload
def unwrap(
    url: object,
    *,
    max_layers: int = MAX_LAYERS,
    keep_redirectors: bool = False,
    default: _Default,
) -> Unwrapped | _Default: ...


def unwrap(
    url: object,
    *,
    max_layers: int = MAX_LAYERS,
    keep_redirectors: bool = False,
    default: object = _RAISE,
) -> object:
    """Take every known wrapper off `url`, without using the network.

    With `keep_redirectors`, only links of security services are unwrapped, not those of Google,
    Facebook or trackers. Raises TargetLostError if the target of a Safe Link is lost or is cut off
    in another wrapper's host, ChainTooDeepError if more than `max_layers` are nested, and
    ChainLoopError if a chain leads back to itself. All are SafelinksErrors. A wrapper of another
    vendor that does not contain its target stays the target; `opaque` is that wrapper.

    With a `default`, none is raised: it is returned instead, also where `url` is no text, such as
    the empty cell of a table.

    >>> unwrap("https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example").target
    'https://a.example'
    >>> unwrap("https://example.org/").layers
    ()
    >>> unwrap(None, default=None)
    """
    if default is not _RAISE:
        try:
            return (
                _unwrapped(url, max_layers, keep_redirectors) if isinstance(url, str) else default
            )
        except SafelinksError:
            return default
    return _unwrapped(url, max_layers, keep_redirectors)  # type: ignore[arg-type]


def _unwrapped(url: str, max_layers: int, keep_redirectors: bool) -> Unwrapped:  # noqa: FBT001
    layers: tuple[Layer, ...] = ()
    target = url
    while True:
        layer: Layer | None = safelink.peel_safelink(target) or vendor_layer.peel_vendor_layer(
            target, keep_redirectors=keep_redirectors
        )
        if layer is None:
            return Unwrapped(url, target, layers)
        if len(layers) == max_layers:
            raise ChainTooDeepError(target, max_layers)
        if wrapper_table.is_cut_host(
            layer.target
        ):  # of a wrapper that was cut before it was wrapped
            raise TargetLostError(target)
        target = layer.target
        if target == url or (layers and any(target == outer.url for outer in layers)):
            raise ChainLoopError(target)
        layers = (*layers, layer)
