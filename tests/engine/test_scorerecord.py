"""The record of one session's scores: what stands in it, and what it was computed from."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.counting import Answer, Held
from engine.judging import Judged
from engine.scorerecord import score_session
from items.scorer import Scorer
from tests.items.given import a_choice_item, a_form

QUICK = """<qti-response-processing><qti-response-condition><qti-response-if>
<qti-duration-lt><qti-variable identifier="duration"/>
<qti-base-value base-type="duration">20</qti-base-value></qti-duration-lt>
<qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">1</qti-base-value>
</qti-set-outcome-value>
</qti-response-if></qti-response-condition></qti-response-processing>"""


@pytest.mark.parametrize(("elapsed_ms", "score"), [(19_999, 1.0), (20_000, 0.0)])
def test_rules_that_ask_for_the_time_on_an_item_are_told_it(
    tmp_path: Path, elapsed_ms: int, score: float
) -> None:
    """And the answer in the record is the pupil's own."""
    plain = a_choice_item()
    start = plain.index("<qti-response-processing")
    form = a_form(tmp_path, plain[:start] + QUICK + "</qti-assessment-item>")
    (choice, *_) = form.key["items"]["i1"]["responses"]["r1"]["choices"]
    response = {"r1": choice}
    answer = Answer("i1", response, 1, 1, 0, elapsed_ms, "", counted=True)
    judged = Judged(["i1"], {"i1": Held(answer)}, [])
    (entry,) = score_session(Scorer(form.key), form.form, judged)["items"]
    assert (entry["score"], entry["answer"]["response"]) == (score, response)
