"""From a verified file of codes to sessions: a key for each, the archive first, then Redis.

The archive takes the whole file or nothing of it. When Redis is away afterwards, importing the same file
again does the second half alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence

from engine.archive import Archive, Conflict, SessionRow
from engine.clock import now_ms
from engine.codesfile import CodesFile
from engine.deliveries import publish_delivery
from engine.keyring import KEY_BYTES, KeyRing
from engine.recovery import publish_sessions
from sessions.cipher import NONCE_BYTES, wrap_key
from sessions.store import Store

Told = Callable[[int], None]
"""Called now and then with the number of sessions done, for a progress bar."""


async def import_file(
    archive: Archive,
    store: Store,
    keyring: KeyRing,
    file: CodesFile,
    delivery: str,
    *,
    who: str,
    clock: Callable[[], int] = now_ms,
    told: Told = lambda _: None,
) -> int:
    """Import a verified file into a delivery; gives how many sessions it brought, 0 when it was there."""
    target = await archive.delivery(delivery)
    if target.state == "closed":
        raise Conflict(f"delivery {delivery} is closed: nobody can log in to it any more")
    known = await archive.was_imported(file.sha256)
    if known not in (None, delivery):
        raise Conflict(f"this file was imported into delivery {known} already")
    count = 0
    if known is None:
        count = await archive.import_sessions(
            delivery,
            _with_keys(file, delivery, keyring.delivery(delivery).kek, told),
            sha256=file.sha256,
            campaign=file.header.campaign,
            who=who,
            now_ms=clock(),
        )
    await publish_sessions(archive, store, keyring, target)
    await publish_delivery(store, await archive.delivery(delivery))  # it may have changed meanwhile
    return count


def _with_keys(
    file: CodesFile, delivery: str, kek: bytes, told: Told
) -> Iterator[tuple[SessionRow, Sequence[bytes]]]:
    for number, row in enumerate(file.rows(), 1):
        key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
        wrapped = wrap_key(kek, key, row.sid, delivery, nonce)
        session = SessionRow(row.sid, delivery, row.room, row.factor_permille, row.needs, wrapped)
        yield session, (row.short, row.long)
        if number % 1000 == 0 or number == file.header.total:
            told(number)
