"""The gate on real connections: what is past its limit is answered before anything of it is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from engine.admission.beat import Neighbours
from engine.admission.gate import RETRY_ANSWERS_MAX_S, RETRY_MAX_S, Gate
from engine.admission.ranks import LOGIN_PATH, Rank
from engine.connection import close_overdue, connection_class, path_of
from engine.errors import Problem
from engine.settings import Settings
from engine.worker import WatchfulServer, bind, uvicorn_config
from sessions.store import open_store
from tests.ports import free_port
from tests.served import Served

NOON_MS = 1_900_000_000_000
SECRET = bytes(range(32))
CROWD_S = 2.0
Replied = tuple[int, dict[str, str], bytes]
Ask = Callable[[bytes], Coroutine[Any, Any, Replied]]


class House:
    """A server with a gate and, behind it, somebody who says yes to everything."""

    def __init__(self, **given: Any) -> None:
        self.now_ms = NOON_MS
        self.settings = Settings.load({}, port=free_port(), **given)
        self.gate = Gate(self.settings, SECRET, lambda: self.now_ms)
        self.asked = 0
        self.path = ""
        self.server: WatchfulServer

    def take(self, call: Any) -> None:
        """Answers, on the short way."""
        self.asked += 1
        call.acknowledge(b"{}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Everything else."""
        self.asked += 1
        self.path = scope["path"]
        await JSONResponse({})(scope, receive, send)

    def crowd(self, *ranks: Rank) -> None:
        """Two seconds in which far too many of these ranks came, and waited for long."""
        for step in range(1, 101):
            for rank in ranks:
                for _ in range(200):
                    self.gate.control.admit(rank)
            self.gate.look(0.5 + step / 10, 0.0, step * CROWD_S / 100, cpu_s=0.0, served=0.0)

    def spend(self, rank: Rank) -> int:
        """Use up what the rank may have for the moment; how many calls that was."""
        spent = 0
        while self.gate.control.admit(rank):
            spent += 1
        return spent


@asynccontextmanager
async def open_house(
    house: House,
) -> AsyncIterator[Ask]:
    """A connection on which requests are asked."""
    http = connection_class(house, house.gate, house.settings)  # type: ignore[arg-type]
    config = uvicorn_config(house.settings, house, http)
    config.loop = "none"
    house.server = WatchfulServer(config)
    serving = asyncio.create_task(house.server.serve(sockets=[bind("127.0.0.1", house.settings.port)]))
    await until_listening(house.settings.port)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.settings.port)

    async def ask(request: bytes) -> Replied:
        writer.write(request)
        return await reply(reader)

    try:
        yield ask
    finally:
        writer.close()
        house.server.should_exit = True
        await serving


async def until_listening(port: int) -> None:
    """Return when somebody accepts connections."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0)
        else:
            writer.close()
            return


async def reply(reader: asyncio.StreamReader) -> Replied:
    """Status, headers in lower case, body."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:-2])
    }
    return int(lines[0].split()[1]), headers, await reader.readexactly(int(headers["content-length"]))


def post(path: str, body: bytes = b"{}", *lines: str) -> bytes:
    head = [
        f"POST {path} HTTP/1.1",
        "Host: test",
        "Authorization: Bearer x",
        "Content-Type: application/json",
    ]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", *lines]).encode() + b"\r\n\r\n" + body


