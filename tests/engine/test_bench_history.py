"""The benchmarks' memory: what was measured is kept, drawn, and held against another commit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.compare import compare, compared, verdict
from benchmarks.history import keep, lines
from benchmarks.measure import Skipped
from benchmarks.plot import plot
from benchmarks.questions import QUESTIONS

SVG = "{http://www.w3.org/2000/svg}"
FORM = next(question for question in QUESTIONS if question.name == "form_40_items_bytes")


def a_line(value: float, bench: str = "save_vs_noop", machine: str = "here", **more: Any) -> dict[str, Any]:
    return {
        **{"bench": bench, "value": value, "goal": 1.0, "spread": [value - 0.1, value + 0.1], "unit": "x"},
        **{"better": "higher", "reached": value >= 1, "machine": machine},
        **more,
    }


def test_what_was_measured_is_kept_and_what_was_skipped_is_not(tmp_path: Path) -> None:
    """One line each, with commit and moment, in the order in which they came."""
    file = tmp_path / "history"
    keep(a_line(0.7), "abc1234", file)
    keep({"bench": "player_first_item_bytes", "skipped": "no browser"}, "abc1234", file)
    keep(a_line(0.8, void=True, server_busy=0.9), "def5678", file)

    found = list(lines(file))
    assert [(line["commit"], line["value"]) for line in found] == [("abc1234", 0.7), ("def5678", 0.8)]
    assert found[1]["void"] is True
    assert all(line["when"] and "server_busy" not in line for line in found)


def test_a_broken_line_of_the_history_is_named(tmp_path: Path) -> None:
    """By file and number."""
    file = tmp_path / "history"
    file.write_text('{"bench": "a"}\nnot JSON\n')

    with pytest.raises(ValueError, match="line 2"):
        list(lines(file))


def test_the_picture_has_a_panel_for_each_question_of_this_machine(tmp_path: Path) -> None:
    """Well-formed, with a point for each value; void ones are hollow; other machines stay away."""
    file = tmp_path / "history"
    for line in (a_line(0.7), a_line(0.9, void=True), a_line(3.0, "score_us"), a_line(5, machine="there")):
        keep(line, "abc1234", file)

    drawn = ElementTree.fromstring(plot(lines(file), "here"))
    names = [text.text for text in drawn.iter(f"{SVG}text") if text.get("class") == "name"]
    points = [circle.get("class") for circle in drawn.iter(f"{SVG}circle")]
    assert names == ["save_vs_noop", "score_us"]
    assert sorted(filter(None, points)) == ["point", "point", "point void"]


@pytest.mark.parametrize(
    ("ours", "theirs", "better", "expected"),
    [
        ([1.0, 1.2], [1.1, 1.3], "higher", "same"),
        ([1.0, 1.2], [0.8, 0.9], "higher", "better"),
        ([1.0, 1.2], [0.8, 0.9], "lower", "worse"),
        ([1.0], [2.0], "lower", "better"),
    ],
)
def test_two_commits_differ_where_their_ranges_do_not_touch(
    ours: list[float], theirs: list[float], better: str, expected: str
) -> None:
    """Anything less is noise."""
    assert verdict(ours, theirs, better) == expected


def test_a_question_that_one_side_cannot_answer_is_not_compared() -> None:
    """The line says which."""
    found = compared(FORM, [a_line(1.0)], [{"bench": FORM.name, "skipped": "no such bench"}], "abc1234")

    assert found["skipped"] == "no such bench"


def test_another_commit_is_checked_out_measured_and_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HEAD against this tree: the same form, the same size, both in the history."""
    monkeypatch.setattr("benchmarks.compare.keep", lambda line, name: keep(line, name, tmp_path / "history"))
    (found,) = compare([FORM], "HEAD", rounds=1)

    assert len(found["ours"]) == len(found["theirs"]) == 1
    assert found["against"] in {line["commit"] for line in lines(tmp_path / "history")}
    assert len(json.dumps(found)) < 1000
    with pytest.raises(Skipped, match="no-such-commit"):
        list(compare([FORM], "no-such-commit", rounds=1))
