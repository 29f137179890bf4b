"""Pictures are looked at, cleaned and renamed before any pupil gets them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from items.qti.bitmaps import Damaged, picture_size, picture_type, without_remarks
from tests.items import given
from tests.items.given import a_form, an_item, codes, png, refusals_of

SVG_START = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" xmlns:ink="urn:ink" '
)


def _item(*names: str) -> str:
    return an_item("<p>" + "".join(f'<img src="{name}" alt=""/>' for name in names) + "</p>")


def _drawn(folder: Path, inside: str, attributes: str = 'width="9" height="8"') -> str:
    drawing = f"{SVG_START}{attributes}>{inside}</svg>".encode()
    form = a_form(folder, _item("right-answer.svg"), media={"right-answer.svg": drawing})
    return form.content.media[0].data.decode()


def _refused(folder: Path, inside: str) -> list[str]:
    drawing = f"{SVG_START}>{inside}</svg>".encode()
    return codes(refusals_of(folder, _item("a.svg"), media={"a.svg": drawing}))


JPEG = b"\xff\xd8\xff\xe0\x00\x04JF\xff\xc0\x00\x0b\x08\x00\x05\x00\x07\x01"
WEBP = b"RIFF\0\0\0\0WEBP"
LOSSY = WEBP + b"VP8 " + b"\0" * 10 + struct.pack("<HH", 7, 5)
LOSSLESS = WEBP + b"VP8L" + b"\0" * 5 + (6 | 4 << 14).to_bytes(4, "little")
EXTENDED = WEBP + b"VP8X" + b"\0" * 8 + b"\x06\0\0\x04\0\0"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png(7, 5), "image/png"),
        (b"GIF89a\x07\x00\x05\x00", "image/gif"),
        (JPEG, "image/jpeg"),
        (LOSSY, "image/webp"),
        (LOSSLESS, "image/webp"),
        (EXTENDED, "image/webp"),
    ],
)
def test_the_first_bytes_tell_type_and_size(data: bytes, kind: str) -> None:
    """A name can lie; a browser would draw what the bytes say."""
    assert picture_type(data) == kind
    assert picture_size(kind, data) == (7, 5)
    assert picture_size(kind, data[:8]) == (0, 0)


def test_a_picture_that_is_none_is_refused(tmp_path: Path) -> None:
    """The problem names the picture, not the item."""
    (problem,) = refusals_of(tmp_path, _item("a.png"), media={"a.png": b"MZ a program"})
    assert (problem.file, problem.code) == ("a.png", "unsupported_media")
    assert codes(refusals_of(tmp_path, _item("a.svg"), media={"a.svg": b"<html><svg/></html>"})) == [
        "unsupported_media"
    ]


def test_equal_pictures_are_one_and_all_names_are_opaque(tmp_path: Path) -> None:
    """Neither a name nor a second copy tells anything."""
    media = {"right.png": png(), "wrong.jpg": png(), "other.svg": given.SVG}
    form = a_form(tmp_path, _item(*media), media=media)
    assert [(medium.id, medium.type) for medium in form.content.media] == [
        ("m1.png", "image/png"),
        ("m2.svg", "image/svg+xml"),
    ]
    assert form.content.items[0].media == ("m1.png", "m2.svg")


def test_what_programs_and_cameras_write_into_pictures_stays_here(tmp_path: Path) -> None:
    """Comments, authors and places in a picture's file may tell the answer or a name."""
    form = a_form(tmp_path, _item("a.png"), media={"a.png": png(text=b"the right answer is B")})
    assert form.content.media[0].data == png()


def _segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def _exif(orientation: int) -> bytes:
    """A camera's notes, with its orientation behind a name."""
    maker = struct.pack(">HHI4s", 0x010F, 2, 4, b"Zoe\0")
    turned = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", 2) + maker + turned + b"\0\0\0\0"


SCAN = b"\xff\xda\0\x02\x12\xff\0\x34\xff\xd9"


def test_a_photograph_keeps_its_picture_and_orientation_alone() -> None:
    """Without the orientation it would lie on its side; the rest of the notes may hold names and places."""
    frame = _segment(0xE0, b"JFIF\0") + _segment(0xC0, b"\x08\0\x05\0\x07\x01")
    noted = b"\xff\xd8" + _segment(0xE1, _exif(6)) + _segment(0xFE, b"Zoe") + frame + SCAN + b"PK more"
    cleaned = without_remarks("image/jpeg", noted)
    assert b"Zoe" not in cleaned
    assert b"PK more" not in cleaned
    assert cleaned.endswith(frame + SCAN)
    assert cleaned[2:].startswith(b"\xff\xe1")
    assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in cleaned
    upright = b"\xff\xd8" + _segment(0xE1, _exif(1)) + frame + SCAN
    assert without_remarks("image/jpeg", upright) == b"\xff\xd8" + frame + SCAN


