"""What workers tell one another through Redis, once a second: what they can start, who waits for a bell."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from engine.admission.gate import Gate
from sessions.store import Store

FRESH_MS = 5_000
GONE_MS = 60_000


class Neighbours:
    """The other workers of the installation, as this one hears of them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"

    async def exchange(self, gate: Gate, records: Mapping[str, Mapping[str, Any]], now_ms: int) -> None:
        """Say how this worker stands, and hear how the others do; StoreError if Redis is away."""
        opening = gate.opening
        opening.forget(records, now_ms)
        mine = gate.starts_per_s()
        word = orjson.dumps((now_ms, mine, opening.told()))
        words = await self._store.tell_workers(self._name, word)
        words.pop(self._name.encode(), None)
        others: list[Mapping[str, Sequence[int]]] = []
        total, gone = mine, []
        for name, packed in words.items():
            try:
                at_ms, starts_per_s, waiting = orjson.loads(packed)
            except ValueError:  # of another version: its worker will say it again, if it is still there
                gone.append(name)
                continue
            if at_ms < now_ms - FRESH_MS:
                gone += [name] if at_ms < now_ms - GONE_MS else []
                continue
            total += starts_per_s
            others.append({name: least for name, least in waiting.items() if isinstance(least, list)})
        opening.hear(others)
        opening.starts_per_s, gate.workers = total, 1 + len(others)
        if gone:
            await self._store.forget_workers(gone)
