"""The keying grid's calls: what is to be keyed in a room, and what was.

    GET  /api/v1/rooms/{room}/keying     the columns, and every row as it stands
    POST /api/v1/rooms/{room}/keying     {"known": {session: tag}, "typed": [...], "hand_in": [session, ...]}

The reply to what was typed comes when it is on disk, with the rows that are not as the page knows them: what
a colleague typed comes the same way. A page that types nothing asks as well, with an empty list.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from engine.assertion import Assertion
from engine.catalog import Opened
from engine.errors import Problem
from engine.keying.cells import KINDS, VALUE, Mark, to_json
from engine.keying.keeper import Keeper, Row, Typed, tag_of
from engine.keying.sheet import TEXT_MAX, Column, columns
from engine.seats import SEATS_MAX, Seat, number_of
from engine.services import Services
from engine.wire import decode
from items.bank import Bank

TYPED_MAX = 300
OVER_MAX = 32
TAG_MAX = 64
MARK = re.compile(r"[0-9a-f]{8}-[0-9]{1,9}")
Found = Sequence[tuple[Seat, Opened]]


class Asked(NamedTuple):
    """The body of a POST; typings by session, as they follow one another."""

    known: Mapping[str, str]
    typed: Mapping[str, list[Typed]]
    hand_in: frozenset[str]


class Sheet(NamedTuple):
    """The delivery of a room that is keyed: its seats by session id, its columns by cell."""

    opened: Opened
    seats: dict[str, bytes]
    columns: Mapping[str, Column]


class Keying:
    """These calls, for rooms whose caller is known."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._keeper = Keeper(services)
        self._bank = Bank(services.settings.data_dir)
        self._columns: dict[str, Mapping[str, Column]] = {}

    async def look(self, found: Found, who: Assertion) -> dict[str, Any]:
        """Everything that the page needs to begin; no columns where nothing is keyed."""
        sheet = self._sheet(found)
        if sheet is None:
            return {"now_ms": self._services.clock(), "columns": []}
        rows = await asyncio.gather(*(self._keeper.row(sid, sheet.opened) for sid in sheet.seats.values()))
        record = sheet.opened.record
        return {
            "now_ms": self._services.clock(),
            "who": who.who,
            "holder": who.holder,
            "title": record["title"],
            "ends_ms": record["intake_ends_ms"],
            "lock": _lock(sheet.opened.kek, who),
            "columns": [column.to_json() for column in sheet.columns.values()],
            "rows": [_document(session, row) for session, row in zip(sheet.seats, rows, strict=True)],
        }

    async def take(self, found: Found, who: Assertion, body: bytes) -> dict[str, Any]:
        """Put what was typed into the sessions, hand in rows that are complete, tell what is new."""
        sheet = self._sheet(found)
        if sheet is None:
            raise Problem("room_unknown")
        asked = _asked(body, sheet, who.who, self._services.clock())
        told = await asyncio.gather(
            *(self._one(session, sid, sheet, asked) for session, sid in sheet.seats.items())
        )
        return {
            "now_ms": self._services.clock(),
            "rows": [_document(session, row) for session, row, _ in told if row is not None],
            "refused": [mark for _, _, refused in told for mark in refused],
        }

    async def _one(
        self, session: str, sid: bytes, sheet: Sheet, asked: Asked
    ) -> tuple[str, Row | None, list[str]]:
        """One session: its row if the page does not know it, and what could not be taken."""
        typed, refused = asked.typed.get(session, []), list[str]()
        if typed:
            try:
                row, refused = await self._keeper.put(sid, sheet.opened, sheet.columns, typed)
            except Problem as problem:
                if problem.code not in ("handed_in", "session_closed", "too_many"):
                    raise
                row, refused = await self._keeper.row(sid, sheet.opened), [one.mark.id for one in typed]
        elif session not in asked.hand_in:
            found = await self._keeper.glance(sid)
            if found is None or tag_of(found.state) == asked.known.get(session):
                return session, None, refused
            row = await self._keeper.row(sid, sheet.opened)
        if session in asked.hand_in:
            row = await self._keeper.hand_in(sid, sheet.opened, sheet.columns)
        return session, row, refused

    def _sheet(self, found: Found) -> Sheet | None:
        keyed = [(seat, opened) for seat, opened in found if opened.record.get("keyed")]
        if not keyed:
            return None
        opened = keyed[0][1]
        own = [seat.sid for seat, _ in keyed if seat.delivery == opened.record["id"]]
        seats = sorted(own, key=lambda sid: (number_of(sid), sid))
        return Sheet(opened, {sid.hex(): sid for sid in seats}, self._of_form(opened.record["compiled"]))

    def _of_form(self, compiled: str) -> Mapping[str, Column]:
        if compiled not in self._columns:
            made = columns(self._bank.content(compiled), self._bank.schema(compiled))
            self._columns[compiled] = {column.cell: column for column in made}
        return self._columns[compiled]


