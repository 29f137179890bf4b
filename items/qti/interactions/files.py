"""Upload and drawing: answers that are files, sent apart and named by id."""

from __future__ import annotations

import re

from items.filetypes import ENDINGS, types_named
from items.qti.documents import Element, children, local, text_of
from items.qti.interactions.opening import opening
from items.qti.render import Renderer

LARGEST_SHEET = 4096  # pixels a side; what a browser of an old tablet still draws on


def write_upload(element: Element, renderer: Renderer) -> str:
    """A place to hand in a file; the player puts the controls there."""
    bound = renderer.page.bind(element, "upload", ("single",), ("file",))
    if bound is None:
        return ""
    types, unknown = types_named(element.get("type", ""))
    for word in unknown:
        message = f"The type {word} cannot be recognised by its content: pupils may hand in {_named(types)}."
        renderer.page.remark(element, message)
    bound.shape = {"types": list(types)}
    endings = " ".join(ENDINGS[name] for name in types)
    taken = f' data-types="{" ".join(types)}" data-endings="{endings}"'
    start = opening(element, bound, renderer, more=f' role="group"{taken}')
    return f"{start}{renderer.prompt(element, bound.id)}</div>"


def _named(types: tuple[str, ...]) -> str:
    return ", ".join(types) if len(types) < 6 else "any document, picture, sound or film"


def write_drawing(element: Element, renderer: Renderer) -> str:
    """A picture to draw on; what comes back is the picture with the drawing, as PNG."""
    bound = renderer.page.bind(element, "drawing", ("single",), ("file",))
    if bound is None:
        return ""
    bound.shape = {"types": ["image/png"]}
    picture, width, height = _sheet(element, renderer)
    start = opening(element, bound, renderer, more=' role="group"')
    return (
        f"{start}{renderer.prompt(element, bound.id)}"
        f'<div class="qti-drawing" data-width="{width}" data-height="{height}">{picture}</div></div>'
    )


def _sheet(element: Element, renderer: Renderer) -> tuple[str, int, int]:
    found = children(element, "img", "object", "picture")
    if len(found) != 1 or (local(found[0]) == "object" and not found[0].get("type", "").startswith("image/")):
        message = "A drawing interaction holds one picture to draw on: correct it."
        renderer.page.refuse(element, "wrong_content", message)
        return "", 0, 0
    source = found[0] if local(found[0]) != "picture" else next(iter(children(found[0], "img")), found[0])
    picture = renderer.page.picture(source, source.get("alt") or text_of(source))
    size = re.search(r'width="(\d+)" height="(\d+)"', picture)
    if picture and size is None:
        message = "The size of the picture is not known: give it a width and a height."
        renderer.page.refuse(source, "missing_size", message)
    width, height = (int(size[1]), int(size[2])) if size else (0, 0)
    if max(width, height) > LARGEST_SHEET:
        message = f"The picture to draw on may have {LARGEST_SHEET} pixels a side: make it smaller."
        renderer.page.refuse(source, "too_big", message)
    return picture, width, height
