"""Whether two forms show pupils the same: only then may answers to one be scored with the other's key.

Each compilation draws other opaque names and another order for what may be shuffled, so fragments are
compared with the author's identifiers put back, and with shuffled choices in one fixed order. Pictures are
compared by what they show, passages by what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from lxml import html

from items.model import Content
from items.scoring.run import load
from items.scoring.variants import TRIAL_SEEDS

_NAME = re.compile(r"\b[a-z]{4}\b")
_NAMING = ("name", "value", "id", "for", "aria-labelledby", "aria-describedby", "aria-controls")
_MOVING = ("data-printed", "data-template", "data-feedback")
_LISTED = 5


class Compiled(NamedTuple):
    """The three parts of a form, as the bank holds them."""

    content: Content
    schema: Mapping[str, Any]
    key: Mapping[str, Any]


def differences(old: Compiled, new: Compiled) -> list[str]:
    """Why answers to `old` cannot be scored with the key of `new`; empty when they can."""
    before, after = _Shown(old), _Shown(new)
    missing = [item for item in before.items if item not in after.items]
    added = [item for item in after.items if item not in before.items]
    reasons = []
    if missing:
        reasons.append(f"the corrected form lacks {_list(missing)}")
    if added:
        reasons.append(f"the corrected form adds {_list(added)}")
    if before.frame != after.frame:
        reasons.append("title, language, instructions or sections are others")
    for item in before.items:
        if item in after.items:
            reasons += _of_item(item, before, after)
    return reasons


def _of_item(item: str, before: _Shown, after: _Shown) -> Iterator[str]:
    if before.shapes(item) != after.shapes(item):
        yield f"{item}: its responses, or what can be chosen, are others"
    elif before.fragment(item) != after.fragment(item):
        yield f"{item}: pupils see something else"
    elif before.variants(item) != after.variants(item):
        yield f"{item}: its template values are drawn in another way"


def _list(items: list[str]) -> str:
    more = f" and {len(items) - _LISTED} more" if len(items) > _LISTED else ""
    return "the items " * (len(items) > 1) + ", ".join(items[:_LISTED]) + more


class _Shown:
    """A form by the author's identifiers."""

    def __init__(self, compiled: Compiled) -> None:
        content, self._schema, key = compiled
        self._key = key["items"]
        self._content = {item.id: item for item in content.items}
        self.items = {entry["authored"]: item for item, entry in self._key.items()}
        self._media = {medium.id: sha256(medium.data).hexdigest() for medium in content.media}
        self._passages = {
            s.id: _canonical(s.html, _cards(s.cards, self._media), self._media) for s in content.stimuli
        }
        authored = {item: entry["authored"] for item, entry in self._key.items()}
        sections = [
            (section.title, [authored[item] for item in section.items]) for section in content.sections
        ]
        instructions = _canonical(content.instructions, {}, self._media)
        self.frame = (content.title, content.language, instructions, sections)

    def shapes(self, item: str) -> dict[str, Any]:
        """What a response may be, per authored response."""
        name = self.items[item]
        shapes = self._schema["items"][name]
        return {
            response["authored"]: _renamed(shapes[opaque], response["choices"])
            for opaque, response in self._key[name]["responses"].items()
        }

    def fragment(self, item: str) -> tuple[Any, ...]:
        name = self.items[item]
        names = {
            choice: authored
            for response in self._key[name]["responses"].values()
            for choice, authored in response["choices"].items()
        }
        names |= _moving(self._key[name].get("dynamic"))
        shown = self._content[name]
        names |= _cards(shown.cards, self._media)
        passages = [self._passages[stimulus] for stimulus in shown.stimuli]
        return _canonical(shown.html, names, self._media), passages

    def variants(self, item: str) -> list[Any]:
        """What some sittings draw: what pupils saw printed must be what is scored."""
        program = load(self._key[self.items[item]]["program"])
        return [program.drawn(program.variant(seed)) for seed in TRIAL_SEEDS]


def _moving(dynamic: Mapping[str, Any] | None) -> dict[str, str]:
    """Places by what goes there, since their numbers follow the order in which choices were drawn."""
    if dynamic is None:
        return {}
    printed = {name: repr(entry["parts"]) for name, entry in dynamic["printed"].items()}
    hung = ("variable", "identifier", "show")
    gates = {name: repr([gate[part] for part in hung]) for name, gate in dynamic["gates"].items()}
    return printed | {name: hanging for name, hanging in gates.items() if not _NAME.fullmatch(name)}


def _cards(cards: str, media: Mapping[str, str]) -> dict[str, str]:
    """Catalogues by what their cards say, since their names are drawn."""
    if not cards:
        return {}
    found = html.fragments_fromstring(cards)
    return {
        str(card.attrib.pop("data-card")): repr(_element(card, {}, media, shuffled=False)) for card in found
    }


def _renamed(shape: Any, names: Mapping[str, str]) -> Any:
    """A shape by authored identifiers, in one order."""
    if isinstance(shape, dict):
        return {names.get(key, key): _renamed(value, names) for key, value in shape.items()}
    if isinstance(shape, list | tuple):
        return sorted((_renamed(value, names) for value in shape), key=repr)
    return names.get(shape, shape) if isinstance(shape, str) else shape


def _canonical(fragment: str, names: Mapping[str, str], media: Mapping[str, str]) -> Any:
    """A fragment as nested tuples that are equal when pupils see the same."""
    if not fragment.strip():
        return ()
    return _element(html.fragment_fromstring(fragment, create_parent="div"), names, media, shuffled=False)


def _element(
    element: html.HtmlElement, names: Mapping[str, str], media: Mapping[str, str], *, shuffled: bool
) -> Any:
    shuffled = shuffled or "data-shuffle" in element.attrib
    attributes = sorted(
        (name, _value(name, value, names, media))
        for name, value in element.attrib.items()
        if name != "data-stimulus"
    )
    children = [
        (_element(child, names, media, shuffled=shuffled), child.tail or "")
        for child in element
        if isinstance(child.tag, str)
    ]
    if shuffled and any(_is_named(child, names) for child in element):
        children.sort(key=repr)
    return (str(element.tag), attributes, element.text or "", children)


def _is_named(element: html.HtmlElement, names: Mapping[str, str]) -> bool:
    return any(
        part in names for inner in element.iter() for value in inner.attrib.values() for part in value.split()
    )


def _value(name: str, value: str, names: Mapping[str, str], media: Mapping[str, str]) -> str:
    if name == "data-media":
        return media.get(value, value)
    if name in _MOVING and value in names:
        return names[value]
    if name == "data-match-group":
        return " ".join(sorted(_group(entry, names) for entry in value.split()))
    if name in _NAMING or name.startswith("data-"):
        return _NAME.sub(lambda found: names.get(found[0], found[0]), value)
    return value


def _group(entry: str, names: Mapping[str, str]) -> str:
    """`abcd:efgh,jklm` by authored identifiers, in one order."""
    choice, _, others = entry.partition(":")
    return f"{names.get(choice, choice)}:{','.join(sorted(names.get(one, one) for one in others.split(',')))}"
