"""Published results: groups by the authority's thresholds, and figures that tell of nobody."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from engine.archive import Conflict
from engine.published.disclosure import MIN_CELL, disclosed
from engine.published.mastery import read_mastery
from engine.published.national import National
from engine.published.publication import Publication, Publications
from engine.published.pupils import Domains, Mark

GROUPS = [
    {"id": "needs", "fr": "À besoins", "en": "Needs support"},
    {"id": "fragile", "fr": "Fragile", "en": "Fragile"},
    {"id": "secure", "fr": "Satisfaisant", "en": "Secure"},
]
THRESHOLDS: dict[str, Any] = {"groups": GROUPS, "bounds": [0.4, 0.7], "domains": {"calcul": [0.5, 0.9]}}


def test_a_share_falls_into_the_group_whose_bound_it_reaches() -> None:
    """A domain may have bounds of its own; ten times a tenth is all of it."""
    mastery = read_mastery(THRESHOLDS)
    assert [mastery.group("", share) for share in (0.0, 0.39, 0.4, 0.69, 0.7, 1.0)] == [0, 0, 1, 1, 2, 2]
    assert [mastery.group("calcul", share) for share in (0.4, 0.5, sum([0.1] * 9))] == [0, 1, 2]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"bounds": [0.7, 0.4]}, "must rise"),
        ({"bounds": [0.4]}, "2 shares"),
        ({"bounds": [0.4, 1.4]}, "up to 1"),
        ({"domains": {"calcul": [0.5, 0.5]}}, "the bounds of calcul must rise"),
        ({"domains": []}, "is an object"),
        ({"groups": GROUPS[:1]}, "two to"),
        ({"groups": [GROUPS[0], GROUPS[0], GROUPS[1]]}, "an id of its own"),
        ({"groups": [*GROUPS[:2], {"id": "x"}]}, "each with id, fr and en"),
        ({"more": 1}, "thresholds are an object"),
    ],
)
def test_thresholds_that_are_none_are_refused_by_what_is_wrong(changed: dict[str, Any], why: str) -> None:
    """Before anything is published."""
    with pytest.raises(Conflict, match=why):
        read_mastery(THRESHOLDS | changed)


def test_a_domain_has_the_points_of_its_items_and_no_group_while_one_waits_for_a_marker() -> None:
    """Nobody is told a group that a person's marks may change."""
    domains = Domains({"i1": "calcul", "i2": "espace", "i3": "calcul"}, read_mastery(THRESHOLDS))
    items: list[dict[str, Any]] = [
        {"item": "i1", "score": 1.0, "max": 1.0, "marking": False},
        {"item": "i2", "score": None, "max": 3.0, "marking": True},
        {"item": "i3", "score": 0.0, "max": 1.0, "marking": False},
    ]
    assert domains.names == ("calcul", "espace")
    assert domains.marks(items) == [Mark(1.0, 5.0, None), Mark(1.0, 2.0, 1), Mark(0.0, 3.0, None)]


def test_no_hidden_cell_can_be_found_by_subtraction() -> None:
    """A thousand tables: no line leaves out one cell alone, or too few pupils together."""
    chance = random.Random(3)
    for _ in range(1_000):
        height, width = chance.randrange(1, 5), chance.randrange(2, 5)
        table = [[chance.choice([0, 1, 3, 8, 11, 40, 200]) for _ in range(width)] for _ in range(height)]
        shown = disclosed(table)
        rows = list(zip(table, shown, strict=True))
        columns = [([row[c] for row in table], [row[c] for row in shown]) for c in range(width)]
        for counts, cells in rows + (columns if height > 1 else []):
            hidden = [count for count, cell in zip(counts, cells, strict=True) if cell is None]
            assert not any(0 < cell < MIN_CELL for cell in cells if cell is not None)
            assert len(hidden) != 1 or len(counts) == 1
            assert not hidden or sum(hidden) >= MIN_CELL or len(hidden) == len(counts)


def test_what_tells_of_nobody_is_shown() -> None:
    """Large cells and empty ones; beside a small cell the smallest other one goes, and no more."""
    assert disclosed([[200, 40, 0]]) == [[200, 40, 0]]
    assert disclosed([[200, 40, 3]]) == [[200, None, None]]
    assert disclosed([[200, 0, 3]]) == [[None, 0, None]]


def test_national_figures_of_few_are_none_at_all() -> None:
    """Ten pupils have no mean; eleven have one."""
    national = National(rows=1, groups=3)
    for _ in range(MIN_CELL - 1):
        national.add([Mark(1, 2, 1)])
    assert national.to_json()["rows"] == [{"counted": None, "mean": None, "groups": [None] * 3}]
    national.add([Mark(2, 2, 1)])
    found = national.to_json()
    assert (found["pupils"], found["rows"][0]["counted"], found["rows"][0]["groups"]) == (11, 11, [0, 11, 0])
    assert found["rows"][0]["mean"] == pytest.approx(6 / 11, abs=0.001)


def test_a_publication_is_open_between_its_dates_and_gone_when_withdrawn(tmp_path: Path) -> None:
    """From the first moment on, and no longer at the last."""
    publications = Publications(tmp_path)
    assert publications.get("nombres1") is None
    one = Publication("nombres1", 1, 1000, 2000, read_mastery(THRESHOLDS), None)
    publications.put(one)
    found = publications.get("nombres1")
    assert found == one
    assert [one.is_open(moment) for moment in (999, 1000, 1999, 2000)] == [False, True, True, False]
    with pytest.raises(Conflict, match="open before they close"):
        publications.put(one._replace(closes_ms=1000))
    publications.drop("nombres1")
    assert publications.get("nombres1") is None
    with pytest.raises(Conflict, match="is no delivery"):
        publications.get("../../etc")
