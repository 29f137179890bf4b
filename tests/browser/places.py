"""Answers to what joins, orders a part, or works on a picture: by mouse, by finger, by keyboard, by list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.answers import Response, correct
from tests.browser.deliveries import Delivered
from tests.browser.keyboard import Keyboard
from tests.browser.mouse import KINDS as BY_MOUSE
from tests.browser.sitting import Sitting

FORM = Path(__file__).parent.parent / "forms" / "places"
STRIDE = 10
POINT = re.compile(r"\d+ \d+")
PIXEL = 2
SHOWN = """(item) => ({
  controls: [...item.querySelectorAll('input, select, textarea')].map((one) => [one.value, one.checked]),
  named: [...item.querySelectorAll('.spot-button, .slot, .folded')].map((one) => one.ariaLabel),
  pressed: [...item.querySelectorAll('.chip:not(.object)')].map((one) => [one.className, one.ariaPressed]),
  lines: [...item.querySelectorAll('.pairs li, .qti-order.is-given li')].map((one) => one.textContent),
  marks: [...item.querySelectorAll('.mark-at')].map((one) => [one.style.left, one.style.top]),
})"""


def right(delivered: Delivered, item: str) -> Response:
    """The declared right response, with whole numbers typed to the base that the item asks for."""
    known = delivered.key["items"][item]["responses"]
    given = correct(delivered, item)
    binary = {name: f"{int(given[name]):b}" for name in given if known[name].get("base") == 2}
    return given | binary


def shown(sitting: Sitting) -> Any:
    """What the question on the screen shows of its answer."""
    return sitting.page.locator(".question .item").evaluate(SHOWN)


def apart(exported: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Items whose answers differ; points may be off by what a pixel is in units of the picture."""
    return [item for item in expected if not _same(exported.get(item), expected[item])]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, str) and isinstance(other, str) and POINT.fullmatch(one) and POINT.fullmatch(other):
        pairs = zip(one.split(), other.split(), strict=True)
        return all(abs(float(a) - float(b)) <= PIXEL for a, b in pairs)
    return bool(one == other)


class Pointer:
    """One finger or mouse; `press` is a click or a tap."""

    def __init__(self, sitting: Sitting, *, touch: bool = False) -> None:
        self.sitting = sitting
        self.touch = touch

    def press(self, target: Locator, **where: Any) -> None:
        if self.touch:
            target.tap(**where)
        else:
            target.click(**where)

    def answer(self, response: Mapping[str, Any]) -> None:
        """Give this response to the question on the screen."""
        for name, value in response.items():
            root = self.sitting.interaction(name)
            kind = kind_of(root)
            if kind in OURS:
                getattr(self, OURS[kind])(root, [value] if isinstance(value, str) else value)
            else:
                BY_MOUSE[kind](root, value)

    def join(self, root: Locator, pairs: list[str]) -> None:
        for one, other in map(str.split, pairs):
            self.press(thing(root, one))
            self.press(thing(root, other))

    def rank(self, root: Locator, names: list[str]) -> None:
        for name in names:
            self.press(thing(root, name))

    def point(self, root: Locator, points: list[str]) -> None:
        stage = self.sitting.page.locator(".qti-stage")
        width = float(stage.get_attribute("data-width") or 0)
        expect(stage.locator("img").first).not_to_have_js_property(
            "naturalWidth", 0
        )  # which gives its height
        if root.locator(".object").count():
            self.press(root.locator(".object"))
        layer = stage.locator(".aim:not(.is-idle)")
        for x, y in (map(float, point.split()) for point in points):
            box = layer.bounding_box()
            assert box
            scale = box["width"] / width
            self.press(layer, position={"x": x * scale, "y": y * scale})

    def unfold(self, root: Locator, values: list[str]) -> None:
        self.press(root.locator(".folded"))
        self.press(root.locator("label", has=root.page.locator(f'input[value="{values[0]}"]')))

    def several(self, root: Locator, texts: list[str]) -> None:
        for place, text in enumerate(texts):
            self.press(root.locator("input").nth(place))
            self.sitting.page.keyboard.insert_text(text)


