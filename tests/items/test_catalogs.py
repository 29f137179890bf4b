"""Catalogues: what is said of a word beside the text comes along under drawn names, and nothing else does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from items.bank import Bank
from items.compile import compile_form
from items.model import Form
from items.sameness import Compiled, differences
from items.seal import seal, unseal
from tests.items.given import QTI, SVG, a_form, a_package, an_item, codes, declared, refusals_of

NAME = "[bcdfghjklmnpqrstvwxz]{4}"
KEY = bytes(32)


def a_card(support: str, content: str = "", attributes: str = "") -> str:
    return f'<qti-card support="{support}" {attributes}>{content}</qti-card>'


def words(text: str) -> str:
    return f"<qti-html-content>{text}</qti-html-content>"


def a_catalog(name: str, *cards: str) -> str:
    return f'<qti-catalog id="{name}">{"".join(cards)}</qti-catalog>'


def catalogs(*written: str) -> str:
    return f"<qti-catalog-info>{''.join(written)}</qti-catalog-info>"


def a_choice(*choices: tuple[str, str]) -> str:
    """Shuffled choices, each with a catalogue of its own or none."""
    listed = "".join(
        f'<qti-simple-choice identifier="{name}" data-catalog-idref="{idref}">x</qti-simple-choice>'
        for name, idref in choices
    )
    return (
        '<qti-choice-interaction response-identifier="RESPONSE" shuffle="true">'
        f"{listed}</qti-choice-interaction>"
    )


def explained(folder: Path, *cards: str, body: str = "", seed: bytes = b"any") -> Form:
    """A form of one item, one word of which has these cards."""
    body = body or '<p>Un <span data-catalog-idref="authored-id">mot</span></p>'
    item = an_item(body, rest=catalogs(a_catalog("authored-id", *cards)))
    return a_form(folder, item, seed=seed, media={"authored-picture.svg": SVG})


def told(form: Form) -> str:
    return "\n".join(str(remark) for remark in form.remarks)


def test_a_card_travels_beside_the_question_under_a_drawn_name(tmp_path: Path) -> None:
    """In a frame of its own behind the question: the first paint does not wait for it."""
    form = explained(tmp_path, a_card("glossary-on-screen", words("<p>Une <b>chose</b>.</p>")))
    (item,) = form.content.items
    (name,) = re.findall(f'<span data-catalog="({NAME})">mot</span>', item.html)
    assert item.cards == (
        f'<div data-card="{name}"><div data-support="glossary-on-screen" dir="auto">'
        "<p>Une <b>chose</b>.</p></div></div>"
    )
    _, frames = unseal(seal(form.content, key=KEY, content_id=KEY[:16]), key=KEY)
    kinds = [frame.header["kind"] for frame in frames[1:]]
    assert kinds == ["item", "cards"]
    assert frames[2].data.decode() == item.cards
    assert "authored-id" not in json.dumps(form.content.to_json())


def test_each_language_and_file_of_a_card_is_an_entry(tmp_path: Path) -> None:
    """Translations keep their language and direction, pictures lose their name."""
    cards = a_card(
        "keyword-translation",
        f'<qti-card-entry xml:lang="ar">{words("شيء")}</qti-card-entry>'
        f'<qti-card-entry xml:lang="en" default="true">{words("thing")}</qti-card-entry>',
    ) + a_card("simplified-graphics", "<qti-file-href>authored-picture.svg</qti-file-href>")
    form = explained(tmp_path, cards)
    (item,) = form.content.items
    assert '<div data-support="keyword-translation" lang="ar" dir="auto">شيء</div>' in item.cards
    assert (
        '<div data-support="keyword-translation" lang="en" dir="auto" data-default>thing</div>' in item.cards
    )
    assert re.search(
        r'<div data-support="simplified-graphics" dir="auto"><img data-media="m1.svg"', item.cards
    )
    assert item.media == ("m1.svg",)


def test_cards_are_kept_by_the_bank(tmp_path: Path) -> None:
    """What was compiled is what is delivered."""
    form = explained(tmp_path, a_card("spoken", words("dit ainsi")))
    bank = Bank(tmp_path / "data")
    bank.add(form)
    assert bank.content(form.form) == form.content


def test_a_passage_has_cards_of_its_own(tmp_path: Path) -> None:
    """Sent once with the passage, whatever items share it."""
    passage = (
        f'<qti-assessment-stimulus xmlns="{QTI}" identifier="S"><qti-stimulus-body>'
        '<p data-catalog-idref="c">Un fleuve.</p></qti-stimulus-body>'
        f"{catalogs(a_catalog('c', a_card('glossary-on-screen', words('Il va à la mer.'))))}"
        "</qti-assessment-stimulus>"
    )
    item = an_item().replace(
        "<qti-item-body>", '<qti-assessment-stimulus-ref identifier="S" href="p.xml"/><qti-item-body>'
    )
    form = a_form(tmp_path, item, media={"p.xml": passage.encode()})
    (stimulus,) = form.content.stimuli
    assert "Il va à la mer." in stimulus.cards
    assert re.search(f'<p data-catalog="{NAME}">', stimulus.html)
    assert form.content.items[0].cards == ""


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (a_card("braille", words("x")), "A screen cannot give it"),
        (a_card("ext:vendor", words("x")), "The player does not know it"),
        (
            a_card("sign-language", "<qti-file-href>lost.mp4</qti-file-href>"),
            "lost.mp4 is not in the package",
        ),
        (a_card("spoken", "<qti-file-href>words.pdf</qti-file-href>"), "neither picture, sound nor film"),
        (a_card("glossary-on-screen", words('<iframe src="a"/>')), "<iframe> cannot be shown"),
        (a_card("glossary-on-screen", words("<qti-text-entry-interaction/>")), "is not supported"),
    ],
)
def test_a_card_that_cannot_be_shown_is_left_out_aloud(tmp_path: Path, card: str, reason: str) -> None:
    """The question is whole without it, so it is not refused; its author learns why."""
    form = explained(tmp_path, card, a_card("glossary-on-screen", words("bon")))
    assert reason in told(form)
    assert form.content.items[0].cards.count("data-support") == 1
    assert form.content.items[0].media == ()


def test_a_file_that_a_card_could_not_show_is_still_refused_in_a_question(tmp_path: Path) -> None:
    """What is looked at first for a card is not passed over in silence later."""
    card = a_card("simplified-graphics", "<qti-file-href>bad.svg</qti-file-href>")
    body = '<p data-catalog-idref="c">a</p>'
    items = an_item(body, rest=catalogs(a_catalog("c", card))), an_item('<p><img src="bad.svg" alt=""/></p>')
    assert "unsupported_media" in codes(refusals_of(tmp_path, *items, media={"bad.svg": b"GIF?"}))


@pytest.mark.parametrize(
    "attack", ["<script>a()</script>", '<b onclick="a()">b</b>', '<a href="javascript:a()">b</a>']
)
def test_a_hostile_card_is_refused(tmp_path: Path, attack: str) -> None:
    """Cards are read like everything else: nothing active, wherever it stands."""
    item = an_item(rest=catalogs(a_catalog("c", a_card("spoken", words(attack)))))
    assert codes(refusals_of(tmp_path, item)) == ["script"]


def test_what_no_word_names_does_not_come_out(tmp_path: Path) -> None:
    """Nor what only feedback names: it would come before the feedback, and the feedback tells the answer."""
    feedback = (
        '<qti-modal-feedback outcome-identifier="FEEDBACK" identifier="right" show-hide="show">'
        '<p data-catalog-idref="of-feedback">Bravo</p></qti-modal-feedback>'
    )
    outcome = '<qti-outcome-declaration identifier="FEEDBACK" cardinality="single" base-type="identifier"/>'
    item = an_item(
        a_choice(("right", ""), ("wrong", "")),
        declared() + outcome,
        attributes='adaptive="true"',
        rest=catalogs(
            a_catalog("unnamed", a_card("spoken", words("secret-1"))),
            a_catalog("of-feedback", a_card("glossary-on-screen", words("secret-2"))),
        )
        + feedback,
    )
    form = a_form(tmp_path, item)
    assert "secret" not in json.dumps(form.content.to_json()).replace("secret title", "")
    assert form.content.items[0].cards == ""


def test_names_and_places_of_cards_tell_nothing_of_the_authored_order(tmp_path: Path) -> None:
    """The card of the choice that its author wrote first is as often the last as the first."""
    choices = [(name, f"c-{name}") for name in ("right", "b", "c", "d")]
    cards = [a_catalog(idref, a_card("spoken", words("x"))) for _, idref in choices]
    package = a_package(tmp_path, an_item(a_choice(*choices), declared(), rest=catalogs(*cards)))
    places = set()
    for number in range(60):
        form = compile_form(package, seed=f"seed {number}".encode())
        (item,) = form.content.items
        opaque = form.key["items"]["i1"]["responses"]["r1"]["choices"]
        right = next(name for name, authored in opaque.items() if authored == "right")
        (card,) = re.findall(f'data-choice="{right}" data-catalog="({NAME})"', item.html)
        places.add(re.findall(f'data-card="({NAME})"', item.cards).index(card))
    assert places == {0, 1, 2, 3}


def test_two_compilations_of_the_same_cards_show_pupils_the_same(tmp_path: Path) -> None:
    """Names differ, what is said does not; other words are another form."""

    def compiled(text: str, seed: bytes) -> Compiled:
        form = explained(tmp_path, a_card("glossary-on-screen", words(text)), seed=seed)
        return Compiled(form.content, form.schema, form.key)

    assert differences(compiled("un", b"1"), compiled("un", b"2")) == []
    assert differences(compiled("un", b"1"), compiled("deux", b"2")) == [
        "ref-item1: pupils see something else"
    ]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (
            '<p data-qti-suppress-tts="computer-read-aloud">a</p>',
            '<p data-qti-suppress-tts="computer-read-aloud">a</p>',
        ),
        ('<p data-qti-suppress-tts="all">a</p>', '<p data-qti-suppress-tts="all" aria-hidden="true">a</p>'),
        ('<p data-qti-suppress-tts="authored">a</p>', "<p>a</p>"),
        ('<p data-ssml=\'{"sub":{"alias":"kilomètre"}}\'>km</p>', '<p data-say="kilomètre">km</p>'),
        ('<p data-ssml-sub-alias="a &quot;b&quot;">c</p>', '<p data-say="a &quot;b&quot;">c</p>'),
        ('<p data-ssml-say-as-interpret-as="characters">SNCF</p>', '<p data-say-as="characters">SNCF</p>'),
        ("<p data-ssml='[1'>km</p>", "<p>km</p>"),
        ('<p xml:lang="ar">نص</p>', '<p lang="ar" dir="rtl">نص</p>'),
        ('<p xml:lang="ar" dir="ltr">نص</p>', '<p lang="ar" dir="ltr">نص</p>'),
        (
            '<p class="qti-writing-mode-vertical-rl qti-text-orientation-upright">a</p>',
            '<p class="qti-writing-mode-vertical-rl qti-text-orientation-upright">a</p>',
        ),
    ],
)
def test_how_words_are_said_and_which_way_they_run_comes_out_in_one_spelling(
    tmp_path: Path, source: str, wanted: str
) -> None:
    """Whichever way its author wrote it."""
    html = a_form(tmp_path, an_item(source)).content.items[0].html
    assert re.sub(r"^<div[^>]*> ?|\s?</div>$", "", html) == wanted


def test_french_words_in_an_arabic_question_stand_apart(tmp_path: Path) -> None:
    """Else the sign behind them would change sides."""
    item = an_item('<p>نص <span xml:lang="fr">mot</span>!</p>', attributes='xml:lang="ar-MA"')
    html = a_form(tmp_path, item).content.items[0].html
    assert html.startswith('<div class="qti-item" lang="ar-MA" dir="rtl">')
    assert '<span lang="fr" dir="ltr">mot</span>' in html
