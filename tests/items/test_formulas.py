"""Content MathML becomes the presentation that browsers show, or is refused by the part that is not known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.items.given import MATH, a_form, a_reference, a_section, a_test, an_item, codes, refusals_of


def _item(formula: str) -> str:
    return an_item(f'<p><math xmlns="{MATH}">{formula}</math></p>')


def _shown(folder: Path, formula: str) -> str:
    """The formula as text, a bracket kept for what is above, below or under a root."""
    html = a_form(folder, _item(formula)).content.items[0].html
    inside = html[html.index("<math") : html.index("</math>")]
    for name, sign in (("mfrac", "/"), ("msup", "^"), ("msub", "_"), ("msqrt", "√"), ("mroot", "√")):
        inside = inside.replace(f"<{name}>", f"{sign}[").replace(f"</{name}>", "]")
    return re.sub(r"<[^>]+>", "", inside).replace("\u2061", "")


A, B, C, TWO = "<ci>a</ci>", "<ci>b</ci>", "<ci>c</ci>", "<cn>2</cn>"


def _apply(name: str, *operands: str) -> str:
    return f"<apply><{name}/>{''.join(operands)}</apply>"


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (_apply("plus", A, B, TWO), "a+b+2"),
        (_apply("minus", A, _apply("minus", B, C)), "a−(b−c)"),
        (_apply("times", TWO, _apply("plus", A, B)), "2×(a+b)"),
        (_apply("divide", A, _apply("plus", B, C)), "/[ab+c]"),
        (_apply("power", _apply("divide", A, B), TWO), "^[(/[ab])2]"),
        (_apply("minus", A), "−a"),
        (_apply("plus", A, "<cn>-2</cn>"), "a+(−2)"),
        (_apply("root", A), "√[a]"),
        (_apply("root", "<degree><cn>3</cn></degree>", A), "√[a3]"),
        (_apply("eq", A, B, C), "a=b=c"),
        (_apply("and", _apply("lt", A, B), _apply("geq", B, C)), "a<b∧b≥c".replace("<", "&lt;")),
        (_apply("sin", A), "sin(a)"),
        (_apply("log", "<logbase><cn>2</cn></logbase>", A), "_[log2](a)"),
        (f"<apply><ci>f</ci>{A}{B}</apply>", "f(a;b)"),
        (_apply("abs", A), "|a|"),
        (_apply("factorial", _apply("plus", A, B)), "(a+b)!"),
        ("<cn type='rational'>1<sep/>3</cn>", "/[13]"),
        ("<cn type='e-notation'>2<sep/>5</cn>", "2×^[105]"),
        ("<cn base='2'>101</cn>", "_[1012]"),
        ("<pi/>", "π"),
        (f"<interval closure='closed-open'>{A}{B}</interval>", "[a;b["),
        (_apply("in", A, "<set><cn>1</cn><cn>2</cn></set>"), "a∈{1;2}"),
        (f"<matrix><matrixrow>{A}{B}</matrixrow></matrix>", "(ab)"),
        (f"<semantics>{_apply('plus', A, B)}<annotation>x</annotation></semantics>", "a+b"),
        (
            f"<semantics>{_apply('int', A)}<annotation-xml encoding='MathML-Presentation'><mi>z</mi>"
            "</annotation-xml></semantics>",
            "z",
        ),
    ],
)
def test_what_a_formula_means_is_written_as_schools_write_it(
    tmp_path: Path, formula: str, shown: str
) -> None:
    assert _shown(tmp_path, formula) == shown


@pytest.mark.parametrize("formula", [_apply("int", A), _apply("divide", A), "<lambda/>", "<apply/>", "<cn/>"])
def test_what_has_no_one_way_to_be_written_is_refused(tmp_path: Path, formula: str) -> None:
    problems = refusals_of(tmp_path, _item(formula))
    assert codes(problems) == ["unsupported_element"]
    assert "presentation MathML" in problems[0].message


def test_a_formula_nested_without_end_is_refused(tmp_path: Path) -> None:
    deep = A
    for _ in range(70):
        deep = _apply("minus", deep)
    assert codes(refusals_of(tmp_path, _item(deep))) == ["unsupported_element"]


def test_one_item_asked_twice_shows_its_formula_twice(tmp_path: Path) -> None:
    """What is written is made anew and takes nothing out of the item."""
    named = "<apply><ci><msub><mi>f</mi><mn>1</mn></msub></ci><ci>a</ci></apply>"
    twice = a_section(a_reference("item1"), a_reference("item1").replace("ref-item1", "again"))
    form = a_form(tmp_path, _item(named), test=a_test(twice))
    assert form.content.items[0].html == form.content.items[1].html
    assert "<msub>" in form.content.items[1].html
