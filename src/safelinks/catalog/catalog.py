"""`Catalog`: from an address to a resource, its owner, and where it lives now.

It joins what is read from files with the index, and turns what that finds into a `Match`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from attrs import evolve

from safelinks.addresses.urls import split
from safelinks.catalog import catalog_files
from safelinks.catalog.address_index import Hit, parameter_of
from safelinks.catalog.catalog_layers import Layers
from safelinks.catalog.city_catalog import city_layers
from safelinks.catalog.entries import Agency, Contents, Conventions, HostAlias, Resource, Status
from safelinks.catalog.field_readers import Violation, told
from safelinks.catalog.lookalikes.suspicions import Suspicion
from safelinks.catalog.lookalikes.wrapper_imitations import with_wrappers
from safelinks.catalog.match import Match, MatchedRule
from safelinks.catalog.resource_names import Names
from safelinks.errors import CatalogError, InvalidURLError, SafelinksError
from safelinks.foundation.values import frozen
from safelinks.wrappers.unwrapping import MAX_LAYERS, Unwrapped, unwrap

if TYPE_CHECKING:
    from safelinks.catalog.resource_search import Found, Search
    from safelinks.files.data.data_file import Source

__all__ = ["Catalog", "CatalogFault", "OpenedCatalog", "identify", "open_catalog", "validate"]

_WEB = frozenset({"http", "https"})


class Catalog:
    """Resources, by id, and the `agencies` that own them, by acronym, indexed for matching.

    Raises CatalogError, naming the entry, where a rule of `safelinks.catalog.validation` is broken.
    """

    def __init__(
        self,
        resources: Iterable[Resource] = (),
        agencies: Iterable[Agency] = (),
        host_aliases: Iterable[HostAlias] = (),
        conventions: Conventions | None = None,
    ) -> None:
        from safelinks.catalog import layering  # noqa: PLC0415  the City's catalog comes layered

        own = Contents(
            tuple(resources), tuple(agencies), tuple(host_aliases), conventions or Conventions()
        )
        layers, wrong = layering.layered(own)
        if layers is None:
            raise CatalogError(told(wrong[0], _names(own)))
        self._set(layers)

    @classmethod
    @lru_cache(maxsize=1)
    def nyc(cls) -> Self:
        """The catalog of the City of New York that comes with safelinks; loaded once."""
        return cls._of(city_layers())  # which its tests have checked

    @classmethod
    def load(cls, *paths: str | Path, base: Catalog | None = None) -> Self:
        """The catalog in one or more files, JSON or TOML by their names.

        What is in a later file, or in any of them if there is a `base` such as ``Catalog.nyc()``,
        stands for what has the same id there; fields that are not given stay. Raises CatalogError,
        with file, line and remedy, for the first thing that is wrong.
        """
        catalog = cls._of((base or Catalog()).layers)
        for path in paths:
            opened = open_catalog(path, catalog)
            if opened.catalog is None:
                more = f" (and {len(opened.faults) - 1} more)" if len(opened.faults) > 1 else ""
                raise CatalogError(f"{opened.faults[0]}{more}")
            catalog = cls._of(opened.catalog.layers)
        return catalog

    def under(self, source: Source) -> tuple[Self | None, list[Violation]]:
        """This catalog with what is in a file over it; or None, and all that is wrong there."""
        from safelinks.catalog import layering  # noqa: PLC0415  the City's catalog comes layered

        above, wrong = layering.put_over(self.layers, source.data)
        return (None if above is None else self._of(above)), wrong

    @classmethod
    def _of(cls, layers: Layers) -> Self:
        catalog = cls.__new__(cls)
        catalog._set(layers)  # noqa: SLF001  its own
        return catalog

    def _set(self, layers: Layers) -> None:
        self.layers = layers
        self.resources: Mapping[str, Resource] = layers.resources
        self.agencies: Mapping[str, Agency] = layers.agencies
        self._look_up = layers.index.look_up
        self._mail = layers.bodies.of_mail_domain

    @property
    def contents(self) -> Contents:
        """All that is in it."""
        return self.layers.contents

    def identify(self, url: str | Unwrapped) -> Match:
        """Which resource `url` is, wrapped or not. Raises nothing: an unknown address is external.

        Of what is unwrapped already, nothing more is taken off.

        >>> Catalog.nyc().identify("http://nyc.gov/pip/").reason
        'this is the address of Payee Information Portal'
        """
        return self._identify(url, MAX_LAYERS)

    def _identify(self, asked: str | Unwrapped, layers: int) -> Match:
        url = asked if isinstance(asked, str) else asked.url
        try:
            unwrapped = unwrap(asked) if isinstance(asked, str) else asked
            address = split(unwrapped.target)
        except InvalidURLError:
            return Match(url, MatchedRule.EXTERNAL)
        except SafelinksError as lost:
            return Match(url, MatchedRule.EXTERNAL, str(lost))
        if address.scheme not in _WEB:
            return Match(url, MatchedRule.EXTERNAL, f"{address.scheme}: not a web address")
        found = self._look_up(address)
        peeled = (unwrapped,) if unwrapped.layers else ()
        if not isinstance(found, Hit):
            return Match(
                url, found.rule, found.matched, None, found.agency, found.owner, None, None,
                False, address.host, unwrapped.target, peeled, self._mail,  # noqa: FBT003  renamed
                found.inference,
            )  # fmt: skip
        entry = found.resource
        if isinstance(entry.unwrap, str) and layers:
            inner = parameter_of(address, entry.unwrap)
            if inner is not None:
                match = self._identify(inner, layers - 1)
                return evolve(match, url=url, peeled=peeled + match.peeled)
        current = _home_of(entry, self.resources)
        return Match(
            url,
            found.rule,
            found.matched,
            entry,
            self.agencies.get(entry.agency),
            None,
            found.identifier,
            current,
            current is not None and self._is_renamed(found, unwrapped.target, current),
            address.host,
            unwrapped.target,
            peeled,
            self._mail,
            found.inference,
        )

    def suspicions(self, url: str | Unwrapped) -> tuple[Suspicion, ...]:
        """Why `url`, wrapped or not, looks like the owner's and is not, or should not be public.

        Nor should it look like the host of a link wrapper and be none, whoever the owner is.
        Total: an address that cannot be read has none.

        >>> [str(found.sign) for found in Catalog.nyc().suspicions("https://www.nyc-gov.org/")]
        ['borrowed-name']
        """
        try:
            address = split((unwrap(url) if isinstance(url, str) else url).target)
        except SafelinksError:
            return ()
        return with_wrappers(address, self.layers.protected)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Domains and hosts of the agencies, on which people write addresses without a scheme."""
        tables = self.layers.body_tables
        owned = (*tables.hosts, *tables.domains, *tables.owners)
        return frozenset(host.removeprefix("www.") for host in owned)

    def find(self, text: str) -> list[Resource]:
        """Resources that people mean by `text`, with typos; the best first, none by chance.

        >>> Catalog.nyc().find("pasport public portal")[0].id
        'passport-public-portal'
        """
        return [one.resource for one in self.answers(text) if not one.weak]

    def answers(self, text: str) -> list[Found]:
        """What people may mean by `text`, the best first, each with how sure that is."""
        return self._search.answers(text)

    @cached_property
    def _search(self) -> Search:
        from safelinks.catalog.resource_search import Search  # noqa: PLC0415  for who searches

        files = (layer.keywords_file for layer in self.layers.layers)
        keywords = [catalog_files.keywords_in(name) for name in files if name]
        return Search(
            tuple(self.resources.values()),
            self.agencies,
            catalog_files.search_words(),
            keywords[0] if keywords else {},
        )

    def agency(self, name: str) -> Agency | None:
        """The body that is called so: by its acronym, its name in paths, or its name, in any case.

        >>> Catalog.nyc().agency("department of buildings").acronym
        'DOB'
        """
        acronym = self.layers.body_tables.called.get(" ".join(name.lower().split()))
        return None if acronym is None else self.agencies[acronym]

    @cached_property
    def names(self) -> Names:
        """What finds names of resources in texts."""
        return Names(self.resources, self.layers.names)

    def home_of(self, entry: Resource) -> str | None:
        """Where a resource lives now: of one that is retired, its successor; None for no page."""
        return _home_of(self.resources[entry.id], self.resources)

    def covering(self, url: str) -> frozenset[str]:
        """The ids of all resources on whose host, or below whose prefix, `url` is."""
        try:
            return self.layers.index.covering(split(url))
        except InvalidURLError:
            return frozenset()

    def same_page(self, one: str, other: str) -> bool:
        """Whether two addresses have the same compare key. Raises InvalidURLError."""
        return self.layers.index.key_of(one) == self.layers.index.key_of(other)

    def _is_renamed(self, found: Hit, target: str, current: str) -> bool:
        if found.rule is MatchedRule.FORMER_ADDRESS:
            return found.inference is None
        if found.inference is not None:
            return False
        retired = found.resource.status is Status.RETIRED
        return retired and not self.same_page(current, target)