async def test_past_its_limit_a_call_gets_the_prepared_503_and_the_next_rank_none() -> None:
    """No body, a time to come again; nobody behind the gate hears of it; who is inside goes on."""
    house = House()
    async with open_house(house) as ask:
        assert (await ask(post("/api/v1/start")))[0] == 200
        house.crowd(Rank.LOGIN, Rank.START)
        house.spend(Rank.START)
        asked = house.asked
        status, headers, body = await ask(post("/api/v1/start", b"x" * 3000))
        assert (status, body) == (503, b"")
        assert 2 <= int(headers["retry-after"]) <= RETRY_MAX_S
        assert house.asked == asked
        assert (await ask(post("/api/v1/answers")))[0] == 200
        assert (await ask(b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"))[0] == 200


@pytest.mark.parametrize("lines", [(), ("Content-MD5: x",)], ids=["plain", "parsed"])
async def test_answers_are_refused_last_and_as_cheaply(lines: Sequence[str]) -> None:
    """When there is nothing left to take from others; the connection stays, for the pupil comes again."""
    house = House(behind_proxy=True)
    async with open_house(house) as ask:
        house.crowd(*Rank)
        house.spend(Rank.ANSWERS)
        for _ in range(3):
            status, headers, body = await ask(post("/api/v1/answers", b'{"n":1,"answers":[]}', *lines))
            assert (status, body) == (503, b"")
            assert "connection" not in headers
        assert house.asked == 0


def test_answers_are_never_sent_away_for_long() -> None:
    """However many are refused; a start or a log-in may wait longer."""
    house = House()
    house.gate.control.refusing = [0.99] * len(Rank)
    waits = {rank: {house.gate.retry_s(rank) for _ in range(200)} for rank in Rank}
    assert max(waits[Rank.ANSWERS] | waits[Rank.SUBMIT]) <= RETRY_ANSWERS_MAX_S
    assert RETRY_ANSWERS_MAX_S < max(waits[Rank.START]) <= RETRY_MAX_S


@pytest.mark.parametrize("lines", [(), ("Content-MD5: x",)], ids=["plain", "parsed"])
async def test_each_batch_that_is_let_in_counts_once(lines: Sequence[str]) -> None:
    """While answers are limited, so many come in as are left, and the next one does not."""
    house, counted = House(behind_proxy=True), House()
    for one in (house, counted):
        one.crowd(*Rank)
        one.spend(Rank.ANSWERS)
        one.gate.control.observe(0.5, CROWD_S + 0.001)
    left = counted.spend(Rank.ANSWERS)
    assert left > 1
    async with open_house(house) as ask:
        found = [(await ask(post("/api/v1/answers", b"{}", *lines)))[0] for _ in range(left + 1)]
    assert found == [200] * left + [503]


async def test_a_crowd_behind_one_request_on_a_connection_passes_no_gate() -> None:
    """Who sends log-ins before the reply to what came first is hung up on, and none of them was asked."""
    house = House()
    house.crowd(Rank.LOGIN)
    house.spend(Rank.LOGIN)
    first = b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"
    async with open_house(house) as ask:
        with pytest.raises(asyncio.IncompleteReadError):
            await ask(first + post("/api/v1/login") * 100 + first)
        assert house.path != LOGIN_PATH.decode()
        assert house.asked <= 1
        assert house.gate.places.waiting == 1, "a hundred log-ins took one place"


async def test_at_log_in_a_place_is_given_and_kept() -> None:
    """Whoever comes back with it, on whatever connection, has the same one, and gets in before later ones."""
    house = House(behind_proxy=True)
    async with open_house(house) as ask:
        house.crowd(Rank.LOGIN)
        house.spend(Rank.LOGIN)
        status, headers, body = await ask(post("/api/v1/login"))
        error = orjson.loads(body)["error"]
        assert (status, error["code"], error["number"]) == (503, "waiting_room", 1)
        assert int(headers["retry-after"]) * 1000 >= error["retry_after_ms"] >= 2000
        house.now_ms += 5000
        later = orjson.loads((await ask(post("/api/v1/login")))[2])["error"]
        assert later["number"] == 2
        line = f"Passation-Place: {error['place']}"
        again = orjson.loads((await ask(post("/api/v1/login", b"{}", line)))[2])["error"]
        assert (again["place"], again["number"]) == (error["place"], 1)
        while not house.gate.places.is_called(error["place"].encode(), house.now_ms):
            house.gate.places.advance(0.02, 10, 10)
        house.gate.control.observe(0.0, 9.0)
        assert not house.gate.places.is_called(later["place"].encode(), house.now_ms)
        assert (await ask(post("/api/v1/login", b"{}", line)))[0] == 200


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/%6cogin",
        "/%61pi%2Fv1%2Flogin",
        "/%61%70%69/v1/log%69n?room=%31",
        "/api/v1/login?/healthz",
        "/api/v1/login#/healthz",
        "http://test/api/v1/login",
        "http://someone@test:80/api/v1/%6Cogin?x#y",
    ],
)
async def test_a_log_in_is_known_however_its_address_is_written(target: str) -> None:
    """Whatever the routes take for a log-in stands in the waiting room like any other."""
    house = House(behind_proxy=True)
    async with open_house(house) as ask:
        assert (await ask(post(target)))[0] == 200
        assert house.path == "/api/v1/login"
        house.crowd(Rank.LOGIN)
        house.spend(Rank.LOGIN)
        status, _, body = await ask(post(target))
        assert (status, orjson.loads(body)["error"]["code"]) == (503, "waiting_room")


