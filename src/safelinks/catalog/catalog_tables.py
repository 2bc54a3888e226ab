"""The tables of a catalog: what bodies and addresses are looked up in, as plain values.

They are made of entries elsewhere; those of the City's catalog come in a file, so that a start need
neither make them nor read every entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from safelinks.foundation.values import frozen

__all__ = ["AddressTables", "BodyTables"]


@frozen
class BodyTables:
    """What is known of all bodies, to the acronym of each.

    `hosts` are their own, of `domains` all hosts are, `owners` have all else below a domain, `mail`
    is that of their people; `numbers` begin their hosts. In paths, `slugs` are listed names, and
    `labels` what their hosts are called; `acronyms` are names without more, `short_names` all that
    may stand alone, both without words, and `first_names` stand first, below what is given beside.
    `patterns` are regular expressions for more names. `called` is what people call a body, in lower
    case, and `full_names` are its names as they are written, each with its acronym.
    """

    hosts: Mapping[str, str]
    domains: Mapping[str, str]
    owners: Mapping[str, str]
    mail: Mapping[str, str]
    numbers: Mapping[str, str]
    acronyms: Mapping[str, str]
    short_names: Mapping[str, str]
    labels: Mapping[str, str]
    slugs: Mapping[str, str]
    first_names: Mapping[str, Sequence[str]]
    patterns: Sequence[Sequence[str]]
    called: Mapping[str, str]
    full_names: Sequence[Sequence[str]]


@frozen
class AddressTables:
    """What is known of addresses, to the id of a resource each, or to the acronym of a body.

    `addresses` in force and `former` ones are compare keys, as are `prefixes`, of which
    `body_prefixes` say only whose they are. On `hosts` all is one resource's. Of the hosts and
    prefixes in `former_hosts` and `former_prefixes`, that was so once. `listed` are all hosts with
    addresses or prefixes, and `deepest` is how many slashes a prefix has at most. On hosts with
    `identifiers`, the addresses of these resources carry some; `data_sets` are resources by one.
    `short_names` are resources by what they are called in one part of a path.
    """

    addresses: Mapping[str, str]
    former: Mapping[str, str]
    prefixes: Mapping[str, str]
    body_prefixes: Mapping[str, str]
    hosts: Mapping[str, str]
    former_hosts: frozenset[str]
    former_prefixes: frozenset[str]
    listed: frozenset[str]
    deepest: int
    identifiers: Mapping[str, Sequence[str]]
    data_sets: Mapping[str, str]
    short_names: Mapping[str, str]
