"""A class whose answers are on paper: a form that can be keyed, a delivery, a room, its teacher's code."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import NamedTuple

from engine.archive import Archive, Delivery
from engine.clock import now_ms
from engine.codesfile import CodesFile, CodesRow, write_codes_file
from engine.deliveries import Deliveries, Window, publish_delivery
from engine.importing import import_file
from engine.keyring import KeyRing
from engine.settings import Settings
from engine.stores import store_of
from engine.teacherdoor import room_code
from items.bank import Bank
from items.compile import compile_form
from items.package import read_package
from sessions.codes import digest, generate
from sessions.store import Store
from tests.asserted import CAMPAIGN, KEY
from tests.items.courses import a_part, a_test_of, an_item_reference
from tests.items.given import Files, a_choice_item, a_manifest, a_section, an_item, declared, zipped

DAY_MS = 24 * 3600 * 1000
WORDS = ("juste", "faux", "illisible")


class Paper(NamedTuple):
    """A class to key: who may, and whose papers."""

    delivery: str
    room: str
    code: str
    sessions: list[str]
    """Hex, by number."""


def paper_form(folder: Path, questions: int) -> Path:
    """Every fifth question asks for a number, the others have three choices in a fixed order."""
    items = {f"item{number}": _question(number) for number in range(1, questions + 1)}
    half = -(-questions // 2)
    first = a_section(*map(an_item_reference, range(1, half + 1)), title="Nombres", identifier="a")
    last = a_section(
        *map(an_item_reference, range(half + 1, questions + 1)), title="Problèmes", identifier="b"
    )
    test = a_test_of(a_part(first, last)).replace('title="Test"', 'title="Mathématiques CP"')
    resources = [("test", "test.xml"), *(("item", f"{item}.xml") for item in items)]
    files: Files = {"imsmanifest.xml": a_manifest(resources), "test.xml": test}
    return zipped(folder, files | {f"{item}.xml": text for item, text in items.items()}, "paper.zip")


def _question(number: int) -> str:
    if number % 5 == 0:
        body = '<p>Combien ? <qti-text-entry-interaction response-identifier="RESPONSE"/></p>'
        return an_item(body, declared(("12",), base_type="integer"), identifier=f"q{number}")
    item = a_choice_item(("right", "wrong", "other"), shuffle=False, identifier=f"q{number}")
    for name, word in zip(("right", "wrong", "other"), WORDS, strict=True):
        item = item.replace(f"{name}!", word)
    return item


def keyed_class(settings: Settings, form: Path, pupils: int, room: str = "") -> Paper:
    """Import the form, open a keyed delivery, and bring in the room's sessions."""
    return asyncio.run(_keyed_class(settings, form, pupils, room or f"r-{secrets.token_hex(4)}"))


async def _keyed_class(settings: Settings, form: Path, pupils: int, room: str) -> Paper:
    keyring = KeyRing.of(settings)
    archive, store = await Archive.open(settings.archive_address), store_of(settings)
    try:
        delivery = await opened_delivery(settings, archive, store, keyring, form)
        path = settings.data_dir.parent / f"{secrets.token_hex(8)}.ndjson"
        rows = [_row(keyring.pepper(), room) for _ in range(pupils)]
        write_codes_file(path, rows, campaign=CAMPAIGN, created_ms=now_ms(), count=pupils, key=KEY)
        file = CodesFile.verify(path, KEY.public_key())
        await import_file(archive, store, keyring, file, delivery.id, who="test")
    finally:
        await store.aclose()
        await archive.close()
    code = room_code(keyring.delivery(delivery.id).kek, room)
    return Paper(delivery.id, room, code, [row.sid.hex() for row in rows])


async def opened_delivery(
    settings: Settings, archive: Archive, store: Store, keyring: KeyRing, form: Path
) -> Delivery:
    """Import a form and open a keyed delivery of it."""
    bank, now = Bank(settings.data_dir), now_ms()
    compiled = compile_form(read_package(form), seed=secrets.token_bytes(32))
    bank.add(compiled)
    staff = Deliveries(archive, keyring, who="test")
    window = Window(now, now, now + DAY_MS, now + 2 * DAY_MS, 3_600_000)
    contents = settings.data_dir / "content"
    created = await staff.create(compiled.form, window, bank=bank, contents=contents, now_ms=now, keyed=True)
    delivery = await staff.act(created.id, "open", now)
    await publish_delivery(store, delivery)
    return delivery


def _row(pepper: bytes, room: str) -> CodesRow:
    short, long = generate(secrets.token_bytes), generate(secrets.token_bytes, length=24)
    return CodesRow(secrets.token_bytes(16), room, digest(pepper, short), digest(pepper, long), 1000, ())
