"""What a worker knows of the deliveries: their windows, shapes, order and keys, held ready in memory.

The truth is in the archive; Redis carries a copy with a version number, which each worker compares about once
a second and reads again when it has changed. A request never waits for any of this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from engine.courses import SessionCourse
from engine.errors import Problem
from engine.keyring import KeyRing
from items.bank import Bank
from items.course import Course
from items.responses import Shapes
from sessions.model import SessionState
from sessions.store import Store

_FORM = re.compile(r"[0-9a-f]{64}")
CONTENTS_MAX_BYTES = 512 * 1024 * 1024
"""Sealed contents a worker keeps in memory; beyond it the oldest is read from disk again."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One delivery with all that a worker needs to serve it."""

    record: Mapping[str, Any]
    shapes: Shapes
    course: Course
    instructions: str
    """The form's own words before the start: HTML, no secret, for who has logged in."""
    kek: bytes
    content_key: bytes

    def of(self, sid: bytes) -> SessionCourse:
        """The course of one session: the same on each call and each worker."""
        return SessionCourse(self.course, sid, key=self.kek, content_key=self.content_key)


class Catalog:
    """The deliveries by id, and the sealed contents by form."""

    def __init__(self, store: Store, bank: Bank, keyring: KeyRing, contents: Path) -> None:
        self._store = store
        self._bank = bank
        self._keyring = keyring
        self._folder = contents
        self._opened: dict[str, Opened] = {}
        self._version = -1
        self._missing: set[str] = set()
        self._contents: dict[str, bytes] = {}
        self.messages: dict[str, list[dict[str, str]]] = {}
        """By delivery, as a notice, what everybody is told now; see `renew_messages`."""

    def renew_messages(self, now_ms: int) -> None:
        """Take up the messages of the deliveries, and let go those whose time is over."""
        held = {name: opened.record.get("message") for name, opened in self._opened.items()}
        self.messages = {
            name: [{"kind": "message", **{field: message[field] for field in ("id", "fr", "en")}}]
            for name, message in held.items()
            if message and now_ms < message["until_ms"]
        }

    async def refresh(self) -> None:
        """Read the deliveries again if their version has changed.

        The version only grows. One that went back means that Redis has forgotten: what it lacks is kept here
        until it has been filled again, since no pupil's test is over for that.
        """
        version = await self._store.deliveries_version()
        if version == self._version:
            return
        records = [orjson.loads(text) for text in await self._store.deliveries()]
        known = self._opened
        opened = {
            record["id"]: _kept(known.get(record["id"]), record) or self._open(record) for record in records
        }
        if self._missing or version < self._version:
            self._missing = {name for name in known.keys() - opened.keys() if _goes_on(known[name])}
        self._opened = opened | {name: known[name] for name in self._missing}
        self._version = version

    def records(self) -> dict[str, Mapping[str, Any]]:
        """The deliveries' records, by id."""
        return {name: opened.record for name, opened in self._opened.items()}

    async def has_forgotten(self) -> bool:
        """Whether Redis lacks deliveries that it had: what is not to be found there may come back."""
        await self.refresh()
        return self._version == 0 or bool(self._missing)

    def get(self, delivery: str) -> Opened | None:
        """The delivery, if this worker knows it already."""
        return self._opened.get(delivery)

    async def delivery(self, delivery: str) -> Opened:
        """The delivery, asked for if it is new here, or Problem: gone ones are over; Redis may be empty."""
        if delivery not in self._opened:
            await self.refresh()
        opened = self._opened.get(delivery)
        if opened is None:
            raise Problem("delivery_over" if self._version else "store_away")
        return opened

    def content(self, form: str) -> bytes:
        """The sealed bytes of `form`, or Problem `not_found`."""
        sealed = self._contents.get(form)
        if sealed is None:
            if not _FORM.fullmatch(form) or form not in {o.record["form"] for o in self._opened.values()}:
                raise Problem("not_found")
            try:
                sealed = (self._folder / form).read_bytes()
            except OSError as error:
                raise Problem("not_found") from error
            while self._contents and sum(map(len, self._contents.values())) > CONTENTS_MAX_BYTES:
                self._contents.pop(next(iter(self._contents)))
            self._contents[form] = sealed
        return sealed

    def _open(self, record: Mapping[str, Any]) -> Opened:
        keys = self._keyring.delivery(record["id"])
        content = self._bank.content(record["compiled"])
        return Opened(
            record=record,
            shapes=Shapes(self._bank.schema(record["compiled"])),
            course=self._course(record["compiled"]),
            instructions=content.instructions,
            kek=keys.kek,
            content_key=keys.content_key,
        )

    def _course(self, compiled: str) -> Course:
        """Only where the way or a feedback depends on what is right does a worker read the key of a form."""
        structure = self._bank.content(compiled).structure
        return Course(structure, self._bank.key(compiled) if structure["routed"] else None)


