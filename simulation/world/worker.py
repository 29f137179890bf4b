"""A server process: the real application over two real stores, its writers, its beat, its end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from starlette.routing import Router

from engine.admission.gate import Gate
from engine.api.answers import Answers
from engine.api.contents import Contents
from engine.api.pupil import Pupil
from engine.app import Application
from engine.files import FileStore
from engine.guessing import Guessing
from engine.keyring import KeyRing
from engine.services import Ciphers, Services
from engine.writer import Writer
from items.bank import Bank
from sessions.link import StoreError
from sessions.model import CodeEntry, Glance, Operation, Reply
from sessions.store import Store
from simulation.world.connection import Line
from simulation.world.hall import PEPPER, SETTINGS, SIGNER, Deliveries, NoMovingItems
from simulation.world.loop import Process

BEAT_S = 4.3
GAP_MS = 10_000
"""A world lasts two minutes, so beats are rarer than on the day, and an outage begins later."""

NOBODY = KeyRing(Path("/nowhere/keys"))
BANK = Bank(Path("/nowhere/bank"))


class Worker:
    """One worker; `open_store` gives it a store on a line. `clock_ahead_ms`: its clock is wrong."""

    ciphers_type: type[Ciphers] = Ciphers
    beat_s = BEAT_S

    def __init__(
        self,
        name: str,
        open_store: Callable[[Line], Store],
        line_of: Callable[[Process], Line],
        clock_ms: Callable[[], int],
        chance: random.Random,
    ) -> None:
        self.process = Process(name)
        self.clock_ahead_ms = 0
        self.storm_s = 0.0
        self._clock_ms = clock_ms
        self._chance = chance
        self.lines = [line_of(self.process), line_of(self.process)]
        self.stores = [open_store(line) for line in self.lines]
        self.services = self._services(*self.stores)
        self.application = self._application()

    def clock(self) -> int:
        """This machine's clock."""
        return self._clock_ms() + self.clock_ahead_ms

    async def commit(self, store: Store, operations: Sequence[Operation]) -> Sequence[Reply]:
        """One group."""
        if self.storm_s:
            await self._leave_question(store)
        return await store.commit(operations, self.clock())

    async def _leave_question(self, store: Store) -> None:
        """Somebody asks over the same connection and is cancelled while the reply is on the line."""
        asking = self.process.spawn(store.find_codes([bytes(32)]))
        await asyncio.sleep(0)
        asking.cancel()

    def start(self) -> None:
        """Writers and beat run until the process dies."""
        services = self.services
        for writer in (services.answers, services.others, services.codes, services.glances):
            self.process.spawn(writer.run())
        self.process.spawn(self._beat())

    async def handle(self, method: str, path: str, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and JSON of one request."""
        headers = [(b"content-type", b"application/json")]
        if token:
            headers.append((b"authorization", b"Bearer " + token.encode()))
        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": headers,
            "root_path": "",
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        raw = b"".join(message.get("body", b"") for message in sent[1:])
        found = dict(sent[0]["headers"])
        retry_ms = int(found.get(b"retry-after", b"0")) * 1000
        return sent[0]["status"], {"retry_after_ms": retry_ms, **(orjson.loads(raw) if raw else {})}

    def _services(self, answers: Store, others: Store) -> Services:
        async def commit_answers(operations: Sequence[Operation]) -> Sequence[Reply]:
            return await self.commit(answers, operations)

        async def commit_others(operations: Sequence[Operation]) -> Sequence[Reply]:
            return await self.commit(others, operations)

        async def find_codes(digests: Sequence[bytes]) -> Sequence[CodeEntry | None]:
            return await others.find_codes(digests)

        async def glance(sids: Sequence[bytes]) -> Sequence[Glance | None]:
            return await others.glance(sids)

        return Services(
            settings=SETTINGS,
            clock=self.clock,
            catalog=Deliveries(others, BANK, NOBODY, Path("/nowhere")),
            signer=SIGNER,
            pepper=PEPPER,
            guessing=Guessing(PEPPER, per_minute=1_000),
            ciphers=self.ciphers_type(),
            files=FileStore(Path("/nowhere/files")),
            # Few commits at a time, so that even these few pupils come in groups.
            answers=Writer(commit_answers, pending_max=64, group_max=16, commits_max=2),
            others=Writer(commit_others, pending_max=64, group_max=16, ranks=5),
            codes=Writer(find_codes, pending_max=64, group_max=16),
            glances=Writer(glance, pending_max=64, group_max=16),
            rulebooks=NoMovingItems(BANK),
            gate=Gate(SETTINGS, PEPPER, self.clock),
        )

    def _application(self) -> Application:
        services = self.services
        return Application(Answers(services), Pupil(services), Contents(services), Router(), services.gate)

    async def _beat(self) -> None:
        while True:
            with suppress(StoreError):
                await self.services.catalog.refresh()
                if self.services.answers.load < 1:
                    await self.stores[1].tick(self.clock())
            await asyncio.sleep(self.beat_s * self._chance.uniform(0.9, 1.1))
