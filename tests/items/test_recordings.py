"""Sound and film: known by content, without the notes of their authors, sealed like pictures."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from items.qti.bitmaps import Damaged
from items.qti.recordings import CAPTIONS, recording_type, without_notes
from items.seal import seal, unseal
from tests.items.given import SVG, a_form, an_item, codes, declared, png, refusals_of
from tests.items.recordings import NOTE, OGG, VTT, WEBM, mp3, mp4, wav

KEY = bytes(32)
WAV = "src='a.wav' title='x'"
CLEANED = [
    (mp3(), "audio/mpeg"),
    (wav(), "audio/wav"),
    (mp4(), "video/mp4"),
    (mp4(b"M4A "), "audio/mp4"),
    (VTT, CAPTIONS),
]


@pytest.mark.parametrize(("data", "kind"), CLEANED, ids=[kind for _, kind in CLEANED])
def test_what_authors_write_into_recordings_does_not_come_out(data: bytes, kind: str) -> None:
    """Titles, comments and notes go; what is heard and read stays; cleaned twice is cleaned once."""
    assert NOTE in data
    assert recording_type(data) == kind
    clean = without_notes(kind, data)
    assert NOTE not in clean
    assert recording_type(clean) == kind
    assert without_notes(kind, clean) == clean


def test_the_sound_itself_is_untouched() -> None:
    """Every sample; in MP4 at its old place, since that is how it is found."""
    assert wav()[-100:] == without_notes("audio/wav", wav())[-100:]
    assert without_notes("audio/mpeg", mp3()) == (b"\xff\xfb\x90\x64" + bytes(413)) * 2
    film = mp4()
    clean = without_notes("video/mp4", film)
    assert len(clean) == len(film)
    assert clean.index(b"mdat") == film.index(b"mdat")
    assert b"Bonjour" in without_notes(CAPTIONS, VTT)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("audio/mpeg", b"ID3\x04\0\0\0\0\0\x05abcde"),
        ("audio/wav", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0"),
        ("video/mp4", mp4()[:-3]),
        ("video/mp4", b"\0\0\0\x02ftypisom"),
        ("video/mp4", b"".join(struct.pack(">I4s", 8 * n, b"moov") for n in range(5000, 0, -1))),
        (CAPTIONS, b"WEBVTT\n\n\xff\xfe"),
    ],
)
def test_a_damaged_recording_is_told_from_a_sound_one(kind: str, data: bytes) -> None:
    """In bounded time, whatever its lengths say."""
    with pytest.raises(Damaged):
        without_notes(kind, data)


def test_a_recording_in_the_text_is_sealed_with_its_captions_and_its_picture(tmp_path: Path) -> None:
    """Under opaque names, each as a frame of its own behind its item; once, however often it is used."""
    film = """<p>Regarde.<video width="320" height="240" poster="wait.png" controls="controls">
      <source src="film.mp4" type="video/mp4"/><source src="film.webm" type="video/webm"/>
      <track kind="captions" src="film.vtt" srclang="fr" label="Français"/>
      <track kind="metadata" src="film.vtt"/></video></p><p><audio src="film.mp4" title="encore"/></p>"""
    media = {"film.mp4": mp4(), "film.webm": WEBM, "film.vtt": VTT, "wait.png": png()}
    form = a_form(tmp_path, an_item(film), media=media)
    (item,) = form.content.items
    assert item.media == ("m1.mp4", "m2.vtt", "m3.png")
    _, frames = unseal(seal(form.content, key=KEY, content_id=KEY[:16]), key=KEY)
    types = [frame.header["type"] for frame in frames if frame.header.get("kind") == "media"]
    assert types == ["video/mp4", CAPTIONS, "image/png"]
    assert 'data-recording="m1.mp4" data-kind="video"' in item.html
    assert 'data-width="320" data-height="240" data-poster="m3.png"' in item.html
    assert (
        '<span data-track="m2.vtt" data-kind="captions" data-label="Français" data-language="fr">'
        in item.html
    )
    assert "film" not in item.html


def test_sound_in_a_shared_passage_comes_with_the_passage(tmp_path: Path) -> None:
    """A listening test: one recording, several questions."""
    qti = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    passage = (
        f'<qti-assessment-stimulus xmlns="{qti}" identifier="s" title="t"><qti-stimulus-body>'
        '<audio src="sound.wav" aria-label="Un dialogue"/></qti-stimulus-body></qti-assessment-stimulus>'
    )
    reference = '<qti-assessment-stimulus-ref identifier="S" href="p.xml"/><qti-item-body>'
    items = [an_item(identifier=f"q{n}").replace("<qti-item-body>", reference) for n in (1, 2)]
    form = a_form(tmp_path, *items, media={"p.xml": passage.encode(), "sound.wav": wav()})
    assert [item.media for item in form.content.items] == [("m1.wav",), ("m1.wav",)]
    assert 'data-label="Un dialogue"' in form.content.stimuli[0].html


def _media(attributes: str = "", inside: str = '<audio src="a.wav" title="Un son"/>') -> str:
    body = (
        f'<qti-media-interaction response-identifier="PLAYS" {attributes}>'
        f"<qti-prompt>Écoute.</qti-prompt>{inside}</qti-media-interaction>"
    )
    return an_item(body, declared((), identifier="PLAYS", base_type="integer"))


def test_a_media_interaction_counts_within_its_bounds(tmp_path: Path) -> None:
    """Its bounds and switches go to the player, its highest count to the server."""
    inside = '<object data="a.wav" type="audio/wav">Un son</object>'
    attributes = 'min-plays="1" max-plays="2" autostart="true" loop="true"'
    form = a_form(tmp_path, _media(attributes, inside), media={"a.wav": wav()})
    html = form.content.items[0].html
    assert 'data-min="1" data-max="2" data-autostart data-loop' in html
    assert 'data-recording="m1.wav" data-kind="audio" data-label="Un son" data-counted' in html
    shape = form.schema["items"]["i1"]["r1"]
    assert (shape["kind"], shape["low"], shape["high"]) == ("media", 0, 2)


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (_media("", "<p>rien</p>"), "wrong_content"),
        (_media('min-plays="3" max-plays="2"'), "bad_attribute"),
        (_media('max-plays="often"'), "bad_attribute"),
        (_media("", '<audio title="x"/>'), "missing_file"),
        (_media("", '<audio src="b.wav" title="x"/>'), "missing_file"),
        (_media("", '<audio src="https://example.org/b.wav" title="x"/>'), "external_resource"),
        (_media("", '<audio src="a.svg" title="x"/>'), "unsupported_media"),
        (an_item('<p><img src="a.wav" alt="x"/></p>'), "unsupported_media"),
        (an_item('<p><audio src="broken.wav" title="x"/></p>'), "broken_media"),
        (
            an_item('<audio src="a.wav" title="x"><track kind="captions" src="a.svg"/></audio>'),
            "unsupported_media",
        ),
    ],
)
def test_what_cannot_be_played_is_refused(tmp_path: Path, item: str, code: str) -> None:
    """Before the day, with the file and what to do."""
    media = {"a.wav": wav(), "a.svg": SVG, "broken.wav": b"RIFF\0\0\0\0WAVEfmt "}
    assert codes(refusals_of(tmp_path, item, media=media)) == [code]


def test_an_author_is_told_what_pupils_and_strangers_would_learn(tmp_path: Path) -> None:
    """No captions and no label; notes that we cannot take out."""
    form = a_form(tmp_path, an_item('<audio src="a.ogg"/>'), media={"a.ogg": OGG})
    told = " ".join(problem.message for problem in form.remarks)
    assert re.search("no captions and no label", told)
    assert re.search("travels along", told)