class Keys:
    """The keyboard alone."""

    def __init__(self, sitting: Sitting) -> None:
        self.hands = Keyboard(sitting)
        self.sitting = sitting

    def answer(self, response: Mapping[str, Any]) -> None:
        """Give this response to the question on the screen, each control looked for from the top."""
        for name, value in response.items():
            root = self.sitting.interaction(name)
            kind = kind_of(root)
            if kind in OURS:
                getattr(self, OURS[kind])(root, [value] if isinstance(value, str) else value)
            else:
                self.hands.answer({name: value})

    def _press(self, target: Locator, key: str = "Enter") -> None:
        self.sitting.heading.focus()
        self.hands.press(target, key)

    def join(self, root: Locator, pairs: list[str]) -> None:
        for one, other in map(str.split, pairs):
            self._press(thing(root, one))
            self._press(thing(root, other), "Space")

    def rank(self, root: Locator, names: list[str]) -> None:
        for name in names:
            self._press(thing(root, name))

    def point(self, root: Locator, points: list[str]) -> None:
        stage = self.sitting.page.locator(".qti-stage")
        if root.locator(".object").count():
            self._press(root.locator(".object"))
        else:
            self.sitting.heading.focus()
            self.hands.reach(stage.locator(".aim"))
        sizes = (stage.get_attribute(f"data-{side}") or "0" for side in ("width", "height"))
        at = [round(int(size) / 2) for size in sizes]
        for point in points:
            to = [int(number) for number in point.split()]
            self._move(to[0] - at[0], "ArrowRight", "ArrowLeft")
            self._move(to[1] - at[1], "ArrowDown", "ArrowUp")
            self.hands.keys.press("Enter")
            at = to

    def _move(self, away: int, more: str, less: str) -> None:
        strides, steps = divmod(abs(away), STRIDE)
        for _ in range(strides):
            self.hands.keys.press(f"Shift+{more if away > 0 else less}")
        for _ in range(steps):
            self.hands.keys.press(more if away > 0 else less)

    def unfold(self, root: Locator, values: list[str]) -> None:
        self._press(root.locator(".folded"))
        wanted = root.locator(f'input[value="{values[0]}"]').element_handle()
        for _ in range(root.locator("input").count() + 1):
            if wanted.evaluate("(one) => one === document.activeElement"):
                break
            self.hands.keys.press("ArrowDown")
        self.hands.keys.press("Space")
        self.hands.keys.press("Enter")

    def several(self, root: Locator, texts: list[str]) -> None:
        self.sitting.heading.focus()
        for place, text in enumerate(texts):
            self.hands.reach(root.locator("input").nth(place))
            self.hands.keys.type(text)


def thing(root: Locator, name: str) -> Locator:
    """The button of a label, place or gap."""
    return root.locator(f'[data-choice="{name}"] > button, [data-gap="{name}"] > button')


def kind_of(root: Locator) -> str:
    """The kind of an interaction; those that came to be done in another way have a name of their own."""
    kind = root.get_attribute("data-interaction") or ""
    others = {
        "order": "[data-max]",
        "inline-choice": ".folding",
        "gap-match": ":has(.qti-gap)",
        "extended-text": "[data-fields]",
    }
    other = others.get(kind)
    is_other = other and root.evaluate("(root, selector) => root.matches(selector)", other)
    return f"{kind} otherwise" if is_other else kind


OURS = {
    "associate": "join",
    "graphic-associate": "join",
    "graphic-gap-match": "join",
    "gap-match otherwise": "join",
    "graphic-order": "rank",
    "order otherwise": "rank",
    "select-point": "point",
    "position-object": "point",
    "inline-choice otherwise": "unfold",
    "extended-text otherwise": "several",
}