def _riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(n + struct.pack("<I", len(d)) + d + b"\0" * (len(d) % 2) for n, d in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def test_a_webp_and_a_gif_lose_their_notes_too() -> None:
    """Whatever the format, what is delivered is what is drawn."""
    extended, drawn = b"\x1c\0\0\0\x06\0\0\x04\0\0", (b"VP8L", b"\x2f123")
    noted = _riff((b"VP8X", extended), drawn, (b"EXIF", b"Zoe"), (b"XMP ", b"Zoe!"))
    assert without_remarks("image/webp", noted) == _riff((b"VP8X", b"\x10" + extended[1:]), drawn)
    start, image = b"GIF89a\x07\0\x05\0\x80\0\0" + b"\0" * 6, b",\0\0\0\0\x07\0\x05\0\0\x02\x01\x44\0"
    comment, control = b"!\xfe\x03Zoe\0", b"!\xf9\x04\0\0\0\0\0"
    assert without_remarks("image/gif", start + comment + control + image + b";more") == (
        start + control + image + b";"
    )


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/gif", "image/webp"])
def test_a_damaged_picture_is_found_at_import(kind: str) -> None:
    """And not on the day, as an empty frame."""
    starts = {
        "image/png": png()[:40],
        "image/jpeg": JPEG[:9],
        "image/gif": b"GIF89a",
        "image/webp": WEBP[:13],
    }
    with pytest.raises(Damaged):
        without_remarks(kind, starts[kind])


def test_names_inside_a_drawing_are_renumbered_and_links_follow(tmp_path: Path) -> None:
    """An arrow called `correct` would tell those who look at the source."""
    inside = (
        "<title>secret</title><metadata><ink:a/></metadata>"
        "<style>/* secret */ .secret{fill:url(#grad-secret)} #dot-secret,.other{stroke:#ff0000}</style>"
        '<defs><linearGradient id="grad-secret"/></defs>'
        '<g id="layer-secret" ink:label="secret" class="secret">'
        '<circle id="dot-secret" r="5" fill="url(#grad-secret)"/><use x:href="#dot-secret"/></g>'
        "<text>3 <title>secret</title>cm</text>"
    )
    drawn = _drawn(tmp_path, inside)
    assert "secret" not in drawn
    assert '<circle id="i3" r="5" fill="url(#i1)"/>' in drawn
    assert 'href="#i3"' in drawn
    assert ".c1{fill:url(#i1)}" in drawn
    assert "#i3,.none{stroke:#ff0000}" in drawn
    assert "<text>3 cm</text>" in drawn


def test_a_drawing_keeps_its_shapes(tmp_path: Path) -> None:
    """Cleaning changes no picture."""
    shapes = '<path d="M0 0L9 9" stroke="red" style="stroke-width:2"/><text x="1">a<tspan>b</tspan></text>'
    assert shapes in _drawn(tmp_path, shapes)
    embedded = '<image href="data:image/png;base64,AAAA" width="3" height="3"/>'
    assert embedded in _drawn(tmp_path, embedded)


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<script>1</script>", "script"),
        ('<rect onload="1"/>', "script"),
        ('<a href="javascript:1"><rect/></a>', "script"),
        ("<foreignObject/>", "unsupported_element"),
        ('<animate attributeName="href"/>', "unsupported_element"),
        ('<image href="https://elsewhere/a.png"/>', "external_resource"),
        ('<use x:href="other.svg#a"/>', "external_resource"),
        ('<rect fill="url(https://elsewhere/a.svg#a)"/>', "external_resource"),
        ("<rect style=\"fill:url( '//elsewhere/a')\"/>", "external_resource"),
        ("<style>@import 'a.css';</style>", "external_resource"),
        ("<style>rect{fill:u\\72l(x)}</style>", "external_resource"),
        ('<image href="data:image/svg+xml;base64,AAAA"/>', "external_resource"),
    ],
)
def test_active_or_foreign_drawings_are_refused(tmp_path: Path, inside: str, code: str) -> None:
    """A picture draws and does nothing else."""
    assert _refused(tmp_path, inside) == [code]


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="9px" height="8.4"', 'width="9" height="8"'),
        ('viewBox="0 0 30 20"', 'width="30" height="20"'),
        ('width="100%" height="100%" viewBox="0,0,30,20"', 'width="30" height="20"'),
        ("", ""),
    ],
)
def test_the_size_of_a_drawing_is_its_own_or_its_box(tmp_path: Path, attributes: str, size: str) -> None:
    """Where neither is given, the page gets none and the player lets it grow."""
    drawing = f"{SVG_START}{attributes}/>".encode()
    form = a_form(tmp_path, _item("a.svg"), media={"a.svg": drawing})
    assert f'<img data-media="m1.svg" alt=""{" " + size if size else ""}>' in form.content.items[0].html


