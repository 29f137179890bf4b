"""What processes used, from /proc: names, sums, slices with nobody looking."""

from __future__ import annotations

import os
import sys
import time

import pytest

from loadtest.watch import Watch, by_slice, last_by_slice, look, machine_busy_s, program, usage, used_of

needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["/usr/bin/python3.11", "-m", "engine.worker"], "engine.worker"),
        (["/srv/bin/redis-server", "--port", "0"], "redis-server"),
        (["postgres: checkpointer "], "postgres"),
        ([], "ended"),
    ],
)
def test_a_process_is_named_by_what_was_started(arguments: list[str], name: str) -> None:
    """A person recognises it."""
    assert program(arguments) == name


def test_a_line_of_proc_is_read_from_the_end_of_the_name() -> None:
    """A name may hold blanks and brackets."""
    ticks = os.sysconf("SC_CLK_TCK")
    fields = ["S", "77", *["0"] * 9, str(2 * ticks), str(ticks), *["0"] * 8, "256"]
    used = used_of(f"12 (a) name (b) {' '.join(fields)}\n")

    assert (used.parent, used.cpu_s) == (77, 3.0)
    assert used.rss_mib == 256 * os.sysconf("SC_PAGE_SIZE") / 1024**2


def test_waiting_is_not_work() -> None:
    """Idle and waiting for the disk are left out; what the host stole is not."""
    ticks = os.sysconf("SC_CLK_TCK")
    numbers = [ticks, 0, ticks, 99 * ticks, 99 * ticks, 0, 0, ticks, 0, 0]

    assert machine_busy_s("cpu  " + " ".join(map(str, numbers)) + "\ncpu0 1\n") == 3.0


def test_growth_falls_into_the_slice_in_which_it_was_seen() -> None:
    """A slice in which nobody looked has no value, rather than zero."""
    grown = by_slice([(0.0, 1.0), (1.0, 1.5), (2.0, 2.5), (3.0, 2.5)], 1, 4)

    assert grown == [0.5, 1.0, 0.0, None]
    assert last_by_slice([(0.2, 5.0), (0.7, 6.0), (2.1, 7.0), (-1.0, 0.0)], 1, 3) == [6.0, None, 7.0]


@needs_proc
def test_this_process_is_seen_at_work() -> None:
    """Real figures of a real process."""
    watch = Watch(os.getpid(), 60.0)
    watch.begin_s = time.monotonic()
    watch.names[os.getpid()] = "tests"
    watch.samples.append(look(os.getpid()))
    while time.process_time() < watch.samples[0].processes[os.getpid()].cpu_s + 0.05:
        pass
    watch.samples.append(look(os.getpid()))
    used = usage(watch, 3600, 1)["processes_used"]["tests"]

    assert used["cpu_s"] > 0
    assert used["rss_mib"][0] > 1
