"""Heavy work beside the worker: our own commands as processes of low priority, so that no pupil waits."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any, NamedTuple

from engine.archive import Conflict
from engine.settings import Settings

PATIENCE_S = 120
AT_ONCE = asyncio.Semaphore(1)
LINE_MAX = 400


class Told(NamedTuple):
    """What a command said: its JSON, and its last sentence where it refused."""

    is_done: bool
    record: dict[str, Any]
    sentence: str


async def command(settings: Settings, *arguments: str) -> Told:
    """Run `passation ARGUMENTS --json`; Conflict if it takes too long or another one is running here."""
    if AT_ONCE.locked():
        raise Conflict("another import or delivery is being made: try again in a moment")
    async with AT_ONCE:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PASSATION_")}
        process = await asyncio.create_subprocess_exec(
            *("nice", "-n", "15", sys.executable, "-m", "engine", *arguments, "--json"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environ | settings.to_environ(),
        )
        try:
            out, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        except (TimeoutError, asyncio.CancelledError) as error:
            process.kill()
            await process.wait()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise Conflict(f"this took longer than {PATIENCE_S} s and was stopped") from error
    lines = errors.decode(errors="replace").strip().splitlines()
    sentence = lines[-1].removeprefix("passation: ")[:LINE_MAX] if lines else ""
    return Told(process.returncode == 0, _last_object(out), sentence)


def _last_object(out: bytes) -> dict[str, Any]:
    for line in reversed(out.splitlines()):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            return record
    return {}
