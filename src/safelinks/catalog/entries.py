"""What a catalog is made of: resources, the bodies that own them, and how its web is laid out.

Values only. It knows the fields, not how they are read from a file, checked, or matched.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from attrs import field

from safelinks.foundation.values import frozen

__all__ = [
    "Agency",
    "Confidence",
    "Contact",
    "Contents",
    "Conventions",
    "HealthHints",
    "HostAlias",
    "HostNumber",
    "Identifier",
    "MatchKind",
    "MatchRule",
    "Observation",
    "OpenSuffix",
    "PathName",
    "Resource",
    "Scheme",
    "SlugPath",
    "Status",
]


class Confidence(StrEnum):
    """How sure an entry is; a match by one of low confidence scores less."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Status(StrEnum):
    """What has become of a resource; one that is in use has none."""

    RETIRED = "retired"
    UNCERTAIN = "uncertain"


class MatchKind(StrEnum):
    """What an address is compared with."""

    EXACT = "exact"
    PREFIX = "prefix"
    HOST = "host"


class Scheme(StrEnum):
    """Where in an address an identifier stands."""

    SOCRATA = "socrata"
    QUERY = "query"
    PATH = "path"


@frozen
class MatchRule:
    """One way to recognise a resource: an address, the start of addresses, or a host.

    What is `former` still says whose a page is, but not that it is to be found there.
    """

    kind: MatchKind = field(converter=MatchKind)
    value: str
    former: bool = False


@frozen
class Identifier:
    """What the addresses of a resource carry beside its name, such as the number of an article.

    `label` is what a person calls it. With the scheme ``socrata`` it is a data set's id (four and
    four characters), with ``query`` the value of `parameter`, with ``path`` the first group of
    `pattern`, a regular expression that is searched for in the path.
    """

    label: str
    scheme: Scheme
    parameter: str | None = None
    pattern: str | None = None


@frozen
class Contact:
    """How to reach the people behind a resource."""

    type: str
    value: str
    label: str | None = None
    source: str | None = None
    confidence: Confidence | None = None


@frozen
class Observation:
    """Who has seen the address of a resource in force, and on which ISO 8601 day, if that is known.

    `own` is a sighting by the owner, on a page or in a file of its own. A list that somebody keeps
    is none: its date says when it was written, not that its addresses answered.
    """

    by: str
    on: str | None = None
    own: bool = False


@frozen
class HealthHints:
    """What a link check has to know of a resource.

    `expect_status` are answers that do not mean that it is broken, `soft_404` final paths that do,
    `trailing_slash` says in words what a slash too many does.
    """

    head_unreliable: bool = False
    blocks_bots: bool = False
    expect_status: tuple[int, ...] = ()
    soft_404: tuple[str, ...] = ()
    trailing_slash: str | None = None


@frozen
class Resource:
    """A service or page. `url` is its current address, None for what has no page of its own.

    `keywords` are what people look for there, in any language; no text names it by them.
    `agency` is the acronym of the body that it belongs to; `parent` and `successor` are ids of
    other resources; `as_of` is the ISO 8601 date of the newest evidence, and `seen` says who has
    seen the address itself. Of an exit page, `unwrap`
    is the name of the query parameter with the target; True says that its targets are its own
    secret. With `sign_in`, people sign in there.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    agency: str = ""
    category: str = "other"
    audience: tuple[str, ...] = ()
    url: str | None = None
    short_urls: tuple[str, ...] = ()
    former_urls: tuple[str, ...] = ()
    match: tuple[MatchRule, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    contacts: tuple[Contact, ...] = ()
    description: str = ""
    sources: tuple[str, ...] = ()
    seen: tuple[Observation, ...] = ()
    as_of: str | None = None
    confidence: Confidence = Confidence.HIGH
    status: Status | None = None
    successor: str | None = None
    parent: str | None = None
    socrata_id: str | None = None
    examples: tuple[str, ...] = ()
    health: HealthHints | None = None
    unwrap: str | bool | None = None
    sign_in: bool = False
    note: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The name, and everything else it is called."""
        return (self.name, *self.aliases)


