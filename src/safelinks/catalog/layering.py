"""Catalogs put over one another: what stands for what, made to look things up in, and checked.

It makes the tables of contents, and holds these to the rules that a catalog keeps. The City's
catalog as it comes needs none of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from attrs import evolve

from safelinks.catalog.address_tables import tables_of_addresses
from safelinks.catalog.agency_tables import tables_of_bodies
from safelinks.catalog.catalog_layers import Layers, merged
from safelinks.catalog.entries import Contents
from safelinks.catalog.entry_readers import read_contents
from safelinks.catalog.field_readers import Violation
from safelinks.catalog.owner_protection import protected_of
from safelinks.catalog.resource_names import names_of
from safelinks.catalog.validation import of_entries, of_relations

__all__ = ["layered", "layers_of", "put_over"]


def layers_of(*layers: Contents) -> Layers:
    """`layers` as one. Raises InvalidURLError for an address that is none; see `of_entries`."""
    contents = merged(layers)
    bodies = tables_of_bodies(contents.agencies, contents.conventions)
    return Layers(
        {entry.id: entry for entry in contents.resources},
        {entry.acronym: entry for entry in contents.agencies},
        contents.host_aliases,
        contents.conventions,
        bodies,
        tables_of_addresses(layers),
        partial(names_of, contents.resources),
        partial(protected_of, contents, frozenset(bodies.numbers)),
        partial(tuple, layers),
    )


def layered(own: Contents, *below: Contents) -> tuple[Layers | None, list[Violation]]:
    """`own` contents over those `below`; or None, and all that is wrong with them."""
    wrong = of_entries(own)
    if wrong:
        return None, wrong
    above = layers_of(own, *(_without(layer, own) for layer in below))
    wrong = of_relations(own, above.resources, above.agencies, above.index)
    return (None, wrong) if wrong else (above, [])


def put_over(layers: Layers, data: Mapping[str, object]) -> tuple[Layers | None, list[Violation]]:
    """`layers` with the `data` of a file over them, or all that is wrong with the file."""
    own, wrong = read_contents(data, layers.contents)
    return (None, wrong) if wrong else layered(own, *layers.layers)


def _without(layer: Contents, above: Contents) -> Contents:
    """`layer`, but for what `above` has in its place."""
    ids = {entry.id for entry in above.resources}
    acronyms = {entry.acronym for entry in above.agencies}
    return evolve(
        layer,
        resources=tuple(entry for entry in layer.resources if entry.id not in ids),
        agencies=tuple(entry for entry in layer.agencies if entry.acronym not in acronyms),
    )
