"""What a program holds about people, place by place, in plain words: the pages for families are made of this.

Each program lists its places and its words; its tests hold the list against the code itself, so that a page
cannot leave a place out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

NOBODY = "program"
"""Reader of what no person reads."""
KINDS = ("table", "memory", "file", "browser")


class Place(NamedTuple):
    """One place: a table, a pattern of keys in memory, a kind of file, something in a browser.

    `what`, `key`, `until` and `readers` name entries of the words; `fields` are the parts by the code's name.
    """

    kind: str
    what: str
    key: str
    until: str
    readers: str
    fields: tuple[str, ...] = ()


class Words(NamedTuple):
    """What the inventory says in one language; a field goes by `place.field` where it means something there,
    else by its own name."""

    groups: Mapping[str, str]
    whats: Mapping[str, tuple[str, str]]
    """What it is, and what for."""
    keys: Mapping[str, str]
    untils: Mapping[str, str]
    """The longest first."""
    readers: Mapping[str, str]
    """The nearest to the pupil first."""
    fields: Mapping[str, str]


class Row(NamedTuple):
    """One thing that is held, of all its places together: until the last one lets go of it, by whoever reads
    one of them."""

    what: str
    why: str
    until: str
    readers: tuple[str, ...]


class Line(NamedTuple):
    """One place, in words."""

    name: str
    what: str
    key: str
    until: str
    readers: str
    fields: tuple[tuple[str, str], ...]


class Inventory:
    """The places of one program; `groups` sorts what is held, in the order in which a family reads it, and
    the first `near` of them are about the child."""

    def __init__(
        self,
        groups: Mapping[str, tuple[str, ...]],
        near: int,
        places: Mapping[str, Place],
        words: Mapping[str, Words],
    ) -> None:
        self.groups = groups
        self.near = near
        self.places = places
        self.words = words

    def summary(self, language: str) -> list[tuple[str, list[Row]]]:
        """Each group by its title, with what is in it."""
        words = self.words[language]
        return [
            (words.groups[group], [self._row(what, words) for what in whats])
            for group, whats in self.groups.items()
        ]

    def detail(self, language: str) -> list[tuple[str, list[Line]]]:
        """Each kind of place, with all its places."""
        words = self.words[language]
        return [
            (kind, [_line(name, place, words) for name, place in self.places.items() if place.kind == kind])
            for kind in KINDS
        ]

    def gaps(self) -> list[str]:
        """What is listed without words in some language, and words that nothing needs."""
        return [f"{language}: {gap}" for language in self.words for gap in self._gaps(self.words[language])]

    def _row(self, what: str, words: Words) -> Row:
        places = [place for place in self.places.values() if place.what == what]
        untils = {place.until for place in places}
        found = {place.readers for place in places}
        if len(found) > 1:
            found.discard(NOBODY)
        last = next(until for until in words.untils if until in untils)
        readers = tuple(text for name, text in words.readers.items() if name in found)
        return Row(*words.whats[what], words.untils[last], readers)

    def _gaps(self, words: Words) -> Iterator[str]:
        places = self.places.values()
        used: dict[str, tuple[Iterable[str], Iterable[str]]] = {
            "groups": (self.groups, words.groups),
            "whats": ({place.what for place in places}, words.whats),
            "sorted whats": ({place.what for place in places}, sum(self.groups.values(), ())),
            "keys": ({place.key for place in places}, words.keys),
            "untils": ({place.until for place in places}, words.untils),
            "readers": ({place.readers for place in places}, words.readers),
            "fields": (self._field_words(words), words.fields),
        }
        for name, (needed, said) in used.items():
            yield from (f"{name}: {one}" for one in sorted(set(needed) ^ set(said)))

    def _field_words(self, words: Words) -> Iterator[str]:
        for name, place in self.places.items():
            yield from (_field_key(name, field, words) for field in place.fields)


def _line(name: str, place: Place, words: Words) -> Line:
    return Line(
        name,
        words.whats[place.what][0],
        words.keys[place.key],
        words.untils[place.until],
        words.readers[place.readers],
        tuple((field, words.fields[_field_key(name, field, words)]) for field in place.fields),
    )


def _field_key(name: str, field: str, words: Words) -> str:
    own = f"{name}.{field}"
    return own if own in words.fields else field
