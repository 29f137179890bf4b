"""Which answers count in a test that leads only forward, has times of its parts, or follows a route."""

from __future__ import annotations

import itertools
from typing import Any

import orjson

from engine.counting import Held, OpenBatch, Rule
from engine.courses import SessionCourse, Signed
from engine.judging import Judged, judge_session
from engine.turns import Times
from items.course import Course
from items.routing import Step

BEGIN_MS = 1_700_000_000_000
DEADLINE_MS = BEGIN_MS + 3_600_000
MINUTE_MS = 60_000
RULE = Rule(DEADLINE_MS, 10_000)
TRUSTING = RULE._replace(count_self_attested=True)
TIMES = Times(BEGIN_MS)

Node = dict[str, Any]


def a_form(*parts: tuple[int, Node], limits: dict[str, Node] | None = None) -> Course:
    """Parts of so many items, numbered through, each part with one section."""
    built, item = [], 0
    for number, (count, flags) in enumerate(parts, 1):
        items = [_limited(f"i{item + place}", limits, choices={}) for place in range(1, count + 1)]
        item += count
        section = _limited(f"s{number}", limits, children=items)
        built.append(_limited(f"t{number}", limits, children=[section]) | flags)
    return Course({"v": 2, "routed": False, "parts": built})


def _limited(name: str, limits: dict[str, Node] | None, **more: Any) -> Node:
    kind = {"i": "item", "s": "section", "t": "part"}[name[0]]
    found = (limits or {}).get(name)
    return {kind: name, **more} | ({"limits": found} if found else {})


LINEAR: Node = {"linear": True}
FREE: Node = {}


def a_session(course: Course, sid: bytes = bytes(16)) -> SessionCourse:
    return SessionCourse(course, sid, key=bytes(32), content_key=bytes(32))


def batch(
    n: int, at_min: float, answers: dict[str, Any], *, age_min: float = 0, epoch: int = 1, **more: Any
) -> OpenBatch:
    """A batch received so many minutes after the start; `answers` by item."""
    entries = [
        {"item": item, "response": {"r1": value}, "elapsed_ms": 1000, "age_ms": round(age_min * MINUTE_MS)}
        for item, value in answers.items()
    ]
    body = orjson.dumps({"n": n, "answers": entries, **more})
    return OpenBatch(epoch, n, BEGIN_MS + round(at_min * MINUTE_MS), "", body)


def judged(course: Course, *batches: OpenBatch, rule: Rule = RULE, times: Times = TIMES) -> Judged:
    return judge_session(a_session(course), batches, rule, times)


def counted(found: Judged) -> dict[str, Any]:
    return {item: held.counted.response["r1"] for item, held in found.held.items() if held.counted}


def classes(found: Judged) -> dict[str, str]:
    """How what does not count was classed."""
    return {item: held.uncounted.late for item, held in found.held.items() if held.uncounted}


def test_in_a_linear_part_nobody_goes_back() -> None:
    """An answer to an item that was left is kept, and does not replace the one that stood."""
    found = judged(
        a_form((3, LINEAR)),
        batch(1, 1, {"i1": "a"}),
        batch(2, 2, {"i2": "b"}),
        batch(3, 3, {"i1": "changed"}),
    )
    assert counted(found) == {"i1": "a", "i2": "b"}
    assert classes(found) == {"i1": "out_of_turn"}


def test_an_item_that_was_passed_unanswered_stays_unanswered() -> None:
    """Looking at a later item is enough to have left the ones before."""
    found = judged(a_form((3, LINEAR)), batch(1, 1, {}, at="i3"), batch(2, 2, {"i2": "b", "i3": "c"}))
    assert counted(found) == {"i3": "c"}
    assert classes(found) == {"i2": "out_of_turn"}


