"""Match: things of one kind put to things of another, in a table."""

from __future__ import annotations

from items.qti.documents import Element, children
from items.qti.interactions.opening import (
    Choice,
    choices,
    limits,
    limits_written,
    opening,
    pairs_shape,
    shuffles,
)
from items.qti.page import Bound
from items.qti.render import Renderer


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
    bound.shape = pairs_shape(
        [choice.id for choice in rows], [choice.id for choice in columns], limit, low, high
    )
    # A radio button cannot be taken back, so where not every row may be answered there are check boxes.
    is_each = all(limit[row.id] == 1 for row in rows) and (high == 0 or high >= len(rows))
    control = "radio" if is_each else "checkbox"
    more = f' role="group"{limits_written(low, high)}'
    prompt = renderer.prompt(element, bound.id)
    start = opening(element, bound, renderer, more=more)
    heads = "".join(f'<th scope="col"{_cell(choice, limit, renderer)}</th>' for choice in columns)
    body = "".join(_row(row, columns, limit, control, bound, renderer) for row in rows)
    return (
        f'{start}{prompt}<table class="qti-match"><thead><tr><td></td>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


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
    said = renderer.language(row.element) + renderer.besides(row.element)
    return (
        f'<tr data-choice="{row.id}" data-match-max="{limit[row.id]}"{renderer.template(row.element)}>'
        f'<th scope="row"{said}>{head}</th>{cells}</tr>'
    )
