"""More than one Redis: the same store on a cluster and behind sentinels."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from engine.embedded import redis_binary
from sessions.journal import BatchLine
from sessions.link import Link, StoreAway, StoreRefused
from sessions.model import CodeEntry, Credit, Login, Read
from sessions.partitions import GAP_MS
from sessions.routes import Cluster, Sentinels, connect, rights, slot_of
from sessions.store import Store, open_store
from tests.ports import free_ports
from tests.sessions.given import NOW, a_row, a_running, a_save, a_sid, one, verdicts
from tests.sessions.servers import started


async def until(asked: Callable[[], Awaitable[bool]]) -> None:
    """Wait for servers to agree among themselves."""
    while not await asked():  # noqa: ASYNC110  the servers tell nobody when they have
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("key", "slot"),
    [("123456789", 12739), ("{user1000}.following", 3443), ("s:{user1000}:x", 3443), ("foo{}{bar}", 8363)],
)
def test_a_key_has_the_slot_that_redis_gives_it(key: str, slot: int) -> None:
    """The examples of the cluster's own specification."""
    assert slot_of(key) == slot


def test_the_address_says_what_there_is() -> None:
    """One node, a cluster, a primary behind sentinels."""
    assert isinstance(connect("redis://localhost:7000"), Link)
    assert isinstance(connect("redis+cluster://user:secret@one:7000,two:7001"), Cluster)
    assert isinstance(connect("rediss+sentinel://one:26379,two/main"), Sentinels)
    for wrong in ("redis+sentinel://one:26379", "redis+ring://one:7000"):
        with pytest.raises(ValueError, match="is no address"):
            connect(wrong)


async def test_nodes_that_are_not_there_are_away() -> None:
    """All of them were asked."""
    for kind in ("redis+cluster://127.0.0.1:1,127.0.0.1:2", "redis+sentinel://127.0.0.1:1,127.0.0.1:2/main"):
        store = open_store(kind)
        with pytest.raises(StoreAway, match="no node answers"):
            await store.deliveries_version()
        await store.aclose()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[list[int]]:
    """Two nodes that will share the slots."""
    ports = free_ports(2)
    with ExitStack() as nodes:
        for port in ports:
            folder = tmp_path / str(port)
            folder.mkdir()
            nodes.enter_context(started(folder, "--port", str(port), "--cluster-enabled", "yes"))
        yield ports


async def joined(ports: list[int]) -> list[Link]:
    """The nodes, after they have agreed who has which slots."""
    nodes = [Link(f"redis://127.0.0.1:{port}") for port in ports]
    await nodes[0].command("CLUSTER", "ADDSLOTS", *range(8192))
    await nodes[1].command("CLUSTER", "ADDSLOTS", *range(8192, 16_384))
    await nodes[0].command("CLUSTER", "MEET", "127.0.0.1", ports[1])

    async def agreed() -> bool:
        states = [await node.command("CLUSTER", "INFO") for node in nodes]
        return all(b"cluster_state:ok" in state and b"slots_ok:16384" in state for state in states)

    await until(agreed)
    return nodes


