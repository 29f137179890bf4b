"""What a package becomes: a form, of public content, public shapes and a secret key.

Everything a pupil's browser receives is in `Content`; every identifier in it is opaque.
`structure` says what may change places, and is the input of `items.ordering`. The schema
says what a well-formed response looks like, for the server. The key, with the right
answers, the rules and the authored identifiers, is for the scorer alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from items.problems import Problem


class Media(NamedTuple):
    """A picture, under its opaque name."""

    id: str
    type: str
    data: bytes


class Stimulus(NamedTuple):
    """A passage that several items share; sent once. `cards`: see `items.qti.catalogs`."""

    id: str
    html: str
    media: tuple[str, ...]
    cards: str = ""


class Item(NamedTuple):
    """One question as a pupil sees it; `media` includes the pictures of its stimuli."""

    id: str
    html: str
    stimuli: tuple[str, ...]
    media: tuple[str, ...]
    cards: str = ""


class Section(NamedTuple):
    """A title, and the items that stand directly below it."""

    id: str
    title: str
    items: tuple[str, ...]


class Part(NamedTuple):
    """A stretch of the test; `rubric` is HTML and stands before its first item."""

    id: str
    title: str
    rubric: str


@dataclass(frozen=True, slots=True)
class Content:
    """All that a pupil may see."""

    title: str
    language: str
    duration_s: int | None
    instructions: str
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    stimuli: tuple[Stimulus, ...]
    media: tuple[Media, ...]
    structure: dict[str, Any]
    parts: tuple[Part, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Everything but the bytes of the media."""
        return {
            "v": 1,
            "title": self.title,
            "language": self.language,
            "duration_s": self.duration_s,
            "instructions": self.instructions,
            "sections": [section._asdict() for section in self.sections],
            "parts": [part._asdict() for part in self.parts],
            "items": [_sparse(item._asdict()) for item in self.items],
            "stimuli": [_sparse(stimulus._asdict()) for stimulus in self.stimuli],
            "media": [{"id": media.id, "type": media.type} for media in self.media],
            "structure": self.structure,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], media: Mapping[str, bytes]) -> Content:
        return cls(
            title=value["title"],
            language=value["language"],
            duration_s=value["duration_s"],
            instructions=value["instructions"],
            sections=tuple(Section(s["id"], s["title"], tuple(s["items"])) for s in value["sections"]),
            items=tuple(
                Item(i["id"], i["html"], tuple(i["stimuli"]), tuple(i["media"]), i.get("cards", ""))
                for i in value["items"]
            ),
            stimuli=tuple(
                Stimulus(s["id"], s["html"], tuple(s["media"]), s.get("cards", "")) for s in value["stimuli"]
            ),
            media=tuple(Media(m["id"], m["type"], media[m["id"]]) for m in value["media"]),
            structure=value["structure"],
            parts=tuple(Part(**part) for part in value["parts"]),
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A compiled test, named by the hash of everything in it."""

    form: str
    content: Content
    schema: dict[str, Any]
    key: dict[str, Any]
    remarks: tuple[Problem, ...] = ()  # what was left out, for the operator

    @property
    def title(self) -> str:
        return self.content.title

    @property
    def language(self) -> str:
        return self.content.language

    @property
    def item_ids(self) -> tuple[str, ...]:
        return tuple(item.id for item in self.content.items)


def _sparse(entry: dict[str, Any]) -> dict[str, Any]:
    """Without cards where there are none: most forms have none, and keep the names they had."""
    return entry if entry["cards"] else {name: value for name, value in entry.items() if name != "cards"}


def encode(value: object) -> bytes:
    """JSON in one spelling only, so that equal values have equal bytes and equal hashes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