def _document(session: str, row: Row) -> dict[str, Any]:
    return {
        "session": session,
        "number": number_of(bytes.fromhex(session)),
        "status": str(row.status),
        "tag": row.tag,
        "cells": {cell: to_json(marks) for cell, marks in row.cells.items()},
    }


def _lock(kek: bytes, who: Assertion) -> str:
    """What the page locks its own copy with: on this device only those who may come back can read it."""
    about = f"passation/1|keying|{who.campaign}|{who.holder}"
    return base64.b64encode(hmac.digest(kek, about.encode(), "sha256")).decode()


def _asked(body: bytes, sheet: Sheet, who: str, now_ms: int) -> Asked:
    """The body of a POST, or Problem `bad_request` with the field."""
    value = decode(body)
    known, typed, hand_in = value.get("known", {}), value.get("typed", []), value.get("hand_in", [])
    if type(known) is not dict or len(known) > SEATS_MAX or not all(_is_tag(tag) for tag in known.values()):
        raise Problem("bad_request", field="known")
    if type(typed) is not list or len(typed) > TYPED_MAX:
        raise Problem("bad_request", field="typed")
    if type(hand_in) is not list or len(hand_in) > SEATS_MAX:
        raise Problem("bad_request", field="hand_in")
    if not all(type(session) is str and session in sheet.seats for session in hand_in):
        raise Problem("bad_request", field="hand_in")
    by_session: dict[str, list[Typed]] = {}
    for entry in typed:
        session, one = _typed(entry, sheet, who, now_ms)
        by_session.setdefault(session, []).append(one)
    return Asked(known, by_session, frozenset(hand_in))


def _is_tag(value: object) -> bool:
    return type(value) is str and len(value) <= TAG_MAX


def _typed(entry: Any, sheet: Sheet, who: str, now_ms: int) -> tuple[str, Typed]:
    """One typing: which session, and what."""
    if type(entry) is not dict:
        raise Problem("bad_request", field="typed")
    texts = [entry.get(name) for name in ("session", "cell", "id", "kind", "value")]
    if not all(type(text) is str and len(text) <= TEXT_MAX for text in texts):
        raise Problem("bad_request", field="typed")
    session, cell, mark, kind, value = map(str, texts)
    if session not in sheet.seats or cell not in sheet.columns or not MARK.fullmatch(mark):
        raise Problem("bad_request", field="typed")
    value = value.replace(",", ".") if kind == VALUE else ""
    if kind not in KINDS or (kind == VALUE and not sheet.columns[cell].takes(value)):
        raise Problem("bad_request", field="typed")
    over = entry.get("over")
    if type(over) is not list or len(over) > OVER_MAX:
        raise Problem("bad_request", field="typed")
    if not all(type(name) is str and MARK.fullmatch(name) for name in over):
        raise Problem("bad_request", field="typed")
    return session, Typed(cell, Mark(mark, kind, value, who, now_ms), tuple(over))