@pytest.mark.long
async def test_a_store_works_on_a_cluster_as_on_one_node(cluster: list[int]) -> None:
    """Every call stays within one slot, whatever the partitions of its operations."""
    nodes = await joined(cluster)
    url = f"redis+cluster://127.0.0.1:{cluster[0]}"
    store = open_store(url)
    sids = [a_sid(number, partition=number % 64) for number in range(130)]
    assert await store.create_sessions([a_row(sid) for sid in sids]) == 130
    tickets = [await a_running(store, sid) for sid in sids[:70]]
    assert set(await verdicts(store, *(a_save(ticket, n) for n in (1, 2) for ticket in tickets))) == {"ok"}
    assert (await one(store, Read(tickets[0]))).state.last == 2
    assert all([await node.command("DBSIZE") for node in nodes])

    lines = await store.journal(store.journals(), 100)
    assert len([line for line in lines if isinstance(line, BatchLine)]) == 140
    await store.sealed([(sid, 2) for sid in sids[:70]], {line.partition: line.stream_id for line in lines})
    assert await store.journal_length() == 0
    assert [glance.state.sealed for glance in await store.glance(sids[:71]) if glance] == [2] * 70 + [0]

    await store.tick(NOW)
    outages = await store.tick(NOW + GAP_MS + 1)
    assert len(outages) == 64
    await one(store, Credit(sids[0], outages[0].from_ms, outages[0].to_ms))
    await store.settle(outages[0])
    assert set((await store.running(0))[1]) == {sids[0], sids[64]}
    assert await store.due(0, NOW + GAP_MS + 1) == []

    entries = [CodeEntry(bytes([number]) * 16, sids[number], "R1") for number in range(100)]
    await store.put_codes(entries)
    assert await store.find_codes([entry.digest for entry in entries]) == entries
    await store.put_delivery("maths26a", "{}")
    assert (await store.deliveries(), await store.deliveries_version()) == ([b"{}"], 1)
    assert await store.lease("drain", "anna", 1000)
    assert await store.destroy_sessions(sids) == 130
    assert [found == ([], []) for found in (await rights(url)).values()] == [False, False]
    await told_of_nodes(store, nodes)
    await store.aclose()


async def told_of_nodes(store: Store, nodes: Sequence[Link]) -> None:
    """What a store says of its servers; then they are let go."""
    for node, limit in zip(nodes, ("1gb", "2gb"), strict=True):
        await node.command("CONFIG", "SET", "maxmemory", limit)
    assert (await store.memory())["limit"] == 2**30
    assert len(await store.processes()) == len(nodes)
    for node in nodes:
        await node.aclose()


@pytest.mark.long
async def test_a_slot_that_has_moved_is_found_again(cluster: list[int]) -> None:
    """The call that meets the move fails and may be repeated; the next one goes to the new node."""
    nodes = await joined(cluster)
    store = open_store(f"redis+cluster://127.0.0.1:{cluster[0]}")
    await store.deliveries_version()
    slot = slot_of("deliveries")
    giver, taker = (nodes[0], nodes[1]) if slot < 8192 else (nodes[1], nodes[0])
    name = (await taker.command("CLUSTER", "MYID")).decode()
    await taker.command("CLUSTER", "SETSLOT", slot, "NODE", name)
    await giver.command("CLUSTER", "SETSLOT", slot, "NODE", name)
    with pytest.raises(StoreAway):
        await store.put_delivery("maths26a", "{}")
    await store.put_delivery("maths26a", "{}")
    assert await taker.command("HLEN", "deliveries") == 1
    for node in nodes:
        await node.aclose()
    await store.aclose()


