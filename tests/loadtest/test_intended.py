"""Times run from the intended moment; a second's standstill counts for all who wanted something in it."""

from __future__ import annotations

from loadtest import intended, seconds
from loadtest.intended import Delays
from loadtest.seconds import Seconds


def test_lateness_counts() -> None:
    """A reply that came at once to a request that was sent a second late took a second."""
    delays = Delays()
    delays.record("save", intended_s=10.0, done_s=11.0)

    assert 999 <= (delays.percentile_ms("save", 50) or 0) <= 1001


def test_a_standstill_is_seen_by_all_whom_it_delayed() -> None:
    """Ten saves a second, one stall of a second, replies at once otherwise: a tenth of all is late."""
    delays = Delays()
    for number in range(100):
        due_s = number / 10
        delays.record("save", due_s, max(due_s, 5.0 if 4.0 <= due_s < 5.0 else due_s) + 0.001)

    assert (delays.percentile_ms("save", 50) or 0) < 2
    assert (delays.percentile_ms("save", 95) or 0) > 400


def test_delays_of_processes_are_merged() -> None:
    """A percentile of percentiles would be none; the histograms are added."""
    parts = []
    for delay_s in (0.001, 0.1):
        delays = Delays()
        for _ in range(50):
            delays.record("save", 0.0, delay_s)
        parts.append(delays.encoded())
    whole = intended.merged(parts)

    assert whole.count("save") == 100
    assert (whole.percentile_ms("save", 40) or 0) < 2
    assert (whole.percentile_ms("save", 60) or 0) > 90


def test_where_nothing_was_recorded_there_is_no_percentile() -> None:
    """Nothing is not zero milliseconds."""
    assert Delays().percentile_ms("save", 99) is None


def test_a_pupil_is_live_for_sixty_seconds_after_a_save() -> None:
    """Two pupils whose minutes overlap are two; one pupil who saves often is one."""
    by_second = Seconds()
    by_second.live(0.0, None)
    by_second.live(30.0, 0.0)
    by_second.live(50.0, None)
    by_second.live(200.0, 30.0)

    assert by_second.peak_live(until_s=49) == 1
    assert by_second.peak_live(until_s=1000) == 2


def test_a_pupil_who_was_away_for_long_is_not_live_meanwhile() -> None:
    """After a minute without a save the pupil is not counted; with the next save again, once."""
    away, other = Seconds(), Seconds()
    away.live(0.0, None)
    away.live(100.0, 0.0)
    other.live(61.0, None)
    whole = seconds.merged([away.encoded(), other.encoded()])

    assert whole.peak_live(until_s=99) == 1
    assert whole.peak_live(until_s=110) == 2


def test_replies_are_counted_by_second() -> None:
    """The busiest second is found across processes."""
    parts = []
    for count in (3, 4):
        by_second = Seconds()
        for _ in range(count):
            by_second.replied(12.7)
        parts.append(by_second.encoded())

    assert seconds.merged(parts).peak_replies() == 7
