"""Histories of one outbox: what a pupil, a line, a server and another seat do to it, step by step."""

from __future__ import annotations

import random
from typing import Any

ITEMS = ("i1", "i2", "i3")
WAITS = ("away", "overloaded", "store_away", "store_full", "internal", "slow_down")
"""Refusals that pass by themselves."""
Step = list[Any]


def a_history(chance: random.Random) -> list[Step]:
    """What a pupil, a line, a server and another seat do to one outbox."""
    history: list[Step] = []
    for _ in range(chance.randint(5, 25)):
        kind = chance.choice(
            ["answer"] * 6 + ["send"] * 5 + ["wait", "reload", "moved", "merge", "merge", "ended", "lost"]
        )
        last = chance.randint(0, 6)
        if kind == "answer":
            history.append(["answer", chance.choice(ITEMS), chance.choice("abc")])
        elif kind == "wait":
            history.append(["wait", chance.choice([100, 4_000, 20_000])])
        elif kind == "send":
            words = ["ok", "ok", "away", "gap", "fork", "bad", "lost", "late", "sealed", "moved"]
            picked = [[chance.choice(words), chance.randint(0, 6)] for _ in range(chance.randint(0, 3))]
            history.append(["send", picked])
        elif kind == "merge":
            known = {
                item: {"response": {"r1": chance.choice("xyz")}, "n": chance.randint(1, 6)}
                for item in chance.sample(ITEMS, chance.randint(0, 3))
            }
            history.append(["merge", known, chance.random() < 0.5, last, chance.randint(0, last)])
        elif kind == "lost":
            words = ["ok", "handed in", "closed", "gap", "fork", "away"]
            picked = [[chance.choice(words), chance.randint(0, 6)] for _ in range(chance.randint(0, 4))]
            history += [["lost", last, picked], ["reload"]]
        elif kind == "ended":
            words = ["ok", "ok", "fork", "handed in", "closed", "moved", "away", "slow_down"]
            picked = [[chance.choice(words), chance.randint(0, 6)] for _ in range(chance.randint(0, 3))]
            history.append(["ended", last, chance.randint(0, last), picked])
        else:
            history.append([kind])
    return history


_EDGE_WORDS = ["ok", "bare", "late", "late", "proved", "lost", "fork", "gap", "bad", "refused", "nonsense"]


def an_edge(chance: random.Random) -> list[Step]:
    """Few answers, many refusals, pages that are closed over them; batches that were frozen just too long."""
    history: list[Step] = []
    for _ in range(chance.randint(4, 16)):
        kind = chance.choice([*["answer"] * 4, *["send"] * 4, "wait", "moved", "merge", "merge"])
        last = chance.randint(0, 3)
        if kind == "answer":
            history.append(["answer", chance.choice(ITEMS), chance.choice("ab")])
        elif kind == "wait":
            history.append(["wait", chance.choice([1, 5_000, 5_001])])
        elif kind == "send":
            words = [*_EDGE_WORDS, "moved", chance.choice(WAITS)]
            picked = [[chance.choice(words), chance.randint(0, 3)] for _ in range(chance.randint(1, 4))]
            if chance.random() < 0.3:
                history += [
                    ["send", [*picked, [chance.choice(["fork!", "bad!", "refused!"]), last]]],
                    ["reload"],
                ]
            else:
                history.append(["send", picked])
        elif kind == "merge":
            known = {
                item: {"response": {"r1": chance.choice("abx")}, "n": chance.randint(1, 3)}
                for item in chance.sample(ITEMS, chance.randint(0, 3))
            }
            history.append(["merge", known, chance.random() < 0.6, last, chance.randint(0, last)])
        else:
            history.append([kind])
    return history


def _held(item: str, response: str, n: int) -> dict[str, Any]:
    return {item: {"response": {"r1": response}, "n": n}}


_TWO: list[Step] = [["answer", "i1", "a"], ["answer", "i2", "b"], ["send", [["sealed", 0]]]]
_FROZEN: list[list[Step]] = [
    [["answer", "i1", "a"], ["send", [["moved", 0]]], ["wait", ms], ["send", [[word, 0], ["ok", 0]]]]
    for ms in (5_000, 5_001)
    for word in ("late", "proved", "ok")
]
"""Five seconds before the batch arrives, and a millisecond longer."""
_ANEW: list[list[Step]] = [
    [
        ["answer", "i1", "a"],
        ["answer", "i2", "a"],
        ["send", [["moved", 0]]],
        ["answer", again, "b"],
        ["send", [[word, 0]]],
        ["answer", "i1", "c"],
        ["send", []],
    ]
    for again in ITEMS[:2]
    for word in ("bad", "refused", "nonsense")
]
"""A question is answered anew while its batch waits, which is then refused: for it, or for another one."""
CORNERS: list[list[Step]] = [
    # More answers than one batch may have.
    [*(["answer", f"j{number}", "a"] for number in range(201)), ["send", []], ["send", []]],
    # Each refusal that passes by itself.
    [["answer", "i1", "a"], ["send", [[word, 0] for word in WAITS]]],
    *_FROZEN,
    # What the new seat finds as it was keeps the time at which it was given.
    [
        *_TWO,
        ["wait", 100],
        ["moved"],
        ["merge", _held("i1", "a", 1), True, 1, 0],
        ["wait", 100],
        ["send", [["fork", 1]]],
    ],
    # The server holds under our number what we gave to another question, or nothing that we gave.
    *(
        [*_TWO, ["moved"], ["merge", _held(item, response, 1), True, 1, 0], ["send", []]]
        for item in ITEMS
        for response in "abx"
    ),
    # Each batch that a server has lost is kept aside by one at which another seat had handed in.
    [*_TWO, ["answer", "i1", "b"], ["send", []], ["lost", 0, [["handed in", 0]] * 3], ["reload"]],
    *_ANEW,
    # The test is over, and another seat has our numbers: what the server says of each batch.
    *(
        [*_TWO, ["answer", "i1", "b"], ["send", []], ["moved"], ["ended", 2, 0, [[word, 2]]], ["send", []]]
        for word in ("ok", "fork", "handed in", "moved", "nonsense")
    ),
    # Nothing was sent but signs of life when the batches are to be made anew, and the page is closed.
    [
        ["answer", "i1", "a"],
        ["send", []],
        ["send", [["fork!", 0]]],
        ["reload"],
        ["moved"],
        ["merge", {}, True, 1, 0],
    ],
]
