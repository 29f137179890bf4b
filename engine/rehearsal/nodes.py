"""Three machines of Redis: a primary with two replicas and three sentinels, or a cluster of nine nodes.

    sentinel   each machine has one node and one sentinel; two sentinels agree that the primary is gone
    cluster    each machine has the primary of a third of the slots, and a replica of each other machine's, so
               that a partition has its three copies on three machines

With `PASSATION_REPLICAS_WAIT=1` an answer is acknowledged when two machines have it; each may be lost.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from engine.ports import free_ports
from engine.rehearsal.machines import OPERATOR, USER, Passwords, Process, node, until
from sessions.routes import SLOTS

MACHINES = 3
NAME = "main"
SUSPECT_MS = 2_000
"""After so long a silence a node is suspected; a machine under load must not be silent for so long."""


class Nodes(NamedTuple):
    """The machines' processes, and the address for `PASSATION_REDIS_URL`."""

    url: str
    machines: Sequence[Sequence[Process]]
    kind: str

    async def busiest(self) -> int:
        """The number of the machine that holds a primary (in a cluster the first one that does)."""
        for number, machine in enumerate(self.machines):
            for process in machine:
                if (await process.info("replication")).get("role") == "master":
                    return number
        raise LookupError("no machine holds a primary")

    def fail(self, machine: int, *, freeze: bool = False) -> None:
        """Kill all of a machine at once; or stop it, so that its connections stay open and say nothing."""
        for process in self.machines[machine]:
            process.signal(signal.SIGSTOP if freeze else signal.SIGKILL)

    def repair(self, machine: int, *, freeze: bool = False) -> None:
        """Bring a machine back: it follows those that took over."""
        for process in self.machines[machine]:
            if freeze:
                process.signal(signal.SIGCONT)
            else:
                process.start()


@asynccontextmanager
async def sentinels(folder: Path) -> AsyncIterator[Nodes]:
    """A primary, two replicas, three sentinels; they have found each other when this begins."""
    passwords = Passwords()
    ports = free_ports(2 * MACHINES)
    data, watching = ports[:MACHINES], ports[MACHINES:]
    primary = ("--replicaof", "127.0.0.1", str(data[0]))
    machines = [
        [node(folder / f"node{number}", data[number], passwords, more=primary if number else ())]
        for number in range(MACHINES)
    ]
    async with _started(machines):
        await until(lambda: _is_followed(machines[0][0], MACHINES - 1), "a primary with its replicas")
        for number, machine in enumerate(machines):
            machine.append(_sentinel(folder / f"sentinel{number}", watching[number], data[0], passwords))
            machine[-1].start()
        for machine in machines:
            await until(lambda: _knows_all(machine[-1]), "a sentinel that knows the others")  # noqa: B023
        hosts = ",".join(f"127.0.0.1:{port}" for port in watching)
        yield Nodes(f"redis+sentinel://{USER}:{passwords.user}@{hosts}/{NAME}", machines, "sentinel")


def _sentinel(folder: Path, port: int, primary: int, passwords: Passwords) -> Process:
    conf = folder / "sentinel.conf"
    process = Process(folder, [str(conf), "--sentinel"], port, passwords)
    operator, password = OPERATOR, passwords.operator
    lines = [
        f"bind 127.0.0.1\nport {port}\ndir {folder}\nlogfile {folder / 'sentinel.log'}",
        f"sentinel monitor {NAME} 127.0.0.1 {primary} {MACHINES // 2 + 1}",
        f"sentinel auth-user {NAME} {operator}\nsentinel auth-pass {NAME} {password}",
        f"sentinel down-after-milliseconds {NAME} {SUSPECT_MS}",
        f"sentinel failover-timeout {NAME} 10000\nsentinel parallel-syncs {NAME} 2",
        f"sentinel sentinel-user {operator}\nsentinel sentinel-pass {password}",
        *(" ".join(rule) for rule in passwords.rules()[::2]),
        f"user {USER} on >{passwords.user} -@all +ping +sentinel",
    ]
    conf.write_text("\n".join(lines) + "\n")
    conf.chmod(0o600)
    return process


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[Nodes]:
    """Three primaries with a third of the slots each, and two replicas of each, spread over the machines."""
    passwords = Passwords()
    ports = iter(free_ports(MACHINES * MACHINES))
    more = (
        *("--cluster-enabled", "yes", "--cluster-node-timeout", str(SUSPECT_MS)),
        *("--cluster-require-full-coverage", "no"),
    )
    machines = [
        [
            node(folder / f"machine{number}-{place}", next(ports), passwords, more=more)
            for place in range(MACHINES)
        ]
        for number in range(MACHINES)
    ]
    async with _started(machines):
        await _joined(machines)
        hosts = ",".join(machine[0].address for machine in machines)
        yield Nodes(f"redis+cluster://{USER}:{passwords.user}@{hosts}", machines, "cluster")


async def _joined(machines: Sequence[Sequence[Process]]) -> None:
    """Give out the slots and the places; return when all nodes agree and every primary is followed."""
    primaries = [machine[0] for machine in machines]
    everyone = [process for machine in machines for process in machine]
    for process in everyone:
        await until(lambda: _answers(process), "a node that answers")  # noqa: B023
    names = []
    for number, process in enumerate(primaries):
        await process.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        slots = range(SLOTS * number // MACHINES, SLOTS * (number + 1) // MACHINES)
        await process.ask("CLUSTER", "ADDSLOTS", *slots)
        names.append((await process.ask("CLUSTER", "MYID")).decode())
    for process in everyone[1:]:
        await primaries[0].ask("CLUSTER", "MEET", "127.0.0.1", process.port)
    for number, machine in enumerate(machines):
        for place, process in enumerate(machine[1:], start=1):
            await until(lambda: _knows(process, names), "a node that knows the primaries")  # noqa: B023
            await process.ask("CLUSTER", "REPLICATE", names[(number + place) % MACHINES])
    for process in everyone:
        await until(lambda: _covers(process), "a cluster that covers all slots")  # noqa: B023
    for process in primaries:
        await until(lambda: _is_followed(process, MACHINES - 1), "two replicas of each primary")  # noqa: B023


@asynccontextmanager
async def _started(machines: Sequence[Sequence[Process]]) -> AsyncIterator[None]:
    try:
        for machine in machines:
            for process in machine:
                process.start()
        yield
    finally:
        await asyncio.gather(*(process.aclose() for machine in machines for process in machine))


async def _answers(process: Process) -> bool:
    return bool(await process.ask("PING"))


async def _knows(process: Process, names: Sequence[str]) -> bool:
    known = (await process.ask("CLUSTER", "NODES")).decode()
    return all(name in known for name in names)


async def _covers(process: Process) -> bool:
    found = (await process.ask("CLUSTER", "INFO")).decode()
    return f"cluster_known_nodes:{MACHINES * MACHINES}" in found and "cluster_state:ok" in found


async def _is_followed(process: Process, replicas: int) -> bool:
    found = await process.info("replication")
    return sum("state=online" in value for value in found.values()) == replicas


async def _knows_all(process: Process) -> bool:
    found = (await process.ask("INFO", "sentinel")).decode()
    return f"slaves={MACHINES - 1},sentinels={MACHINES}" in found and "status=ok" in found


Kind = Callable[[Path], AbstractAsyncContextManager[Nodes]]
KINDS: dict[str, Kind] = {"sentinel": sentinels, "cluster": cluster}
