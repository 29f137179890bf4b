"""The wire: no reply reaches anybody but its caller, and every failure says what to do."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import hiredis
import pytest
from redis.asyncio import Redis

from sessions.keys import written
from sessions.link import Link, StoreAway, StoreError, StoreFull, StoreRefused
from sessions.model import Heartbeat, Pause
from sessions.pipe import Broken
from sessions.routes import slot_of
from sessions.script import Script, sessions_script
from sessions.store import Store
from tests.patience import PATIENCE_S
from tests.ports import free_port
from tests.sessions.given import NOW, a_row, a_running, a_save, a_sid, one, verdicts
from tests.sessions.servers import running_redis, started


@pytest.fixture
async def link(redis_url: str, redis: Redis) -> AsyncIterator[Link]:
    link = Link(redis_url, timeout_s=PATIENCE_S)
    yield link
    await link.aclose()


async def turns(count: int) -> None:
    """Let others run `count` times."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_cancelled_callers_never_swap_replies(link: Link) -> None:
    """A storm of callers, half of them cancelled at any point: the others get what they asked for."""
    chance = random.Random(7)
    connection = await link.command("CLIENT", "ID")
    callers = []
    for number in range(600):
        callers.append(asyncio.create_task(link.command("ECHO", f"pupil {number}")))
        await turns(chance.randrange(4))
        if number % 2:
            victim = chance.choice(callers)
            victim.cancel()
    replies = await asyncio.gather(*callers, return_exceptions=True)
    answered = [number for number, reply in enumerate(replies) if not isinstance(reply, BaseException)]
    assert [replies[number] for number in answered] == [f"pupil {number}".encode() for number in answered]
    assert 100 < len(answered) < 600
    assert await link.command("ECHO", "after") == b"after"
    assert await link.command("CLIENT", "ID") == connection


async def test_a_cancelled_save_is_either_done_or_not_and_may_be_repeated(store: Store) -> None:
    """Whoever was cancelled sends again; nothing is lost and nothing doubled."""
    tickets = [await a_running(store, a_sid(number)) for number in range(20)]
    saves = [a_save(ticket, 1) for ticket in tickets]
    first = [asyncio.create_task(store.commit([save], NOW)) for save in saves]
    for step, task in enumerate(first):
        await turns(step % 5)
        task.cancel()
    await asyncio.gather(*first, return_exceptions=True)
    assert set(await verdicts(store, *saves)) <= {"ok", "repeated"}
    assert await verdicts(store, *saves) == ["repeated"] * 20


async def test_a_forgotten_script_is_loaded_again(store: Store, redis: Redis) -> None:
    """After a restart or a fail-over, or when somebody flushed the scripts: nobody notices."""
    ticket = await a_running(store, a_sid())
    await redis.script_flush()
    assert await verdicts(store, a_save(ticket, 1)) == ["ok"]
    assert (await redis.script_exists(sessions_script().sha))[0]


async def test_a_dead_server_is_away_and_a_new_one_is_found(tmp_path: Path) -> None:
    """Each call fails at once, and the first one after the restart works."""
    with running_redis(tmp_path / "r", "--appendonly", "yes", "--appendfsync", "always") as url:
        store = Store(Link(url))
        ticket = await a_running(store, a_sid())
        await one(store, a_save(ticket, 1))
    for _ in range(3):
        with pytest.raises(StoreAway):
            await one(store, a_save(ticket, 2))
    with running_redis(tmp_path / "r", "--appendonly", "yes", "--appendfsync", "always"):
        assert await verdicts(store, a_save(ticket, 1), a_save(ticket, 2)) == ["repeated", "ok"]
        await store.aclose()


async def test_an_idle_connection_that_the_server_closed_is_made_anew(link: Link, redis: Redis) -> None:
    """Redis was started again while nobody asked anything: the first who asks notices nothing."""
    number = await link.command("CLIENT", "ID")
    await redis.client_kill_filter(_id=str(number))
    while not link._pipe.is_broken:  # type: ignore[union-attr]
        await turns(1)
    assert await link.command("CLIENT", "ID") != number


async def test_a_reply_that_nobody_waits_for_reaches_nobody(link: Link) -> None:
    """Whatever put the connection off by one, the next caller gets a new one."""
    await link.command("PING")
    pipe = link._pipe
    assert pipe is not None
    pipe._transport.write(b"ECHO another's\r\n")
    while not pipe.is_broken:
        await turns(1)
    assert await link.command("ECHO", "mine") == b"mine"


async def test_a_server_that_does_not_answer_is_away_and_its_late_reply_reaches_nobody(
    redis_url: str,
) -> None:
    """The connection goes with the reply that may still come."""
    link = Link(redis_url, timeout_s=0.05)
    with pytest.raises(StoreAway):
        await link.command("BLPOP", "nothing", "0")
    link._timeout_s = 60  # for it answers now, however slowly
    assert await link.command("ECHO", "mine") == b"mine"
    await link.aclose()


