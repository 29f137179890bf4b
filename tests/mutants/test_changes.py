"""The mistakes that `make mutants` makes: each once, each one that can be made."""

from __future__ import annotations

import pytest

from tests.mutants.changes import mutants


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("late = now > until", {"late = now >= until", "late = now <= until"}),
        ("left = end - now", {"left = end + now"}),
        ("ok = a and b", {"ok = a or b", "ok = b", "ok = a"}),
        ("gone = not there", {"gone = there"}),
        ("seal(n, full=True)", {"pass", "seal(n, full=False)", "seal(n)"}),
        ("box['top'] = top", {"pass", "box['topXX'] = top"}),
        ("new = max(a, b)", {"new = min(a, b)"}),
        ("next_ = Status.CLOSED", {"next_ = Status.READY"}),
        ("rules = {a: b, c: d}", {"rules = {c: d}", "rules = {a: b}"}),
        ("due = [s for s in found if s]", {"due = [s for s in found]"}),
        ("short = digest[:k]", {"short = digest[:]"}),
    ],
)
def test_each_small_mistake_is_made_once(source: str, changed: set[str]) -> None:
    """Whatever the line says, it is said wrongly in every way that a hand might slip."""
    assert {mutant.source for mutant in mutants(source)} == changed


def test_what_is_only_said_to_readers_stays_as_it_is() -> None:
    """Docstrings, annotations, imports: no test could see a mistake there."""
    assert mutants('"""A truth."""\nfrom a import b\ndef f(n: int = b) -> "c":\n    """Another."""') == []


def test_a_condition_goes_either_way() -> None:
    """Both of its branches are taken for the other."""
    found = {mutant.what for mutant in mutants("if a:\n    b = c")}
    assert found == {"always True", "always False"}
