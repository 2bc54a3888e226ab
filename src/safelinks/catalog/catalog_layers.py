"""`Layers`: the contents of several catalogs as one, where the upper one has the last word.

It joins entries with the tables in which they are looked up, wherever these come from. No files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from attrs import field

from safelinks.catalog.address_index import Index, aliases_by_host
from safelinks.catalog.agency_lookup import Bodies
from safelinks.catalog.catalog_tables import AddressTables, BodyTables
from safelinks.catalog.entries import Agency, Contents, Conventions, HostAlias, Resource
from safelinks.catalog.lookalikes.protected_names import ProtectedNames
from safelinks.foundation.values import frozen

__all__ = ["Layers", "merged"]


def merged(layers: Sequence[Contents]) -> Contents:
    """All that is in `layers`, of which the uppermost comes first."""
    return Contents(
        tuple(entry for layer in layers for entry in layer.resources),
        tuple(entry for layer in layers for entry in layer.agencies),
        tuple(alias for layer in layers for alias in layer.host_aliases),
        layers[0].conventions if layers else Conventions(),
    )


@frozen(eq=False)
class Layers:
    """Contents, the uppermost first, of which no two have an entry of the same id.

    Entries are looked up by their ids, in mappings that need not have them all at hand; whoever
    wants all contents gets them read. So are names and what others may imitate.
    """

    resources: Mapping[str, Resource] = field(repr=False)
    agencies: Mapping[str, Agency] = field(repr=False)
    host_aliases: Sequence[HostAlias] = field(repr=False)
    conventions: Conventions = field(repr=False)
    body_tables: BodyTables = field(repr=False)
    address_tables: AddressTables = field(repr=False)
    _names: Callable[[], Mapping[str, Mapping[str, str]]] = field(repr=False)
    _protected: Callable[[], ProtectedNames] = field(repr=False)
    _contents: Callable[[], tuple[Contents, ...]] = field(repr=False)

    @cached_property
    def layers(self) -> tuple[Contents, ...]:
        """The contents of each layer."""
        return self._contents()

    @cached_property
    def contents(self) -> Contents:
        """All contents as those of one catalog."""
        return merged(self.layers)

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """The names of resources by their first word, as `names_of` gives them."""
        return self._names()

    @cached_property
    def protected(self) -> ProtectedNames:
        """What others may imitate."""
        return self._protected()

    @cached_property
    def bodies(self) -> Bodies:
        """Whose a host or a path is."""
        return Bodies(self.body_tables, self.conventions, self.agencies)

    @cached_property
    def index(self) -> Index:
        """Which resource an address is."""
        aliases = aliases_by_host(self.host_aliases)
        return Index(self.address_tables, aliases, self.bodies, self.resources)
