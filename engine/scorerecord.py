"""The scores of one session as they lie in the archive: one record, encrypted under the session's key.

    {"v": 1, "compiled": form, "items": [
        {"item": "i1", "score": 1.0, "max": 1.0, "marking": false, "outcomes": {...},
         "answer": {"response", "epoch", "n", "received_ms", "elapsed_ms", "late", "comment"?, "keyed"?}
         or null,
         "missing": "absent" or "empty" of an answer on paper: the pupil was not there, or nobody keyed it; it
         has no points then, and none are missed,
         "comment": the pupil's newest one on an answer that counts, if there is any,
         "uncounted": the same, for an answer that came too late, or null,
         "attempts": how many counted, "variant": values of its template variables, "variant_seed": what they
         were drawn from, in hex; if there are any}, ...],
     "test": {"order": [item, ...], "route": see `engine.judging`,
              "strayed": [{"item", "answer"}, ...],    answers to items that are not in this session's test
              "outcomes": {"SCORE": 7.0, ...}}}        of the test, once the items are judged

Items are those of this session's test, as authored: what was not drawn, or is not on its way, is not there.
Responses stand there in the pupils' opaque identifiers; the export maps them back. The associated data name
delivery and session, and a kind of their own, so a record of scores is never taken for a batch. Records of
later score versions (`engine.results.versions`) name their version as well; "marked" of an item holds what
people gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.counting import Answer, Held
from engine.judging import Judged
from engine.keying.cells import ABSENT, EMPTY, NOTHING, VALUE
from items.scorer import Response, Scorer, timed
from items.testscorer import Given, TestScorer

RULES = 4
"""Version of the scoring: raised when all scores must be computed again, which the drain then does."""
_NONCE_BYTES = 12


class Unreadable(ValueError):
    """The record was sealed with another key or for another session, or is damaged."""


def score_session(scorer: Scorer, compiled: str, judged: Judged) -> dict[str, Any]:
    """The record of one session; an item without an answer is scored as unanswered.

    From the seed of the sitting variants are drawn again, and attempts are played again.
    """
    held = judged.held
    items = sorted(judged.items, key=_number)
    entry = _keyed if judged.is_keyed else _item
    strayed = sorted(held.keys() - set(items), key=_number)
    return {
        "v": 1,
        "compiled": compiled,
        "items": [entry(scorer, item, held.get(item, Held()), judged.seed) for item in items],
        "test": {
            "order": judged.items,
            "route": judged.route,
            "strayed": [{"item": item, "answer": _answer(held[item].uncounted)} for item in strayed],
            "outcomes": {},
        },
    }


def outcomes_of_test(
    scorer: TestScorer | None, record: Mapping[str, Any], seed: bytes = b""
) -> dict[str, Any]:
    """What outcome processing makes of a record's items, with the marks that people gave.

    `seed` is the sitting's, from which its variants were drawn. Of a test of which a part is missing there
    are none: its rules know right and wrong, and nobody who was not there.
    """
    if scorer is None or not scorer.has_outcomes or any(map(is_missing, record["items"])):
        return {}
    given = {entry["item"]: _given(entry) for entry in record["items"] if entry["answer"]}
    return scorer.outcomes(record["test"]["order"], given, seed)


def is_missing(entry: Mapping[str, Any]) -> bool:
    """Whether there is nothing to judge of an item on paper: no points, and no maximum to fall short of."""
    return "missing" in entry


def kind_of(entry: Mapping[str, Any]) -> str:
    """What stands behind a score: `value`, `nothing` (left blank), `absent`, or `empty` (nothing came)."""
    answer = entry["answer"]
    if is_missing(entry):
        return str(entry["missing"])
    if answer is None:
        return EMPTY
    given = map(kind_of_value, (answer["response"] or {}).values())
    kinds = set(answer.get("keyed", {}).values()) or set(given)
    return VALUE if VALUE in kinds else NOTHING


def kind_of_value(value: Any) -> str:
    """The same of one value that a pupil's own browser sent."""
    return VALUE if value not in (None, "", []) else NOTHING