def _kept(opened: Opened | None, record: Mapping[str, Any]) -> Opened | None:
    """A delivery that was open already keeps its shapes and keys; only its record is new."""
    if opened is None or opened.record["compiled"] != record["compiled"]:
        return None
    return replace(opened, record=record)


def _goes_on(opened: Opened) -> bool:
    return bool(opened.record["state"] != "closed")


def is_log_in_open(record: Mapping[str, Any], now_ms: int) -> bool:
    """Whether the delivery has been opened, and its time to log in has come."""
    return bool(record["state"] != "created" and now_ms >= record["login_opens_ms"])


def check_log_in(record: Mapping[str, Any], now_ms: int) -> None:
    """Problem if nobody may log in to this delivery now."""
    if record.get("keyed"):  # its codes are on the papers to tell pupils apart, not to sit it with
        raise Problem("code_unknown")
    if record["state"] == "closed" or now_ms > record["intake_ends_ms"]:
        raise Problem("delivery_over")
    if not is_log_in_open(record, now_ms):
        wait_ms = max(1_000, min(60_000, record["login_opens_ms"] - now_ms))
        raise Problem("not_open", opens_at_ms=record["login_opens_ms"], retry_after_ms=wait_ms)


def check_start(record: Mapping[str, Any], now_ms: int) -> None:
    """Problem if a session that is ready may not start now."""
    if record["state"] == "paused":
        raise Problem("delivery_paused")
    if now_ms < record["opens_at_ms"]:
        wait_ms = max(500, min(60_000, record["opens_at_ms"] - now_ms))
        raise Problem("not_open", opens_at_ms=record["opens_at_ms"], retry_after_ms=wait_ms)
    if now_ms > record["closes_at_ms"]:
        raise Problem("start_over")


def check_intake(record: Mapping[str, Any], now_ms: int) -> None:
    """Problem if answers are no longer taken at all."""
    if record["state"] == "closed":
        raise Problem("delivery_over")
    if now_ms > record["intake_ends_ms"]:
        raise Problem("intake_over")


def limits_of(record: Mapping[str, Any], course: Course, factor_permille: int) -> dict[str, Any]:
    """`limits` of a session: questions, the time of the test and, by name, of its parts, sections, items."""

    def scaled(limits: Mapping[str, Any]) -> dict[str, Any]:
        most = {"max_ms": round(limits["max_ms"] * factor_permille / 1000)} if "max_ms" in limits else {}
        return {**limits, **most}

    within = {name: scaled(limits) for name, limits in course.limits.items()}
    duration_ms = round(record["duration_ms"] * factor_permille / 1000)
    return {"duration_ms": duration_ms, "items": course.length} | ({"within": within} if within else {})


def session_document(record: Mapping[str, Any], state: SessionState, course: Course) -> dict[str, Any]:
    """`session` of DESIGN 6: all that the player is told about one sitting."""
    return {
        "id": state.sid.hex(),
        "status": str(state.status),
        "form": record["form"],
        "title": record["title"],
        "language": record["language"],
        "factor": state.factor_permille / 1000,
        "needs": state.needs.split(",") if state.needs else [],
        "limits": limits_of(record, course, state.factor_permille),
        "navigation": course.navigation,
        "leads": course.leads,
        "tells": course.tells,
        "opens_at_ms": record["opens_at_ms"],
        "closes_at_ms": record["closes_at_ms"],
        "started_at_ms": state.started_ms or None,
        "deadline_ms": state.deadline_ms or None,
    }
