"""`Layers`: the contents of several catalogs as one, where the upper one has the last word.

It knows what stands for what, and joins contents with the index and the rules they keep. No files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import Factory, evolve, field

from safelinks.catalog.address_index import Index
from safelinks.catalog.agency_lookup import Bodies
from safelinks.catalog.entries import Agency, Contents, Conventions, Resource
from safelinks.catalog.entry_readers import read_contents
from safelinks.catalog.field_readers import Violation
from safelinks.catalog.validation import of_entries, of_relations
from safelinks.foundation.values import frozen

__all__ = ["EMPTY", "Layers", "put_over"]


def _merged(layers: Sequence[Contents]) -> Contents:
    return Contents(
        tuple(entry for layer in layers for entry in layer.resources),
        tuple(entry for layer in layers for entry in layer.agencies),
        tuple(alias for layer in layers for alias in layer.host_aliases),
        layers[0].conventions if layers else Conventions(),
    )


@frozen(eq=False)
class Layers:
    """Contents, the uppermost first, of which no two have an entry of the same id.

    Raises InvalidURLError for an address that is none; see `of_entries`.
    """

    layers: tuple[Contents, ...]
    contents: Contents = field(
        init=False, repr=False, default=Factory(lambda self: _merged(self.layers), takes_self=True)
    )
    resources: Mapping[str, Resource] = field(init=False, repr=False)
    agencies: Mapping[str, Agency] = field(init=False, repr=False)
    bodies: Bodies = field(init=False, repr=False)
    index: Index = field(init=False, repr=False)

    @resources.default
    def _by_id(self) -> Mapping[str, Resource]:
        return {entry.id: entry for entry in self.contents.resources}

    @agencies.default
    def _by_acronym(self) -> Mapping[str, Agency]:
        return {entry.acronym: entry for entry in self.contents.agencies}

    @bodies.default
    def _indexed_bodies(self) -> Bodies:
        return Bodies(self.contents.agencies, self.contents.conventions)

    @index.default
    def _indexed(self) -> Index:
        return Index(self.layers, self.bodies)

    def violations(self) -> list[Violation]:
        """What is wrong in the uppermost contents, given all that is below."""
        return of_relations(self.layers[0], self.resources, self.agencies, self.index)


EMPTY = Layers(())


def put_over(layers: Layers, data: Mapping[str, object]) -> tuple[Layers | None, list[Violation]]:
    """`layers` with the `data` of a file over them, or all that is wrong with the file."""
    own, wrong = read_contents(data, layers.contents)
    wrong = wrong or of_entries(own)
    if wrong:
        return None, wrong
    above = Layers((own, *(_without(layer, own) for layer in layers.layers)))
    wrong = above.violations()
    return (None, wrong) if wrong else (above, [])


def _without(layer: Contents, above: Contents) -> Contents:
    """`layer`, but for what `above` has in its place."""
    ids = {entry.id for entry in above.resources}
    acronyms = {entry.acronym for entry in above.agencies}
    return evolve(
        layer,
        resources=tuple(entry for entry in layer.resources if entry.id not in ids),
        agencies=tuple(entry for entry in layer.agencies if entry.acronym not in acronyms),
    )
