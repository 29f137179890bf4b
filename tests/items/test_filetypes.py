"""What a file is, by its bytes; what an author's list of types means."""

from __future__ import annotations

import io
import zipfile

import pytest

from items.filetypes import ENDINGS, file_type, types_named
from tests.items.given import SVG, png


def _zip(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, name if name != "mimetype" else "application/vnd.oasis.opendocument.text")
    return held.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument."
SAMPLES = [
    (png(), "image/png"),
    (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
    (b"%PDF-1.7\n", "application/pdf"),
    (b"\0\0\0\x18ftypheic", "image/heic"),
    (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
    (b"\0\0\0\x18ftypisom", "video/mp4"),
    (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
    (b"ID3\x04\0", "audio/mpeg"),
    (b"\xff\xfb\x90\x64", "audio/mpeg"),
    (b"OggS\0\x02", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3....webm", "video/webm"),
    (b"{\\rtf1", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    (_zip("mimetype"), "application/vnd.oasis.opendocument.text"),
    (_zip("[Content_Types].xml", "word/document.xml"), OFFICE + "wordprocessingml.document"),
    (_zip("[Content_Types].xml", "xl/workbook.xml"), OFFICE + "spreadsheetml.sheet"),
    (_zip("notes.txt"), "application/zip"),
    ("Le phare éclaire la mer.\n".encode(), "text/plain"),
]


@pytest.mark.parametrize(("data", "kind"), SAMPLES, ids=[kind for _, kind in SAMPLES])
def test_a_file_is_what_its_first_bytes_say(data: bytes, kind: str) -> None:
    """Each type that we name is recognised, whatever the file is called."""
    assert file_type(data) == kind
    assert kind in ENDINGS


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SVG,
        b"<!DOCTYPE html><p>",
        b"<html>",
        b"#!/bin/sh\n",
        b"MZ\x90\0",
        b"\x7fELF\2\1",
        b"a\0b",
        b"<?xml?>",
    ],
)
def test_what_a_computer_would_run_is_nothing_that_we_take(data: bytes) -> None:
    """A page, a drawing with scripts, a program: no item can ask for them."""
    assert file_type(data) == ""


@pytest.mark.parametrize(
    ("declared", "known", "unknown"),
    [
        ("application/pdf", ("application/pdf",), ()),
        ("audio/mp3, image/jpg", ("audio/mpeg", "image/jpeg"), ()),
        (
            "application/vnd.geogebra.file application/pdf",
            ("application/pdf",),
            ("application/vnd.geogebra.file",),
        ),
        ("text/html", tuple(ENDINGS), ("text/html",)),
        ("", tuple(ENDINGS), ()),
    ],
)
def test_an_author_s_types_are_those_that_we_can_recognise(
    declared: str, known: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    """Other names are understood; what we cannot tell by content is handed back, for a remark."""
    assert types_named(declared) == (known, unknown)


def test_a_family_is_all_of_its_types() -> None:
    """`image/*` takes what a phone makes."""
    assert "image/heic" in types_named("image/*")[0]
