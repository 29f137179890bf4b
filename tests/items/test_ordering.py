"""Each pupil's order follows from the session's seed; what is fixed stays."""

from __future__ import annotations

from collections import Counter
from typing import Any

from items.draws import LETTERS, Draws
from items.ordering import order_for, shuffled


def _structure(shuffle: bool = True) -> list[dict[str, Any]]:
    def item(number: int, fixed: bool) -> dict[str, Any]:
        rows, columns = [["aaaa", False], ["bbbb", False]], [["cccc", False], ["dddd", True], ["eeee", False]]
        return {"item": f"i{number}", "fixed": fixed, "choices": {"r1": [rows, columns]}}

    items = [item(number, number == 3) for number in range(1, 6)]
    return [
        {"section": "s1", "shuffle": shuffle, "items": items},
        {"section": "s2", "shuffle": False, "items": []},
    ]


def test_the_same_seed_gives_the_same_order() -> None:
    """A second seat, and a fail-over, show the pupil what was there before."""
    assert order_for(_structure(), b"anna") == order_for(_structure(), b"anna")
    assert order_for(_structure(), b"anna") != order_for(_structure(), b"bob")


def test_the_order_of_a_seed_never_changes() -> None:
    """Written down once: an upgrade in the middle of a day must not turn anybody's test round."""
    order = order_for(_structure(), b"anna")
    assert [entry["item"] for entry in order[0]["items"]] == ["i1", "i2", "i3", "i5", "i4"]
    assert order[0]["items"][0]["choices"] == {"r1": ["bbbb", "aaaa", "cccc", "dddd", "eeee"]}


def test_sections_keep_their_place_and_fixed_items_theirs() -> None:
    """Whatever the seed."""
    for number in range(50):
        order = order_for(_structure(), bytes([number]))
        assert [section["section"] for section in order] == ["s1", "s2"]
        items = [entry["item"] for entry in order[0]["items"]]
        assert items[2] == "i3"
        assert sorted(items) == ["i1", "i2", "i3", "i4", "i5"]


def test_items_stay_where_the_section_does_not_shuffle() -> None:
    """Choices are shuffled all the same."""
    orders = [order_for(_structure(shuffle=False), bytes([number])) for number in range(50)]
    assert {tuple(entry["item"] for entry in order[0]["items"]) for order in orders} == {
        ("i1", "i2", "i3", "i4", "i5")
    }
    assert len({str(order) for order in orders}) > 1


def test_rows_and_columns_never_change_sides() -> None:
    """One list a response, the rows first; the fixed column in its place."""
    for number in range(50):
        for entry in order_for(_structure(), bytes([number]))[0]["items"]:
            names = entry["choices"]["r1"]
            assert set(names[:2]) == {"aaaa", "bbbb"}
            assert names[3] == "dddd"


def test_every_order_is_as_likely_as_another() -> None:
    """Six orders of three; four standard deviations of leeway, the same draws each time."""
    draws = Draws(b"seed", "test")
    found = Counter("".join(shuffled("abc", [False] * 3, draws)) for _ in range(6_000))
    assert len(found) == 6
    assert all(abs(count - 1_000) < 4 * (6_000 * 5 / 36) ** 0.5 for count in found.values())


def test_streams_of_one_seed_are_kept_apart() -> None:
    """An item's names do not change when another item is added."""
    first, second = (
        [Draws(b"seed", label).below(1_000) for _ in range(1)] for label in ("item i1", "item i2")
    )
    assert first != second


def test_draws_go_on_beyond_one_block() -> None:
    """A form of a thousand choices needs more than one hash."""
    draws = Draws(b"seed", "long")
    drawn = [draws.below(1 << 32) for _ in range(2_000)]
    assert len(set(drawn)) == 2_000


def test_a_name_is_given_once() -> None:
    """Two choices of an item never share one."""
    draws, taken = Draws(b"seed", "names"), {"".join(LETTERS[:4])}
    names = [draws.identifier(taken) for _ in range(3_000)]
    assert len(set(names)) == 3_000
    assert len(taken) == 3_001
