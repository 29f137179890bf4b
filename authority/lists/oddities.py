"""What looks odd in a school's lists: shown to the head, who alone knows whether it is right.

Nothing here is refused: twins have the same birth date and family name, a class of 40 exists, and so does a
pupil of thirteen in sixième. But a list that says so by mistake is found before its sheets are printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from authority.lists.entries import folded
from authority.register.values import Class, Pupil

LARGE = 35
SMALL = 5
YEARS_OFF = 1
"""A year older or younger is usual; past that, it is worth a look."""


class Oddity(NamedTuple):
    """One thing to look at. `pupils` are ids, `number` belongs into the sentence."""

    kind: str
    class_id: str
    pupils: tuple[str, ...] = ()
    number: int = 0


def oddities(classes: Sequence[Class], pupils: Sequence[Pupil], birth_year: int, today: date) -> list[Oddity]:
    """All of a school's, class by class; the gravest first."""
    members: dict[str, list[Pupil]] = defaultdict(list)
    for pupil in pupils:
        members[pupil.class_id].append(pupil)
    found = [*_twice(pupils), *_same_number(pupils)]
    for one in classes:
        found += _sizes(one, len(members[one.id]))
        usual_year = _usual_year(members[one.id], birth_year)
        if usual_year != birth_year:
            found.append(Oddity("other_year", one.id, number=usual_year))
        for pupil in members[one.id]:
            found += _births(pupil, usual_year, today)
            if len(folded(pupil.first)) < 2 or len(folded(pupil.family)) < 2:
                found.append(Oddity("one_letter", one.id, (pupil.id,)))
    return found


def _twice(pupils: Sequence[Pupil]) -> list[Oddity]:
    """Same name and same birth date: one child on two lists, or twice on one."""
    found = []
    same: dict[tuple[str, str], list[Pupil]] = defaultdict(list)
    for pupil in pupils:
        same[folded(pupil.family), folded(pupil.first)].append(pupil)
    for group in same.values():
        if len(group) == 1:
            continue
        dates = {pupil.born for pupil in group if pupil.born}
        sure = len(dates) < len([pupil for pupil in group if pupil.born]) or len(dates) < 2
        kind = "twice" if sure else "same_name"
        ids = tuple(pupil.id for pupil in group)
        found += [Oddity(kind, class_id, ids) for class_id in sorted({pupil.class_id for pupil in group})]
    return found


def _same_number(pupils: Sequence[Pupil]) -> list[Oddity]:
    numbers: dict[str, list[Pupil]] = defaultdict(list)
    for pupil in pupils:
        if pupil.ine:
            numbers[pupil.ine].append(pupil)
    groups = [group for group in numbers.values() if len(group) > 1]
    return [
        Oddity("same_ine", class_id, tuple(pupil.id for pupil in group))
        for group in groups
        for class_id in sorted({pupil.class_id for pupil in group})
    ]


def _sizes(one: Class, count: int) -> list[Oddity]:
    if count > LARGE:
        return [Oddity("large", one.id, number=count)]
    if count == 0:
        return [Oddity("empty", one.id)]
    return [Oddity("small", one.id, number=count)] if count < SMALL else []


def _usual_year(members: Sequence[Pupil], birth_year: int) -> int:
    """The campaign's, or that of a whole class of another level: said once, not of each pupil."""
    years = sorted(int(pupil.born[:4]) for pupil in members if pupil.born)
    if len(years) < SMALL:
        return birth_year
    middle = years[len(years) // 2]
    is_shared = 2 * years.count(middle) > len(years)
    return middle if is_shared and abs(middle - birth_year) > YEARS_OFF else birth_year


def _births(pupil: Pupil, birth_year: int, today: date) -> list[Oddity]:
    if not pupil.born:
        return [Oddity("no_birth", pupil.class_id, (pupil.id,))]
    born = date.fromisoformat(pupil.born)
    if born > today:
        return [Oddity("unborn", pupil.class_id, (pupil.id,), born.year)]
    if abs(born.year - birth_year) > YEARS_OFF:
        return [Oddity("birth_year", pupil.class_id, (pupil.id,), born.year)]
    return []
