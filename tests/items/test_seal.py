"""A sealed form opens with its key, frame by frame, and in no other way."""

from __future__ import annotations

import itertools
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from items.model import Content
from items.seal import Unreadable, seal, unseal
from tests.items import given
from tests.items.given import SVG, a_form, an_item, png
from tests.items.kinds import EVERY_KIND

KEY, NAME = bytes(range(32)), bytes(range(100, 116))


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return a_form(tmp_path, *EVERY_KIND.values(), media={"authored-picture.svg": SVG}).content


def test_a_sealed_form_opens_to_its_content(content: Content) -> None:
    """The table of contents, then each item and, once, what it needs."""
    name, frames = unseal(seal(content, key=KEY, content_id=NAME), key=KEY)
    header = frames[0].header
    assert name == NAME
    assert frames[0].data == b""
    assert (header["v"], header["title"], header["language"]) == (1, "Épreuve", "fr")
    assert header["sections"] == [
        {"id": "s1", "title": "Calcul", "items": [f"i{n}" for n in range(1, len(EVERY_KIND) + 1)]}
    ]
    assert header["items"][0] == {"id": "i1", "stimuli": [], "media": ["m1.svg"]}
    assert header["media"] == [{"id": "m1.svg", "type": "image/svg+xml"}]
    items = {
        frame.header["id"]: frame.data.decode() for frame in frames if frame.header.get("kind") == "item"
    }
    assert items == {item.id: item.html for item in content.items}
    (picture,) = (frame for frame in frames if frame.header.get("kind") == "media")
    assert picture.data == content.media[0].data


def test_an_item_comes_after_its_passage_and_before_its_pictures(tmp_path: Path) -> None:
    """The first item is painted as soon as its words are there, whatever is still on the way."""
    rubric = '<qti-rubric-block view="candidate"><p>Lis <img src="a.png" alt=""/></p></qti-rubric-block>'
    references = (given.a_reference("item1"), given.a_reference("item2"))
    test = given.a_test(given.a_section(*references, inside=rubric))
    items = [an_item('<p><img src="b.svg" alt=""/></p>'), an_item("<p>2</p>", identifier="q2")]
    content = a_form(tmp_path, *items, media={"a.png": png(), "b.svg": SVG}, test=test).content
    _, frames = unseal(seal(content, key=KEY, content_id=NAME), key=KEY)
    order = [(frame.header["kind"], frame.header["id"]) for frame in frames[1:]]
    wanted = [("stimulus", "p1"), ("item", "i1"), ("media", "m2.svg"), ("media", "m1.png"), ("item", "i2")]
    assert order == wanted
    assert frames[1].header["media"] == ["m1.png"]


def test_the_bytes_are_laid_out_as_the_player_reads_them(content: Content) -> None:
    """Read here by hand, without our own reader: id, length, nonce, associated data, deflate, header."""
    sealed = seal(content, key=KEY, content_id=NAME)
    assert sealed[:16] == NAME
    at = 16
    for index in itertools.count():
        length = int.from_bytes(sealed[at : at + 4], "big")
        last = at + 4 + length == len(sealed)
        associated = NAME + index.to_bytes(4, "big") + (b"\1" if last else b"\0")
        plain = AESGCM(KEY).decrypt(index.to_bytes(12, "big"), sealed[at + 4 : at + 4 + length], associated)
        data = zlib.decompress(plain)
        assert data[4:5] == b"{"
        assert data[4 + int.from_bytes(data[:4], "big") - 1 :][:1] == b"}"
        at += 4 + length
        if last:
            break
    assert index == 1 + len(content.items) + len(content.media) - 1


def _frames(sealed: bytes) -> list[bytes]:
    frames, at = [], 16
    while at < len(sealed):
        end = at + 4 + int.from_bytes(sealed[at : at + 4], "big")
        frames.append(sealed[at:end])
        at = end
    return frames


@pytest.mark.parametrize("damage", ["cut", "dropped", "swapped", "changed", "renamed", "short", "empty"])
def test_what_was_tampered_with_does_not_open(content: Content, damage: str) -> None:
    """No frame can be missing, moved, changed, or come from another form."""
    sealed = seal(content, key=KEY, content_id=NAME)
    frames = _frames(sealed)
    damaged = {
        "cut": NAME + b"".join(frames[:-1]),
        "dropped": NAME + b"".join(frames[:1] + frames[2:]),
        "swapped": NAME + b"".join([frames[0], frames[2], frames[1], *frames[3:]]),
        "changed": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        "renamed": bytes(16) + sealed[16:],
        "short": sealed[:-3],
        "empty": NAME,
    }
    with pytest.raises(Unreadable):
        unseal(damaged[damage], key=KEY)


def test_another_key_does_not_open_it(content: Content) -> None:
    """Whoever fetches the form before the bell holds noise."""
    sealed = seal(content, key=KEY, content_id=NAME)
    with pytest.raises(Unreadable):
        unseal(sealed, key=bytes(32))
    assert b"Lesquels" not in sealed


def test_a_content_id_of_another_length_is_our_mistake(content: Content) -> None:
    """The player counts on sixteen bytes."""
    with pytest.raises(ValueError, match="16 bytes"):
        seal(content, key=KEY, content_id=b"short")
