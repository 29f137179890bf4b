"""The checker of real faults, itself checked: a good ledger passes, each planted loss is seen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import orjson
import pytest

from faults.checker import Held, Row, Verdict, check
from faults.history import Ending, History

NAMES = {"aa": "P1", "bb": "P2"}


def a_body(session: str, n: int) -> str:
    """The n-th batch of a pupil, which answers i1."""
    text = f"{NAMES[session]} i1 {n}"
    return orjson.dumps({"n": n, "answers": [{"item": "i1", "response": {"r1": text}}]}).decode()


def a_row(session: str, n: int, *, epoch: int = 7) -> Row:
    """The same batch as the archive has it."""
    digest = hashlib.sha256(a_body(session, n).encode()).hexdigest()
    return Row(session, epoch, n, digest, (("i1", f"{NAMES[session]} i1 {n}"),))


def a_day(batches: int = 3) -> tuple[History, list[Row]]:
    """Two pupils, all of whose batches were acknowledged, and the rows that the archive must hold."""
    history, rows = History(names=dict(NAMES)), []
    for session, name in NAMES.items():
        for n in range(1, batches + 1):
            batch = {"n": n, "body": a_body(session, n)}
            history.send(session, batch)
            history.acknowledge(session, [batch], float(n))
            rows.append(a_row(session, n))
        history.endings.append(Ending(session, {"i1": f"{name} i1 {batches}"}, is_handed_in=True))
    return history, rows


def judged(history: History, rows: list[Row], *, is_forgetful: bool = False) -> Verdict:
    """The verdict on such a day."""
    return check(history, Held(rows, dict.fromkeys(NAMES, "submitted"), None), is_forgetful=is_forgetful)


@pytest.mark.parametrize("is_forgetful", [False, True])
def test_an_exact_ledger_passes(is_forgetful: bool) -> None:
    """No false alarm."""
    assert judged(*a_day(), is_forgetful=is_forgetful) == Verdict(0, 0, 0, 0, 0, [])


def _lose_the_last(_history: History, rows: list[Row]) -> None:
    del rows[2]


def _lose_one_in_between(_history: History, rows: list[Row]) -> None:
    del rows[1]


def _change_a_byte(_history: History, rows: list[Row]) -> None:
    rows[0] = rows[0]._replace(digest="0" * 64)


def _write_twice(_history: History, rows: list[Row]) -> None:
    rows.append(a_row("aa", 1, epoch=8))


def _give_to_a_neighbour(_history: History, rows: list[Row]) -> None:
    rows[0] = rows[0]._replace(answers=(("i1", "P2 i1 1"),))


def _make_up(_history: History, rows: list[Row]) -> None:
    rows.append(a_row("bb", 4))


def _garble(_history: History, rows: list[Row]) -> None:
    rows[0] = rows[0]._replace(answers=None)


def _let_an_old_answer_win(_history: History, rows: list[Row]) -> None:
    rows[0] = rows[0]._replace(epoch=9)


def _leave_waiting(history: History, _rows: list[Row]) -> None:
    history.unfinished = 1


def _show_anothers(history: History, _rows: list[Row]) -> None:
    history.broken.append("P1: got a reply of P2, session bb")


PLANTED: list[tuple[Callable[[History, list[Row]], None], str]] = [
    (_lose_the_last, "I1"),
    (_lose_one_in_between, "I1"),
    (_change_a_byte, "I1"),
    (_write_twice, "I3"),
    (_give_to_a_neighbour, "I8"),
    (_make_up, "I2"),
    (_garble, "I2"),
    (_let_an_old_answer_win, "I1"),
    (_leave_waiting, "I11"),
    (_show_anothers, "got a reply"),
]


@pytest.mark.parametrize(("plant", "invariant"), PLANTED)
def test_each_planted_defect_is_seen(plant: Callable[[History, list[Row]], None], invariant: str) -> None:
    """A checker that has never failed is no evidence."""
    history, rows = a_day()
    plant(history, rows)
    assert any(invariant in problem for problem in judged(history, rows).problems)


def test_a_receipt_without_an_end_is_seen() -> None:
    """Who has a receipt has handed in."""
    history, rows = a_day()
    verdict = check(history, Held(rows, dict.fromkeys(NAMES, "running"), None), is_forgetful=False)
    assert [problem[:3] for problem in verdict.problems] == ["I6:", "I6:"]


def test_a_broken_audit_chain_is_seen() -> None:
    """The archive's own evidence counts too."""
    history, rows = a_day()
    verdict = check(history, Held(rows, dict.fromkeys(NAMES, "submitted"), 5), is_forgetful=False)
    assert verdict.problems == ["I9: the audit log is broken at line 5"]


def test_where_redis_forgot_a_later_answer_stands_for_an_earlier_one() -> None:
    """The batch is gone, the answer was replaced: nothing that counts is lost."""
    history, rows = a_day()
    del rows[1]
    assert judged(history, rows, is_forgetful=True).lost == 0


def test_where_redis_forgot_the_newest_answer_must_be_there() -> None:
    """Nothing came after it: it is lost, twice over, since the page still shows it."""
    history, rows = a_day()
    del rows[2]
    assert judged(history, rows, is_forgetful=True).lost == 2


def test_what_was_sealed_has_no_excuse() -> None:
    """A device that has lost its seat sends nothing again, but what the archive had must be there."""
    history, rows = a_day()
    del rows[2]
    history.endings.clear()
    key = next(key for key in history.told if key[:2] == ("aa", 3))
    history.excused.add(key)
    assert judged(history, rows, is_forgetful=True)[:5] == (0, 0, 0, 0, 1)
    history.sealed.add(key)
    assert judged(history, rows, is_forgetful=True).problems[0].startswith("I7: sealed")
