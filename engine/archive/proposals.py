"""What touches everybody is proposed by one person and approved by another, within a time; and the freeze.

    open ──▶ approved ──▶ done | failed          (approved by somebody else, or in single-operator mode)
      ├────▶ withdrawn                           (by who proposed it)
      ├────▶ refused                             (by somebody else)
      └────▶ expired                             (nobody approved in time)

Each step is one line of the audit log, written in the transaction that makes it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from sqlalchemy import desc, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.archive import audit
from engine.archive.database import Database
from engine.archive.records import Conflict, Gone
from engine.archive.tables import proposals, switches

FREEZE = "freeze"
UNDER_WAY_MS = 60_000
"""Approved and not yet done after so long: the process that did it is gone, and it may be done again."""


class Proposal(NamedTuple):
    """One act on everybody; `detail` holds what the act needs: minutes, a reason, a message."""

    id: str
    at_ms: int
    who: str
    act: str
    delivery: str
    detail: dict[str, Any]
    expires_ms: int
    state: str = "open"
    decider: str = ""
    decided_ms: int = 0
    outcome: str = ""

    def is_open(self, now_ms: int) -> bool:
        """Whether it can still be decided."""
        return self.state == "open" and now_ms < self.expires_ms

    def is_stuck(self, now_ms: int) -> bool:
        """Whether whoever did it is gone before it was done."""
        return self.state == "approved" and now_ms > self.decided_ms + UNDER_WAY_MS

    def shown_state(self, now_ms: int) -> str:
        """Its state by now."""
        return "expired" if self.state == "open" and now_ms >= self.expires_ms else self.state


class Proposals:
    """The proposals of one installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, proposal: Proposal) -> None:
        """Write down what is proposed; Conflict if the same is open already."""
        table = proposals
        same = (table.c.act == proposal.act, table.c.delivery == proposal.delivery, table.c.state == "open")
        query = select(table.c.id).where(*same, table.c.expires_ms > proposal.at_ms)
        values = proposal._asdict() | {"detail": orjson.dumps(proposal.detail).decode()}
        async with self._database.writing.begin() as connection:
            if (await connection.execute(query)).first():
                raise Conflict(f"`{proposal.act}` is proposed already: it waits for its approval")
            await connection.execute(table.insert().values(**values))
            await _note(connection, "propose", proposal, proposal.who, proposal.at_ms)

    async def get(self, name: str) -> Proposal:
        """The proposal, or Gone."""
        async with self._database.reading.connect() as connection:
            row = (await connection.execute(select(proposals).where(proposals.c.id == name))).first()
        if row is None:
            raise Gone("there is no such proposal")
        return _proposal(row)

    async def newest(self, limit: int = 50) -> list[Proposal]:
        """The newest ones, the last first."""
        query = select(proposals).order_by(desc(proposals.c.at_ms), proposals.c.id).limit(limit)
        async with self._database.reading.connect() as connection:
            return [_proposal(row) for row in await connection.execute(query)]

    async def decide(
        self, proposal: Proposal, state: str, *, who: str, now_ms: int, alone: bool = False
    ) -> Proposal:
        """`approved` or `refused` by somebody else, `withdrawn` by who made it. Conflict: it is over, or not
        theirs to decide. `alone`: single-operator mode, where one person may approve what is their own.
        """
        is_own = who == proposal.who
        if is_own != (state == "withdrawn") and not (alone and is_own and state == "approved"):
            raise Conflict("one person proposes, another one decides")
        table = proposals
        again = (table.c.state == "approved") & (table.c.decided_ms < now_ms - UNDER_WAY_MS)
        fits = (table.c.state == "open") & (table.c.expires_ms > now_ms)
        condition = fits | again if state == "approved" else fits
        change = update(table).where(table.c.id == proposal.id, condition)
        change = change.values(state=state, decider=who, decided_ms=now_ms)
        async with self._database.writing.begin() as connection:
            if (await connection.execute(change)).rowcount != 1:
                raise Conflict("this proposal is over, or has just been decided: look again")
            await _note(connection, {"withdrawn": "withdraw"}.get(state, state), proposal, who, now_ms)
        return proposal._replace(state=state, decider=who, decided_ms=now_ms)

    async def finish(self, proposal: Proposal, state: str, outcome: str, now_ms: int) -> None:
        """`done` or `failed`, and what came of it."""
        change = update(proposals).where(proposals.c.id == proposal.id, proposals.c.state == "approved")
        async with self._database.writing.begin() as connection:
            await connection.execute(change.values(state=state, outcome=outcome))
            await _note(connection, state, proposal, proposal.decider, now_ms)

    # --- the freeze ---------------------------------------------------------------------------------------

    async def frozen_since(self) -> int:
        """Since when nothing may be changed that pupils will meet; 0 if it may."""
        async with self._database.reading.connect() as connection:
            return await _since(connection)

    async def freeze(self, is_on: bool, *, who: str, now_ms: int) -> None:
        """Turn the freeze on or off."""
        async with self._database.writing.begin() as connection:
            values = {"since_ms": now_ms if is_on else 0, "who": who}
            fresh = self._database.insert(switches).values(name=FREEZE, **values)
            await connection.execute(fresh.on_conflict_do_update(index_elements=["name"], set_=values))
            act = "freeze.on" if is_on else "freeze.off"
            await audit.append(connection, at_ms=now_ms, who=who, act=act, delivery="", detail={})


async def refuse_frozen(connection: AsyncConnection) -> None:
    """Conflict while the freeze is on: for whatever would change what pupils meet."""
    if await _since(connection):
        raise Conflict("changes are frozen: two persons lift the freeze on the operator's console")


async def _since(connection: AsyncConnection) -> int:
    query = select(switches.c.since_ms).where(switches.c.name == FREEZE)
    return (await connection.execute(query)).scalar() or 0


async def _note(connection: AsyncConnection, act: str, proposal: Proposal, who: str, now_ms: int) -> None:
    """The line: which proposal, which act; what a message says is in the line of the act itself."""
    detail = {"proposal": proposal.id, "act": proposal.act}
    line = {"at_ms": now_ms, "who": who, "act": f"proposal.{act}", "delivery": proposal.delivery}
    await audit.append(connection, **line, detail=detail)  # type: ignore[arg-type]


def _proposal(row: Any) -> Proposal:
    return Proposal(*row)._replace(detail=orjson.loads(row.detail))
