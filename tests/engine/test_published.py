"""Published results: groups by the authority's thresholds, and figures that tell of nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.archive import Conflict
from engine.published.mastery import read_mastery
from engine.published.national import National
from engine.published.publication import Publication, Publications
from engine.published.pupils import Domains, Mark
from engine.results.disclosure import LEAST

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


def test_national_figures_of_few_are_none_at_all() -> None:
    """Ten pupils have no mean; eleven have one, and small groups are left out with what would tell them."""
    national = National(rows=1, groups=3)
    for _ in range(LEAST - 1):
        national.add([Mark(1, 2, 1)])
    assert national.to_json()["rows"] == [{"counted": None, "mean": None, "groups": [None] * 3}]
    national.add([Mark(2, 2, 2)])
    (row,) = national.to_json()["rows"]
    assert (row["counted"], row["groups"]) == (11, [None] * 3)
    assert row["mean"] == pytest.approx(6 / 11, abs=0.001)
    for group in (0, 1, 2) * 20:
        national.add([Mark(1, 2, group)])
    assert national.to_json()["rows"][0]["groups"] == [20, 30, 21]


def country(whole: int, first: int, second: int, present: int, away: int) -> dict[str, Any]:
    """National figures of a test of two domains: how many sat it whole, one domain alone, neither whole."""
    national = National(rows=3, groups=3)
    sat, missed, never = Mark(1, 2, 1), Mark(1, 2, None, 1), Mark(0, 0, None, 2)
    for count, marks in (
        (whole, (sat, sat, sat)),
        (first, (missed, sat, missed)),
        (second, (missed, missed, sat)),
        (present, (missed, missed, missed)),
        (away, (never, never, never)),
    ):
        for _ in range(count):
            national.add(marks)
    return national.to_json()


def test_national_totals_that_differ_by_few_are_not_told_beside_each_other() -> None:
    """Three who missed a domain would stand between two totals; what is large stays."""
    told = country(whole=40, first=3, second=20, present=0, away=2)
    whole, first, second = told["rows"]
    assert (whole["counted"], first["counted"], second["counted"]) == (40, None, 60)
    assert (first["groups"], first["mean"]) == ([None] * 3, 0.5)
    assert told["pupils"] is None
    assert country(whole=40, first=3, second=20, present=12, away=2)["pupils"] == 75
    assert country(whole=40, first=0, second=0, present=4, away=0)["pupils"] is None
    assert country(whole=40, first=0, second=0, present=0, away=4)["pupils"] == 40


@given(st.tuples(*[st.integers(0, 30)] * 5))
def test_no_small_group_follows_from_two_national_totals(counts: tuple[int, int, int, int, int]) -> None:
    """Of the pupils and of each row, of the whole test and of each domain."""
    told = country(*counts)
    totals = [row["counted"] for row in told["rows"]]
    pairs = [(told["pupils"], total) for total in totals] + [(totals[0], total) for total in totals[1:]]
    differences = [abs(one - other) for one, other in pairs if one is not None and other is not None]
    assert [count for count in differences if 0 < count < LEAST] == []


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
