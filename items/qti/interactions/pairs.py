"""Match: things of one kind put to things of another, in a table."""

from __future__ import annotations

from typing import NamedTuple

from items.qti.documents import Element, children
from items.qti.interactions.opening import (
    Choice,
    choices,
    limits,
    limits_written,
    opening,
    shuffles,
)
from items.qti.interactions.partners import Groups, Partners, go_together, groups_written, pairs_shape
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
    partners = Partners(renderer)
    for choice in [*rows, *columns]:
        partners.add(choice.id, choice.element)
    groups = partners.groups(bound)
    low, high = limits(element, bound, renderer, "associations", len(rows) * len(columns))
    bound.shape = pairs_shape([r.id for r in rows], [c.id for c in columns], partners, groups, low, high)
    # A radio button cannot be taken back, so where not every row may be answered there are check boxes.
    is_each = all(partners.most[row.id] == 1 for row in rows) and (high == 0 or high >= len(rows))
    control = "radio" if is_each else "checkbox"
    more = f' role="group"{limits_written(low, high)}{groups_written(groups)}'
    prompt = renderer.prompt(element, bound.id)
    start = opening(element, bound, renderer, more=more)
    heads = "".join(f'<th scope="col"{_cell(choice, partners, renderer)}</th>' for choice in columns)
    body = "".join(_row(row, columns, _Table(partners, groups, control, bound), renderer) for row in rows)
    return (
        f'{start}{prompt}<table class="qti-match"><thead><tr><td></td>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


class _Table(NamedTuple):
    partners: Partners
    groups: Groups
    control: str
    bound: Bound


def _cell(choice: Choice, partners: Partners, renderer: Renderer) -> str:
    """The rest of a heading's opening tag, and what it holds."""
    content = renderer.content(choice.element)
    said = renderer.of_choice(choice.element)
    return f' data-choice="{choice.id}"{partners.written(choice.id)}{said}>{content}'


def _row(row: Choice, columns: list[Choice], table: _Table, renderer: Renderer) -> str:
    """A row; where it cannot meet a column the control is there and cannot be used."""
    partners, groups, control, bound = table
    closed = {column.id: not go_together(groups, row.id, column.id) for column in columns}
    cells = "".join(
        f'<td><input type="{control}" name="{bound.id}-{row.id}" value="{row.id} {column.id}"'
        f"{' disabled' if closed[column.id] else ''}></td>"
        for column in columns
    )
    head = renderer.content(row.element)
    said = renderer.language(row.element) + renderer.besides(row.element)
    return (
        f'<tr data-choice="{row.id}"{partners.written(row.id)}{renderer.template(row.element)}>'
        f'<th scope="row"{said}>{head}</th>{cells}</tr>'
    )
