"""The composition root: the only place that makes the parts of a worker and joins them.

    routing                     the pupil's calls and contents on raw ASGI, everything else through the router
    two connections to Redis    answers on one, everybody else on the other: log-ins cannot delay a save
    one beat                    about once a second: deliveries read again if changed, partitions marked alive

Every refusal leaves through `Application.__call__`: expected ones from the table, surprises as `internal`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.admission.gate import Gate
from engine.api.answers import Answers
from engine.api.attempts import Attempts
from engine.api.contents import Contents
from engine.api.files import Files
from engine.api.health import Beat, health_routes
from engine.api.ledger import ledger_routes
from engine.api.openapi import openapi_routes
from engine.api.pages import page_routes
from engine.api.pupil import Pupil
from engine.api.rooms import Rooms
from engine.archive import Archive
from engine.assets import Assets
from engine.attempts.rulebook import Rulebooks
from engine.beats import acknowledge, renew_keys, tell_figures, watch_waits
from engine.catalog import Catalog
from engine.clock import now_ms
from engine.console.routes import console_routes
from engine.errors import Problem
from engine.figures import Meter
from engine.files import MIB, FileStore
from engine.guessing import Guessing
from engine.keyring import KeyRing
from engine.logs import logger
from engine.portal.routes import portal_routes
from engine.respond import ClientGone, problem_of, send_problem
from engine.services import Ciphers, Services
from engine.settings import Settings
from engine.stores import meet, store_of
from engine.writer import Lanes, Writer
from items.bank import Bank
from sessions.keys import partition_of
from sessions.link import StoreError
from sessions.model import CodeEntry, Glance, Operation, Reply
from sessions.packing import sid_of
from sessions.store import Store
from sessions.ticket import Signer

LOG = logger("app")
Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Application:
    """The ASGI application of one worker."""

    def __init__(
        self, answers: Answers, pupil: Pupil, contents: ASGIApp, router: ASGIApp, gate: Gate
    ) -> None:
        self.answers = answers
        self.gate = gate
        self.acknowledging: asyncio.Task[None] | None = None
        """It goes on for as long as this serves; if it ends by itself, leaving `running` raises why."""
        self._raw: dict[str, tuple[ASGIApp, tuple[str, ...]]] = pupil.calls()
        self._raw["/api/v1/answers"] = (answers, ("POST",))
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
    async with (
        _store(settings) as answers_store,
        _store(settings) as others_store,
        _archive(settings) as archive,
    ):
        await meet(others_store)
        catalog = Catalog(others_store, Bank(settings.data_dir), keyring, settings.data_dir / "content")
        meter = Meter(now_ms)
        services = _services(settings, keyring, signer, catalog, answers_store, others_store, meter)
        beat = Beat()
        writers = (services.answers, services.others, services.codes, services.glances)
        tasks = [asyncio.create_task(writer.run()) for writer in writers]
        beating = [
            asyncio.create_task(work)
            for work in (
                acknowledge(services, others_store, beat),
                renew_keys(signer, keyring),
                tell_figures(services, others_store, meter),
                watch_waits(services, meter),
            )
        ]
        try:
            operators = console_routes(services, archive, others_store, keyring)
            application = _application(services, beat, Rooms(services, archive, others_store), operators)
            application.acknowledging = beating[0]
            yield application
        finally:
            if beating[0].done():
                with suppress(StoreError):  # what was taken goes into no Redis of another version
                    await answers_store.meet()
            for writer in writers:
                writer.close()
            await asyncio.gather(*tasks)
            await _ended(beating)


async def _ended(beating: Sequence[asyncio.Task[None]]) -> None:
    """What beats is told to end; what went wrong in one of them is raised."""
    for task in beating:
        task.cancel()
    await asyncio.wait(beating)
    for task in beating:
        if not task.cancelled():
            task.result()


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    store = store_of(settings)
    try:
        yield store
    finally:
        await store.aclose()


@asynccontextmanager
async def _archive(settings: Settings) -> AsyncIterator[Archive]:
    """For pages of staff alone: no answer waits for it, and it is not connected before the first of them."""
    archive = Archive(settings.archive_address)
    try:
        yield archive
    finally:
        await archive.close()


def _services(
    settings: Settings,
    keyring: KeyRing,
    signer: Signer,
    catalog: Catalog,
    answers: Store,
    others: Store,
    meter: Meter,
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
        answers=_writer(
            meter.commit(commit_answers), answers, settings, settings.answers_pending_max, _lane_of
        ),
        others=_writer(commit_others, others, settings, settings.others_pending_max, _lane_of, ranks=5),
        codes=_writer(find_codes, others, settings, settings.others_pending_max, _lane_of_code),
        glances=_writer(glance, others, settings, settings.others_pending_max, partition_of),
        rulebooks=Rulebooks(Bank(settings.data_dir)),
        gate=Gate(settings, keyring.pepper(), now_ms),
    )


def _writer(
    commit: Callable[[Sequence[Asked]], Awaitable[Sequence[Told]]],
    store: Store,
    settings: Settings,
    pending_max: int,
    lane_of: Callable[[Asked, int], int],
    ranks: int = 1,
) -> Writer[Asked, Told]:
    """A writer; in a cluster a lane for each partition: a lost node holds up its own pupils only."""
    if store.lanes == 1:
        return Writer(commit, pending_max=pending_max, group_max=settings.group_max, ranks=ranks)
    lanes = store.lanes
    bounds = {"pending_max": pending_max, "group_max": settings.group_max, "ranks": ranks}
    return Lanes(commit, lanes=lanes, lane_of=lambda asked: lane_of(asked, lanes), **bounds)


def _lane_of(operation: Operation, lanes: int) -> int:
    return partition_of(sid_of(operation), lanes)


def _lane_of_code(digest: bytes, lanes: int) -> int:
    return digest[0] % lanes


def _files(settings: Settings) -> FileStore:
    return FileStore(
        settings.files_folder,
        file_bytes=settings.file_mib * MIB,
        session_bytes=settings.session_files_mib * MIB,
        reserve_bytes=settings.files_reserve_mib * MIB,
    )


def _application(services: Services, beat: Beat, rooms: Rooms, operators: list[Route]) -> Application:
    files = Files(services)
    routes = [
        Route("/api/v1/attempts", Attempts(services).call, methods=["POST"]),
        Route("/api/v1/files", files.put, methods=["POST"]),
        Route("/api/v1/files/{file}", files.get, methods=["GET"]),
        *rooms.routes(),
        *ledger_routes(services.settings),
        *health_routes(services, beat),
        *openapi_routes(),
        *operators,
        *portal_routes(services.settings),
        *page_routes(services, Assets()),
    ]
    return Application(Answers(services), Pupil(services), Contents(services), Router(routes), services.gate)