def test_what_a_device_sends_together_or_again_is_in_its_turn() -> None:
    """Several answers of one batch, and all that it knows when a batch went missing."""
    full = batch(3, 5, {"i1": "a", "i2": "b", "i3": "c"}, full=True)
    found = judged(a_form((3, LINEAR)), batch(1, 1, {"i1": "a", "i2": "b"}, at="i3"), full)
    assert counted(found) == {"i1": "a", "i2": "b", "i3": "c"}
    assert classes(found) == {}


def test_a_part_that_was_left_is_closed() -> None:
    """Inside a nonlinear part pupils go where they like; behind them it closes."""
    form = a_form((2, FREE), (1, FREE))
    found = judged(
        form,
        batch(1, 1, {"i2": "b"}),
        batch(2, 2, {"i1": "a"}),
        batch(3, 3, {"i3": "c"}),
        batch(4, 4, {"i1": "changed"}),
    )
    assert counted(found) == {"i1": "a", "i2": "b", "i3": "c"}
    assert classes(found) == {"i1": "out_of_turn"}


def test_any_copy_of_the_batches_in_any_order_gives_the_same() -> None:
    """P1: repeated, turned round, doubled."""
    batches = [
        batch(1, 1, {"i1": "a"}, at="i2"),
        batch(2, 2, {"i2": "b", "i3": "c"}),
        batch(3, 3, {"i1": "x", "i3": "d"}),
    ]
    form = a_form((3, LINEAR))
    first = judged(form, *batches)
    for order in itertools.permutations([*batches, batches[1]]):
        assert judged(form, *order) == first


def test_answers_after_the_time_of_a_part_are_classed_not_lost() -> None:
    """The first stretch begins with the session; grace is that of the delivery."""
    form = a_form((2, FREE), (1, FREE), limits={"t1": {"max_ms": 5 * MINUTE_MS}})
    found = judged(form, batch(1, 5.1, {"i1": "in time"}), batch(2, 6, {"i1": "later", "i2": "b"}))
    assert counted(found) == {"i1": "in time"}
    assert classes(found) == {"i1": "after", "i2": "after"}
    assert judged(form, batch(1, 9, {"i1": "a"}, age_min=6), rule=TRUSTING).held["i1"].counted
    assert classes(judged(form, batch(1, 9, {"i1": "a"}, age_min=6))) == {"i1": "self_attested"}


def test_late_submission_may_be_allowed() -> None:
    """Then the time is shown, and counts nothing out."""
    form = a_form((1, FREE), limits={"t1": {"max_ms": MINUTE_MS, "late": True}})
    assert counted(judged(form, batch(1, 9, {"i1": "a"}))) == {"i1": "a"}


def test_a_time_begins_when_the_server_led_there() -> None:
    """Whatever the device says; where the server was away, its word, and at the latest its first answer."""
    form = a_form((1, FREE), (1, FREE), limits={"s2": {"max_ms": 2 * MINUTE_MS}})
    session = a_session(form)
    step = session.sign(Step("i1", "i2"), BEGIN_MS + 10 * MINUTE_MS)
    claim = {"s2": [BEGIN_MS + 14 * MINUTE_MS, DEADLINE_MS]}
    signed = batch(1, 15, {"i2": "b"}, route=[step.text], entered=claim)
    assert classes(judged(form, signed)) == {"i2": "after"}
    assert counted(judged(form, batch(1, 15, {"i2": "b"}, entered=claim))) == {"i2": "b"}
    evidence = [batch(1, 11, {"i2": "a"}), batch(2, 15, {"i2": "b"}, entered=claim)]
    assert counted(judged(form, *evidence)) == {"i2": "a"}


def test_pauses_and_extensions_move_the_end_of_what_had_begun() -> None:
    """By as much as they moved the end of the test, and only when they came after it had begun."""
    form = a_form((1, FREE), limits={"t1": {"max_ms": MINUTE_MS}})
    late = batch(1, 5, {"i1": "a"})
    moved = Times(BEGIN_MS, [(BEGIN_MS, DEADLINE_MS), (BEGIN_MS + 30_000, DEADLINE_MS + 4 * MINUTE_MS)])
    assert counted(judged(form, late, times=moved)) == {"i1": "a"}
    assert classes(judged(form, late)) == {"i1": "after"}


