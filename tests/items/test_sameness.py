"""Sameness: compilations of one package show the same; whatever a pupil could notice makes them differ."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from items.compile import compile_form
from items.package import read_package
from items.sameness import Compiled, differences

CONTENT = Path(__file__).parents[2] / "items" / "content"


def compiled(package: Path, seed: bytes) -> Compiled:
    form = compile_form(read_package(package), seed=seed)
    return Compiled(form.content, form.schema, form.key)


@pytest.mark.parametrize(
    "form", ["maths-6e", "francais-6e", "../../tests/forms/attempts", "../../tests/forms/places"]
)
def test_other_draws_of_one_package_are_the_same(form: str) -> None:
    """Opaque names and drawn orders are no difference, in any kind of interaction."""
    assert differences(compiled(CONTENT / form, b"one"), compiled(CONTENT / form, b"two")) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("items/MA-6-001.xml", "<qti-value>forty-thousand<", "<qti-value>four-thousand<", None),
        ("items/MA-6-006.xml", 'mapped-value="1"', 'mapped-value="2"', None),
        ("items/MA-6-001.xml", 'title="Lire', 'title="Écrire', None),
        ("items/MA-6-006.xml", 'max-choices="0"', 'max-choices="2"', "MA-6-006: its responses"),
        ("items/MA-6-001.xml", "trois", "quatre", "MA-6-001: pupils see something else"),
        ("media/part-1.svg", "<svg ", '<svg opacity="0.5" ', "MA-6-006: pupils see something else"),
        ("test.xml", "dure 45 minutes", "dure une heure", "title, language, instructions or sections"),
        ("test.xml", 'identifier="MA-6-003"', 'identifier="MA-6-03B"', "adds MA-6-03B"),
    ],
)
def test_what_a_pupil_could_notice_is_a_difference(
    tmp_path: Path, file: str, old: str, new: str, reason: str | None
) -> None:
    """Keys, mappings and titles of items are not seen by pupils; texts, pictures, limits are."""
    package = Path(shutil.copytree(CONTENT / "maths-6e", tmp_path / "form"))
    path = package / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    found = differences(compiled(CONTENT / "maths-6e", b"one"), compiled(package, b"two"))

    assert bool(found) == (reason is not None)
    assert reason is None or any(re.search(re.escape(reason), one) for one in found)


ATTEMPTS = Path(__file__).parents[1] / "forms" / "attempts"


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("VAR-001", '<qti-random-integer min="3"', '<qti-random-integer min="2"', "drawn in another way"),
        ("VAR-001", "<qti-product>", "<qti-sum>", "drawn in another way"),
        ("VAR-002", 'double"><qti-printed-variable identifier="DOUBLE"', None, "pupils see something else"),
        ("ESS-001", "<qti-value>lyon<", "<qti-value>macon<", None),
        ("ESS-001", "Bravo, tu connais", "Bravo, tu sais", None),
    ],
)
def test_what_a_variant_shows_is_compared_too(
    tmp_path: Path, file: str, old: str, new: str | None, reason: str | None
) -> None:
    """Values that were printed must be those that are scored; feedback of the past may be corrected."""
    package = Path(shutil.copytree(ATTEMPTS, tmp_path / "form"))
    path = package / "items" / f"{file}.xml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new if new is not None else old.replace("DOUBLE", "DEUX"))
    path.write_text(changed.replace("</qti-product>", "</qti-sum>") if "sum" in (new or "") else changed)
    found = differences(compiled(ATTEMPTS, b"one"), compiled(package, b"one"))
    assert [reason in one for one in found] == [True] if reason else found == []
