"""Media: a sound or film whose answer is how often it was played."""

from __future__ import annotations

from items.qti.documents import Element
from items.qti.interactions.opening import opening
from items.qti.players import is_recording, write_recording
from items.qti.render import Renderer

MOST_PLAYS = 1000


def write_media(element: Element, renderer: Renderer) -> str:
    """The recording with its bounds; the player counts, and plays it no oftener than it may."""
    bound = renderer.page.bind(element, "media", ("single",), ("integer",))
    if bound is None:
        return ""
    found = [part for part in element.iter() if part is not element and is_recording(part)]
    if len(found) != 1:
        message = f"There are {len(found)} recordings, a media interaction holds one: correct it."
        renderer.page.refuse(element, "wrong_content", message)
        return ""
    low = renderer.page.number(element, "min-plays", 0)
    high = renderer.page.number(element, "max-plays", 0)
    if high and low > high:
        message = f"min-plays='{low}' cannot be reached: correct it."
        renderer.page.refuse(element, "bad_attribute", message)
    bound.shape = {"low": 0, "high": high or MOST_PLAYS}
    switches = "".join(f" data-{name}" for name in ("autostart", "loop") if element.get(name) == "true")
    more = f' role="group" data-min="{low}" data-max="{high}"{switches}'
    start = opening(element, bound, renderer, more=more)
    recording = write_recording(found[0], renderer.page, " data-counted")
    return f"{start}{renderer.prompt(element, bound.id)}{recording}</div>"
