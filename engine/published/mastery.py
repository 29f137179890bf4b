"""Points become groups: what a share of a domain's points is called.

    {"groups": [{"id": "needs", "fr": "À besoins", "en": "Needs support"}, ...], "bounds": [0.4, 0.7],
     "domains": {"nombres et calculs": [0.35, 0.65]}}

`bounds` are the lowest shares of the second, third, ... group; a domain may have its own. The authority
sets them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.archive import Conflict

GROUPS_MAX = 6
_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
LABEL_MAX = 60
EXAMPLE = '{"groups": [{"id", "fr", "en"}, ...], "bounds": [0.4, 0.7], "domains": {}}'


class Mastery(NamedTuple):
    """The groups, from the lowest upwards, and where each but the first begins."""

    groups: tuple[Mapping[str, str], ...]
    bounds: tuple[float, ...]
    domains: Mapping[str, tuple[float, ...]]

    def bounds_of(self, domain: str) -> tuple[float, ...]:
        """Of a domain; "" is the whole test."""
        return self.domains.get(domain, self.bounds)

    def group(self, domain: str, share: float) -> int:
        """The number of the group of a share of the points, 0 the lowest."""
        return bisect_right(self.bounds_of(domain), share + 1e-9)

    def to_json(self) -> dict[str, Any]:
        """As it was given."""
        return {"groups": list(self.groups), "bounds": self.bounds, "domains": dict(self.domains)}


def read_mastery(value: Any) -> Mastery:
    """Checked, or Conflict that names what is wrong."""
    if not isinstance(value, dict) or value.keys() - {"groups", "bounds", "domains"}:
        raise Conflict(f"thresholds are an object: {EXAMPLE}")
    groups = value.get("groups")
    if not isinstance(groups, list) or not 2 <= len(groups) <= GROUPS_MAX or not all(map(_is_group, groups)):
        raise Conflict(f'"groups" are two to {GROUPS_MAX}, each with id, fr and en')
    if len({group["id"] for group in groups}) < len(groups):
        raise Conflict('each of the "groups" has an id of its own')
    domains = value.get("domains", {})
    if not isinstance(domains, dict):
        raise Conflict('"domains" is an object: each domain with bounds of its own')
    size = len(groups) - 1
    return Mastery(
        tuple(groups),
        _bounds('"bounds"', value.get("bounds"), size),
        {name: _bounds(f"the bounds of {name}", found, size) for name, found in domains.items()},
    )


def _is_group(group: Any) -> bool:
    if not isinstance(group, dict) or group.keys() != {"id", "fr", "en"}:
        return False
    if not all(isinstance(text, str) and 0 < len(text) <= LABEL_MAX for text in group.values()):
        return False
    return _ID.fullmatch(group["id"]) is not None


def _bounds(what: str, value: Any, size: int) -> tuple[float, ...]:
    is_right = isinstance(value, list) and len(value) == size
    if not is_right or not all(type(one) in (int, float) and 0 < one <= 1 for one in value):
        raise Conflict(f"{what} must be {size} shares above 0 and up to 1")
    if sorted(set(value)) != value:
        raise Conflict(f"{what} must rise from group to group")
    return tuple(map(float, value))
