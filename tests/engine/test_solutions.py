"""Solutions and comments over HTTP: told when no answer counts any more, kept with the answer to the end."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyarrow import parquet

from engine.wire import COMMENT_MAX
from tests import forms
from tests.engine.test_api_course import Form
from tests.pupil import PupilClient, Refused
from tests.records import records_of
from tests.served import Served


@pytest.fixture(scope="module")
def closing(engine: Served, tmp_path_factory: pytest.TempPathFactory) -> Form:
    """A part of three items, then one of one item; the first three show their solutions."""
    return Form(engine, forms.closing(tmp_path_factory.mktemp("closing")))


def solution(pupil: PupilClient, item: str) -> Any:
    return pupil.post("/api/v1/attempts", {"kind": "solution", "item": item})["solution"]


def test_a_solution_is_told_when_its_item_was_left_for_good(engine: Served, tmp_path: Path) -> None:
    """Not before; an answer that comes afterwards does not count."""
    closing = Form(engine, forms.closing(tmp_path))
    pupil = closing.pupil()
    pupil.answer(i1=closing.response("i1", "wrong"), i3={})
    assert solution(pupil, "i1") is None
    pupil.answer(i4={})
    assert solution(pupil, "i1") == closing.response("i1")
    assert solution(pupil, "i4") is None
    pupil.answer(i1=closing.response("i1"))
    pupil.submit()
    assert solution(pupil, "i4") == closing.response("i4")
    (record,) = records_of(engine, closing.prepared.delivery, 1).values()
    assert [entry["score"] for entry in record["items"]] == [0.0, 0.0, 0.0, 0.0]
    assert record["items"][0]["uncounted"]["late"] == "out_of_turn"


def test_a_solution_is_told_when_the_attempts_are_used_up(closing: Form) -> None:
    """What is answered later comes too late anyway."""
    pupil = closing.pupil()
    pupil.answer(i2=closing.response("i2", "wrong"))
    assert solution(pupil, "i2") is None
    pupil.n += 1
    entry = {"item": "i2", "response": closing.response("i2", "wrong"), "attempt": True}
    pupil.post("/api/v1/attempts", {"kind": "attempt", "n": pupil.n, "answers": [entry]})
    assert solution(pupil, "i2") == closing.response("i2")


def test_no_solution_is_told_before_the_start_or_of_another_item(closing: Form) -> None:
    """Whoever asks, and whenever."""
    pupil = closing.pupil(has_started=False)
    with pytest.raises(Refused, match="not_started"):
        solution(pupil, "i1")
    pupil.start()
    for item in ("i9", "", "s1"):
        with pytest.raises(Refused, match="bad_answer"):
            solution(pupil, item)


def test_a_comment_is_kept_with_its_answer(engine: Served, tmp_path: Path) -> None:
    """A new seat finds it, every format of the results holds it, whatever the answer is."""
    closing = Form(engine, forms.closing(tmp_path))
    pupil = closing.pupil()
    said = "C’est la question 7 du livre ; =1+1"
    send(pupil, "i1", {}, said)
    assert pupil.resume()["answers"]["i1"] == {"response": {}, "comment": said, "n": 1}
    send(pupil, "i2", closing.response("i2"), "bientôt repris")
    send(pupil, "i2", closing.response("i2"), "")
    pupil.submit()
    records_of(engine, closing.prepared.delivery, 1)
    out = tmp_path / "out"
    engine.run(
        "results", "export", closing.prepared.delivery, "--out", str(out), "--format", "csv,parquet,qti3"
    )
    with (out / "comments.csv").open(encoding="utf-8", newline="") as file:
        assert [list(row.values())[2:] for row in csv.DictReader(file)] == [["ref-item1", said, "true"]]
    (row,) = parquet.read_table(out / "comments.parquet").to_pylist()
    assert (row["session"], row["item"], row["comment"]) == (pupil.session, "ref-item1", said)
    with zipfile.ZipFile(out / "qti3" / "results-0001.zip") as archive:
        assert f"<candidateComment>{said}</candidateComment>" in archive.read(archive.namelist()[0]).decode()


def test_a_comment_is_bounded_and_a_text(closing: Form) -> None:
    """The batch is refused as with any other bad answer, and its number is still free."""
    pupil = closing.pupil()
    for comment in ("x" * (COMMENT_MAX + 1), 7, None):
        with pytest.raises(Refused, match="bad_answer"):
            send(pupil, "i1", {}, comment)
        pupil.n -= 1
    send(pupil, "i1", {}, "x" * COMMENT_MAX)


def send(pupil: PupilClient, item: str, response: dict[str, Any], comment: object) -> None:
    pupil.n += 1
    answer = {"item": item, "response": response, "comment": comment}
    pupil.send(orjson.dumps({"n": pupil.n, "answers": [answer]}))
