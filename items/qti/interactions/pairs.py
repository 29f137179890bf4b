"""Match and gap match: things of one kind put to things of another."""

from __future__ import annotations

from items.qti.documents import Element, children, local
from items.qti.interactions.opening import (
    Choice,
    choices,
    limits,
    limits_written,
    not_too_many,
    opening,
    option,
    shuffles,
)
from items.qti.page import Bound
from items.qti.render import Renderer

GAP_CHOICES = ("qti-gap-text", "qti-gap-img")


def write_match(element: Element, renderer: Renderer) -> str:
    """A table of the two sets; radio buttons where every row takes one."""
    bound = renderer.page.bind(element, "match", ("single", "multiple"), ("directedPair",))
    sets = children(element, "qti-simple-match-set")
    if bound is None:
        return ""
    if len(sets) != 2:
        message = f"There are {len(sets)} match sets, a table has two: correct it."
        renderer.page.refuse(element, "wrong_content", message)
        return ""
    rows, columns = (
        choices(part, "qti-simple-associable-choice", bound, renderer, shuffle=shuffles(element))
        for part in sets
    )
    limit = {choice.id: renderer.page.number(choice.element, "match-max", 1) for choice in [*rows, *columns]}
    low, high = limits(element, bound, renderer, "associations", len(rows) * len(columns))
    bound.shape = _shape(rows, [choice.id for choice in columns], limit, low, high)
    control = "radio" if all(limit[row.id] == 1 for row in rows) else "checkbox"
    more = f' role="group"{limits_written(low, high)}'
    prompt = renderer.prompt(element, bound.id)
    start = opening(element, bound, renderer, more=more)
    heads = "".join(f'<th scope="col"{_cell(choice, limit, renderer)}</th>' for choice in columns)
    body = "".join(_row(row, columns, limit, control, bound, renderer) for row in rows)
    return (
        f'{start}{prompt}<table class="qti-match"><thead><tr><td></td>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _shape(
    sources: list[Choice], targets: list[str], limit: dict[str, int], low: int, high: int
) -> dict[str, object]:
    return {
        "sources": sorted(choice.id for choice in sources),
        "targets": sorted(targets),
        "match_max": limit,
        "min": low,
        "max": high,
    }


def _cell(choice: Choice, limit: dict[str, int], renderer: Renderer) -> str:
    """The rest of a heading's opening tag, and what it holds."""
    content = renderer.content(choice.element)
    said = renderer.of_choice(choice.element)
    return f' data-choice="{choice.id}" data-match-max="{limit[choice.id]}"{said}>{content}'


def _row(
    row: Choice,
    columns: list[Choice],
    limit: dict[str, int],
    control: str,
    bound: Bound,
    renderer: Renderer,
) -> str:
    cells = "".join(
        f'<td><input type="{control}" name="{bound.id}-{row.id}" value="{row.id} {column.id}"></td>'
        for column in columns
    )
    head = renderer.content(row.element)
    return (
        f'<tr data-choice="{row.id}" data-match-max="{limit[row.id]}"{renderer.template(row.element)}>'
        f'<th scope="row"{renderer.language(row.element)}>{head}</th>{cells}</tr>'
    )


def write_gap_match(element: Element, renderer: Renderer) -> str:
    """A text with a list of options in each gap, under the words to choose from."""
    bound = renderer.page.bind(element, "gap-match", ("single", "multiple"), ("directedPair",))
    if bound is None:
        return ""
    words = _words(element, bound, renderer)
    limit = {word.id: renderer.page.number(word.element, "match-max", 1) for word in words}
    entries = "".join(
        f'<li data-choice="{word.id}" data-match-max="{limit[word.id]}"{renderer.template(word.element)}>'
        f"{_word(word, renderer)}</li>"
        for word in words
    )
    prompt = renderer.prompt(element, bound.id)
    gaps = _Gaps(words, bound, renderer)
    renderer.page.parts = {"qti-gap": gaps.write}
    written = [part for part in element.iterdescendants() if local(part) == "qti-gap"]
    if len(not_too_many(written, element, renderer)) < len(written):
        return ""
    text = "".join(
        renderer.element(part) + renderer.page.text(part.tail)
        for part in element
        if local(part) not in (*GAP_CHOICES, "qti-prompt")
    )
    if not gaps.names:
        renderer.page.refuse(element, "wrong_content", "There is no <qti-gap> in the text: add one.")
    low, high = limits(element, bound, renderer, "associations", len(gaps.names))
    limit |= dict.fromkeys(gaps.names, 1)
    bound.shape = _shape(words, gaps.names, limit, low, high)
    start = opening(element, bound, renderer, more=f' role="group"{limits_written(low, high)}')
    listed = f'<ul class="qti-gap-choices">{entries}</ul>'
    return f'{start}{prompt}{listed}<div class="qti-gap-text">{text}</div></div>'


def _words(element: Element, bound: Bound, renderer: Renderer) -> list[Choice]:
    kinds = {local(part) for part in element} & set(GAP_CHOICES)
    if len(kinds) == 2:
        message = "Texts and pictures for the gaps cannot be mixed yet: use one kind."
        renderer.page.refuse(element, "wrong_content", message)
    kind = next(iter(sorted(kinds)), GAP_CHOICES[0])
    return choices(element, kind, bound, renderer, shuffle=shuffles(element))


def _word(word: Choice, renderer: Renderer) -> str:
    return renderer.content(word.element)


class _Gaps:
    """Writes each gap where it stands, and keeps their names."""

    def __init__(self, words: list[Choice], bound: Bound, renderer: Renderer) -> None:
        self.names: list[str] = []
        self._bound = bound
        self._renderer = renderer
        self._options = '<option value=""></option>' + "".join(option(word, renderer) for word in words)

    def write(self, element: Element) -> str:
        name = self._renderer.page.opaque(self._bound, element)
        self.names.append(name)
        return f'<select data-gap="{name}">{self._options}</select>'