HOSTILE = [
    *("/api/v1/%2561nswers", "//api/v1/login", "/api/v1//login", "/./api/v1/login", "/api/../healthz"),
    *("/api/v1/login;x=1", "/api/v1/login/", "/API/V1/LOGIN", "/healthz%00", "/healthz%3Fx", "/%ff%zz%"),
    *("/api/v1/rooms/6e%20A/seats", "/api/v1/rooms/6%C3%A8me/seats?x=%2F", "/content/%2e%2e%2Fapi/v1/login"),
]


async def test_the_gate_and_the_routes_read_every_address_alike() -> None:
    """What one of them takes for a plain call and the other does not would pass under a foreign rank."""
    house = House(behind_proxy=True)
    async with open_house(house) as ask:
        for target in HOSTILE:
            assert (await ask(post(target)))[0] == 200
            assert path_of(target.encode()).decode(errors="replace") == house.path
            assert path_of(target.encode()) not in (LOGIN_PATH, b"/healthz", b"/api/v1/answers")


async def test_who_comes_back_before_its_time_is_not_read_until_then() -> None:
    """A hammer costs a request now and then; what it sent meanwhile is answered when its time has come."""
    house = House()
    async with open_house(house) as ask:
        house.crowd(*Rank)
        house.spend(Rank.START)
        assert (await ask(post("/api/v1/start")))[0] == 503
        assert (await ask(post("/api/v1/start")))[0] == 503
        (connection,) = house.server.server_state.connections
        assert connection.flow.read_paused  # type: ignore[union-attr]
        waiting = asyncio.create_task(ask(post("/api/v1/start")))
        later_s = asyncio.get_running_loop().time() + 1000
        connection.due_s = later_s + 1000  # type: ignore[union-attr]
        close_overdue(house.server.server_state.connections, later_s)
        assert (await waiting)[0] == 503


async def test_behind_a_proxy_nobody_waits_for_another() -> None:
    """There a connection carries many pupils."""
    house = House(behind_proxy=True)
    async with open_house(house) as ask:
        house.crowd(*Rank)
        house.spend(Rank.START)
        for _ in range(20):
            assert (await ask(post("/api/v1/start")))[0] == 503
        assert (await ask(post("/api/v1/answers")))[0] == 200


def test_exports_have_a_bound_of_their_own() -> None:
    """So many at a time, whatever the load is; the next one is refused, and the one after them is not."""
    gate = House(exports_pending_max=1).gate
    ledger = b"/api/v1/deliveries/abcdefgh/ledger"
    with gate.under_way(ledger):
        with pytest.raises(Problem, match="overloaded"), gate.under_way(ledger):
            pass
        with gate.under_way(b"/api/v1/login"):
            pass
    with gate.under_way(ledger):
        pass


async def test_workers_hear_of_one_another(engine: Served) -> None:
    """Through Redis: who waits at which bell, and what all can start together."""
    store = open_store(engine.settings.redis_address)
    gates = [House().gate for _ in range(2)]
    neighbours = [Neighbours(store) for _ in range(2)]
    record = {"id": "abcdefgh", "opens_at_ms": NOON_MS}
    gates[0].opening.waits(record, b"1" * 16, NOON_MS - 1)
    for _ in range(2):
        for neighbour, gate in zip(neighbours, gates, strict=True):
            await neighbour.exchange(gate, {"abcdefgh": record}, NOON_MS)
    gates[1].opening.starts_per_s = 0.5
    assert gates[1].opening.spread_ms(record) == 2_500
    assert gates[0].workers == 2
    alone = gates[0].starts_per_s()
    assert gates[0].opening.starts_per_s == pytest.approx(2 * alone)
    await neighbours[1].exchange(gates[1], {}, NOON_MS + 120_000)
    assert (gates[1].workers, gates[1].opening.spread_ms(record)) == (1, 0)
    await store.aclose()
