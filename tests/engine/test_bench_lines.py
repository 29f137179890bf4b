"""The benchmarks' lines: names and shape that machines read; the figures are nobody's business here."""

from __future__ import annotations

import asyncio
import json
from zipfile import ZipFile

import pytest

from benchmarks.forms import forty_items
from benchmarks.generator import Connection, Run, Void, percentile_of
from benchmarks.measure import Bench, Result, line, paired
from benchmarks.pairs import gathered
from benchmarks.questions import QUESTIONS
from items.compile import compile_form
from items.package import read_package

NAMES = (
    *("save_vs_noop", "save_p99_vs_noop", "login_p99_vs_noop", "start_p99_vs_noop", "save_cpu_us"),
    *("save_fsync_vs_no_aof", "redis_commands_per_answer", "idle_pupil_kib", "import_40_items_s", "score_us"),
    *("form_40_items_bytes", "player_first_item_bytes", "archive_vs_copy", "redis_bytes_per_session"),
)


async def nothing() -> Result:
    return Result(1.0, 1.0, 1.0)


def test_each_question_is_asked_once() -> None:
    """The names do not change."""
    assert sorted(question.name for question in QUESTIONS) == sorted(NAMES)


@pytest.mark.parametrize(
    ("better", "value", "reached"), [("higher", 1.2, True), ("higher", 0.8, False), ("lower", 0.8, True)]
)
def test_a_line_has_name_value_goal_and_spread(better: str, value: float, reached: bool) -> None:
    """One JSON object a question, and whether its goal is reached."""
    found = json.loads(line(Bench("save_vs_noop", 1.0, "x", better, nothing), Result(value, 0.5, 1.5)))

    assert (found["bench"], found["value"], found["goal"], found["spread"]) == (
        "save_vs_noop",
        value,
        1.0,
        [0.5, 1.5],
    )
    assert found["reached"] is reached


def test_ratios_are_taken_pair_by_pair() -> None:
    """A slow minute that hits both sides leaves the ratio as it is."""
    result = paired([100.0, 10.0, 90.0], [100.0, 10.0, 100.0])

    assert (result.value, result.low, result.high) == (1.0, 0.9, 1.0)


def test_a_reply_in_pieces_is_one_reply() -> None:
    """However the network cuts it; and one that is not 200 voids the run."""
    connection = Connection(lambda: None)
    for status, cut in ((b"200", 1), (b"200", 30), (b"503", 55)):
        reply = b"HTTP/1.1 " + status + b" X\r\ncontent-length: 11\r\nx: y\r\n\r\nhello world"
        connection.data_received(reply[:cut])
        connection.data_received(reply[cut:])

    assert (connection.run.replies, connection.run.refused) == (3, 1)
    with pytest.raises(Void, match="1 of 3"):
        connection.run.checked()


def test_a_run_without_replies_is_void() -> None:
    """Nothing measured is not nought."""
    with pytest.raises(Void):
        Run().checked()


def test_percentiles_are_taken_by_rank() -> None:
    """The 99th percentile of a hundred values is the largest but one, or the largest."""
    assert percentile_of(list(range(1000)), 99) == 990
    assert percentile_of([5.0], 99) == 5.0


def test_the_form_of_forty_items_has_forty() -> None:
    """Two demonstration forms in one package that the importer takes."""
    with forty_items() as package:
        assert ZipFile(package).testzip() is None
        assert len(compile_form(read_package(package), seed=bytes(32)).item_ids) == 40


def test_asking_a_benchmark_nobody_knows_is_an_error() -> None:
    """A mistyped name never means that nothing was measured, silently."""

    async def ask() -> int:
        import sys

        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks", "--only", "save_vs_nop", stderr=asyncio.subprocess.DEVNULL
        )
        return await process.wait()

    assert asyncio.run(ask()) == 2


async def test_disturbed_pairs_do_not_count() -> None:
    """What somebody else did to the machine is not in the ratio; the warming-up is not either."""
    slices = iter([(9.0, 0.0), (1.0, 0.0), (5.0, 2.0), *[(1.0, 0.5)] * 20])

    async def pair(_: int) -> tuple[tuple[float, float], tuple[float, float]]:
        return next(slices), (2.0, 0.0)

    found = await gathered(pair, lambda slice_: slice_[1])

    assert [rate for rate, _ in found.ours] == [1.0] * 7
    assert len(found.theirs) == 7
    assert not found.void


async def test_a_comparison_that_was_always_disturbed_is_void() -> None:
    """It says so, and takes the pairs that were disturbed least."""
    worse = iter([(0.0, 0.0), *[(float(number), 1.0 + number) for number in range(1, 30)]])

    async def pair(_: int) -> tuple[tuple[float, float], tuple[float, float]]:
        return next(worse), (1.0, 0.0)

    found = await gathered(pair, lambda slice_: slice_[1], tries=10)

    assert found.void
    assert [rate for rate, _ in found.ours] == [1.0, 2.0, 3.0, 4.0, 5.0]
