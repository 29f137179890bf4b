"""Late answers: what the server can prove, corroborate, or only note."""

from __future__ import annotations

import pytest

from sessions.journal import BatchLine
from sessions.model import Close, Extend, Late, Pause, Read, Submit
from sessions.store import Store
from tests.sessions.given import HOUR, NOW, a_running, a_save, a_sid, one

GRACE = 10_000
END = NOW + HOUR


async def an_outage(store: Store, from_ms: int, to_ms: int) -> None:
    """The partitions acknowledged nothing meanwhile."""
    await store.tick(from_ms)
    await store.tick(to_ms)


@pytest.mark.parametrize("received", [END - 1, END, END + GRACE])
async def test_within_the_grace_an_answer_is_in_time(store: Store, received: int) -> None:
    """The line may take ten seconds."""
    ticket = await a_running(store, a_sid())
    reply = await one(store, a_save(ticket, 1, grace_ms=GRACE), received)
    assert (reply.verdict, reply.late) == ("ok", Late.IN_TIME)


@pytest.mark.parametrize(
    ("age_ms", "outage", "late"),
    [
        (60_000, None, Late.AFTER),
        (119_999, None, Late.AFTER),
        (120_000, None, Late.SELF_ATTESTED),
        (600_000, None, Late.SELF_ATTESTED),
        (600_000, (END - 300_000, END - 200_000), Late.CORROBORATED),
        (600_000, (END - 300_000, END + 60_000), Late.CORROBORATED),
        (600_000, (END + GRACE, END + 60_000), Late.CORROBORATED),
        (600_000, (END + GRACE + 1, END + 60_000), Late.SELF_ATTESTED),  # began when it was too late already
        (600_000, (END - 900_000, END - 500_000), Late.SELF_ATTESTED),  # over before the answer was given
        (60_000, (END - 300_000, END + 60_000), Late.AFTER),
    ],
)
async def test_a_late_answer_gets_the_class_that_its_evidence_bears(
    store: Store, age_ms: int, outage: tuple[int, int] | None, late: Late
) -> None:
    """Two minutes after the deadline: its age says when it was given, an outage says why it is late."""
    ticket = await a_running(store, a_sid())
    if outage:
        await an_outage(store, *outage)
    save = a_save(ticket, 1, newest_age_ms=age_ms, grace_ms=GRACE)
    reply = await one(store, save, END + 120_000)
    (line,) = [line for line in await store.journal([0], 100) if isinstance(line, BatchLine)]
    assert (reply.verdict, reply.late, reply.state.last, line.late) == ("ok", late, 1, late)


async def test_a_late_answer_is_stored_like_any_other(store: Store) -> None:
    """Counted or not is for the delivery's rule; the pupil's next seat shows it."""
    ticket = await a_running(store, a_sid())
    await one(store, a_save(ticket, 1), END + HOUR)
    assert [batch.n for batch in (await one(store, Read(ticket))).batches] == [1]


async def test_after_the_server_closed_answers_are_still_taken_with_their_class(store: Store) -> None:
    """The outbox of a pupil who was cut off empties itself; the end is the deadline."""
    ticket = await a_running(store, a_sid())
    await one(store, Close(ticket.sid, "deadline", due_ms=END), END + GRACE + 1)
    first = await one(store, a_save(ticket, 1, newest_age_ms=60_000, grace_ms=GRACE), END + 20_000)
    second = await one(store, a_save(ticket, 2, grace_ms=GRACE), END + 20_000)
    assert [(first.verdict, first.late), (second.verdict, second.late)] == [
        ("ok", Late.SELF_ATTESTED),
        ("ok", Late.AFTER),
    ]


async def test_a_session_closed_early_counts_what_was_answered_before(store: Store) -> None:
    """Closed at noon, an answer of a minute before noon is in time by its own word, one after is not."""
    ticket = await a_running(store, a_sid())
    await one(store, Close(ticket.sid), NOW + 60_000)
    early = await one(store, a_save(ticket, 1, newest_age_ms=120_000, grace_ms=GRACE), NOW + 120_000)
    late = await one(store, a_save(ticket, 2, newest_age_ms=10_000, grace_ms=GRACE), NOW + 120_000)
    assert (early.late, late.late) == (Late.SELF_ATTESTED, Late.AFTER)


async def test_more_time_makes_what_was_late_in_time(store: Store) -> None:
    """The class is given when the batch arrives, by the deadline as it stands then."""
    ticket = await a_running(store, a_sid())
    await one(store, Extend(ticket.sid, HOUR))
    assert (await one(store, a_save(ticket, 1), END + HOUR)).late is Late.IN_TIME


async def test_a_pause_before_the_deadline_keeps_answers_in_time(store: Store) -> None:
    """And one after it does not."""
    ticket, other = await a_running(store, a_sid()), await a_running(store, a_sid(2))
    await one(store, Pause(ticket.sid), END)
    await one(store, Pause(other.sid), END + 1)
    replies = await store.commit([a_save(ticket, 1), a_save(other, 1)], END + HOUR)
    assert [reply.late for reply in replies] == [Late.IN_TIME, Late.AFTER]


async def test_a_repeated_late_batch_is_acknowledged_without_a_class(store: Store) -> None:
    """Its class stands in the journal from the first time."""
    ticket = await a_running(store, a_sid())
    save = a_save(ticket, 1)
    replies = [await one(store, save, END + HOUR) for _ in range(2)]
    assert [(reply.verdict, reply.late) for reply in replies] == [("ok", "after"), ("repeated", "")]


async def test_handing_in_late_is_possible(store: Store) -> None:
    """The clock closes nothing by itself."""
    ticket = await a_running(store, a_sid())
    assert (await one(store, Submit(ticket, 0), END + HOUR)).state.status == "submitted"