@pytest.mark.long
async def test_a_cluster_whose_nodes_are_frozen_acknowledges_nothing(
    cluster: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its partitions have an outage then: no tick waits for a node as long as a pupil does."""
    nodes = await joined(cluster)
    store = open_store(f"redis+cluster://127.0.0.1:{cluster[0]}")
    assert await store.tick(NOW) == []
    for node in nodes:
        await node.command("CLIENT", "PAUSE", 600_000)
    monkeypatch.setattr("sessions.partitions.TICK_S", 0.01)
    with pytest.raises(StoreAway, match="does not answer"):
        await store.tick(NOW + 1)
    for node in nodes:
        await node.aclose()
    await store.aclose()


@pytest.mark.long
async def test_what_was_read_from_a_node_that_is_lost_is_read_again(cluster: list[int]) -> None:
    """Who reads and acts upon it later holds the nodes: one that has taken over may hold other lines."""
    nodes = await joined(cluster)
    store = open_store(f"redis+cluster://127.0.0.1:{cluster[0]}")
    store.hold()
    assert await store.journal_length() == 0
    for node in nodes:
        await node.command("CLIENT", "KILL", "TYPE", "normal")
    with pytest.raises(StoreAway):
        await store.journal_length()
    with pytest.raises(StoreAway, match="a node was lost"):  # whichever has its slots now
        await store.journal_length()
    store.hold()
    assert await store.journal_length() == 0
    for node in nodes:
        await node.aclose()
    await store.aclose()


@pytest.mark.long
async def test_a_slot_that_no_node_has_is_away(cluster: list[int]) -> None:
    """A cluster that is being put together: the call may be repeated until somebody has the slot."""
    store = open_store(f"redis+cluster://127.0.0.1:{cluster[0]}")
    with pytest.raises(StoreAway, match="no node has the slot of"):
        await store.deliveries_version()
    nodes = await joined(cluster)
    assert await store.deliveries_version() == 0
    for node in nodes:
        await node.aclose()
    await store.aclose()


@pytest.mark.long
async def test_a_node_that_has_left_is_asked_no_more(cluster: list[int]) -> None:
    """Nor is what was read taken to be another server's for ever, because that one was lost."""
    stays, leaves = nodes = await joined(cluster)
    store = open_store(f"redis+cluster://127.0.0.1:{cluster[0]}")
    store.hold()
    assert await store.journal_length() == 0
    name = (await leaves.command("CLUSTER", "MYID")).decode()
    await leaves.command("CLUSTER", "RESET", "HARD")
    await stays.command("CLUSTER", "FORGET", name)
    await stays.command("CLUSTER", "ADDSLOTS", *range(8192, 16_384))
    await until(lambda: is_whole(stays))

    with pytest.raises(StoreAway):
        await store.journal_length()
    assert store.hold()
    assert await store.journal_length() == 0
    assert not store.hold()

    before = await asked_of(leaves)
    await stays.command("CLIENT", "KILL", "TYPE", "normal")
    with pytest.raises(StoreAway):
        await store.journal_length()
    store.hold()
    assert await store.journal_length() == 0
    assert await asked_of(leaves) == before
    for node in nodes:
        await node.aclose()
    await store.aclose()


@pytest.mark.long
async def test_a_node_that_has_left_and_does_not_know_it_is_not_believed(cluster: list[int]) -> None:
    """It stands among the addresses, all that it knew are gone, and its old whole map comes first."""
    left, now = nodes = [Link(f"redis://127.0.0.1:{port}") for port in cluster]
    for node in nodes:
        await node.command("CONFIG", "SET", "cluster-announce-ip", "127.0.0.1")
        await node.command("CLUSTER", "ADDSLOTS", *range(16_384))
    await now.command("CLUSTER", "BUMPEPOCH")  # as each fail-over and each slot that is moved does
    await until(lambda: is_whole(left))
    await until(lambda: is_whole(now))
    store = open_store(",".join([f"redis+cluster://127.0.0.1:{cluster[0]}", f"127.0.0.1:{cluster[1]}"]))
    await now.command("CLIENT", "PAUSE", 200)
    await store.put_delivery("maths26a", "{}")
    assert [await node.command("EXISTS", "deliveries") for node in nodes] == [0, 1]
    for node in nodes:
        await node.aclose()
    await store.aclose()


@pytest.mark.long
async def test_a_user_who_may_not_ask_for_the_epoch_finds_the_slots_all_the_same(cluster: list[int]) -> None:
    """The rule of an older version stands in the servers' files until somebody renews it."""
    nodes = await joined(cluster)
    for node in nodes:
        await node.command("ACL", "SETUSER", "default", "-cluster", "+cluster|slots")
    store = open_store(f"redis+cluster://127.0.0.1:{cluster[0]}")
    assert await store.deliveries_version() == 0
    for node in nodes:
        await node.aclose()
    await store.aclose()


async def is_whole(node: Link) -> bool:
    """By what this node knows, all slots are served."""
    return b"cluster_state:ok" in await node.command("CLUSTER", "INFO")


async def asked_of(node: Link) -> int:
    """Connections that a node has ever had."""
    text = (await node.command("INFO", "stats")).decode()
    return int(
        dict(line.split(":", 1) for line in text.splitlines() if ":" in line)["total_connections_received"]
    )


@pytest.mark.long
async def test_sentinels_lead_to_the_new_primary(tmp_path: Path) -> None:
    """After a fail-over the next repetition finds it, and what was acknowledged with a replica is there."""
    ports = dict(zip(("one", "two", "sentinel"), free_ports(3), strict=True))
    with ExitStack() as servers:
        for name in ports:
            (tmp_path / name).mkdir()
        servers.enter_context(started(tmp_path / "one", "--port", str(ports["one"]), *FAST))
        following = ("--replicaof", "127.0.0.1", str(ports["one"]))
        servers.enter_context(started(tmp_path / "two", "--port", str(ports["two"]), *following, *FAST))
        servers.enter_context(a_sentinel(tmp_path / "sentinel", ports["sentinel"], ports["one"]))
        sentinel = Link(f"redis://127.0.0.1:{ports['sentinel']}")
        store = open_store(
            f"redis+sentinel://127.0.0.1:1,127.0.0.1:{ports['sentinel']}/main", wait_replicas=1
        )

        async def ready() -> bool:
            try:
                return await store.create_sessions([a_row(a_sid())]) >= 0
            except StoreAway:
                return False

        await until(ready)
        before = await store.processes()
        await until(lambda: fails_over(sentinel))
        await until(lambda: leads_to(sentinel, ports["two"]))
        await until(ready)
        assert len(before) == 1
        assert not before & await store.processes()
        await until(lambda: logs_in(store))
        assert (await store.memory())["used"] > 0
        await store.aclose()
        stranger = open_store(f"redis+sentinel://127.0.0.1:{ports['sentinel']}/nobody")
        with pytest.raises(StoreAway, match="do not know nobody"):
            await stranger.deliveries_version()
        await stranger.aclose()
        await sentinel.aclose()


FAST = ("--repl-diskless-sync-delay", "0", "--appendonly", "no")


def a_sentinel(folder: Path, port: int, primary: int) -> Any:
    """A sentinel alone: its own quorum."""
    (folder / "sentinel.conf").write_text(
        f"port {port}\ndir {folder}\nsentinel monitor main 127.0.0.1 {primary} 1\n"
        "sentinel down-after-milliseconds main 60000\n"
    )
    command = [str(redis_binary()), str(folder / "sentinel.conf"), "--sentinel"]
    return killed(subprocess.Popen(command, stdout=subprocess.DEVNULL))


class killed(ExitStack):
    """Ends a process with the block."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__()
        self.enter_context(process)
        self.callback(process.kill)


async def fails_over(sentinel: Link) -> bool:
    """Ask for it; refused for as long as the sentinel has not heard enough of the replica."""
    try:
        return bool(await sentinel.command("SENTINEL", "FAILOVER", "main") == b"OK")
    except StoreAway:
        return False
    except StoreRefused as refused:
        if "NOGOODSLAVE" in str(refused):
            return False
        raise


async def logs_in(store: Store) -> bool:
    """Asked again where the replica stands still for longer than a write waits."""
    try:
        return (await one(store, Login(a_sid()))).verdict == "ok"
    except StoreAway:
        return False


async def leads_to(sentinel: Link, port: int) -> bool:
    found = await sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main")
    return bool(int(found[1]) == port)


def test_a_store_is_partitioned_on_a_cluster_only() -> None:
    """Behind sentinels there is one primary, and one journal."""
    assert len(open_store("redis+cluster://one:7000", partitions=8).journals()) == 8
    assert len(open_store("redis+sentinel://one:26379/main").journals()) == 1
    assert isinstance(open_store("unix:///tmp/nothing"), Store)
