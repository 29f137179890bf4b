"""Text entry, extended text, hot words and the slider: one value in or beside the text."""

from __future__ import annotations

from html import escape

from items.qti.documents import Element, local
from items.qti.interactions.opening import labelled_by, limits, limits_written, opening
from items.qti.page import Bound
from items.qti.render import Renderer

ENTRY_LENGTH = 500  # characters; also what the server takes
ESSAY_LENGTH = 20_000  # some 3,500 words
ALL_LENGTH = 15_000  # of the texts of one response together: what one batch holds in any alphabet
AS_TYPED = ' autocomplete="off" autocapitalize="off" spellcheck="false"'
WIDEST = 60
DEFAULT_SIZE = 10
DEFAULT_ROWS = 6
MOST_ROWS = 40
LONGEST_PATTERN = 500
DEFAULT_STRINGS = 3
MOST_STRINGS = 50  # texts that one extended text takes
WRITTEN = ("string", "integer", "float")
SEVERAL = ("multiple", "ordered")
KEYBOARDS = {"integer": "numeric", "float": "decimal"}


def write_text_entry(element: Element, renderer: Renderer) -> str:
    """A field in the line; as wide as the author says and never as the answer is."""
    bound = renderer.page.bind(element, "text-entry", ("single", "record"), WRITTEN)
    if bound is None:
        return ""
    _take_base(element, bound, renderer)
    bound.shape = {"max_length": ENTRY_LENGTH}
    size = min(renderer.page.number(element, "expected-length", 0) or DEFAULT_SIZE, WIDEST)
    more = (
        f' type="text" size="{size}" maxlength="{ENTRY_LENGTH}"{_mask(element, renderer)}'
        + _placeholder(element)
        + _keyboard(bound)
        + AS_TYPED
    )
    return opening(element, bound, renderer, tag="input", more=more)


def write_extended_text(element: Element, renderer: Renderer) -> str:
    """Room for a text of the pupil's own."""
    kinds = ("single", "multiple", "ordered", "record")
    bound = renderer.page.bind(element, "extended-text", kinds, WRITTEN)
    if bound is None:
        return ""
    _take_base(element, bound, renderer)
    if element.get("format") == "xhtml":
        renderer.page.remark(element, "format='xhtml': pupils write plain text, without bold or lists.")
    low, high = _strings(element, bound, renderer)
    rows = min(renderer.page.number(element, "expected-lines", 0), MOST_ROWS)
    if bound.cardinality in SEVERAL:
        longest = min(ALL_LENGTH // high, ENTRY_LENGTH if rows < 2 else ALL_LENGTH)
        bound.shape = {"max_length": longest, "min": low, "max": high}
        return _write_lines(element, bound, renderer, rows)
    bound.shape = {"max_length": ESSAY_LENGTH}
    expected = renderer.page.number(element, "expected-length", 0)
    length = f' data-expected-length="{expected}"' if expected else ""
    exact = ' class="qti-preformatted"' if element.get("format") == "preformatted" else ""
    prompt, label = renderer.prompt(element, bound.id), labelled_by(element, bound)
    start = opening(element, bound, renderer, more=' data-min="1"' if low else "")
    return (
        f'{start}{prompt}<textarea{exact} data-base-type="{bound.base_type}" rows="{rows or DEFAULT_ROWS}"'
        f' maxlength="{ESSAY_LENGTH}"{length}{_placeholder(element)}{_keyboard(bound)}'
        f"{_mask(element, renderer)}{label}></textarea></div>"
    )


def _strings(element: Element, bound: Bound, renderer: Renderer) -> tuple[int, int]:
    """min-strings and max-strings: how many texts are wanted; MOST_STRINGS where nothing is said."""
    most = MOST_STRINGS if bound.cardinality in SEVERAL else 1
    low = renderer.page.number(element, "min-strings", 0)
    high = renderer.page.number(element, "max-strings", 0) or most
    if bound.cardinality not in SEVERAL and max(low, high) > 1:
        message = f"max-strings='{high}' counts where the response is multiple or ordered: here one text is."
        renderer.page.remark(element, message)
        return min(low, 1), 1
    if high > most or low > high:
        message = f"min-strings='{low}' and max-strings='{high}' cannot both be kept: correct them."
        renderer.page.refuse(element, "bad_attribute", message)
    return low, min(high, most)


def _write_lines(element: Element, bound: Bound, renderer: Renderer, rows: int) -> str:
    """One field and how many there are of it; where the author sets no limit, the player offers more."""
    low, high = bound.shape["min"], bound.shape["max"]
    is_open = not renderer.page.number(element, "max-strings", 0)
    size = min(renderer.page.number(element, "expected-length", 0) or WIDEST, WIDEST)
    inside = f' maxlength="{bound.shape["max_length"]}"{_mask(element, renderer)}{_placeholder(element)}'
    line = f'<input type="text" size="{size}"{inside}{_keyboard(bound)}{AS_TYPED}>'
    field = f'<textarea rows="{rows}"{inside}></textarea>' if rows > 1 else line
    tag = "ol" if bound.cardinality == "ordered" else "ul"
    fields = f' data-fields="{max(low, DEFAULT_STRINGS) if is_open else high}"'
    more = f' role="group"{limits_written(low, high)}{fields}' + (" data-open" if is_open else "")
    start, prompt = opening(element, bound, renderer, more=more), renderer.prompt(element, bound.id)
    return f'{start}{prompt}<{tag} class="qti-lines"><li>{field}</li></{tag}></div>'


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