_FOREIGN = "Other government"


@frozen
class SlugPath:
    """The name that a body has in paths, and the folder below which that stands."""

    slug: str
    under: str


@frozen
class Agency:
    """A body that owns resources; `acronym` is its key.

    `domains` are hosts that are all its own, and `whole_domains` those of which all hosts are;
    `owns` are domains of which every host is its own or of somebody within it, such as ``nyc.gov``.
    `prefixes` begin addresses of its own on hosts that others use, too. `slugs` are its names in
    paths, `slug_pattern` is a regular expression for more of them, `host_prefixes` begin its
    application hosts, and `email_domains` are those of its people. `code` is its number, which
    several may share: `code_lead` says who is meant then.
    """

    acronym: str
    name: str
    code: str | None = None
    former_names: tuple[str, ...] = ()
    former_acronyms: tuple[str, ...] = ()
    kind: str = ""
    status: str = "Active"
    url: str | None = None
    slugs: tuple[str, ...] = ()
    slug_paths: tuple[SlugPath, ...] = ()
    slug_pattern: str | None = None
    domains: tuple[str, ...] = ()
    whole_domains: tuple[str, ...] = ()
    owns: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    host_prefixes: tuple[str, ...] = ()
    email_domains: tuple[str, ...] = ()
    other_codes: Mapping[str, str] = field(factory=dict, hash=False)
    code_lead: bool = False
    goid: str | None = None
    acronym_from: str | None = None
    sources: tuple[str, ...] = ()
    as_of: str | None = None
    note: str | None = None

    @property
    def foreign(self) -> bool:
        """Whether it is no body of the owner of the catalog, but one whose domains are known."""
        return self.kind == _FOREIGN


@frozen
class HostAlias:
    """Hosts that serve the same pages as `same_as`, except below some paths."""

    hosts: tuple[str, ...]
    same_as: str
    except_below: tuple[str, ...] = ()


@frozen
class HostNumber:
    """Hosts right below `below` whose label is a `pattern`: its group is the number of a body.

    With a number that is `shared`, several bodies have hosts, so that it says nothing.
    """

    pattern: str
    below: tuple[str, ...]
    shared: tuple[str, ...] = ()


@frozen
class PathName:
    """On `hosts`, the segment behind one of `folders` is the name of a body.

    On the first of them, a name that stands alone is one, too: ``www.nyc.gov/tlc``. `words` are
    names that mean something else as well, in lower case; they count only below a folder. A path
    that matches `elsewhere` is the same page on the host of another body.
    """

    hosts: tuple[str, ...]
    folders: tuple[str, ...]
    elsewhere: str | None = None
    words: tuple[str, ...] = ()


@frozen
class OpenSuffix:
    """A suffix below which others register names; `note` says who may."""

    suffix: str
    note: str


@frozen
class Conventions:
    """How the owner of a catalog lays out its hosts and paths; what is not given does not apply.

    The label before one of `subdomains_of` is the name of a body. On `shared_hosts`, applications
    of several bodies run, whatever their numbers.
    """

    host_number: HostNumber | None = None
    path_name: PathName | None = None
    subdomains_of: tuple[str, ...] = ()
    shared_hosts: tuple[str, ...] = ()
    open_suffixes: tuple[OpenSuffix, ...] = ()


@frozen
class Contents:
    """All that is in a catalog, or in one file of it.

    `keywords_file` names a file that comes with safelinks and has more keywords of resources, by
    id, which only a search needs.
    """

    resources: tuple[Resource, ...] = ()
    agencies: tuple[Agency, ...] = ()
    host_aliases: tuple[HostAlias, ...] = ()
    conventions: Conventions = field(factory=Conventions)
    keywords_file: str | None = None
