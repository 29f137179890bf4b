"""Deliveries for browser tests: open for a minute already, so that nobody waits at the bell.

The steps are those of `engine.demonstration`; here a test knows the session ids, and chooses the duration.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.archive import Archive, Delivery
from engine.clock import now_ms
from engine.codesfile import CodesFile, CodesRow, write_codes_file
from engine.deliveries import Deliveries, Window, publish_delivery
from engine.demonstration import FORMS
from engine.importing import import_file
from engine.keyring import KeyRing
from engine.settings import Settings
from items.bank import Bank
from items.compile import compile_form
from items.package import read_package
from items.scorer import Scorer
from sessions.codes import digest, generate
from sessions.link import Link
from sessions.store import Store
from tests.served import Served

MINUTE_MS = 60_000
SEATS = 40
WHO = "test"

Value = TypeVar("Value")


class Seat(NamedTuple):
    """A pupil's session, and the two codes that lead to it: the typed one and that of the QR code."""

    session: str
    code: str
    long_code: str


class Delivered:
    """An open delivery on a running engine; `seat()` gives a session that no test has used."""

    def __init__(self, engine: Served, delivery: Delivery, seats: list[Seat]) -> None:
        self.engine = engine
        self.id = delivery.id
        self.title = delivery.title
        self.language = delivery.language
        bank = Bank(engine.settings.data_dir)
        self.key = bank.key(delivery.compiled)
        self.scorer = Scorer(self.key)
        self.shapes: dict[str, dict[str, Any]] = bank.schema(delivery.compiled)["items"]
        self._seats = iter(seats)

    def seat(self) -> Seat:
        return next(self._seats)


def deliver(
    engine: Served,
    form: str | Path,
    *,
    seats: int = SEATS,
    duration_ms: int = 45 * MINUTE_MS,
    factor_permille: int = 1000,
    needs: tuple[str, ...] = (),
    opens_in_ms: int = -MINUTE_MS,
) -> Delivered:
    """Compile a demonstration form, open a delivery of it and make its sessions."""
    settings = engine.settings
    rows = [_row(settings, factor_permille, needs) for _ in range(seats)]
    delivery = apart(
        lambda: asyncio.run(
            _deliver(settings, FORMS / form, [row for _, row in rows], duration_ms, opens_in_ms)
        )
    )
    return Delivered(engine, delivery, [seat for seat, _ in rows])


def apart(act: Callable[[], Value]) -> Value:
    """`act()` in a thread of its own, where Playwright's loop is not the running one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


def _row(settings: Settings, factor_permille: int, needs: tuple[str, ...]) -> tuple[Seat, CodesRow]:
    """A pupil's session, and its line in the signed file."""
    keyring = KeyRing.of(settings)
    keyring.ensure()
    draw, pepper = secrets.token_bytes, keyring.pepper()
    seat = Seat(secrets.token_hex(16), generate(draw), generate(draw, length=24))
    codes = digest(pepper, seat.code), digest(pepper, seat.long_code)
    return seat, CodesRow(bytes.fromhex(seat.session), "R1", *codes, factor_permille, needs)


async def _deliver(
    settings: Settings, form: Path, rows: list[CodesRow], duration_ms: int, opens_in_ms: int
) -> Delivery:
    keyring = KeyRing.of(settings)
    archive = await Archive.open(settings.archive_address)
    link = Link(settings.redis_address)
    try:
        store = Store(link, partitions=settings.partitions)
        delivery = await _create(settings, archive, keyring, form, duration_ms, opens_in_ms)
        await _import(settings, archive, store, keyring, delivery.id, rows)
        deliveries = Deliveries(archive, keyring, who=WHO)
        await publish_delivery(store, await deliveries.act(delivery.id, "open", now_ms()))
    finally:
        await link.aclose()
        await archive.close()
    return delivery


async def _create(
    settings: Settings,
    archive: Archive,
    keyring: KeyRing,
    source: Path,
    duration_ms: int,
    opens_in_ms: int,
) -> Delivery:
    now = now_ms()
    opens_ms = now + opens_in_ms
    closes_ms = opens_ms + 24 * 60 * MINUTE_MS
    bank = Bank(settings.data_dir)
    form = compile_form(read_package(source), seed=secrets.token_bytes(32))
    bank.add(form)
    window = Window(min(now, opens_ms), opens_ms, closes_ms, closes_ms + MINUTE_MS, duration_ms)
    return await Deliveries(archive, keyring, who=WHO).create(
        form.form, window, bank=bank, contents=settings.data_dir / "content", now_ms=now_ms()
    )


async def _import(
    settings: Settings,
    archive: Archive,
    store: Store,
    keyring: KeyRing,
    delivery: str,
    rows: list[CodesRow],
) -> None:
    key = Ed25519PrivateKey.generate()
    path = settings.data_dir / f"codes-{delivery}.ndjson"
    write_codes_file(path, rows, campaign="browser", created_ms=now_ms(), count=len(rows), key=key)
    verified = CodesFile.verify(path, key.public_key())
    await import_file(archive, store, keyring, verified, delivery, who=WHO)
    path.unlink()
