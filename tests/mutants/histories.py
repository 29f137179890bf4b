"""What the protocol makes of fixed histories: recorded once from the sound code, compared for each mutant.

The very histories that `make test` plays to the real script and to the outbox in Chromium, which give what
the sound code gives here. So a mutant that gives something else here fails there: neither Redis nor a browser
is needed to see it, and a history takes milliseconds. That holds for `simulation.protocol` alone: of what the
script is generated from, both sides would have the same mutant.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple

from simulation.world.data import SESSIONS, UPKEEP, Commands, Data
from tests.simulation import test_corners, test_outbox, test_script


class Asked(NamedTuple):
    """A command, when, and what it gave."""

    command: tuple[Any, ...]
    now_ms: int
    gave: Any


class Recorded(NamedTuple):
    """Histories of sessions and of outboxes, and what the sound code makes of them."""

    sessions: list[list[Asked]]
    boxes: list[tuple[Any, Any]]


class Recorder:
    """Stands where the real Redis stands in the comparison, and notes what is asked of it."""

    def __init__(self) -> None:
        self.commands = _empty()
        self.asked: list[Asked] = []

    async def script(self, script: Any, names: list[str], arguments: list[Any]) -> Any:
        now_ms = arguments[1] if script is SESSIONS else 0
        return await self._note(("EVALSHA", script.sha, len(names), *names, *arguments), now_ms)

    async def command(self, *command: Any) -> Any:
        if command[0] == "XRANGE" and len(command) == 4:
            command = (*command, "COUNT", 10**9)
        return await self._note(command, 0)

    async def _note(self, command: tuple[Any, ...], now_ms: int) -> Any:
        gave = self.commands.do(command, now_ms)
        self.asked.append(Asked(command, now_ms, _plain(command, gave)))
        return gave


def recorded() -> Recorded:
    """Those that were made for one corner come first: they end soonest."""
    works = [test_script.bounds, test_script.settled, *test_corners.CORNERS]
    sessions = [_record(work) for work in works]
    sessions += [_record(lambda both, seed=seed: test_script.walk(both, seed)) for seed in test_script.SOME]
    boxes = test_outbox.histories_of(test_outbox.SOME)
    return Recorded(sessions, [(history, _played(history)) for history in boxes])


def differs(before: Recorded, *, is_outbox: bool) -> bool:
    """Whether what is loaded now makes anything else of them."""
    if is_outbox:
        return any(_played(history) != gave for history, gave in before.boxes)
    for asked in before.sessions:
        commands = _empty()
        for command, now_ms, gave in asked:
            if _plain(command, commands.do(command, now_ms)) != gave:
                return True
    return False


def _record(work: Any) -> list[Asked]:
    recorder = Recorder()
    asyncio.run(work(test_script.Both(recorder)))  # type: ignore[arg-type]
    return recorder.asked


def _played(history: Any) -> Any:
    played = test_outbox.played(history)
    boxes = [test_outbox.comparable(box) for box in played["boxes"]]
    return boxes, [json.loads(body) for body in played["sent"]]


def _plain(command: tuple[Any, ...], gave: Any) -> Any:
    if command[0] == "EVALSHA" and command[1] == SESSIONS.sha:
        return [test_script.comparable(reply) for reply in gave]
    return [test_script.lines_of([entry]) for entry in gave] if command[0] == "XRANGE" else gave


def _empty() -> Commands:
    commands = Commands(Data(64))
    for script in (SESSIONS, UPKEEP):
        commands.script(0, "LOAD", script.text)
    return commands