def _given(entry: Mapping[str, Any]) -> Given:
    answer = entry["answer"]
    return Given(answer["response"], answer["elapsed_ms"], entry["outcomes"], made=entry.get("attempts", 1))


def _number(item: str) -> int:
    """Items are numbered as authored."""
    return int(item[1:])


def seal_record(
    record: dict[str, Any], key: bytes, sid: bytes, delivery: str, nonce: bytes, version: int = 1
) -> bytes:
    """The record, encrypted; `nonce` is 12 fresh random bytes."""
    return nonce + AESGCM(key).encrypt(nonce, orjson.dumps(record), _owner(sid, delivery, version))


def open_record(sealed: bytes, key: bytes, sid: bytes, delivery: str, version: int = 1) -> dict[str, Any]:
    """What was sealed, or Unreadable."""
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        opened = AESGCM(key).decrypt(nonce, ciphertext, _owner(sid, delivery, version))
        record: dict[str, Any] = orjson.loads(opened)
    except (InvalidTag, ValueError) as error:
        raise Unreadable(f"the scores of session {sid.hex()} cannot be read") from error
    return record


def _owner(sid: bytes, delivery: str, version: int) -> bytes:
    later = b"%d|" % version if version > 1 else b""
    return b"passation/1|score|" + later + delivery.encode("ascii") + sid


def _item(scorer: Scorer, item: str, held: Held, seed: bytes) -> dict[str, Any]:
    last = held.counted if held.counted and not held.counted.is_attempt else None
    response = _timed(last) if last and last.response is not None else None
    settled = scorer.settle(item, [_timed(answer) for answer in held.attempts], response, seed)
    score = settled.outcomes.get("SCORE")
    entry = {
        "item": item,
        "score": score if isinstance(score, int | float) else None,
        "max": scorer.max_score(item, seed),
        "marking": scorer.needs_marking(item),
        "outcomes": settled.outcomes,
        "answer": _answer(_counted(held, settled.response)),
        "uncounted": _answer(held.uncounted),
    }
    if held.attempts:
        entry["attempts"] = settled.attempts
    if held.counted and held.counted.comment:
        entry["comment"] = held.counted.comment
    if variant := scorer.variant(item, seed):
        entry |= {"variant": variant, "variant_seed": scorer.variant_seed(item, seed).hex()}
    return entry


def _keyed(scorer: Scorer, item: str, held: Held, seed: bytes) -> dict[str, Any]:
    """The entry of an item on paper; where the pupil was absent, or nobody keyed, no rule judges it."""
    kinds = set(held.counted.keyed.values() if held.counted else ()) - {EMPTY}
    if kinds - {ABSENT}:
        return _item(scorer, item, held, seed)
    return {
        "item": item,
        "score": None,
        "max": scorer.max_score(item, seed),
        "marking": False,
        "outcomes": {},
        "answer": _answer(held.counted),
        "uncounted": _answer(held.uncounted),
        "missing": ABSENT if kinds else EMPTY,
    }


def _counted(held: Held, response: Any) -> Answer | None:
    """The answer whose response counts: the newest one, unless it came when no attempt was left."""
    known = [*held.attempts, *([held.counted] if held.counted else [])]
    return next((answer for answer in reversed(known) if _timed(answer) == response), held.counted)


def _timed(answer: Answer) -> Response:
    return timed(answer.response, answer.elapsed_ms)


def _answer(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    names = ("response", "epoch", "n", "received_ms", "elapsed_ms", "late")
    said: dict[str, Any] = {"comment": answer.comment} if answer.comment else {}
    if answer.keyed:
        said["keyed"] = dict(answer.keyed)
    return {name: getattr(answer, name) for name in names} | said