def _home_of(entry: Resource, resources: Mapping[str, Resource]) -> str | None:
    """Where a resource lives now: where its successor does, once it is retired."""
    if entry.status is not Status.RETIRED:
        return entry.url
    seen = {entry.id}
    while entry.status is Status.RETIRED and entry.successor is not None:
        following = resources.get(entry.successor)
        if following is None or following.id in seen:
            break
        entry = following
        seen.add(entry.id)
    return entry.url


def _names(own: Contents) -> Mapping[str, object]:
    """The data of `own` that is needed to name an entry."""
    return {
        "resources": [{"id": entry.id} for entry in own.resources],
        "agencies": [{"acronym": entry.acronym} for entry in own.agencies],
    }


@frozen
class CatalogFault:
    """What is wrong in a catalog file: in which line, and of what."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        return f"{self.file}{line}: {self.message}"


@frozen
class OpenedCatalog:
    """A catalog file that was read: the `catalog` with it over another one, or all its `faults`."""

    source: Source
    catalog: Catalog | None
    faults: tuple[CatalogFault, ...]

    def own_resources(self) -> tuple[Resource, ...]:
        """The resources of the file itself, as they stand over the other catalog."""
        return self.catalog.layers.layers[0].resources if self.catalog else ()


def open_catalog(path: str | Path, base: Catalog) -> OpenedCatalog:
    """Read a catalog file over `base`. Raises CatalogError where it cannot be read at all."""
    source = catalog_files.source_of(Path(path))
    catalog, wrong = base.under(source)
    faults = (
        CatalogFault(str(path), source.line(one.path), told(one, source.data)) for one in wrong
    )
    return OpenedCatalog(source, catalog, tuple(faults))


def validate(path: str | Path, base: Catalog | None = None) -> list[CatalogFault]:
    """Everything that is wrong in a catalog file, which may refer to what is in `base`.

    Raises CatalogError where the file cannot be read at all.
    """
    return list(open_catalog(path, base or Catalog()).faults)


def identify(url: str, catalog: Catalog | None = None) -> Match:
    """Which resource `url` is, wrapped or not, by `catalog` (that of New York City if none).

    >>> identify("http://nyc.gov/pip/").resource.id
    'pip'
    """
    return (catalog or Catalog.nyc()).identify(url)
