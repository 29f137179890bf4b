"""The record of one session's scores: what stands in it, and what it was computed from."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from engine.attempts.history import entries
from engine.counting import Answer, Held
from engine.held import HeldBatch, given_answers
from engine.judging import Judged
from engine.scorerecord import score_session
from items.scorer import Scorer
from tests.items.courses import a_part, a_test_of
from tests.items.given import a_form, a_quick_item, a_reference, a_section


@pytest.mark.parametrize(("elapsed_ms", "score"), [(19_999, 1.0), (20_000, 0.0)])
def test_rules_that_ask_for_the_time_on_an_item_are_told_it(
    tmp_path: Path, elapsed_ms: int, score: float
) -> None:
    """And the answer in the record is the pupil's own."""
    form = a_form(tmp_path, a_quick_item())
    (choice, *_) = form.key["items"]["i1"]["responses"]["r1"]["choices"]
    response = {"r1": choice}
    answer = Answer("i1", response, 1, 1, 0, elapsed_ms, "", counted=True)
    judged = Judged(["i1"], {"i1": Held(answer)}, [])
    (entry,) = score_session(Scorer(form.key), form.form, judged)["items"]
    assert (entry["score"], entry["answer"]["response"]) == (score, response)


def test_attempts_are_told_their_own_time_too(tmp_path: Path) -> None:
    """In feedback, on the way and in the score alike; the same again at hand-in is no attempt more."""
    test = a_test_of(a_part(a_section(a_reference("item1"))))
    form = a_form(tmp_path, a_quick_item('adaptive="true"'), test=test)
    (choice, *_) = form.key["items"]["i1"]["responses"]["r1"]["choices"]
    scorer, response = Scorer(form.key), {"r1": choice}
    for elapsed_ms, score in ((19_999, 1.0), (20_000, 0.0)):
        tried = Answer("i1", response, 1, 1, 0, elapsed_ms, "", counted=True, is_attempt=True)
        left = tried._replace(n=2, elapsed_ms=elapsed_ms + 60_000, is_attempt=False)
        judged = Judged(["i1"], {"i1": Held(left, None, (tried,))}, [])
        (entry,) = score_session(scorer, form.form, judged)["items"]
        assert (entry["score"], entry["attempts"], entry["answer"]["n"]) == (score, 1, 1)
        said = [{"item": "i1", "response": response, "elapsed_ms": elapsed_ms, "attempt": True}]
        batch = HeldBatch(1, {"answers": said})
        (made,) = entries([(1, 1, orjson.dumps(batch.body))])
        assert scorer.play("i1", [made.response], b"").outcomes["SCORE"] == score
        assert scorer.play("i1", given_answers([batch])["i1"].attempts, b"").outcomes["SCORE"] == score
