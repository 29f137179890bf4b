"""Redis filled again from the archive: what it holds stays, what it lacks is put back.

Sessions come back with their state, and those that may still change with the batches that the archive holds,
so that a pupil finds his answers on a new seat. What lay in the journal alone comes from the players, who
keep every answer until it is sealed; what staff did, from the audit log (`engine.replay`). The clocks go on
from where the archive saw them last, so that the whole outage is found and credited. Deliveries come last:
nobody can log in to what is half there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

import orjson

from engine.archive import Archive, Delivery, acts, clocks
from engine.archive.answers import KeptBatch, batches_of, paused_since, receipts_of
from engine.archive.records import SessionFacts
from engine.attempts.history import names_of
from engine.keyring import KeyProblem, KeyRing
from engine.logs import logger
from engine.replay import operation, replay, ticket_of
from sessions.cipher import SessionCipher, Unreadable, unwrap_key
from sessions.model import (
    RECEIPT,
    CodeEntry,
    Heartbeat,
    Operation,
    Pause,
    Save,
    Seal,
    SessionRow,
    Start,
    Verdict,
)
from sessions.states import Status
from sessions.store import Store

LOG = logger("recovery")
PAGE = 500
"""Sessions or codes put in at a time: some 100 KiB."""
EVER_MS = 2**53
BEGUN_PAGE = 50
"""Sessions restored with their batches at a time: some megabytes on a long day."""

Value = TypeVar("Value")


async def publish_delivery(store: Store, delivery: Delivery) -> None:
    """Let the workers see a delivery as it is now; what they see is never older than before."""
    await store.put_delivery(delivery.id, delivery.to_json())


async def publish(archive: Archive, store: Store, keyring: KeyRing | None = None) -> int:
    """Put back what Redis lacks; gives the number of sessions put in or found there.

    A delivery that one Redis knows has its sessions there too, since it came last. In a cluster a node may
    have come up empty alone: each of its partitions bears a mark once it is filled. Without `keyring`
    sessions come back without their batches.
    """
    told = await store.deliveries()
    await store.claim()  # whose words these are is known only then
    known = {record["id"]: record["version"] for record in map(orjson.loads, told)}
    deliveries = await archive.deliveries()
    lost = await store.unfilled()
    lacking = [found for found in deliveries if found.state != "closed" and (lost or found.id not in known)]
    count = 0
    if lacking:  # what the archived states hold already is told from what is done again
        await acts.settle_archived(archive.database)
    for delivery in lacking:
        count += await publish_sessions(archive, store, keyring, delivery)
    if lacking:
        await replay(archive, store, EVER_MS)
    if deliveries and (lost or not known):
        moments = await clocks.known(archive.database)
        one_node = store.lanes == 1
        await store.set_clocks({part: at_ms for part, at_ms in moments.items() if one_node or part in lost})
    await store.set_filled(lost)
    for delivery in deliveries:
        await _publish_again(archive, store, delivery.id, known.get(delivery.id, 0))
    return count


async def _publish_again(archive: Archive, store: Store, name: str, held_version: int) -> None:
    """Let the workers see a delivery as the archive has it by now, some minutes after it was listed.

    Redis hears of each version after the archive. If it held a higher one before, the archive was put back
    from a copy, and what Redis has never was.
    """
    delivery = await archive.delivery(name)
    if held_version > delivery.version:
        LOG.warning("the archive is older than Redis, and counts", extra={"fields": {"delivery": name}})
        await store.drop_delivery(name)
    await publish_delivery(store, delivery)


async def publish_sessions(
    archive: Archive, store: Store, keyring: KeyRing | None, delivery: Delivery
) -> int:
    """Put the sessions and codes of one delivery into Redis, those it lacks; gives how many there are."""
    count = 0
    kek = _kek(keyring, delivery.id)
    async for page in pages(archive.sessions(delivery.id), PAGE):
        fresh = [session for session in page if not session.started_ms]
        await _create(archive, store, fresh)
        for start in range(0, len(page), BEGUN_PAGE):
            begun = [session for session in page[start : start + BEGUN_PAGE] if session.started_ms]
            await _restore(archive, store, begun, kek)
        count += len(page)
    async for codes in pages(archive.codes(delivery.id), PAGE):
        await store.put_codes([CodeEntry(*code) for code in codes])
    return count


async def _create(archive: Archive, store: Store, fresh: Sequence[SessionFacts]) -> None:
    """Sessions that have not begun, with the time that was given to them before: it shows in no deadline."""
    replies = await store.commit([_row(session, 0) for session in fresh], 0)
    made = [reply.state.sid for reply in replies if reply.verdict is Verdict.OK]
    for act in await acts.extensions(archive.database, made):
        await store.commit([operation(act.act, act.sid, act.value, str(act.line))], act.at_ms)


def _kek(keyring: KeyRing | None, delivery: str) -> bytes | None:
    try:
        return keyring.delivery(delivery).kek if keyring else None
    except KeyProblem:  # destroyed: nothing can be opened, and nobody may go on
        return None


async def _restore(
    archive: Archive, store: Store, sessions: Sequence[SessionFacts], kek: bytes | None
) -> None:
    """Create those sessions that Redis lacks, as far as they got, with the batches that still matter.

    A session and its batches go in one call: without them its numbers would begin at 1 again, and what it
    saves would collide with what the archive has.
    """
    sids = [session.sid for session in sessions]
    held = {sid for sid, glance in zip(sids, await store.glance(sids), strict=True) if glance}
    batches = await batches_of(archive.database, [sid for sid in sids if sid not in held])
    paused = await paused_since(archive.database, sids)
    receipts = await receipts_of(archive.database, sids)
    made: list[tuple[list[Operation], int]] = []
    told: list[tuple[list[Operation], int]] = []
    for session in sessions:
        if session.sid in held:
            continue
        kept = batches[session.sid]
        # A pause is done again at its own time: what the clock stood still is counted from there.
        made.append((_again(session, kept, kek), paused.get(session.sid, session.started_ms)))
        receipt_ms = receipts.get(session.sid, 0)
        if receipt_ms and receipt_ms >= max((batch.received_ms for batch in kept), default=0):
            # At its own time it is the line of the journal that the archive has.
            told.append(([Heartbeat(ticket_of(session, _seat(session, kept)), RECEIPT)], receipt_ms))
    for group in made, told:
        # Each has its own time, so each is a commit; those that go out side by side share an fsync.
        commits = (store.commit(operations, at_ms) for operations, at_ms in group)
        ended = await asyncio.gather(*commits, return_exceptions=True)  # none goes on behind a failure
        if problems := [found for found in ended if isinstance(found, BaseException)]:
            raise problems[0]


def _again(session: SessionFacts, batches: Sequence[KeptBatch], kek: bytes | None) -> list[Operation]:
    """What makes the session again in an empty Redis."""
    paused = session.status == Status.PAUSED
    running = session._replace(status=Status.RUNNING) if paused else session
    end: list[Operation] = [Pause(session.sid)] if paused else []
    try:
        return [*_with_batches(running, batches, kek), *end]
    except (Unreadable, ValueError, KeyError):
        LOG.error("session restored without its answers", extra={"fields": {"delivery": session.delivery}})
        row = _row(running, max((batch.n for batch in batches), default=0))
        return [row._replace(epoch=_seat(session, batches)), *end]


def _with_batches(session: SessionFacts, batches: Sequence[KeptBatch], kek: bytes | None) -> list[Operation]:
    """The session and all that was saved in it, seat by seat."""
    ordered = sorted(batches, key=lambda batch: (batch.epoch, batch.n))
    last = max((batch.n for batch in ordered), default=0)
    if session.status == Status.SUBMITTED or not ordered:
        return [_row(session, last)]
    if kek is None:
        raise Unreadable("the delivery's key is not here")
    key = unwrap_key(kek, session.wrapped_key, session.sid, session.delivery)
    cipher = SessionCipher(key, session.sid, session.delivery)
    operations: list[Operation] = [_row(session, 0)._replace(epoch=ordered[0].epoch)]
    for batch in ordered:
        answers = orjson.loads(cipher.open(batch.epoch, batch.n, batch.body))["answers"]
        items = names_of(answers, batch.n)
        # Full, since a hole in the numbers was closed once already.
        ticket = ticket_of(session, batch.epoch)
        operations.append(Save(ticket, batch.n, batch.digest, batch.body, items, full=True))
    # A start takes over the epoch of the seat that came last, which may have saved nothing yet.
    return [*operations, Start(ticket_of(session, _seat(session, ordered)), 1), Seal(session.sid, last)]


def _seat(session: SessionFacts, batches: Sequence[KeptBatch]) -> int:
    """The epoch with which a session comes back.

    Where the highest number was another seat's, it says nothing of what the last one sent: that seat is ahead
    of nobody's epoch, the one below its own, and brings all that it knows.
    """
    newest = max(((batch.n, batch.epoch) for batch in batches), default=(0, session.epoch))
    return session.epoch if newest[1] >= session.epoch else session.epoch - 1


def _row(session: SessionFacts, last: int) -> SessionRow:
    return SessionRow(
        sid=session.sid,
        delivery=session.delivery,
        room=session.room,
        factor_permille=session.factor_permille,
        needs=",".join(session.needs),
        wrapped_key=session.wrapped_key,
        status=Status(session.status),
        epoch=session.epoch,
        version=session.version,
        started_ms=session.started_ms,
        deadline_ms=session.deadline_ms,
        last=last,
        sealed=last,
    )


async def pages(rows: AsyncIterator[Value], size: int) -> AsyncIterator[Sequence[Value]]:
    """`rows`, `size` at a time."""
    page: list[Value] = []
    async for row in rows:
        page.append(row)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page
