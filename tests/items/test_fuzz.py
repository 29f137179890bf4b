"""Whatever is done to an item or a package, it is taken or refused with reasons; nothing active comes out."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from items.compile import compile_form
from items.model import Form
from items.package import read_package
from items.problems import Problem, Refused
from tests.items.fuzz import a_damaged_item, a_damaged_package
from tests.items.given import SEED

ACTIVE = re.compile(
    r"<(?:script|iframe|object|embed|link|style|form|svg)\b|<[^>]*\s(?:on\w+|style|srcdoc|href|src)=", re.I
)
SHORT, LONG = 250, 10_000  # of each kind


def _try(path: Path, data: bytes) -> bool:
    """Whether it was taken; any other error than `Refused` is ours and fails the test."""
    path.write_bytes(data)
    problems, form = _compiled(path)
    assert (form is None) == bool(problems)
    assert all(problem.code and problem.message for problem in problems)
    if form is not None:
        _assert_inert(form)
    return form is not None


def _compiled(path: Path) -> tuple[tuple[Problem, ...], Form | None]:
    try:
        return (), compile_form(read_package(path), seed=SEED)
    except Refused as refused:
        return refused.problems, None


def _assert_inert(form: Form) -> None:
    for text in (*(item.html for item in form.content.items), *(one.html for one in form.content.stimuli)):
        assert not ACTIVE.search(text)
        assert "javascript:" not in re.sub(r">[^<]*<", "><", text)


def _fuzz(folder: Path, seeds: range) -> tuple[int, int]:
    """How many items and packages were taken: some must be, or the damage is too coarse to teach anything."""
    items = sum(_try(folder / "item.xml", a_damaged_item(Random(seed))) for seed in seeds)
    packages = sum(_try(folder / "package.zip", a_damaged_package(Random(seed))) for seed in seeds)
    return items, packages


def test_damaged_items_and_packages_are_taken_or_refused(tmp_path: Path) -> None:
    """A short run each time; the seed of a failure repeats it."""
    assert min(_fuzz(tmp_path, range(SHORT))) > SHORT // 50


@pytest.mark.long
def test_many_damaged_items_and_packages_are_taken_or_refused(tmp_path: Path) -> None:
    """The same, for as long as one likes."""
    assert min(_fuzz(tmp_path, range(SHORT, LONG))) > LONG // 50