async def test_a_full_memory_is_told_as_full_and_nobody_is_told_saved(store: Store, redis: Redis) -> None:
    """The whole group fails, and may be repeated when there is room again."""
    ticket = await a_running(store, a_sid())
    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreFull) as refused:
            await one(store, a_save(ticket, 1))
        assert "repeat" in refused.value.action
        with pytest.raises(StoreFull):
            await one(store, Pause(ticket.sid))
    finally:
        await redis.config_set("maxmemory", 0)
    assert await verdicts(store, a_save(ticket, 1), Pause(ticket.sid)) == ["ok", "ok"]


async def test_a_server_that_became_a_replica_is_away_and_asked_for_again(tmp_path: Path) -> None:
    """The connection is dropped, so that the address may lead to the new primary."""
    with running_redis(tmp_path) as url:
        link = Link(url)
        store = Store(link)
        ticket = await a_running(store, a_sid())
        await link.command("REPLICAOF", "127.0.0.1", "1")
        number = await link.command("CLIENT", "ID")
        with pytest.raises(StoreAway):
            await one(store, a_save(ticket, 1))
        assert await link.command("CLIENT", "ID") != number
        await link.command("REPLICAOF", "NO", "ONE")
        assert await verdicts(store, a_save(ticket, 1)) == ["ok"]
        await store.aclose()


