"""Keyed answers in the sessions of pupils: the same road as a pupil's own, one batch for what was keyed.

    {"n": 7, "keyed": true, "answers": [
        {"item": "i3", "response": {"r1": "kqzb"}, "elapsed_ms": 0, "age_ms": 0,
         "marks": {"r1": [{"id", "kind", "value", "who", "at_ms"}, ...]}}, ...]}

The newest batch of an item holds its cells whole, so the session says everything: there is no other store.
Two servers that key into one session at once take the same number; one of them is told so (`fork`), reads
again, and lays its marks over what it finds.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import orjson

from engine.api.answers import sealed_save
from engine.catalog import Opened
from engine.errors import Problem
from engine.held import open_batches
from engine.keying import cells
from engine.keying.cells import VALUE, Cell, Mark
from engine.keying.sheet import Column
from engine.services import ACCEPTED, RANK_ATTEMPT, RANK_RESUME, Services, refusal
from engine.wire import AnswerBatch
from sessions.cipher import NONCE_BYTES
from sessions.model import Glance, Login, Operation, Read, Reply, Save, SessionState, Start, Submit, Verdict
from sessions.states import Status

TRIES = 8
"""Two servers that meet in one session again and again; then the page tries later by itself."""
AGAIN = (Verdict.FORK, Verdict.GAP, Verdict.SEAT_MOVED, Verdict.REPEATED)
"""Another server has saved meanwhile, under this number perhaps the very same: read again."""
OVER = (Status.SUBMITTED, Status.CLOSED)
Cells = dict[str, Cell]


class Typed(NamedTuple):
    """One typing as a page sends it: the cell, the mark, and the marks that its keyer had seen there."""

    cell: str
    mark: Mark
    over: tuple[str, ...]


class Row(NamedTuple):
    """The cells of one session, and where the session stands; `tag` changes whenever they do."""

    status: Status
    tag: str
    cells: Cells


def tag_of(state: SessionState) -> str:
    """Tells one standing of a row from another, without opening it."""
    return f"{state.status}.{state.epoch}.{state.last}"


class Keeper:
    """Reads and writes rows; one of them at a time within a worker."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def glance(self, sid: bytes) -> Glance | None:
        """Where a session stands, None while Redis is being filled again."""
        return await self._services.glances.put(sid)

    async def row(self, sid: bytes, opened: Opened) -> Row:
        """A session's row as it is now. Problem `store_away`."""
        return (await self._row(sid, opened))[0]

    async def put(
        self, sid: bytes, opened: Opened, columns: Mapping[str, Column], typed: Sequence[Typed]
    ) -> tuple[Row, list[str]]:
        """The row with what was typed, on disk; and the ids of marks for which a cell is full."""
        lock = self._locks.setdefault(sid, asyncio.Lock())
        async with lock:
            for _ in range(TRIES):
                reply = await self._begun(sid, opened)
                if reply is None:
                    continue
                before = self._cells(reply, opened)
                after, refused = _laid(before, typed)
                changed = [cell for cell in after if after[cell] is not before.get(cell)]
                if not changed:
                    return Row(reply.state.status, tag_of(reply.state), before), refused
                saved = await self._commit(self._save(reply.state, opened, columns, after, changed))
                if saved.verdict is Verdict.OK:
                    return Row(saved.state.status, tag_of(saved.state), after), refused
                if saved.verdict not in AGAIN:
                    raise refusal(saved)
        raise Problem("store_away")

    async def hand_in(self, sid: bytes, opened: Opened, columns: Mapping[str, Column]) -> Row:
        """The row handed in, if each of its cells holds one value; else the row as it is."""
        lock = self._locks.setdefault(sid, asyncio.Lock())
        async with lock:
            for _ in range(TRIES):
                row, state = await self._row(sid, opened)
                if row.status in OVER or not is_complete(row.cells, columns):
                    return row
                # Just what was looked at: another server may have laid a mark beside it since.
                reply = await self._commit(Submit(state.ticket(), state.last, exact=True))
                if reply.verdict in ACCEPTED:
                    return Row(reply.state.status, tag_of(reply.state), row.cells)
                if reply.verdict not in AGAIN:
                    raise refusal(reply)
        raise Problem("store_away")

    async def _row(self, sid: bytes, opened: Opened) -> tuple[Row, SessionState]:
        """The row, and the state that it was read with."""
        state = await self._state(sid)
        if not state.epoch or not state.last:
            return Row(state.status, tag_of(state), {}), state
        reply = await self._read(state)
        return Row(reply.state.status, tag_of(reply.state), self._cells(reply, opened)), reply.state

    async def _state(self, sid: bytes) -> SessionState:
        found = await self.glance(sid)
        if found is None:
            raise Problem("store_away")
        return found.state

    async def _begun(self, sid: bytes, opened: Opened) -> Reply | None:
        """A session that has started, read; None if another server took it meanwhile; Problem: it is over."""
        state = await self._state(sid)
        if state.status in OVER:
            raise Problem("handed_in" if state.status is Status.SUBMITTED else "session_closed")
        if not state.epoch:
            state = (await self._accepted(Login(sid))).state
        if state.status is Status.READY:
            duration_ms = max(1, opened.record["intake_ends_ms"] - self._services.clock())
            ticket = state.ticket()._replace(delivery=opened.record["id"])
            started = await self._commit(Start(ticket, duration_ms))
            if started.verdict is Verdict.SEAT_MOVED:
                return None
            if started.verdict not in ACCEPTED:
                raise refusal(started)
            state = started.state
        return await self._read(state)

    async def _read(self, state: SessionState) -> Reply:
        reply = await self._services.others.put(Read(state.ticket()), RANK_RESUME)
        if reply.verdict in (Verdict.SEAT_MOVED, Verdict.GAP):
            reply = await self._services.others.put(Read(reply.state.ticket()), RANK_RESUME)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        return reply

    def _cells(self, reply: Reply, opened: Opened) -> Cells:
        found: Cells = {}
        for batch in open_batches(reply, opened, self._services):
            for answer in batch.body["answers"]:
                for response, marks in answer.get("marks", {}).items():
                    found[f"{answer['item']}.{response}"] = cells.from_json(marks)
        return found

    def _save(
        self,
        state: SessionState,
        opened: Opened,
        columns: Mapping[str, Column],
        now: Cells,
        changed: list[str],
    ) -> Save:
        items = list(dict.fromkeys(columns[cell].item for cell in changed))
        answers = [_answer(item, columns, now) for item in items]
        n = state.last + 1
        body = orjson.dumps({"n": n, "keyed": True, "answers": answers})
        batch = AnswerBatch(n, tuple(items), 0, False, items[-1], 0)
        services = self._services
        cipher = services.ciphers.get(state.sid)
        assert cipher is not None  # reading has remembered it
        nonce = secrets.token_bytes(NONCE_BYTES)
        return sealed_save(batch, body, state.ticket(), cipher, nonce, opened.record["grace_ms"])

    async def _commit(self, operation: Operation) -> Reply:
        return await self._services.others.put(operation, RANK_ATTEMPT)

    async def _accepted(self, operation: Operation) -> Reply:
        reply = await self._commit(operation)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        return reply


