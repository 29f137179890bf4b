"""A delivery's life: created, opened, paused, resumed, closed, and put into Redis for the workers to see.

Each act goes the same way: the archive first, with its audit line, then Redis (`publish_delivery`). When
Redis is away between the two, the act stands and `publish` brings it in; nothing takes effect that is not
written down.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from engine.admission.opening import SPREAD_MAX_MS
from engine.archive import Archive, Conflict, Delivery
from engine.files import FileStore
from engine.keying.sheet import NotKeyable, columns
from engine.keyring import KeyRing
from engine.recovery import PAGE, pages, publish, publish_delivery
from items.bank import Bank
from items.model import Content
from items.seal import CONTENT_ID_BYTES, seal
from sessions.store import Store

__all__ = ["Deliveries", "Window", "publish", "publish_delivery", "renew_room"]

DURATION_MS_MAX = 12 * 3600 * 1000


class Window(NamedTuple):
    """The times of a delivery, in order; `closes_at_ms` is the last moment to start."""

    login_opens_ms: int
    opens_at_ms: int
    closes_at_ms: int
    intake_ends_ms: int
    duration_ms: int
    grace_ms: int = 10_000
    spread_ms: int | None = None
    """How long after the bell the last of those who wait for it starts; None: computed."""

    def checked(self) -> Window:
        """This window, or Conflict when its times do not follow one another."""
        times = (self.login_opens_ms, self.opens_at_ms, self.closes_at_ms, self.intake_ends_ms)
        if list(times) != sorted(times) or self.opens_at_ms == self.closes_at_ms:
            raise Conflict("log-in opens, the test opens, it closes, the intake ends: in this order")
        if not 0 < self.duration_ms <= DURATION_MS_MAX or not 0 <= self.grace_ms <= 600_000:
            raise Conflict("a test lasts up to twelve hours, its grace up to ten minutes")
        if self.spread_ms is not None and not 0 <= self.spread_ms <= SPREAD_MAX_MS:
            raise Conflict("the starts at the bell are spread over up to two minutes")
        return self


class Deliveries:
    """What an operator does to deliveries; `who` is an opaque id of the operator."""

    def __init__(self, archive: Archive, keyring: KeyRing, *, who: str) -> None:
        self._archive = archive
        self._keyring = keyring
        self._who = who

    async def create(
        self,
        compiled: str,
        window: Window,
        *,
        bank: Bank,
        contents: Path,
        now_ms: int,
        delivery: str | None = None,
        count_self_attested: bool = False,
        keyed: bool = False,
    ) -> Delivery:
        """Seal a compiled form afresh, under a new key, and write the delivery down; nobody sees it yet.

        Conflict for a keyed delivery of a form that cannot be keyed.
        """
        window.checked()
        await self._archive.refuse_frozen()
        content = bank.content(compiled)
        if keyed:
            _check_keyable(content, bank.schema(compiled))
        name = delivery or _new_name()
        keys = self._keyring.create_delivery(name)
        content_id = secrets.token_bytes(CONTENT_ID_BYTES)
        sealed = seal(content, key=keys.content_key, content_id=content_id)
        created = Delivery(
            id=name,
            state="created",
            form=_store_content(contents, sealed),
            compiled=compiled,
            content_id=content_id.hex(),
            title=content.title,
            language=content.language,
            count_self_attested=count_self_attested,
            keyed=keyed,
            **window._asdict(),
        )
        await self._archive.create_delivery(created, who=self._who, now_ms=now_ms)
        return created

    async def act(self, delivery: str, act: str, now_ms: int) -> Delivery:
        """Open, pause, resume or close: written down, not yet in effect."""
        changed = (await self._archive.delivery(delivery)).after(act)
        await self._archive.update_delivery(changed, act=act, who=self._who, now_ms=now_ms)
        return changed

    async def destroy(self, delivery: str, store: Store, now_ms: int, files: FileStore | None = None) -> None:
        """Destroy the key of a closed delivery, and remove from Redis and disk what only it could open."""
        found = await self._archive.delivery(delivery)
        if found.state != "closed":
            raise Conflict(
                f"delivery {delivery} is {found.state}: close it, export its results, then destroy"
            )
        await self._archive.mark_destroyed(delivery, who=self._who, now_ms=now_ms)
        self._keyring.destroy(delivery, now_ms)
        if files is not None:
            files.destroy(delivery)
        await store.drop_delivery(delivery)
        async for sessions in pages(self._archive.sessions(delivery), PAGE):
            await store.destroy_sessions([session.sid for session in sessions])
        async for codes in pages(self._archive.codes(delivery), PAGE):
            await store.drop_codes([code.digest for code in codes])


async def renew_room(
    archive: Archive, store: Store, delivery: str, room: str, *, who: str, now_ms: int
) -> Delivery:
    """Withdraw the code of one room alone, and let the workers know; Conflict for a room that is none."""
    found = await archive.delivery(delivery)
    if not await archive.has_room(delivery, room):
        raise Conflict(f"delivery {delivery} has no room {room[:32]!r}: `passation rooms codes` lists them")
    changed = found.renewing(room, now_ms)
    await archive.update_delivery(changed, act="room", who=who, now_ms=now_ms, room=room)
    await publish_delivery(store, changed)
    return changed


def _check_keyable(content: Content, schema: Mapping[str, Any]) -> None:
    try:
        columns(content, schema)
    except NotKeyable as problem:
        raise Conflict(f"this form cannot be keyed: {problem}") from problem


def _new_name() -> str:
    """Eight signs without vowels: no words by accident."""
    return "".join(secrets.choice("bcdfghjkmnpqrstvwxz23456789") for _ in range(8))


def _store_content(folder: Path, sealed: bytes) -> str:
    """Write the sealed bytes under their own SHA-256, whole or not at all; gives the name."""
    name = hashlib.sha256(sealed).hexdigest()
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    temporary = folder / f".{name}.{secrets.token_hex(4)}"
    try:
        with temporary.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / name)
    finally:
        temporary.unlink(missing_ok=True)
    return name
