"""Text entry, extended text, hot words and the slider: one value in or beside the text."""

from __future__ import annotations

from html import escape

from items.qti.documents import Element, local
from items.qti.interactions.opening import labelled_by, limits, limits_written, opening
from items.qti.page import Bound
from items.qti.render import Renderer

ENTRY_LENGTH = 500  # characters; also what the server takes
ESSAY_LENGTH = 20_000  # some 3,500 words
WIDEST = 60
DEFAULT_SIZE = 10
DEFAULT_ROWS = 6
MOST_ROWS = 40
LONGEST_PATTERN = 500
KEYBOARDS = {"integer": "numeric", "float": "decimal"}


def write_text_entry(element: Element, renderer: Renderer) -> str:
    """A field in the line; as wide as the author says and never as the answer is."""
    bound = renderer.page.bind(element, "text-entry", ("single",), ("string", "integer", "float"))
    if bound is None:
        return ""
    _take_base(element, bound, renderer)
    bound.shape = {"max_length": ENTRY_LENGTH}
    size = min(renderer.page.number(element, "expected-length", 0) or DEFAULT_SIZE, WIDEST)
    more = (
        f' type="text" size="{size}" maxlength="{ENTRY_LENGTH}"{_mask(element, renderer)}'
        + _placeholder(element)
        + _keyboard(bound)
        + ' autocomplete="off" autocapitalize="off" spellcheck="false"'
    )
    return opening(element, bound, renderer, tag="input", more=more)


def write_extended_text(element: Element, renderer: Renderer) -> str:
    """Room for a text of the pupil's own."""
    bound = renderer.page.bind(element, "extended-text", ("single",), ("string", "integer", "float"))
    if bound is None:
        return ""
    _take_base(element, bound, renderer)
    if element.get("format") == "xhtml":
        renderer.page.remark(element, "format='xhtml': pupils write plain text, without bold or lists.")
    bound.shape = {"max_length": ESSAY_LENGTH}
    rows = min(renderer.page.number(element, "expected-lines", 0) or DEFAULT_ROWS, MOST_ROWS)
    expected = renderer.page.number(element, "expected-length", 0)
    length = f' data-expected-length="{expected}"' if expected else ""
    exact = ' class="qti-preformatted"' if element.get("format") == "preformatted" else ""
    prompt, label = renderer.prompt(element, bound.id), labelled_by(element, bound)
    return (
        f'{opening(element, bound, renderer)}{prompt}<textarea{exact} data-base-type="{bound.base_type}"'
        f' rows="{rows}" maxlength="{ESSAY_LENGTH}"{length}{_placeholder(element)}{_keyboard(bound)}'
        f"{_mask(element, renderer)}{label}></textarea></div>"
    )


def _placeholder(element: Element) -> str:
    hint = element.get("placeholder-text")
    return f' placeholder="{escape(hint)}"' if hint else ""


def _take_base(element: Element, bound: Bound, renderer: Renderer) -> None:
    """Numbers to another base than ten: whole ones, to bases whose digits are 0 to 9 and A to Z."""
    base = renderer.page.number(element, "base", 10)
    if base == 10:
        return
    if bound.base_type != "integer" or not 2 <= base <= 36:
        message = f"base='{base}' is for whole numbers (base-type integer) and from 2 to 36: correct it."
        renderer.page.refuse(element, "bad_attribute", message)
    bound.base = base


def _keyboard(bound: Bound) -> str:
    """The keys that a tablet shows; digits alone, unless there are digits beyond 9."""
    if bound.base != 10:
        return f' data-base="{bound.base}"'
    keyboard = KEYBOARDS.get(bound.base_type)
    return f' inputmode="{keyboard}"' if keyboard else ""


def _mask(element: Element, renderer: Renderer) -> str:
    """The author's pattern; it goes to every browser, so it must not spell the answer."""
    pattern = element.get("pattern-mask")
    if not pattern:
        return ""
    if len(pattern) > LONGEST_PATTERN:
        renderer.page.refuse(element, "bad_attribute", "pattern-mask is too long: simplify it.")
    message = element.get("data-patternmask-message")
    written = f' data-pattern="{escape(pattern)}"'
    return written + (f' data-pattern-message="{escape(message)}"' if message else "")


def write_hottext(element: Element, renderer: Renderer) -> str:
    """A text some words of which can be ticked where they stand."""
    bound = renderer.page.bind(element, "hottext", ("single", "multiple"), ("identifier",))
    if bound is None:
        return ""
    count = sum(local(part) == "qti-hottext" for part in element.iterdescendants())
    if not count:
        renderer.page.refuse(element, "no_choices", "There is no <qti-hottext> in the text: add one.")
    low, high = limits(element, bound, renderer, "choices", count)
    control, role = ("radio", "radiogroup") if high == 1 else ("checkbox", "group")
    prompt = renderer.prompt(element, bound.id)
    renderer.page.parts = {"qti-hottext": _HotWords(bound, control, renderer).write}
    text = "".join(
        renderer.element(part) + renderer.page.text(part.tail)
        for part in element
        if local(part) != "qti-prompt"
    )
    bound.shape = {"choices": sorted(bound.choices), "min": low, "max": high}
    start = opening(element, bound, renderer, more=f' role="{role}"{limits_written(low, high)}')
    return f"{start}{prompt}{text}</div>"


class _HotWords:
    def __init__(self, bound: Bound, control: str, renderer: Renderer) -> None:
        self._bound = bound
        self._control = control
        self._renderer = renderer

    def write(self, element: Element) -> str:
        name = self._renderer.page.opaque(self._bound, element)
        control = f'<input type="{self._control}" name="{self._bound.id}" value="{name}">'
        word = f"<span>{self._renderer.content(element)}</span>"
        template = self._renderer.template(element)
        return f'<label class="qti-hottext"{template}>{control}{word}</label>'


def write_slider(element: Element, renderer: Renderer) -> str:
    """A native range; it counts as answered only when touched."""
    bound = renderer.page.bind(element, "slider", ("single",), ("integer", "float"))
    if bound is None:
        return ""
    low, high = _bound(element, "lower-bound", renderer), _bound(element, "upper-bound", renderer)
    step = _bound(element, "step", renderer) if element.get("step") else 1.0
    if low >= high or step <= 0 or step > high - low:
        message = "lower-bound, upper-bound and step leave nothing to choose: correct them."
        renderer.page.refuse(element, "bad_attribute", message)
    bound.shape = {"low": low, "high": high}
    free = bound.base_type == "float" and not element.get("step")
    start = opening(element, bound, renderer)
    prompt, label = renderer.prompt(element, bound.id), labelled_by(element, bound)
    reverse = " data-reverse" if element.get("reverse") == "true" else ""
    upright = ' aria-orientation="vertical"' if element.get("orientation") == "vertical" else ""
    return (
        f'{start}{prompt}<input type="range" min="{low:g}" max="{high:g}"'
        f' step="{"any" if free else f"{step:g}"}"{reverse}{upright}{label}><output></output></div>'
    )


def _bound(element: Element, attribute: str, renderer: Renderer) -> float:
    try:
        return float(element.get(attribute, ""))
    except ValueError:
        renderer.page.refuse(element, "bad_attribute", f"{attribute} is a number: give the slider one.")
        return 0.0