def test_a_hotspot_picture_of_unknown_size_is_refused(tmp_path: Path) -> None:
    """The places could not be put where they belong."""
    body = (
        '<qti-hotspot-interaction response-identifier="RESPONSE"><img src="a.svg" alt=""/>'
        '<qti-hotspot-choice identifier="a" shape="default"/></qti-hotspot-interaction>'
    )
    item = an_item(body, given.declared(("a",)))
    assert codes(refusals_of(tmp_path, item, media={"a.svg": f"{SVG_START}/>".encode()})) == ["missing_size"]


def test_a_damaged_picture_is_refused_by_its_name(tmp_path: Path) -> None:
    """An author looks for the file, not for the item."""
    (problem,) = refusals_of(tmp_path, _item("a.png"), media={"a.png": png()[:40]})
    assert (problem.file, problem.code) == ("a.png", "broken_media")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("image/jpeg", b"\xff\xd8\xff\xe0\0\x04JF\0\0\0\0"),
        ("image/webp", _riff()),
        ("image/webp", _riff((b"VP8L", b"1234"))[:-2]),
    ],
)
def test_pictures_that_go_astray_inside_are_damaged(kind: str, data: bytes) -> None:
    """Each format has its own way of ending early."""
    with pytest.raises(Damaged):
        without_remarks(kind, data)
    assert picture_size(kind, data) == (0, 0)


def test_filling_between_the_segments_of_a_photograph_is_harmless() -> None:
    """The standard allows it; notes that cannot be read leave the picture upright."""
    filled = b"\xff\xd8" + b"\xff\xff" + _segment(0xC0, b"\x08\0\x05\0\x07\x01")[1:]
    assert picture_size("image/jpeg", filled + SCAN) == (7, 5)
    odd = b"\xff\xd8" + _segment(0xE1, b"Exif\0\0MM") + SCAN
    assert without_remarks("image/jpeg", odd) == b"\xff\xd8" + SCAN
    empty = b"\xff\xd8" + _segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0") + SCAN
    assert without_remarks("image/jpeg", empty) == b"\xff\xd8" + SCAN
    assert picture_size("image/jpeg", empty) == (0, 0)


def test_text_around_what_is_left_out_of_a_drawing_stays(tmp_path: Path) -> None:
    """Only the element goes, not the words behind it; links of words lead nowhere."""
    drawn = _drawn(tmp_path, "<text><title>secret</title>3 <tspan>c</tspan><desc>secret</desc>m</text>")
    assert "<text>3 <tspan>c</tspan>m</text>" in drawn
    linked = _drawn(tmp_path, '<a href="https://elsewhere/"><rect class="secret" data-secret="1"/></a>')
    assert "<a><rect/></a>" in linked


def test_a_broken_drawing_is_refused_by_its_name(tmp_path: Path) -> None:
    """As any other XML file."""
    (problem,) = refusals_of(tmp_path, _item("a.svg"), media={"a.svg": b"<svg><oops></svg>"})
    assert (problem.file, problem.code) == ("a.svg", "broken_xml")


@pytest.mark.parametrize(
    "inside",
    [
        "<style>" + "/*" * 200_000 + "</style>",
        "<style>" + ".a" * 200_000 + "</style>",
        "<style>" + "url(#a" * 100_000 + "</style>",
        f'<rect fill="{"url(" + " " * 200_000}#a)"/>',
    ],
)
def test_a_drawing_written_to_keep_us_busy_does_not(tmp_path: Path, inside: str) -> None:
    """Any of these took minutes where a pattern looked ahead to the end from each place."""
    drawing = f"{SVG_START}>{inside}</svg>".encode()
    assert codes(refusals_of(tmp_path, _item("a.svg"), media={"a.svg": drawing})) in (
        [],
        ["external_resource"],
    )


def test_rules_inside_rules_are_renamed_too(tmp_path: Path) -> None:
    """Drawing programs write media rules."""
    drawn = _drawn(tmp_path, "<style>@media print{.secret{x:y}.b{}}</style><g class='secret'/>")
    assert "@media print{.c1{x:y}.none{}}" in drawn
