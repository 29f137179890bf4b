"""The wire form: what a reply says and leaves unsaid, what cannot be a batch."""

from __future__ import annotations

import pytest

from sessions.model import Heartbeat, Reply, SessionState, Verdict
from sessions.packing import ITEMS_MAX, encode
from sessions.store import Store
from tests.sessions.given import HOUR, NOW, a_running, a_save, a_sid, one


async def test_a_reply_says_what_was_done_and_leaves_the_rest_at_its_defaults(store: Store) -> None:
    """The short reply of a save in time, and the long one of any other: field by field."""
    ticket = await a_running(store, a_sid())
    started = SessionState(
        ticket.sid,
        delivery=ticket.delivery,
        status=ticket.status,
        epoch=ticket.epoch,
        version=ticket.version,
        started_ms=NOW,
        deadline_ms=NOW + HOUR,
        last=1,
    )
    assert await one(store, a_save(ticket, 1)) == Reply(Verdict.OK, started)
    assert await one(store, Heartbeat(ticket)) == Reply(Verdict.OK, started)


@pytest.mark.parametrize(
    "items",
    [("i1", "i=2"), ("i;1",), ("i1,i2",), ("i1", "i2,", "i3"), tuple(map(str, range(ITEMS_MAX + 1)))],
    ids=["=", ";", ",", "a name that ends so", "too many"],
)
async def test_what_would_be_read_as_other_items_is_no_batch(store: Store, items: tuple[str, ...]) -> None:
    """It fails alone, and writes nothing; the seat goes on with the same number."""
    ticket = await a_running(store, a_sid())
    reply, other = await store.commit([a_save(ticket, 1, *items), Heartbeat(ticket)], NOW)
    assert (reply.verdict, other.verdict, other.state.last) == (Verdict.ERROR, Verdict.OK, 0)
    most = tuple(map(str, range(ITEMS_MAX)))
    assert (await one(store, a_save(ticket, 1, *most))).verdict is Verdict.OK


async def test_only_sealed_bytes_with_their_whole_digest_are_a_batch(store: Store) -> None:
    """What is neither is a defect of ours, told before anything is written."""
    sound = a_save(await a_running(store, a_sid()), 1)
    text = sound._replace(body="text")  # type: ignore[arg-type]
    for wrong in (text, sound._replace(digest=sound.digest[:31])):
        with pytest.raises(ValueError, match="sealed bytes and a SHA-256"):
            encode(wrong, "{p00}:00")