def is_complete(found: Cells, columns: Mapping[str, Column]) -> bool:
    """Whether every cell holds one value, and nothing is in dispute."""
    return all(len(found.get(cell, ())) == 1 and cells.counted(found[cell]) is not None for cell in columns)


def _laid(before: Cells, typed: Sequence[Typed]) -> tuple[Cells, list[str]]:
    """The cells with what was typed laid over them, and the marks that found no place."""
    after, refused = dict(before), []
    for one in typed:
        try:
            after[one.cell] = cells.put(after.get(one.cell, ()), one.mark, one.over)
        except cells.CellFull:
            refused.append(one.mark.id)
    return after, refused


def _answer(item: str, columns: Mapping[str, Column], now: Cells) -> dict[str, Any]:
    """An item's entry in a batch: the response that counts, and all marks of its cells."""
    response: dict[str, str | None] = {}
    marks: dict[str, Any] = {}
    for column in columns.values():
        cell = now.get(column.cell, ()) if column.item == item else ()
        if not cell:
            continue
        marks[column.response] = cells.to_json(cell)
        mark = cells.counted(cell)
        response[column.response] = mark.value if mark and mark.kind == VALUE else None
    return {
        "item": item,
        "response": response,
        "elapsed_ms": 0,
        "age_ms": 0,
        "marks": marks,
    }
