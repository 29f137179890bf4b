"""Recordings in the text: where the player puts a sound or a film, with captions and a picture to wait by."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from items.qti.documents import Element, children, local, text_of
from items.qti.page import Page, size_of
from items.qti.recordings import CAPTIONS, CARRIES_NOTES

TRACKS = frozenset({"captions", "subtitles", "descriptions"})


class _Source(NamedTuple):
    href: str
    family: str


def write_recording(element: Element, page: Page, more: str = "") -> str:
    """The place of an `audio`, `video` or `object`; `more` are attributes of it."""
    source = _source(element)
    if source is None:
        message = "The recording names no file: give it a src."
        page.refuse(element, "missing_file", message)
        return ""
    media = page.media_of(element, source.href, source.family)
    if media is None:
        return ""
    if media.type in CARRIES_NOTES:
        page.remark(
            element, f"What is written inside {source.href} (title, comments) travels along: clear it."
        )
    kind = media.type.split("/")[0]
    label = element.get("aria-label") or element.get("title") or text_of(element)
    tracks = "".join(_tracks(element, page))
    if not tracks and not label:
        message = (
            "The recording has no captions and no label: pupils who do not hear or see learn nothing of it."
        )
        page.remark(element, message)
    width, height = size_of(element, 0, 0)
    size = f' data-width="{width}" data-height="{height}"' if kind == "video" and width and height else ""
    written = f' data-kind="{kind}" data-label="{escape(label)}"{size}'
    poster = _poster(element, page) if kind == "video" else ""
    loop = " data-loop" if element.get("loop") is not None and element.get("loop") != "false" else ""
    start = f'<span class="qti-recording" data-recording="{media.id}"{written}{poster}{loop}{more}>'
    return f"{start}{tracks}</span>"


def is_recording(element: Element) -> bool:
    """Whether this element is one: by its name, or for an object by its declared type."""
    if local(element) in ("audio", "video"):
        return True
    return local(element) == "object" and element.get("type", "").startswith(("audio/", "video/"))


def _source(element: Element) -> _Source | None:
    """The first file; a browser would choose among several, a form travels with one."""
    family = local(element) if local(element) != "object" else element.get("type", "").split("/")[0]
    inner = [part.get("src") for part in children(element, "source")]
    href = next((href for href in (element.get("src"), element.get("data"), *inner) if href), None)
    return _Source(href, family) if href else None


def _tracks(element: Element, page: Page) -> Iterator[str]:
    for track in children(element, "track"):
        kind = track.get("kind") or "subtitles"
        if kind not in TRACKS:
            page.remark(track, f"A track of kind {kind} shows nothing to pupils: it is left out.")
            continue
        media = page.media_of(track, track.get("src") or "", CAPTIONS)
        if media is not None:
            label, language = escape(track.get("label") or ""), escape(track.get("srclang") or "")
            yield (
                f'<span data-track="{media.id}" data-kind="{kind}" data-label="{label}"'
                f' data-language="{language}"></span>'
            )


def _poster(element: Element, page: Page) -> str:
    if not element.get("poster"):
        return ""
    media = page.media_of(element, str(element.get("poster")), "image")
    return f' data-poster="{media.id}"' if media else ""
