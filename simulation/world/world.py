"""One world: a Redis, workers, drains, pupils on their devices, a teacher, and what happens to them."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from sessions.store import Store
from simulation.history import EPOCH_MS, History, StaffAct
from simulation.plan import ENDS_MS, TROUBLE_ENDS_MS, Act, Plan, Setting, stream
from simulation.world.backstage import DrainProcess, act, found
from simulation.world.connection import Line, SimulatedLink
from simulation.world.data import Data
from simulation.world.device import Device, Sender
from simulation.world.faults import FAULTS
from simulation.world.hall import CODES, PARTITIONS, SIDS
from simulation.world.loop import Process, VirtualLoop
from simulation.world.network import Network
from simulation.world.node import Node
from simulation.world.sql import Shelf
from simulation.world.tab import Tab
from simulation.world.worker import GAP_MS, Worker

WORKER_TIMEOUT_S, DRAIN_TIMEOUT_S = 3.0, 10.0
GIVEN_UP_S = 14.0
STAFF_ACTS = ("pause", "resume", "extend", "allow", "end")


@dataclass(frozen=True)
class Parts:
    """The seams: what a world is made of. A planted fault replaces one of them by a subclass."""

    node: type[Node] = Node
    link: type[SimulatedLink] = SimulatedLink
    store: type[Store] = Store
    worker: type[Worker] = Worker
    network: type[Network] = Network
    drain: type[DrainProcess] = DrainProcess
    sender: type[Sender] = Sender
    act: Callable[..., Coroutine[Any, Any, None]] = act


class World:
    """Runs one plan; afterwards `history`, `primary.data` and the disk tell what came of it."""

    def __init__(self, plan: Plan, shelf: Shelf, parts: Parts) -> None:
        self.plan = plan
        self.parts = parts
        content, data = shelf.mornings.get(plan.setting.pupils) or morning(shelf, plan.setting.pupils)
        self.disk = shelf.fresh(content)
        self.archive = shelf.archive
        self.loop = VirtualLoop()
        self.history = History(plan, self.clock_ms)
        self.loop.set_exception_handler(self._unexpected)
        self.chance = stream(plan.seed, "world")
        self.primary = self.a_node(0, data.copy())
        self.workers: list[Worker] = []
        self.drains: list[DrainProcess] = []
        self.devices: dict[str, Device] = {}
        self.tabs: dict[str, Tab] = {}
        self.others = Process("others")
        self.redis_changes = asyncio.Lock()
        self._held: defaultdict[bytes, set[int]] = defaultdict(set)
        disk_chance = stream(plan.seed, "disk")
        self.usual_commit_s: Callable[[], float] = lambda: disk_chance.uniform(0.0005, 0.01)
        self.disk.commit_s = self.usual_commit_s

    def clock_ms(self) -> int:
        """The true time."""
        return EPOCH_MS + int(self.loop.time() * 1000)

    def a_node(self, number: int, data: Data) -> Node:
        """A Redis that has just started with this data."""
        return self.parts.node(number, data, self.history, stream(self.plan.seed, f"node {number}"))

    def line_of(self, process: Process) -> Line:
        """A line of this process to whoever is the primary."""
        random_share = stream(self.plan.seed, f"line of {process.name}").random
        return Line(process, lambda: self.primary, lambda: 0.0001 + 0.0019 * random_share())

    def open_store(self, line: Line, timeout_s: float = WORKER_TIMEOUT_S) -> Store:
        """The real store on a simulated line."""
        wait = self.plan.setting.wait_replicas
        link = self.parts.link(line, timeout_s=timeout_s, wait_replicas=wait, wait_ms=400)
        return self.parts.store(link, partitions=PARTITIONS, gap_ms=GAP_MS)

    def a_worker(self, name: str) -> Worker:
        chance = stream(self.plan.seed, name)
        return self.parts.worker(name, self.open_store, self.line_of, self.clock_ms, chance)

    def a_drain(self, name: str) -> DrainProcess:
        open_store = partial(self.open_store, timeout_s=DRAIN_TIMEOUT_S)
        defect = self.history.problems.append
        return self.parts.drain(name, self.archive, open_store, self.line_of, self.clock_ms, defect)

    def run(self) -> History:
        """All of it, in virtual time."""
        state = random.getstate()
        random.seed(self.plan.seed)  # the engine's own jitter
        try:
            self.loop.run_until_complete(self._live())
        finally:
            random.setstate(state)
            self._end()
        return self.history

    async def _live(self) -> None:
        sealed = self._is_archived
        network_chance = stream(self.plan.seed, "network")
        self.network = self.parts.network(
            self.history, self.plan.setting, self.workers, network_chance, sealed
        )
        self.office = self.open_store(self.line_of(self.others))
        for number in range(self.plan.setting.workers):
            self.workers.append(self.a_worker(f"worker {number}"))
            self.workers[number].start()
        for number in range(self.plan.setting.count_of_drains):
            self.drains.append(self.a_drain(f"drain {number}"))
            self.drains[number].start()
        await self._acts()
        await asyncio.sleep(max(0.0, TROUBLE_ENDS_MS / 1000 - self.loop.time()))
        self._heal()
        await asyncio.sleep(ENDS_MS / 1000 - self.loop.time())
        await self._close()

    async def _acts(self) -> None:
        for one in self.plan.acts:
            await asyncio.sleep(max(0.0, one.at_ms / 1000 - self.loop.time()))
            self._do(one)

    def _do(self, one: Act) -> None:
        if one.kind not in ("answer", "open"):
            self.history.remark("plan", f"{one.kind} {one.who} {one.value}")
        if one.kind in FAULTS:
            self.others.spawn(FAULTS[one.kind](self, one.who, one.value))
        elif one.kind in STAFF_ACTS:
            staff_act = StaffAct(SIDS[one.who], one.kind, int(one.value or 0))
            self.others.spawn(self.parts.act(self.archive, self.office, self.history, staff_act))
        else:
            self._pupil(one)

    def _pupil(self, one: Act) -> None:
        name = f"pupil {one.who}{one.value if one.kind == 'open' else ''}"
        if one.kind == "open":
            self._open(name, one.who)
            return
        for tab in [tab for device, tab in self.tabs.items() if device.startswith(name)]:
            self._mishap(one, tab)

    def _mishap(self, one: Act, tab: Tab) -> None:
        device = tab.device
        if one.kind == "answer":
            item, _, value = str(one.value).partition("=")
            tab.answer(item, f"{one.who} {value}")
        elif one.kind == "submit":
            tab.submit()
        elif one.kind == "close":
            tab.close()
        elif one.kind == "reload":
            self._open(device.name, one.who)
        elif one.kind == "wipe":
            tab.close()
            device.vault, device.was_wiped = None, True
        elif one.kind == "vault":
            device.is_vault_able = False
        elif one.kind == "device clock":
            device.wall_ahead_ms += int(one.value)
        else:
            device.is_offline = True
            self.loop.call_later(int(one.value) / 1000, device.online)

    def _open(self, name: str, who: int) -> None:
        """A new tab on this device; an older one there is closed."""
        device = self.devices.get(name)
        if device is None:
            chance = stream(self.plan.seed, f"device {name}")
            device = Device(name, lambda: self.loop.time() * 1000, chance, self.history.problems.append)
            self.devices[name] = device
        if name in self.tabs:
            self.tabs[name].close()
        tab = Tab(device, SIDS[who], CODES[who], self.network, self.history.remark, self.parts.sender)
        self.tabs[name] = tab
        tab.open()

    def _heal(self) -> None:
        """Nothing goes wrong any more; every device is on the line."""
        self.history.remark("plan", "all is well again")
        self.network.setting = self.plan.setting._replace(loss=0.0, copies=0.0)
        for device in self.devices.values():
            device.online()
            # Once more when the last call that got no reply has been given up.
            self.loop.call_later(GIVEN_UP_S, device.online)

    async def _close(self) -> None:
        """The drains empty the journal and stop."""
        for tab in self.tabs.values():
            if tab.sender:
                tab.sender.stop()
        running = [drain for drain in self.drains if drain.process.is_alive]
        for drain in running:
            drain.drain.stop()
        try:
            async with asyncio.timeout(60):
                for drain in running:
                    await drain.running
        except TimeoutError:
            self.history.problems.append("a drain does not stop")
        for process in self._processes():
            process.kill()
        await asyncio.sleep(0.01)
        await self.archive.close()

    def _processes(self) -> list[Process]:
        tabs = [tab.process for tab in self.tabs.values()]
        workers = [worker.process for worker in self.workers]
        drains = [drain.process for drain in self.drains]
        return [*tabs, *workers, *drains, self.others, self.network.process]

    def _end(self) -> None:
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        with suppress(Exception):
            self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    def _is_archived(self, sid: bytes, n: int) -> bool:
        """Whether the archive holds what Redis ever accepted up to `n`.

        Not what came late for a hole: the full batch that jumped over it, of the same seat, says all of it.
        """
        asked, last = {n}, 0
        for written in self.history.by_session.get(sid, ()):
            if written.save and not written.lost and not written.label.startswith("aside"):
                if last < written.save.n <= n:
                    asked.add(written.save.n)
                last = max(last, written.save.n)
        held = self._held[sid]
        if not asked <= held:  # what the archive has it keeps, so it need not be asked twice
            held.update(row[0] for row in self.disk.look("SELECT n FROM batches WHERE sid = ?", (sid,)))
        return asked <= held

    def _unexpected(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        self.history.problems.append(f"{context.get('message')}: {context.get('exception')!r}")


def morning(shelf: Shelf, pupils: int) -> tuple[bytes, Data]:
    """Archive and Redis before the day: delivery, sessions and codes, as staff bring them in; once."""
    shelf.fresh()
    loop = VirtualLoop()
    setting = Setting(pupils, 0, 0, 0.0, 0.0, (1, 2), 0)
    history = History(Plan(0, setting, ()), lambda: EPOCH_MS)
    node = Node(0, Data(PARTITIONS), history, stream(0, "morning"))
    line = Line(Process("morning"), lambda: node, lambda: 0.001)
    store = Store(SimulatedLink(line, timeout_s=5, wait_replicas=0, wait_ms=0), partitions=PARTITIONS)

    async def bring() -> None:
        await found(shelf.archive, store, pupils, EPOCH_MS)
        await shelf.archive.close()

    loop.run_until_complete(bring())
    loop.close()
    found_there = (shelf.content(), node.data)
    shelf.mornings[pupils] = found_there
    return found_there
