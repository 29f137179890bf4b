"""The composition root: the only place that makes the parts of a worker and joins them.

    routing                     answers and contents on raw ASGI, everything else through the router
    two connections to Redis    answers on one, everybody else on the other: log-ins cannot delay a save
    one beat                    about once a second: deliveries read again if changed, partitions marked alive

Every refusal leaves through `Application.__call__`: expected ones from the table, surprises as `internal`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
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
from engine.keyring import KeyProblem, KeyRing
from engine.logs import logger
from engine.respond import ClientGone, problem_of, send_problem
from engine.services import Ciphers, Services
from engine.settings import Settings
from engine.stores import store_of
from engine.writer import Lanes, Writer
from items.bank import Bank
from sessions.keys import partition_of
from sessions.link import StoreError
from sessions.model import CodeEntry, Glance, Operation, Reply
from sessions.packing import sid_of
from sessions.store import Store
from sessions.ticket import Signer

LOG = logger("app")
COST_OF_OTHERS = BUDGETS[Rank.LOGIN][0]
BEAT_MS = 997
"""A prime, so that the beats of several workers and sweeps do not fall together."""

TokenKeys = tuple[dict[int, bytes], int]


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
    keyring = KeyRing.of(settings)
    signer = Signer(*keyring.token_keys(now_ms()))
    async with _store(settings) as answers_store, _store(settings) as others_store:
        catalog = Catalog(others_store, Bank(settings.data_dir), keyring, settings.data_dir / "content")
        services = _services(settings, keyring, signer, catalog, answers_store, others_store)
        beat = Beat()
        writers = (services.answers, services.others, services.codes, services.glances)
        tasks = [asyncio.create_task(writer.run()) for writer in writers]
        beating = [
            asyncio.create_task(_beat(services, others_store, beat, keyring)),
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
    store = store_of(settings)
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
        answers=_writer(commit_answers, answers, settings, settings.answers_pending_max),
        others=_writer(commit_others, others, settings, settings.others_pending_max, ranks=5),
        codes=Writer(find_codes, pending_max=settings.others_pending_max, group_max=settings.group_max),
        glances=Writer(glance, pending_max=settings.others_pending_max, group_max=settings.group_max),
        rulebooks=Rulebooks(Bank(settings.data_dir)),
        gate=Gate(settings, keyring.pepper(), now_ms),
    )


def _writer(
    commit: Callable[[Sequence[Operation]], Awaitable[Sequence[Reply]]],
    store: Store,
    settings: Settings,
    pending_max: int,
    ranks: int = 1,
) -> Writer[Operation, Reply]:
    if store.lanes == 1:
        return Writer(commit, pending_max=pending_max, group_max=settings.group_max, ranks=ranks)

    def lane_of(operation: Operation) -> int:
        return partition_of(sid_of(operation), store.lanes)

    bounds = {"pending_max": pending_max, "group_max": settings.group_max, "ranks": ranks}
    return Lanes(commit, lanes=store.lanes, lane_of=lane_of, **bounds)


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


async def _renewed(
    signer: Signer, keyring: KeyRing, known: TokenKeys | None, now_ms: int
) -> TokenKeys | None:
    """Take up token keys that were made or dropped; what cannot be read now changes nothing."""
    try:  # in a thread: a source of keys may be a program that takes its time
        found = await asyncio.to_thread(keyring.token_keys, now_ms)
    except KeyProblem as error:
        LOG.warning("keys not read", extra={"fields": {"why": str(error)}})
        return known
    except Exception:
        LOG.exception("keys not read")
        return known
    if found != known:
        signer.renew(*found)
    return found


async def _beat(services: Services, store: Store, beat: Beat, keyring: KeyRing) -> None:
    """Tell the partitions that answers are acknowledged here, and read what staff have changed."""
    known: TokenKeys | None = None
    neighbours = Neighbours(store)
    while True:
        started_ms = services.clock()
        known = await _renewed(services.signer, keyring, known, started_ms)
        # Each by itself: in a cluster the deliveries may lie on a node that is being replaced, while the
        # partitions of the others acknowledge. Silence would be taken for an outage and given back.
        refreshed = await _tried(services.catalog.refresh())
        await _tried(neighbours.exchange(services.gate, services.catalog.records(), started_ms))
        ticked = services.answers.load >= 1 or await _tried(store.tick(started_ms))
        if ticked and (refreshed or store.lanes > 1):
            beat.at_ms = started_ms
        await asyncio.sleep(BEAT_MS / 1000)


async def _tried(work: Awaitable[object]) -> bool:
    try:
        await work
    except StoreError as error:
        LOG.warning("store away", extra={"fields": {"why": type(error).__name__}})
    except Exception:
        LOG.exception("beat failed")
    else:
        return True
    return False
