"""The pupil's outbox does what the player's does: frozen batches, one after the other, none forgotten."""

from __future__ import annotations

from random import Random

from loadtest.backoff import Backoff
from loadtest.outbox import Batch, Outbox


def an_outbox() -> Outbox:
    return Outbox(lambda n, count, full, held: b"%d %d %d %d" % (n, count, full, held))


def due(outbox: Outbox, *moments: float) -> None:
    outbox.due += moments


def sent(outbox: Outbox) -> Batch:
    batch = outbox.next()
    assert batch is not None
    return batch


def test_a_batch_is_frozen_when_first_sent() -> None:
    """Sent again, it is the same bytes under the same number, whatever has fallen due meanwhile."""
    outbox = an_outbox()
    due(outbox, 1.0)
    first = sent(outbox)
    due(outbox, 2.0)

    assert sent(outbox) is first
    assert (first.n, first.due) == (1, [1.0])


def test_what_waited_goes_together() -> None:
    """All that fell due while a batch was away is in the next one, each save with its own moment."""
    outbox = an_outbox()
    due(outbox, 1.0)
    first = sent(outbox)
    due(outbox, 2.0, 3.0)
    assert outbox.acknowledged(1, 0) == [first]
    second = sent(outbox)

    assert (second.n, second.due, second.weight) == (2, [2.0, 3.0], 2)
    assert outbox.waiting() == [1.0, 2.0, 3.0]


def test_nothing_is_due_nothing_is_sent() -> None:
    """An outbox whose answers are all acknowledged is silent."""
    outbox = an_outbox()
    assert outbox.next() is None
    due(outbox, 1.0)
    outbox.acknowledged(sent(outbox).n, 1)

    assert outbox.next() is None


def test_a_batch_is_acknowledged_for_the_first_time_once() -> None:
    """It goes into the ledger once, also when the server repeats itself."""
    outbox = an_outbox()
    due(outbox, 1.0)
    first = sent(outbox)
    assert outbox.acknowledged(1, 0) == [first]
    first.told = True

    assert outbox.acknowledged(1, 0) == []


def test_a_server_that_forgot_gets_the_same_bytes_again() -> None:
    """Until a batch is sealed it is kept; when `last` steps back it is sent again."""
    outbox = an_outbox()
    for moment in (1.0, 2.0):
        due(outbox, moment)
        outbox.acknowledged(sent(outbox).n, 0)
    kept = outbox.batches[1]
    outbox.acknowledged(1, 1)

    assert sent(outbox) is kept


def test_what_is_sealed_is_forgotten_and_a_hole_takes_all() -> None:
    """When the server asks for a batch that is not kept any more, everything known goes in a full one."""
    outbox = an_outbox()
    for moment in (1.0, 2.0):
        due(outbox, moment)
        batch = sent(outbox)
        outbox.acknowledged(batch.n, batch.n)
    outbox.gap(0, 3)
    batch = sent(outbox)

    assert batch.full
    assert batch.n == 3


def test_after_a_fork_everything_goes_under_the_next_number() -> None:
    """Another seat used the number; nothing that was due is dropped."""
    outbox = an_outbox()
    due(outbox, 1.0)
    sent(outbox)
    outbox.fork(5)
    batch = sent(outbox)

    assert (batch.n, batch.full, batch.due) == (6, True, [1.0])


def test_a_refused_batch_gives_its_number_back() -> None:
    """What was wrongly shaped consumed no number."""
    outbox = an_outbox()
    due(outbox, 1.0)
    outbox.refused(sent(outbox))
    due(outbox, 2.0)

    assert sent(outbox).n == 1


def test_the_wait_is_never_shorter_than_asked_and_grows() -> None:
    """Retry-After is a floor; without it the ceiling doubles; too many tries in a row wait long."""
    random = Random(1)
    assert all(Backoff().delay_s(7.0, random) >= 7.0 for _ in range(50))
    backoff = Backoff()
    delays = [backoff.delay_s(0.0, random) for _ in range(20)]

    assert all(0.25 <= delay <= 30.25 for delay in delays)
    assert min(delays[9:]) >= 15
    backoff.succeeded()
    assert backoff.delay_s(0.0, random) >= 15  # one success earns a quarter of a try


def test_a_server_that_does_not_know_the_seat_is_brought_everything_above_its_numbers() -> None:
    """`gap` with nothing missing before the batch: the numbers there are another seat's."""
    outbox = an_outbox()
    due(outbox, 1.0)
    sent(outbox)
    outbox.gap(1, 1)
    batch = sent(outbox)

    assert (batch.n, batch.full, batch.due) == (2, True, [1.0])
    assert [one.n for one in outbox.acknowledged(2, 0)] == [2]