def test_more_time_for_a_pupil_is_more_time_for_each_part() -> None:
    """A third more of the test is a third more of its parts."""
    form = a_form((1, FREE), limits={"i1": {"max_ms": 3 * MINUTE_MS}})
    batches = batch(1, 3.9, {"i1": "a"})
    assert classes(judged(form, batches)) == {"i1": "after"}
    assert counted(judged(form, batches, times=Times(BEGIN_MS, (), 1333))) == {"i1": "a"}


def test_a_batch_that_waited_for_the_network_tells_when_it_froze() -> None:
    """Its ages cannot change any more; its device wrote down the moment."""
    form = a_form((1, FREE), limits={"t1": {"max_ms": MINUTE_MS}})
    waited = batch(1, 30, {"i1": "a"}, age_min=0.1, frozen_ms=BEGIN_MS + 40_000)
    assert classes(judged(form, waited)) == {"i1": "self_attested"}
    assert counted(judged(form, waited, rule=TRUSTING)) == {"i1": "a"}


def test_an_outage_of_ours_corroborates_there_as_well() -> None:
    """It could not have come in time."""
    form = a_form((1, FREE), limits={"t1": {"max_ms": MINUTE_MS}})
    rule = RULE._replace(outages=[(BEGIN_MS + 30_000, BEGIN_MS + 4 * MINUTE_MS)])
    found = judged(form, batch(1, 5, {"i1": "a"}, age_min=4.5), rule=rule)
    assert found.held["i1"].counted is not None
    assert found.held["i1"].counted.late == "corroborated"


def test_a_step_holds_only_as_the_server_signed_it_for_this_session() -> None:
    """Another session's, a changed one, an old shape, too many: none."""
    form = a_form((3, FREE))
    session, other = a_session(form), a_session(form, b"x" * 16)
    signed: Signed = session.sign(Step("i1", "i3"), BEGIN_MS)
    assert session.read([signed.text]) == [signed]
    assert other.read([signed.text]) == []
    assert session.read([signed.text.replace("i3", "i2"), "i1>i3", 7, None, "x" * 500]) == []
    assert session.read("i1>i3") == session.read(None) == []
    assert len(session.read([signed.text] * 500)) == 1
    second = session.sign(Step("i1", "i2"), BEGIN_MS + 1)
    assert session.read([signed.text, second.text]) == [signed]


def test_items_that_are_not_in_the_test_of_this_session_never_count() -> None:
    """They are kept apart, as evidence."""
    structure = {
        "v": 2,
        "routed": False,
        "parts": [
            {
                "part": "t1",
                "children": [
                    {
                        "section": "s1",
                        "select": 1,
                        "children": [{"item": f"i{n}", "choices": {}} for n in (1, 2)],
                    }
                ],
            }
        ],
    }
    course = Course(structure)
    (drawn,) = [place.item for place in a_session(course).places]
    stray = "i1" if drawn == "i2" else "i2"
    found = judged(course, batch(1, 1, {drawn: "a", stray: "b"}))
    assert found.items == [drawn]
    assert found.held[stray] == Held(None, found.held[stray].uncounted)
    assert classes(found) == {stray: "off_route"}


def test_strange_words_of_a_hostile_device_are_passed_over() -> None:
    """Nothing in a batch can make the scorer fall over."""
    form = a_form((2, LINEAR), limits={"t1": {"max_ms": MINUTE_MS}})
    strange: Any
    for strange in (7, "x", None, [], {"t1": 7}, {"t1": ["a", "b"]}, {"t1": [True, 1]}, {"i9": [-1, 5]}):
        more: dict[str, Any] = {"entered": strange, "route": strange, "frozen_ms": strange, "at": strange}
        found = judged(form, batch(1, 0.5, {"i1": "a"}, **more))
        assert counted(found) == {"i1": "a"}
