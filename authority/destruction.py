"""The end of a campaign: the table of names and codes goes, and the keys of every copy of it.

Keys first: from that moment backups are noise, whatever happens to the database afterwards. Then the rows,
with a last line in the audit log, which stays readable without any key. Doing it twice does no harm.
"""

from __future__ import annotations

from typing import NamedTuple

from authority.keys import DESTROYED_WITH_NAMES, Keys
from authority.register.register import contents, empty


class Plan(NamedTuple):
    """What a destruction takes away."""

    campaign: str
    rows: dict[str, int]
    keys: list[str]


async def plan_of(address: str, keys: Keys) -> Plan:
    """What is there to be destroyed; changes nothing."""
    campaign, rows = await contents(address)
    return Plan(campaign, rows, [name for name in DESTROYED_WITH_NAMES if (keys.folder / name).exists()])


async def destroy_all(address: str, keys: Keys, now_ms: int, who: str) -> None:
    """Destroy keys, then rows; audited."""
    gone = keys.destroy(now_ms)
    await empty(address, now_ms, who, keys=gone)