async def test_a_write_that_waits_when_its_server_becomes_a_replica_may_be_repeated(tmp_path: Path) -> None:
    """In the middle of a fail-over: nobody has heard that it is saved, and it is no defect of ours."""
    with running_redis(tmp_path) as url:
        operator, store = Link(url), Store(Link(url, wait_replicas=1, wait_ms=60_000, timeout_s=60))
        ticket = await a_running(Store(operator), a_sid())
        waiting = asyncio.create_task(one(store, a_save(ticket, 1)))
        while b"blocked_clients:1" not in await operator.command("INFO", "clients"):
            await turns(1)
        await operator.command("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(StoreAway):
            await waiting
        await store.aclose()
        await operator.aclose()


async def test_a_wrong_command_is_our_defect(link: Link) -> None:
    """Not to be repeated; the connection stays sound."""
    number = await link.command("CLIENT", "ID")
    with pytest.raises(StoreRefused):
        await link.command("NOSUCHCOMMAND")
    with pytest.raises(StoreRefused):
        await link.commands([("SET", "a", "1"), ("LPUSH", "a", "1"), ("GET", "a")])
    assert await link.command("CLIENT", "ID") == number
    assert await link.command("ECHO", "mine") == b"mine"
    assert all(issubclass(kind, StoreError) and kind.action for kind in (StoreAway, StoreFull, StoreRefused))


async def test_a_wrong_address_is_away(tmp_path: Path) -> None:
    """Nobody listens there (yet)."""
    with pytest.raises(StoreAway):
        await Link(f"unix://{tmp_path}/nothing").command("PING")


async def test_without_its_replicas_nothing_is_acknowledged(redis_url: str, redis: Redis) -> None:
    """The write may stand; whoever repeats it learns that later."""
    alone = Store(Link(redis_url))
    ticket = await a_running(alone, a_sid())
    store = Store(Link(redis_url, wait_replicas=1, wait_ms=1))
    for _ in range(2):
        with pytest.raises(StoreAway):
            await one(store, a_save(ticket, 1))
    assert await verdicts(alone, a_save(ticket, 1)) == ["repeated"]
    await store.aclose()
    await alone.aclose()


async def test_an_acknowledged_write_is_on_the_replica(tmp_path: Path) -> None:
    """With one replica asked for, the reply comes when it has the write; so the replica may take over."""
    port = free_port()
    for name in ("primary", "replica"):
        (tmp_path / name).mkdir()
    with (
        started(tmp_path / "primary", "--port", str(port), "--repl-diskless-sync-delay", "0"),
        running_redis(tmp_path / "replica", "--replicaof", "127.0.0.1", str(port)) as replica_url,
    ):
        store = Store(Link(f"redis://127.0.0.1:{port}", wait_replicas=1, wait_ms=60_000, timeout_s=60))
        await store.create_sessions([a_row(a_sid())])
        replica = Link(replica_url)
        assert await replica.command("EXISTS", "s:{p00}:" + a_sid().hex()) == 1
        offset = await replica.command("ROLE")
        assert await store.lease("drain", "anna", 0)
        assert (await replica.command("ROLE"))[-1] > offset[-1], "asked again, it writes for WAIT to see"
        await replica.aclose()
        await store.aclose()


@pytest.mark.parametrize("name", ["j:{p03}", "u:{p03}", "lease:drain", "deliveries"])
def test_what_wait_waits_for_lies_in_the_slot_of_the_script(name: str) -> None:
    """So that a cluster takes it with the script."""
    assert slot_of(written(name)) == slot_of(name)


async def test_a_script_that_fails_as_a_whole_is_refused(link: Link) -> None:
    """A defect of the script itself, as against one of its operations."""
    with pytest.raises(StoreRefused):
        await link.script(Script("return nonsense(", "0" * 40), [], [])


async def test_closing_waits_for_the_call_under_way(redis_url: str, redis: Redis) -> None:
    """And the next call makes a new connection."""
    store = Store(Link(redis_url))
    await store.claim()
    ticket = await a_running(store, a_sid())
    saving = asyncio.create_task(one(store, a_save(ticket, 1)))
    await turns(2)
    await store.aclose()
    assert (await saving).verdict == "ok"
    assert (await one(store, Heartbeat(ticket))).state.last == 1
    await store.aclose()


async def test_callers_who_come_together_share_one_connection(redis_url: str, redis: Redis) -> None:
    """The first of them makes it, the others wait for it."""
    link = Link(redis_url, timeout_s=PATIENCE_S)
    numbers = await asyncio.gather(*(link.command("CLIENT", "ID") for _ in range(3)))
    assert len(set(numbers)) == 1
    await link.aclose()


async def test_a_question_to_a_connection_that_has_ended_fails_at_once(link: Link) -> None:
    """Nobody waits for a reply that cannot come."""
    await link.command("PING")
    pipe = link._pipe
    assert pipe is not None
    pipe.close()
    with pytest.raises(Broken, match="closed by us"):
        await pipe.ask([("PING",)])


class Newer:
    """A server that knows WAITAOF, which the one of these tests need not: it speaks Redis's bytes.

    `on_disk` replicas have each write on disk; None: it hangs up when it is asked.
    """

    def __init__(self, on_disk: int | None) -> None:
        self.on_disk = on_disk
        self.asked: list[list[bytes]] = []
        self.ended = asyncio.Event()

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        commands = hiredis.Reader()
        while data := await reader.read(4096):
            commands.feed(data)
            while command := commands.gets():
                self.asked.append(command)
                if command[0] == b"WAITAOF" and self.on_disk is None:
                    writer.close()
                    continue
                waited = command[0] == b"WAITAOF" and self.on_disk is not None
                writer.write(b"*2\r\n:0\r\n:%d\r\n" % (self.on_disk or 0) if waited else b"+OK\r\n")
        writer.close()
        self.ended.set()


@asynccontextmanager
async def speaking(newer: Newer, folder: Path) -> AsyncIterator[Link]:
    """A link to it that asks for one replica."""
    async with await asyncio.start_unix_server(newer.speak, folder / "newer.sock"):
        link = Link(f"unix://{folder}/newer.sock", wait_replicas=1)
        yield link
        await link.aclose()
        await newer.ended.wait()


async def test_where_the_server_offers_it_a_write_is_on_the_disk_of_the_replica(tmp_path: Path) -> None:
    """In its memory alone is too little then, and too few is no acknowledgement."""
    newer = Newer(on_disk=1)
    async with speaking(newer, tmp_path) as link:
        await link.commands([("SET", "a", 1)], waits=True)
        assert newer.asked[-1] == [b"WAITAOF", b"0", b"1", b"2000"]
        newer.on_disk = 0
        with pytest.raises(StoreAway, match="only 0 of 1 replicas"):
            await link.commands([("SET", "a", 1)], waits=True)


async def test_a_server_that_hangs_up_when_it_is_asked_for_its_replicas_is_away(tmp_path: Path) -> None:
    """And no half-made connection is left behind."""
    newer = Newer(on_disk=None)
    async with speaking(newer, tmp_path) as link:
        with pytest.raises(StoreAway):
            await link.command("PING")
        assert link._pipe is None


async def test_a_server_that_does_not_name_its_process_is_away(tmp_path: Path) -> None:
    """Nobody can tell whether it has taken over; the drain waits for it as for any other."""
    async with speaking(Newer(on_disk=1), tmp_path) as link:
        with pytest.raises(StoreAway, match="run_id"):
            await Store(link).processes()


async def test_a_server_that_forbids_its_name_is_a_defect_of_its_rules(tmp_path: Path) -> None:
    """Not one to be waited for: the operator has to allow INFO."""
    with running_redis(tmp_path) as url:
        link = Link(url)
        await link.command("ACL", "SETUSER", "default", "-info")
        with pytest.raises(StoreRefused, match="NOPERM"):
            await Store(link).processes()
        await link.aclose()
