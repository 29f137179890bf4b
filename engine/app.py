"""The composition root: the only place that makes the parts of a worker and joins them.

    routing                     answers and contents on raw ASGI, everything else through the router
    two connections to Redis    answers on one, everybody else on the other: log-ins cannot delay a save
    one beat                    about once a second: deliveries read again if changed, partitions marked alive

Every refusal leaves through `Application.__call__`: expected ones from the table, surprises as `internal`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.admission.beat import Neighbours
from engine.admission.gate import Gate
from engine.admission.ranks import BUDGETS, Rank
from engine.admission.watch import Sojourn, look_often
from engine.api.answers import Answers
from engine.api.attempts import Attempts
from engine.api.contents import Contents
from engine.api.files import Files
from engine.api.health import Beat, health_routes
from engine.api.ledger import ledger_routes
from engine.api.openapi import openapi_routes
from engine.api.pages import page_routes
from engine.api.pupil import Pupil
from engine.assets import Assets
from engine.attempts.rulebook import Rulebooks
from engine.catalog import Catalog
from engine.clock import now_ms
from engine.errors import Problem
from engine.files import MIB, FileStore
from engine.guessing import Guessing
from engine.keyring import KeyRing
from engine.logs import logger
from engine.respond import ClientGone, problem_of, send_problem
from engine.services import Ciphers, Services
from engine.settings import Settings
from engine.writer import Writer
from items.bank import Bank
from sessions.link import StoreError
from sessions.model import CodeEntry, Glance, Operation, Reply
from sessions.store import Store, open_store
from sessions.ticket import Signer

LOG = logger("app")
COST_OF_OTHERS = BUDGETS[Rank.LOGIN][0]
BEAT_MS = 997
"""A prime, so that the beats of several workers and sweeps do not fall together."""


class Application:
    """The ASGI application of one worker."""

    def __init__(self, answers: Answers, contents: ASGIApp, router: ASGIApp, gate: Gate) -> None:
        self.answers = answers
        self.gate = gate
        self._raw: dict[str, tuple[ASGIApp, tuple[str, ...]]] = {"/api/v1/answers": (answers, ("POST",))}
        self._contents = contents
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong becomes one row of the table of refusals."""
        if scope["type"] != "http":
            return
        try:
            await self._route(scope, receive, send)
        except ClientGone:
            return
        except Exception as error:
            await send_problem(send, problem_of(error))

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if raw := self._raw.get(path):
            application, methods = raw
            if scope["method"] not in methods:
                raise Problem("wrong_method", allow=", ".join(methods))
            await application(scope, receive, send)
        elif path.startswith("/content/"):
            await self._contents(scope, receive, send)
        else:
            scope["app"] = self  # so that the router raises its 405 instead of answering in plain text
            with self.gate.under_way(path.encode()):
                await self._router(scope, receive, send)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Application]:
    """A worker's application with its tasks; on leaving, what was taken is committed before Redis is left."""
    keyring = KeyRing(settings.keys_dir)
    signer = Signer(*keyring.token_keys())
    async with _store(settings) as answers_store, _store(settings) as others_store:
        catalog = Catalog(others_store, Bank(settings.data_dir), keyring, settings.data_dir / "content")
        services = _services(settings, keyring, signer, catalog, answers_store, others_store)
        beat = Beat()
        writers = (services.answers, services.others, services.codes, services.glances)
        tasks = [asyncio.create_task(writer.run()) for writer in writers]
        beating = [
            asyncio.create_task(_beat(services, others_store, beat)),
            asyncio.create_task(_look(services)),
        ]
        try:
            yield _application(services, beat)
        finally:
            for writer in writers:
                writer.close()
            await asyncio.gather(*tasks)
            for task in beating:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    store = open_store(
        settings.redis_address, partitions=settings.partitions, wait_replicas=settings.replicas_wait
    )
    try:
        yield store
    finally:
        await store.aclose()


def _services(
    settings: Settings,
    keyring: KeyRing,
    signer: Signer,
    catalog: Catalog,
    answers: Store,
    others: Store,
) -> Services:
    async def commit_answers(operations: Sequence[Operation]) -> Sequence[Reply]:
        return await answers.commit(operations, now_ms())

    async def commit_others(operations: Sequence[Operation]) -> Sequence[Reply]:
        return await others.commit(operations, now_ms())

    async def find_codes(digests: Sequence[bytes]) -> Sequence[CodeEntry | None]:
        return await others.find_codes(digests)

    async def glance(sids: Sequence[bytes]) -> Sequence[Glance | None]:
        return await others.glance(sids)

    return Services(
        settings=settings,
        clock=now_ms,
        catalog=catalog,
        signer=signer,
        pepper=keyring.pepper(),
        guessing=Guessing(keyring.pepper(), per_minute=settings.wrong_codes_per_minute),
        ciphers=Ciphers(),
        files=_files(settings),
        answers=Writer(
            commit_answers, pending_max=settings.answers_pending_max, group_max=settings.group_max
        ),
        others=Writer(
            commit_others, pending_max=settings.others_pending_max, group_max=settings.group_max, ranks=5
        ),
        codes=Writer(find_codes, pending_max=settings.others_pending_max, group_max=settings.group_max),
        glances=Writer(glance, pending_max=settings.others_pending_max, group_max=settings.group_max),
        rulebooks=Rulebooks(Bank(settings.data_dir)),
        gate=Gate(settings, keyring.pepper(), now_ms),
    )


def _files(settings: Settings) -> FileStore:
    return FileStore(
        settings.files_folder,
        file_bytes=settings.file_mib * MIB,
        session_bytes=settings.session_files_mib * MIB,
        reserve_bytes=settings.files_reserve_mib * MIB,
    )


def _application(services: Services, beat: Beat) -> Application:
    files = Files(services)
    routes = [
        *Pupil(services).routes(),
        Route("/api/v1/attempts", Attempts(services).call, methods=["POST"]),
        Route("/api/v1/files", files.put, methods=["POST"]),
        Route("/api/v1/files/{file}", files.get, methods=["GET"]),
        *ledger_routes(services.settings),
        *health_routes(services, beat),
        *openapi_routes(),
        *page_routes(services, Assets()),
    ]
    return Application(Answers(services), Contents(services), Router(routes), services.gate)


async def _look(services: Services) -> None:
    """Show the gate how long calls wait."""
    answers, others = Sojourn(services.answers), Sojourn(services.others)
    gate, seen = services.gate, 0

    def see(late_s: float, now_s: float) -> None:
        nonlocal seen
        taken = services.answers.taken
        if not gate.is_tight:
            gate.control.saved(taken - seen)
        seen = taken
        served = taken + COST_OF_OTHERS * services.others.taken
        waits_s = late_s + answers.look(now_s), late_s + others.look(now_s)
        gate.look(*waits_s, now_s, cpu_s=time.process_time(), served=served)

    await look_often(see)


async def _beat(services: Services, store: Store, beat: Beat) -> None:
    """Tell the partitions that answers are acknowledged here, and read what staff have changed."""
    neighbours = Neighbours(store)
    while True:
        started_ms = services.clock()
        try:
            await services.catalog.refresh()
            await neighbours.exchange(services.gate, services.catalog.records(), started_ms)
            if services.answers.load < 1:
                await store.tick(started_ms)
            beat.at_ms = started_ms
        except StoreError as error:
            LOG.warning("store away", extra={"fields": {"why": type(error).__name__}})
        except Exception:
            LOG.exception("beat failed")
        await asyncio.sleep(BEAT_MS / 1000)
