"""No right answer leaves the house: not in words, not in names, not in the order of things."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html as markup

from items.compile import compile_form
from items.model import Form, encode
from items.ordering import order_for
from items.package import read_package
from items.seal import seal, unseal
from tests import forms
from tests.items.given import SVG, a_form, a_package, an_item, declared
from tests.items.handed_kinds import HANDED_MEDIA, PLAYED_KINDS
from tests.items.kinds import EVERY_KIND

DEMONSTRATIONS = sorted(path.parent for path in Path("items/content").resolve().glob("*/imsmanifest.xml"))
KEY = bytes(32)
ATTRIBUTES_OF_THE_FIELD = frozenset(
    {"alt", "aria-label", "class", "data-interaction", "data-shape", "data-support", "role", "title", "type"}
)
"""They hold words of QTI or of HTML, or are read by pupils."""
SEEDS = [f"seed {number}".encode() for number in range(600)]


def _public(form: Form) -> str:
    """Everything that leaves the house, as text: files of the bank, shapes, orders, and the opened seal."""
    _, frames = unseal(seal(form.content, key=KEY, content_id=KEY[:16]), key=KEY)
    parts = [
        encode(form.content.to_json()),
        encode(form.schema),
        json.dumps(order_for(form.content.structure, b"s")).encode(),
    ]
    parts += [encode(frame.header) + frame.data for frame in frames]
    return b"\n".join(parts).decode(errors="replace")


@pytest.mark.parametrize("kind", EVERY_KIND | PLAYED_KINDS)
def test_nothing_authored_but_the_text_comes_out(tmp_path: Path, kind: str) -> None:
    """Identifiers, file names, titles, classes, comments, mappings and right answers are all marked here."""
    form = a_form(tmp_path, (EVERY_KIND | PLAYED_KINDS)[kind], media=HANDED_MEDIA)
    public = _public(form)
    for word in (
        "authored",
        "secret",
        "RESPONSE",
        "SCORE",
        "ESSAY",
        "3.75",
        "7.25",
        "correct",
        "mapping",
        "<!--",
    ):
        assert word not in public
    assert "item1" not in public


@pytest.mark.parametrize("folder", DEMONSTRATIONS, ids=lambda folder: str(folder.name))
def test_no_attribute_of_the_demonstration_forms_is_an_authored_name(folder: Path) -> None:
    """Words of a text may happen to be identifiers too; attributes may not."""
    form = compile_form(read_package(folder), seed=b"any")
    authored = {entry["authored"] for entry in form.key["items"].values()}
    for entry in form.key["items"].values():
        for response in entry["responses"].values():
            authored |= {response["authored"], *response["choices"].values()}
    cards = [item.cards for item in form.content.items] + [passage.cards for passage in form.content.stimuli]
    has_catalogs = any("qti-catalog-info" in path.read_text() for path in folder.rglob("*.xml"))
    assert any(cards) == has_catalogs
    texts = [item.html for item in form.content.items] + [passage.html for passage in form.content.stimuli]
    texts += [text for text in cards if text]
    shown = {
        value
        for text in texts
        for element in markup.fragment_fromstring(text, create_parent=True).iter()
        for name, attribute in element.attrib.items()
        if name not in ATTRIBUTES_OF_THE_FIELD
        for value in attribute.split()
    }
    assert shown
    assert authored
    assert not shown & authored


def test_all_drawn_names_look_alike(tmp_path: Path) -> None:
    """Four letters without vowels: no length, no number, no word."""
    form = a_form(tmp_path, *EVERY_KIND.values(), media={"authored-picture.svg": SVG})
    names = [
        name
        for entry in form.key["items"].values()
        for response in entry["responses"].values()
        for name in response["choices"]
    ]
    assert len(names) > 20
    assert all(re.fullmatch("[bcdfghjklmnpqrstvwxz]{4}", name) for name in names)


# The guesser. Every item below is written so that its words tell nothing, and its author always put
# the right answer first, under the name `correct`, with the picture `1.svg`, as authors do.

Guess = Callable[[list[str]], str]
GUESSES: dict[str, Guess] = {
    "first": lambda names: names[0],
    "second": lambda names: names[1],
    "third": lambda names: names[2],
    "last": lambda names: names[-1],
    "first by name": min,
    "last by name": max,
    "by the letters' sum": lambda names: min(names, key=lambda name: sum(name.encode())),
}


def _question(attributes: str) -> str:
    names = ["correct", "second", "b", "a-much-longer-identifier"]
    choices = "".join(
        f'<qti-simple-choice identifier="{name}"><img src="{number}.svg" alt="x"/></qti-simple-choice>'
        for number, name in enumerate(names, 1)
    )
    interaction = "qti-choice-interaction"
    body = f'<{interaction} response-identifier="RESPONSE" {attributes}>{choices}</{interaction}>'
    return an_item(body, declared(("correct",)))


PICTURES = {f"{n}.svg": SVG.replace(b'r="5"', f'r="{n}"'.encode()) for n in (1, 2, 3, 4)}


def _right(form: Form, authored: str = "correct") -> str:
    choices: dict[str, str] = form.key["items"]["i1"]["responses"]["r1"]["choices"]
    return next(name for name, identifier in choices.items() if identifier == authored)


def _near_chance(hits: int, chance: float) -> bool:
    """Within four standard deviations, on either side: to be wrong too often would tell as much."""
    expected = len(SEEDS) * chance
    return abs(hits - expected) <= 4 * math.sqrt(expected * (1 - chance))


@pytest.mark.parametrize("guess", GUESSES)
def test_a_guesser_of_choices_does_no_better_than_chance(tmp_path: Path, guess: str) -> None:
    """By the place in the fragment, in the order of a session, in the schema, or by the name."""
    package = a_package(tmp_path, _question('shuffle="true"'), media=PICTURES)
    hits = dict.fromkeys(("fragment", "order", "schema"), 0)
    for seed in SEEDS:
        form = compile_form(package, seed=seed)
        seen = {
            "fragment": re.findall(r'data-choice="(\w+)"', form.content.items[0].html),
            "order": order_for(form.content.structure, seed)[0]["items"][0]["choices"]["r1"],
            "schema": form.schema["items"]["i1"]["r1"]["choices"],
        }
        for place, names in seen.items():
            hits[place] += GUESSES[guess](names) == _right(form)
    assert all(_near_chance(count, 1 / 4) for count in hits.values()), hits


def test_a_guesser_by_picture_name_or_length_does_no_better_than_chance(tmp_path: Path) -> None:
    """The picture with the lowest number is no likelier than another, and all entries are equally long."""
    package = a_package(tmp_path, _question('shuffle="true"'), media=PICTURES)
    hits = 0
    for seed in SEEDS:
        form = compile_form(package, seed=seed)
        entries = re.findall(r'<li data-choice="(\w+)">(.*?)</li>', form.content.items[0].html)
        assert len({len(entry) for _, entry in entries}) == 1
        lowest = min(entries, key=lambda entry: re.findall(r'data-media="(m\d+)', entry[1]))
        hits += lowest[0] == _right(form)
    assert _near_chance(hits, 1 / 4), hits


def test_a_guesser_of_pairs_does_no_better_than_chance(tmp_path: Path) -> None:
    """Authors write the n-th row for the n-th column."""
    package = a_package(tmp_path, EVERY_KIND["match"])
    hits = 0
    for seed in SEEDS:
        form = compile_form(package, seed=seed)
        first = re.findall(r'value="(\w+ \w+)"', form.content.items[0].html)[0].split()
        choices = form.key["items"]["i1"]["responses"]["r1"]["choices"]
        pair = [choices[name].removeprefix("authored-") for name in first]
        hits += pair in (["cat", "miaow"], ["dog", "bark"])
    assert _near_chance(hits, 1 / 2), hits


def test_a_guesser_of_gaps_does_no_better_than_chance(tmp_path: Path) -> None:
    """The first word is no likelier in the first gap."""
    package = a_package(tmp_path, EVERY_KIND["gap-match"])
    hits = 0
    for seed in SEEDS:
        form = compile_form(package, seed=seed)
        hits += re.findall(r'data-choice="(\w+)"', form.content.items[0].html)[0] == _right(
            form, "authored-sun"
        )
    assert _near_chance(hits, 1 / 2), hits


def test_a_guesser_who_leaves_the_order_as_it_is_does_no_better_than_chance(tmp_path: Path) -> None:
    """Authors write the steps in the right order; one shuffle in six shows it still, as chance would."""
    package = a_package(tmp_path, EVERY_KIND["order"])
    hits = 0
    for seed in SEEDS:
        form = compile_form(package, seed=seed)
        names = re.findall(r'data-choice="(\w+)"', form.content.items[0].html)
        choices = form.key["items"]["i1"]["responses"]["r1"]["choices"]
        hits += [choices[name] for name in names] == ["authored-first", "authored-second", "authored-third"]
    assert _near_chance(hits, 1 / 6), hits


PLACED = {
    "hotspot": ("choices", 2),
    "hottext": ("choices", 2),
    "graphic-order": ("choices", 4),
    "graphic-associate": ("associables", 4),
    "graphic-gap-match": ("targets", 4),
}


@pytest.mark.parametrize("kind", PLACED)
def test_a_guesser_by_name_does_no_better_than_chance_where_places_are_given(
    tmp_path: Path, kind: str
) -> None:
    """Where a picture or a text fixes the places, names alone are drawn."""
    package = a_package(tmp_path, EVERY_KIND[kind], media={"authored-picture.svg": SVG})
    names, count = PLACED[kind]
    hits = 0
    for seed in SEEDS:
        form = compile_form(package, seed=seed)
        hits += min(form.schema["items"]["i1"]["r1"][names]) == _right(form, "authored-right")
    assert _near_chance(hits, 1 / count), hits


@pytest.mark.parametrize("kind", ["graphic-order", "graphic-associate", "graphic-gap-match"])
def test_places_come_in_the_order_of_the_picture_and_not_of_their_author(tmp_path: Path, kind: str) -> None:
    """Written down last to first, the same picture gives the same places in the same order."""
    item = EVERY_KIND[kind]
    places = re.findall(r"<qti-(?:hotspot-choice|associable-hotspot) .*?/>", item)
    turned = item.replace("".join(places), "".join(reversed(places)))
    assert turned != item
    forms = [a_form(tmp_path, one, media={"authored-picture.svg": SVG}) for one in (item, turned)]
    coords = [re.findall(r'data-coords="([^"]*)"', form.content.items[0].html) for form in forms]
    assert coords[0] == coords[1]
    assert len(coords[0]) == 4


def test_a_guesser_of_labels_to_join_does_no_better_than_chance(tmp_path: Path) -> None:
    """Authors write what goes together side by side; of four labels, one in three pairs is right."""
    package = a_package(tmp_path, EVERY_KIND["associate"])
    hits = 0
    for seed in SEEDS:
        form = compile_form(package, seed=seed)
        choices = form.key["items"]["i1"]["responses"]["r1"]["choices"]
        first = re.findall(r'data-choice="(\w+)"', form.content.items[0].html)[:2]
        pair = {choices[name].removeprefix("authored-") for name in first}
        hits += pair in ({"cat", "miaow"}, {"dog", "bark"})
    assert _near_chance(hits, 1 / 3), hits


@pytest.mark.parametrize("kind", ["select-point", "position-object"])
def test_no_point_of_the_key_is_in_what_leaves_the_house(tmp_path: Path, kind: str) -> None:
    """Of a picture without places, there is the picture and its size, and nothing to guess from."""
    public = _public(a_form(tmp_path, EVERY_KIND[kind], media={"authored-picture.svg": SVG}))
    assert [number for number in ("123", "234", "17") if re.search(rf"\b{number}\b", public)] == []


def test_the_guesser_wins_when_the_order_is_not_drawn(tmp_path: Path) -> None:
    """The tests above can fail: where the author forbids shuffling, the first is right each time."""
    package = a_package(tmp_path, _question(""), media=PICTURES)
    forms = [compile_form(package, seed=seed) for seed in SEEDS[:20]]
    hits = [re.findall(r'data-choice="(\w+)"', f.content.items[0].html)[0] == _right(f) for f in forms]
    assert all(hits)
    assert not _near_chance(len(SEEDS), 1 / 4)


def test_the_rules_of_a_test_stay_in_its_key(tmp_path: Path) -> None:
    """Conditions, outcomes, names of parts and sections, feedback: pupils see titles, and what is asked."""
    form = compile_form(read_package(forms.multistage(tmp_path)), seed=b"any")
    public = _public(form)
    assert "Premiers pas" in public
    for word in ("TOTAL", "WORD", "good", "easy", "hard", "ref-item", "agreed", "grand chemin", "gte"):
        assert word not in public
        assert word == "agreed" or word in json.dumps(form.key, ensure_ascii=False)
