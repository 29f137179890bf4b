"""One package or item put to the test: read, compiled, answered as its author declares it right, and scored.

The declared answer takes the way of a pupil's: into the opaque names of the form, through the check of its
shape, into the scorer, in several sittings where values are drawn. What comes out is a word for each item,
and where the author is wrong it says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from lxml import etree

from items.compile import compile_form
from items.model import Form
from items.package import Limits, read_files, read_package
from items.problems import Findings, Problem, Refused
from items.qti.archive import Files
from items.qti.documents import QTI, is_qti, local, namespace, read_document
from items.qti.inclusion import read_qti
from items.qti.schemas import Schemas
from items.responses import Shapes
from items.scorer import Scorer
from items.scoring.compile import compile_item
from items.scoring.maximum import MOST_STEPS, best_mapped
from items.scoring.variants import TRIAL_SEEDS

READ: Final = (".xml", ".qti")


class Result(StrEnum):
    """What became of the declared answer of an item."""

    FULL = "full"  # it scores the maximum
    SHORT = "short"  # it scores less: the key and the rules of the author disagree
    IMPOSSIBLE = "impossible"  # no pupil could give it: it breaks the limits of its own interaction
    ELSEWHERE = "elsewhere"  # the rules set outcomes of their own, and no SCORE
    MARKED = "marked"  # a person gives the score
    UNKEYED = "unkeyed"  # no right answer, no mapping, or of an adaptive item not for each step: rules alone
    SILENT = "silent"  # the item asks nothing


@dataclass(frozen=True, slots=True)
class Examined:
    """`problems` is empty where the package is accepted; `results` are those of its items, in order."""

    path: Path
    interactions: tuple[str, ...]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...] = ()
    results: tuple[Result, ...] = ()

    @property
    def accepted(self) -> bool:
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "verdict": "accepted" if self.accepted else "refused",
            "interactions": list(self.interactions),
            "problems": [problem._asdict() for problem in self.problems],
            "remarks": [remark._asdict() for remark in self.remarks],
        }


def examine(path: Path, schemas: Schemas | None = None) -> Examined:
    """Never raises for what lies at the path: whatever is wrong is among the problems."""
    interactions: tuple[str, ...] = ()
    invalid: tuple[Problem, ...] = ()
    try:
        _, files = read_files(path, Limits())
        invalid = schemas.problems_of(files) if schemas else ()
        interactions = _interactions(files)
        form = compile_form(read_package(path), seed=b"")
    except Refused as refused:
        return Examined(path, interactions, tuple(sorted({*refused.problems, *invalid})))
    return Examined(path, interactions, invalid, form.remarks, results_of(form))


def program_of(path: Path) -> dict[str, Any]:
    """The scoring program of a lone item of any version, or `Refused`."""
    limits, findings = Limits(), Findings()
    name, files = read_files(path, limits)
    document = read_qti(name, files, findings, limits)
    if document is None or not is_qti(document, "qti-assessment-item", findings):
        raise Refused(findings.refusals)
    try:
        program = compile_item(document.root, name)
    except Refused as refused:
        findings.add(refused.problems)
    findings.stop_if_refused()
    return program


def results_of(form: Form) -> tuple[Result, ...]:
    shapes, scorer = Shapes(form.schema), Scorer(form.key)
    return tuple(_result(item, form, shapes, scorer) for item in form.item_ids)


def _result(item: str, form: Form, shapes: Shapes, scorer: Scorer) -> Result:
    entry = form.key["items"][item]
    if not entry["responses"]:
        return Result.SILENT
    if scorer.needs_marking(item):
        return Result.MARKED
    if "SCORE" not in entry["program"]["outcomes"]:
        return Result.ELSEWHERE
    words = [_word(item, seed, shapes, scorer) for seed in TRIAL_SEEDS]
    word = next((word for word in words if word is not Result.FULL), Result.FULL)
    if word is Result.SHORT and _is_adaptive(item, scorer) and not _is_keyed(item, form, scorer):
        return Result.UNKEYED
    return word


def _word(item: str, seed: bytes, shapes: Shapes, scorer: Scorer) -> Result:
    """What becomes of the declared answer in one sitting; an adaptive item takes it until it is over."""
    answer = declared_answer(item, scorer, seed)
    if all(value is None for value in answer.values()):
        return Result.UNKEYED
    if shapes.check(item, answer) is not None:
        return Result.IMPOSSIBLE
    steps = MOST_STEPS if _is_adaptive(item, scorer) else 1
    score = scorer.settle(item, [answer] * steps, None, seed).outcomes.get("SCORE")
    most = scorer.max_score(item, seed)
    if isinstance(score, int | float) and most is not None and math.isclose(score, most, rel_tol=1e-6):
        return Result.FULL
    return Result.SHORT


def _is_adaptive(item: str, scorer: Scorer) -> bool:
    return bool(scorer.declarations(item).get("adaptive", False))


def _is_keyed(item: str, form: Form, scorer: Scorer) -> bool:
    """Whether the key leads through all steps; a button that ends an attempt needs none."""
    asked = {name for name, shape in form.schema["items"][item].items() if shape["kind"] != "end-attempt"}
    answer = declared_answer(item, scorer)
    return all(answer[name] is not None for name in asked)


def declared_answer(item: str, scorer: Scorer, seed: bytes = b"") -> dict[str, Any]:
    """The right responses of an item, declared or drawn for a sitting, as a pupil's browser would send them.

    Where there is none, what the mapping rewards most.
    """
    correct = scorer.correct(item, seed)
    if all(value is None for value in correct.values()):
        declared = scorer.declarations(item)["responses"].items()
        correct = {
            name: best_mapped(one) for name, one in declared if one.keys() & {"mapping", "area_mapping"}
        }
    return scorer.opaque(item, correct)


def _interactions(files: Files) -> tuple[str, ...]:
    """The kinds of interaction in all items there, supported or not; what cannot be read has none."""
    findings, kinds = Findings(), set[str]()
    for name, data in files.items():
        document = read_document(name, data, findings, Limits()) if name.endswith(READ) else None
        for element in () if document is None else document.root.iter(etree.Element):
            if namespace(element) == QTI and local(element).endswith("-interaction"):
                kinds.add(local(element).removeprefix("qti-").removesuffix("-interaction"))
    return tuple(sorted(kinds))
