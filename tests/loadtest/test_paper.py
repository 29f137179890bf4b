"""The crowd reads forms as a player does: from the sealed bytes, by what stands in the page."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from items.compile import compile_form
from items.model import Form
from items.package import read_package
from items.responses import Shapes
from items.seal import seal
from loadtest.content import Unreadable, open_items
from loadtest.paper import Paper
from loadtest.questions import questions_of
from loadtest.responses import KINDS, response
from tests.items.given import a_form
from tests.items.handed_kinds import CUSTOM_KINDS, HANDED_MEDIA, PLAYED_KINDS
from tests.items.kinds import EVERY_KIND

FORMS = Path(__file__).parent.parent.parent / "items" / "content"
PLACES = Path(__file__).parent.parent / "forms" / "places"
NAMES = ("maths-6e", "francais-6e", PLACES)
KEY = b"k" * 32


@pytest.fixture(scope="module", params=NAMES, ids=["maths-6e", "francais-6e", "places"])
def form(request: pytest.FixtureRequest) -> Form:
    """A demonstration form, or that of all that works on a picture."""
    return compile_form(read_package(FORMS / request.param), seed=bytes(32))


def sealed(form: Form) -> bytes:
    return seal(form.content, key=KEY, content_id=b"c" * 16)


def test_the_sealed_form_opens_item_by_item(form: Form) -> None:
    """All items, in authored order, and the very fragments."""
    items = open_items(sealed(form), KEY)

    assert list(items) == [item.id for item in form.content.items]
    assert list(items.values()) == [item.html for item in form.content.items]


@pytest.mark.parametrize("spoil", [lambda data: data[:-1], lambda data: data[:40] + b"x" + data[41:]])
def test_a_spoilt_form_does_not_open(form: Form, spoil: object) -> None:
    """Cut or changed, the crowd refuses it, as a player does."""
    with pytest.raises(Unreadable):
        open_items(spoil(sealed(form)), KEY)  # type: ignore[operator]


def test_each_response_has_the_shape_that_the_server_takes(form: Form) -> None:
    """What the crowd sends is never refused as wrongly shaped."""
    shapes, random = Shapes(form.schema), Random(1)
    for item in form.content.items:
        questions = questions_of(item.html)
        for _ in range(50):
            given = response(questions, random)
            assert shapes.check(item.id, given) is None, (item.id, given)
            assert None not in given.values()


def test_each_question_of_a_form_is_found(form: Form) -> None:
    """The responses of each item are those that its schema names, and all kinds are known."""
    for item in form.content.items:
        questions = questions_of(item.html)
        assert {question.response for question in questions} == set(form.schema["items"].get(item.id, {}))
        assert {question.kind for question in questions} <= set(KINDS)


FILES = {"upload", "drawing"}
ALL = EVERY_KIND | PLAYED_KINDS | CUSTOM_KINDS


@pytest.mark.parametrize("kind", ALL)
def test_the_crowd_answers_every_kind(tmp_path: Path, kind: str) -> None:
    """As the server takes it; only files, which go by another way than answers, are left out."""
    form = a_form(tmp_path, ALL[kind], media=HANDED_MEDIA)
    shapes, random, (item,) = Shapes(form.schema), Random(1), form.content.items
    questions = questions_of(item.html)
    for _ in range(10):
        given = response(questions, random)
        assert shapes.check(item.id, given) is None, given
        assert (None in given.values()) == (kind in FILES)


def test_a_batch_is_what_the_api_takes(form: Form) -> None:
    """Numbers, answers, place on screen: one JSON object."""
    paper = Paper.open(sealed(form), KEY, long_characters=3000, random=Random(1))
    body = json.loads(paper.body(7, [(0, 1, 20000, 0), (3, 2, 1000, 5)], full=True, held=2))

    assert (body["n"], body["full"], body["held"], body["at"]) == (7, True, 2, paper.sheets[3].item)
    assert [answer["item"] for answer in body["answers"]] == [paper.sheets[0].item, paper.sheets[3].item]
    assert body["answers"][1]["age_ms"] == 5


def test_long_texts_are_long(form: Form) -> None:
    """Where a form asks for a text, one response in the pool is as long as it was agreed."""
    paper = Paper.open(sealed(form), KEY, long_characters=3000, random=Random(1))

    assert paper.long
    for place in paper.long:
        assert len(paper.sheets[place].pool[-1]) > 3000
