"""A cell of the keying grid: nothing that was typed goes away unseen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.keying.cells import EMPTY, MARKS_MAX, NOTHING, VALUE, Cell, CellFull, Mark, counted, put

DEVICES = ("aaaaaaaa", "bbbbbbbb", "cccccccc")


def mark(name: str, value: str = "1", kind: str = VALUE) -> Mark:
    return Mark(name, kind, value if kind == VALUE else "", "0" * 32, 0)


A1, A2, B1 = mark("aaaaaaaa-1", "1"), mark("aaaaaaaa-2", "2"), mark("bbbbbbbb-1", "3")


def test_who_has_seen_a_value_replaces_it() -> None:
    """And nobody else's."""
    assert put(put((), A1, ()), A2, (A1.id,)) == (A2,)
    assert put((A1, B1), A2, (A1.id,)) == (B1, A2)
    assert put((A1, B1), A2, (A1.id, B1.id)) == (A2,)


def test_two_who_do_not_know_of_each_other_both_stay_and_the_first_counts() -> None:
    """Until somebody who sees both decides."""
    cell = put(put((), A1, ()), B1, ())
    assert cell == (A1, B1)
    assert counted(cell) == A1


def test_the_same_value_twice_is_no_dispute() -> None:
    """Two people agree."""
    assert put((A1,), mark("bbbbbbbb-9", "1"), ()) == (A1,)


def test_a_copy_and_a_late_one_change_nothing() -> None:
    """A request that was repeated, or that the line held back behind a later one."""
    cell = put(put((), A1, ()), A2, (A1.id,))
    assert put(cell, A2, (A1.id,)) is cell
    assert put(cell, A1, ()) is cell


def test_an_erased_cell_is_empty_for_everybody_and_erases_no_colleague() -> None:
    """Erasing says nothing against a value that its keyer did not see."""
    erased = put((A1,), mark("aaaaaaaa-2", kind=EMPTY), (A1.id,))
    assert counted(erased) is None
    assert put(erased, A1, ()) is erased
    assert put(erased, B1, ()) == (B1,)
    assert put((B1,), mark("aaaaaaaa-3", kind=EMPTY), ()) == (B1,)


def test_a_cell_holds_so_many_values_and_says_when_it_is_full() -> None:
    """A bound, and nothing that stands is lost for it."""
    cell: Cell = ()
    for number in range(MARKS_MAX):
        cell = put(cell, mark(f"{number:08x}-1", str(number)), ())
    with pytest.raises(CellFull):
        put(cell, mark("ffffffff-1", "999"), ())
    assert put(cell, mark("ffffffff-1", kind=NOTHING), [one.id for one in cell])[0].kind == NOTHING


@given(st.lists(st.tuples(st.sampled_from(DEVICES), st.sampled_from("12345"), st.booleans()), max_size=24))
def test_no_value_goes_away_but_by_somebody_who_saw_it(typings: list[tuple[str, str, bool]]) -> None:
    """Whoever types in whatever order: at the end every value stands, or was named by what replaced it."""
    cell: Cell = ()
    replaced: set[str] = set()
    typed: dict[str, Mark] = {}
    for number, (device, value, has_seen) in enumerate(typings, 1):
        one = mark(f"{device}-{number}", value)
        seen = list(cell) if has_seen else []
        try:
            cell = put(cell, one, [each.id for each in seen])
        except CellFull:
            continue
        # Who saw a value saw it for all who had typed the same.
        replaced |= {name for name, other in typed.items() if any(other.says(each) for each in seen)}
        typed[one.id] = one
    standing = {one.value for one in cell}
    for name, one in typed.items():
        assert name in replaced or one.value in standing
