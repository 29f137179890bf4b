"""Forms: how long an import takes, how many bytes a pupil fetches, what scoring an answer costs.

The form of forty items is made of the two French demonstration forms put together.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import brotli

from benchmarks.measure import Result, of
from engine.demonstration import FORMS
from items.bank import Bank
from items.compile import compile_form
from items.model import Form
from items.package import read_package
from items.scorer import Scorer
from items.seal import seal
from loadtest.questions import questions_of
from loadtest.responses import response

SOURCES = ("francais-6e", "maths-6e")
MERGED = (
    ("imsmanifest.xml", "resource", "</resources>"),
    ("test.xml", "qti-assessment-section", "</qti-test-part>"),
)
"""File, what is taken from the second form, and before what it is put into the first one."""
IMPORTS = 11
ROUNDS = 7
RESPONSES = 200
SEED = b"benchmark".ljust(32, b".")


async def import_40_items_s() -> Result:
    """From a zip file to a compiled form in the bank."""
    seconds = []
    with forty_items() as package, tempfile.TemporaryDirectory() as folder:
        for number in range(IMPORTS):
            began_s = time.perf_counter()
            form = compile_form(read_package(package), seed=SEED)
            Bank(Path(folder) / str(number)).add(form)
            seconds.append(time.perf_counter() - began_s)
    return of(seconds[1:], items=len(form.item_ids))


async def form_40_items_bytes() -> Result:
    """The sealed form; beside it what brotli makes of all its parts as one stream."""
    form = _form()
    size = len(seal(form.content, key=bytes(32), content_id=bytes(16)))
    parts = [stimulus.html.encode() for stimulus in form.content.stimuli]
    parts += [item.html.encode() for item in form.content.items]
    parts += [medium.data for medium in form.content.media]
    packed = len(brotli.compress(b"".join(parts), quality=11))
    return of([size], items=len(form.item_ids), plain=sum(map(len, parts)), brotli=packed)


async def score_us() -> Result:
    """One answer: opaque names back to authored ones, then the item's rules."""
    form = _form()
    scorer, random = Scorer(form.key), Random(3)
    questions = {item.id: questions_of(item.html) for item in form.content.items}
    answers = [
        (item, response(asked, random))
        for item, asked in questions.items()
        if asked
        for _ in range(RESPONSES)
    ]
    rounds = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        for item, answer in answers:
            scorer.score(item, answer)
        rounds.append((time.perf_counter() - began_s) / len(answers) * 1e6)
    by_item = {item: _slowest(scorer, item, answers) for item in questions}
    return of(rounds, slowest_item_us=round(max(by_item.values()), 1))


def _slowest(scorer: Scorer, item: str, answers: list[tuple[str, Any]]) -> float:
    own = [answer for name, answer in answers if name == item]
    began_s = time.perf_counter()
    for answer in own:
        scorer.score(item, answer)
    return (time.perf_counter() - began_s) / max(1, len(own)) * 1e6


def _form() -> Form:
    with forty_items() as package:
        return compile_form(read_package(package), seed=SEED)


@contextmanager
def forty_items() -> Iterator[Path]:
    """A zip file with the items of both forms in one test."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "form"
        for name in SOURCES:
            shutil.copytree(FORMS / name, root, dirs_exist_ok=True)
        for file, element, end in MERGED:
            texts = [(FORMS / name / file).read_text() for name in SOURCES]
            found = "".join(re.findall(rf"<{element}[ >].*?</{element}>", texts[1], re.DOTALL)[-20:])
            (root / file).write_text(texts[0].replace(end, found + end))
        yield Path(shutil.make_archive(str(Path(folder) / "forty"), "zip", root))
