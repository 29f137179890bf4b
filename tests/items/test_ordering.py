"""What one pupil's test is made of follows from the session's seed; what is fixed stays."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from items.draws import LETTERS, Draws
from items.ordering import draw, is_shuffled, order_for, shuffled

Node = dict[str, Any]


def _item(number: int, **flags: Any) -> Node:
    rows, columns = [["aaaa", False], ["bbbb", False]], [["cccc", False], ["dddd", True], ["eeee", False]]
    return {"item": f"i{number}", "choices": {"r1": [rows, columns]}} | flags


def _section(name: str, *children: Node, **flags: Any) -> Node:
    return {"section": name, "children": list(children)} | flags


def _form(*sections: Node, **flags: Any) -> Node:
    return {"v": 2, "routed": False, "parts": [{"part": "t1", "children": list(sections)} | flags]}


def _structure(**flags: Any) -> Node:
    items = [_item(number, **({"fixed": True} if number == 3 else {})) for number in range(1, 6)]
    return _form(_section("s1", *items, **flags), _section("s2", _item(6)))


def _items(structure: Node, seed: bytes | int) -> list[str]:
    seed = bytes([seed]) if isinstance(seed, int) else seed
    return [place.item for place in draw(structure, seed)]


def test_the_same_seed_gives_the_same_order() -> None:
    """A second seat, and a fail-over, show the pupil what was there before."""
    structure = _structure(shuffle=True)
    assert order_for(structure, b"anna") == order_for(structure, b"anna")
    assert order_for(structure, b"anna") != order_for(structure, b"bob")


def test_the_order_of_a_seed_never_changes() -> None:
    """Written down once: an upgrade in the middle of a day must not turn anybody's test round."""
    order = order_for(_structure(shuffle=True), b"anna")
    assert [entry["item"] for entry in order[0]["items"]] == ["i1", "i2", "i3", "i5", "i4"]
    assert order[0]["items"][0]["choices"] == {"r1": ["bbbb", "aaaa", "eeee", "dddd", "cccc"]}


def test_sections_keep_their_place_and_fixed_items_theirs() -> None:
    """Whatever the seed."""
    for number in range(50):
        order = order_for(_structure(shuffle=True), bytes([number]))
        assert [(run["part"], run["section"]) for run in order] == [("t1", "s1"), ("t1", "s2")]
        items = [entry["item"] for entry in order[0]["items"]]
        assert items[2] == "i3"
        assert sorted(items) == ["i1", "i2", "i3", "i4", "i5"]


def test_items_stay_where_the_section_does_not_shuffle() -> None:
    """Choices are shuffled all the same."""
    orders = [order_for(_structure(), bytes([number])) for number in range(50)]
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


def test_choices_do_not_hang_on_what_else_was_drawn() -> None:
    """Neither on the selection of its neighbour nor on the way to it."""
    whole, less = _structure(), _form(_section("s2", _item(6)))
    assert order_for(whole, b"x")[-1]["items"] == order_for(less, b"x")[-1]["items"]


FLAGS = st.tuples(st.booleans(), st.booleans())


