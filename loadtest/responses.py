"""Responses that a pupil might give: well shaped, otherwise drawn by chance.

Drawn and encoded before the crowd comes, a few for each item, so that a pupil's answer costs the generator
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import combinations
from random import Random
from typing import Any

from loadtest.questions import Question

WORDS = (
    "la",
    "mer",
    "est",
    "calme",
    "ce",
    "soir",
    "et",
    "le",
    "phare",
    "tourne",
    "au",
    "loin",
    "sans",
    "bruit",
)

Value = str | list[str] | dict[str, dict[str, str]] | None


def response(questions: Sequence[Question], random: Random) -> dict[str, Value]:
    """One response to an item, question by question."""
    return {question.response: value(question, random) for question in questions}


def value(question: Question, random: Random) -> Value:
    """A value for one question; None for one that asks for a file: those go by another way than answers."""
    draw = KINDS.get(question.kind)
    return draw(question, random) if draw else None


def encoded(questions: Sequence[Question], random: Random, *, count: int) -> list[bytes]:
    """`count` responses to an item as JSON."""
    return [_json(response(questions, random)) for _ in range(count)]


def encoded_long(questions: Sequence[Question], random: Random, characters: int) -> bytes | None:
    """A response with a long text, or None where no long text is asked for."""
    if not any(map(_is_essay, questions)):
        return None
    answer: dict[str, Value] = response(questions, random)
    for question in questions:
        if _is_essay(question):
            answer[question.response] = _words(random, min(characters, question.length_max))
    return _json(answer)


def _is_essay(question: Question) -> bool:
    """One text of one's own; several are short."""
    return question.kind == "extended-text" and question.cardinality == "single"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _choices(question: Question, random: Random) -> Value:
    if question.cardinality == "single":
        return random.choice(question.values)
    most = question.most or len(question.values)
    return random.sample(question.values, random.randint(1, min(most, len(question.values))))


def _order(question: Question, random: Random) -> Value:
    return random.sample(question.values, question.most or len(question.values))


def _points(question: Question, random: Random) -> Value:
    count = 1 if question.cardinality == "single" else random.randint(1, question.most or 3)
    points = {
        f"{random.randint(0, question.width)} {random.randint(0, question.height)}" for _ in range(count)
    }
    return points.pop() if question.cardinality == "single" else sorted(points)


def _pairs(question: Question, random: Random) -> Value:
    """Pairs drawn one after the other, as long as both halves may be used once more."""
    pairs = question.values
    if question.gaps:
        pairs = [f"{choice} {gap}" for gap in question.gaps for choice in question.values]
    elif question.base_type == "pair":
        pairs = [f"{one} {other}" for one, other in combinations(question.values, 2)]
    left = {name: limit or len(pairs) for name, limit in question.match_max.items()}
    left |= {gap: left.get(gap, 1) for gap in question.gaps}
    chosen: list[str] = []
    most = 1 if question.cardinality == "single" else question.most or len(pairs)
    for pair in random.sample(pairs, len(pairs)):
        halves = pair.split()
        is_free = all(left.get(half, 1) > 0 for half in halves) and _go_together(question, *halves)
        if len(chosen) < most and is_free:
            chosen.append(pair)
            for half in halves:
                left[half] = left.get(half, 1) - 1
    return chosen[0] if question.cardinality == "single" else chosen


def _go_together(question: Question, one: str, other: str) -> bool:
    groups = question.groups
    return other in groups.get(one, (other,)) and one in groups.get(other, (one,))


def _text_entry(question: Question, random: Random) -> Value:
    if question.base_type == "integer":
        return str(random.randint(0, 999))
    if question.base_type == "float":
        return f"{random.uniform(0, 100):.1f}".replace(".", ",")
    return random.choice(WORDS)[: question.length_max]


def _extended_text(question: Question, random: Random) -> Value:
    text = _words(random, min(random.randint(40, 400), question.length_max))
    return [text] if question.cardinality in ("multiple", "ordered") else text


def _slider(question: Question, random: Random) -> Value:
    steps = int((question.high - question.low) / question.step)
    return f"{question.low + random.randint(0, steps) * question.step:g}"


def _plays(question: Question, random: Random) -> Value:
    return str(random.randint(1, question.most or 3))


def _pressed(question: Question, random: Random) -> Value:
    return "true"


def _custom(question: Question, random: Random) -> Value:
    """What a module might say: a value of the declared type, whatever the module is."""
    draw = TYPED.get(question.base_type, _word)
    if question.cardinality == "record":
        return {"said": {"base_type": "string", "value": random.choice(WORDS)}}
    if question.cardinality == "single":
        return draw(random)
    return [draw(random)]


def _word(random: Random) -> str:
    return random.choice(WORDS)


def _words(random: Random, characters: int) -> str:
    words = random.choices(WORDS, k=characters // 3 + 1)
    return " ".join(words)[:characters]


TYPED: dict[str, Callable[[Random], str]] = {
    "boolean": lambda random: random.choice(("true", "false")),
    "integer": lambda random: str(random.randint(0, 99)),
    "float": lambda random: f"{random.uniform(0, 100):.1f}",
    "duration": lambda random: str(random.randint(1, 600)),
    "point": lambda random: f"{random.randint(0, 99)} {random.randint(0, 99)}",
    "pair": lambda random: " ".join(random.sample(WORDS, 2)),
    "directedPair": lambda random: " ".join(random.sample(WORDS, 2)),
}
KINDS: dict[str, Callable[[Question, Random], Value]] = {
    "choice": _choices,
    "inline-choice": _choices,
    "hotspot": _choices,
    "hottext": _choices,
    "order": _order,
    "match": _pairs,
    "gap-match": _pairs,
    "text-entry": _text_entry,
    "extended-text": _extended_text,
    "slider": _slider,
    "associate": _pairs,
    "graphic-associate": _pairs,
    "graphic-gap-match": _pairs,
    "graphic-order": _order,
    "select-point": _points,
    "position-object": _points,
    "media": _plays,
    "end-attempt": _pressed,
    "custom": _custom,
}
