"""The demonstration: forms, deliveries and codes made by the same steps that an operator takes.

Until the authority's program exists, this module also plays the authority: it draws codes, signs a file of
their digests with a key of its own, and lets `codes import` take that file as it takes any other.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.archive import Archive
from engine.clock import now_ms
from engine.codesfile import CodesFile, CodesRow, write_codes_file
from engine.deliveries import Deliveries, Window, publish_delivery
from engine.importing import import_file
from engine.keyring import KeyRing
from engine.needs import SUPPORTS
from engine.settings import Settings
from engine.stores import store_of
from items.bank import Bank
from items.compile import compile_form
from items.model import Form
from items.package import read_package
from sessions.codes import digest, generate
from sessions.store import Store

FORMS = Path(__file__).parent.parent / "items" / "content"
DAY_MS = 24 * 3600 * 1000
WHO = "demonstration"
ROOM_SIZE = 30
NAMES = ("maths-6e", "francais-6e", "maths-6e-en")


class Prepared(NamedTuple):
    """A delivery that is open, and the codes that log in to it."""

    delivery: str
    title: str
    language: str
    codes: tuple[str, ...]


async def open_or_make(settings: Settings, codes_each: int) -> list[Prepared]:
    """The demonstration of an earlier run if it is there, so that a pupil can come back; else a new one.

    Its codes lie in clear text beside the data: they are printed on the screen anyway, and open nothing else.
    """
    note = settings.data_dir / "demonstration.json"
    if note.exists():
        return [
            Prepared(delivery, title, language, tuple(codes))
            for delivery, title, language, codes in json.loads(note.read_text())
        ]
    prepared = await prepare(settings, [FORMS / name for name in NAMES], codes_each, needs=tuple(SUPPORTS))
    note.write_text(json.dumps(prepared))
    return prepared


async def prepare(
    settings: Settings, forms: Sequence[Path], codes_each: int, *, needs: tuple[str, ...] = ()
) -> list[Prepared]:
    """Import each form, open a delivery of it for thirty days, and make codes; Redis must be running.

    Every second code, or the only one, has `needs`.
    """
    keyring = KeyRing.of(settings)
    keyring.ensure()
    archive = await Archive.open(settings.archive_address)
    store = store_of(settings)
    try:
        return [await _one(settings, archive, store, keyring, form, codes_each, needs) for form in forms]
    finally:
        await store.aclose()
        await archive.close()


async def _one(
    settings: Settings,
    archive: Archive,
    store: Store,
    keyring: KeyRing,
    source: Path,
    codes_each: int,
    needs: tuple[str, ...],
) -> Prepared:
    form = compile_form(read_package(source), seed=secrets.token_bytes(32))
    return await open_form(settings, archive, store, keyring, form, codes_each, needs=needs)


async def open_form(
    settings: Settings,
    archive: Archive,
    store: Store,
    keyring: KeyRing,
    form: Form,
    codes_each: int,
    since_ms: int = 0,
    needs: tuple[str, ...] = (),
) -> Prepared:
    """A delivery of a compiled form, with codes; it has been open for `since_ms` already.

    Every second code, or the only one, has `needs`, switches of the player.
    """
    now = now_ms()
    bank = Bank(settings.data_dir)
    bank.add(form)
    deliveries = Deliveries(archive, keyring, who=WHO)
    window = Window(
        login_opens_ms=now - since_ms,
        opens_at_ms=now - since_ms,
        closes_at_ms=now + 30 * DAY_MS,
        intake_ends_ms=now + 31 * DAY_MS,
        duration_ms=(form.content.duration_s or 45 * 60) * 1000,
    )
    created = await deliveries.create(
        form.form, window, bank=bank, contents=settings.data_dir / "content", now_ms=now
    )
    codes = await _codes(settings, archive, store, keyring, created.id, codes_each, needs)
    await publish_delivery(store, await deliveries.act(created.id, "open", now_ms()))
    return Prepared(created.id, created.title, created.language, codes)


async def _codes(
    settings: Settings,
    archive: Archive,
    store: Store,
    keyring: KeyRing,
    delivery: str,
    count: int,
    needs: tuple[str, ...],
) -> tuple[str, ...]:
    codes = [generate(secrets.token_bytes) for _ in range(count)]
    pepper, key = keyring.pepper(), Ed25519PrivateKey.generate()

    def rows() -> Iterator[CodesRow]:
        for number, code in enumerate(codes):
            long = generate(secrets.token_bytes, length=24)
            room = f"R{number // ROOM_SIZE + 1}"
            digests = digest(pepper, code), digest(pepper, long)
            own = needs if number % 2 or count == 1 else ()
            yield CodesRow(secrets.token_bytes(16), room, *digests, 1000, tuple(sorted(own)))

    path = settings.data_dir / f"codes-{delivery}.ndjson"
    write_codes_file(path, rows(), campaign=WHO, created_ms=now_ms(), count=count, key=key)
    verified = CodesFile.verify(path, key.public_key())
    await import_file(archive, store, keyring, verified, delivery, who=WHO)
    path.unlink()
    return tuple(codes)