@given(st.lists(FLAGS, min_size=1, max_size=8), st.data(), st.binary(min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_a_selection_has_its_size_its_required_items_and_no_repeats(
    flags: list[tuple[bool, bool]], data: st.DataObject, seed: bytes
) -> None:
    """Without replacement, whatever is shuffled; what is fixed stands where it stood among the selected."""
    least = sum(required for _, required in flags)
    select = data.draw(st.integers(least, len(flags)))
    items = [_item(n, fixed=fixed, required=required) for n, (fixed, required) in enumerate(flags)]
    straight = _items(_form(_section("s1", *items, select=select)), seed)
    mixed = _items(_form(_section("s1", *items, select=select, shuffle=True)), seed)
    assert straight == sorted(straight, key=lambda item: int(item[1:]))
    assert sorted(straight) == sorted(mixed)
    assert len(set(straight)) == select
    assert {f"i{n}" for n, (_, required) in enumerate(flags) if required} <= set(straight)
    for place, item in enumerate(straight):
        if flags[int(item[1:])][0]:
            assert mixed[place] == item


@given(st.integers(0, 8), st.lists(st.booleans(), min_size=1, max_size=4), st.binary(min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_with_replacement_copies_are_drawn_one_after_another(
    select: int, required: list[bool], seed: bytes
) -> None:
    """Each drawing is an item of its own, so no name comes twice; a required item comes at least once."""
    select = max(select, sum(required))
    children = [
        {"copies": [_item(10 * n + copy) for copy in range(1, select + 1)], "required": is_required}
        for n, is_required in enumerate(required, 1)
    ]
    drawn = _items(_form(_section("s1", *children, select=select)), seed)
    assert len(drawn) == len(set(drawn)) == select
    numbers = [divmod(int(item[1:]), 10) for item in drawn]
    assert numbers == sorted(numbers)
    for n, is_required in enumerate(required, 1):
        copies = [copy for item, copy in numbers if item == n]
        assert copies == list(range(1, len(copies) + 1))
        assert not is_required or copies


def test_sections_are_shuffled_as_blocks_and_mixed_ones_item_by_item() -> None:
    """What is visible or kept stays together; what is neither falls apart; what is fixed stays."""
    kept = _section("s2", _item(1), _item(2))
    loose = _section("s3", _item(3), _item(4), mixed=True)
    last = _section("s4", _item(5), _item(6), mixed=True, fixed=True)
    structure = _form(_section("s1", kept, loose, _item(7), last, shuffle=True))
    orders = {tuple(_items(structure, number)) for number in range(120)}
    assert all(order.index("i2") == order.index("i1") + 1 for order in orders)
    assert all(order[-2:] == ("i5", "i6") for order in orders)
    assert any(abs(order.index("i3") - order.index("i4")) > 1 for order in orders)
    assert any(order.index("i4") < order.index("i3") for order in orders)
    assert len({order.index("i7") for order in orders}) > 2


def test_a_section_that_does_not_shuffle_keeps_even_loose_sections_in_place() -> None:
    """Only shuffling mixes; the loose section's own ordering holds inside it."""
    loose = _section("s2", _item(2), _item(3), _item(4), mixed=True, shuffle=True)
    orders = {tuple(_items(_form(_section("s1", _item(1), loose, _item(5))), n)) for n in range(60)}
    assert all((order[0], order[-1]) == ("i1", "i5") for order in orders)
    assert len(orders) == 6


def test_whole_sections_can_be_selected() -> None:
    """Two of three modules, each complete."""
    modules = [_section(f"s{n}", _item(10 * n), _item(10 * n + 1)) for n in (2, 3, 4)]
    found = {tuple(_items(_form(_section("s1", *modules, select=2)), n)) for n in range(60)}
    assert found == {
        ("i20", "i21", "i30", "i31"),
        ("i20", "i21", "i40", "i41"),
        ("i30", "i31", "i40", "i41"),
    }


def test_it_is_known_whether_sessions_differ() -> None:
    """Because something is shuffled or selected, however deep."""
    assert not is_shuffled(_structure())
    assert is_shuffled(_structure(shuffle=True))
    assert is_shuffled(_form(_section("s1", _section("s2", _item(1), select=1))))


def test_every_selection_is_as_likely_as_another() -> None:
    """Ten choices of two out of five; four standard deviations of leeway, the same draws each time."""
    structure = _form(_section("s1", *map(_item, range(5)), select=2))
    found = Counter(tuple(_items(structure, n.to_bytes(2, "big"))) for n in range(4_000))
    assert len(found) == 10
    assert all(abs(count - 400) < 4 * (4_000 * 0.09) ** 0.5 for count in found.values())


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
