"""What each process of this machine used while the crowd was there: processor time and memory, from /proc.

Watched are a process and all that it started, by the id of the first. Where there is no /proc, nothing is
watched, and the report says so. Names come from the command line: the module of a Python process, else the
program; a number tells those of one name apart.
"""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

PROC = Path("/proc")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 1024**2


class Used(NamedTuple):
    """What one process has used since it began."""

    parent: int
    cpu_s: float
    rss_mib: float


class Sample(NamedTuple):
    """All watched processes at one moment of the shared clock, and how busy all cores have been."""

    at_s: float
    processes: dict[int, Used]
    machine_busy_s: float


class Watch:
    """Samples in a thread of its own, from `start` to `stop`."""

    def __init__(self, root: int, every_s: float) -> None:
        self.samples: list[Sample] = []
        self.names: dict[int, str] = {}
        self.begin_s = 0.0
        self._root = root
        self._every_s = every_s
        self._stop = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def start(self, begin_s: float) -> None:
        """Begin to look, where there is anything to be seen; the run begins at `begin_s`."""
        self.begin_s = begin_s
        if self._root and PROC.joinpath(str(self._root), "stat").exists():
            self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        namer = Namer()
        while not self._stop.is_set():
            sample = look(self._root)
            self.samples.append(sample)
            for pid in sample.processes.keys() - self.names.keys():
                self.names[pid] = namer.name(command(pid))
            self._stop.wait(self._every_s)


class Namer:
    """Gives the second process of a name the number 2."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def name(self, arguments: list[str]) -> str:
        """The name of a process that was started so."""
        name = program(arguments)
        self._seen[name] += 1
        return name if self._seen[name] == 1 else f"{name} {self._seen[name]}"


def program(arguments: list[str]) -> str:
    """`python -m engine.worker` is engine.worker, `/usr/bin/redis-server --port 0` is redis-server."""
    if not arguments:
        return "ended"
    if "-m" in arguments[:-1] and Path(arguments[0]).name.startswith("python"):
        module = arguments.index("-m") + 1
        return " ".join(part for part in arguments[module : module + 2] if not part.startswith("-"))
    return Path(arguments[0].split()[0].rstrip(":")).name


def command(pid: int) -> list[str]:
    """The command line of a process, [] when it is gone."""
    try:
        text = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return []
    return [part for part in text.split("\0") if part]


def look(root: int) -> Sample:
    """A process and all below it, now."""
    found = dict(all_processes())
    below: defaultdict[int, list[int]] = defaultdict(list)
    for pid, used in found.items():
        below[used.parent].append(pid)
    watched, waiting = dict[int, Used](), [root]
    while waiting:
        pid = waiting.pop()
        if pid in found and pid not in watched:
            watched[pid] = found[pid]
            waiting += below[pid]
    return Sample(time.monotonic(), watched, machine_busy_s((PROC / "stat").read_text()))


def all_processes() -> Iterator[tuple[int, Used]]:
    """Every process that is there; one that ends while it is read is left out."""
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                yield int(folder.name), used_of((folder / "stat").read_text())
            except OSError:
                continue


def used_of(stat: str) -> Used:
    """One line of /proc/PID/stat; the name in brackets may hold anything, so fields count from its end."""
    entries = stat[stat.rindex(")") + 2 :].split()
    cpu_s = (int(entries[11]) + int(entries[12])) / TICKS_A_SECOND
    return Used(int(entries[1]), cpu_s, int(entries[21]) * PAGE_MIB)


def machine_busy_s(stat: str) -> float:
    """The first line of /proc/stat: all cores, but for what they waited; guests are in user time already."""
    user, nice, system, _, _, irq, softirq, *rest = (int(part) for part in stat.split("\n", 1)[0].split()[1:])
    stolen = rest[0] if rest else 0
    return (user + nice + system + irq + softirq + stolen) / TICKS_A_SECOND


def usage(watch: Watch, slice_s: int, slices: int) -> dict[str, Any]:
    """By process: share of a core and memory in each slice, and the processor time of the whole run."""
    processes: dict[str, Any] = {}
    for pid, name in watch.names.items():
        seen = [(sample.at_s - watch.begin_s, sample.processes.get(pid)) for sample in watch.samples]
        points = [(at_s, used) for at_s, used in seen if used]
        if len(points) > 1:
            cpu = by_slice([(at_s, used.cpu_s) for at_s, used in points], slice_s, slices)
            processes[name] = {
                "cpu": cpu,
                "rss_mib": last_by_slice([(at_s, used.rss_mib) for at_s, used in points], slice_s, slices),
                "cpu_s": round(points[-1][1].cpu_s - points[0][1].cpu_s, 2),
            }
    busy = [(sample.at_s - watch.begin_s, sample.machine_busy_s) for sample in watch.samples]
    return {"processes_used": processes, "machine_cpu": by_slice(busy, slice_s, slices)}


def by_slice(points: list[tuple[float, float]], slice_s: int, slices: int) -> list[float | None]:
    """The mean growth a second of something that only grows, in each slice; None where nobody looked."""
    grown, passed = [0.0] * slices, [0.0] * slices
    for (before_s, before), (at_s, value) in pairwise(points):
        at = int((before_s + at_s) / 2 // slice_s)
        if 0 <= at < slices:
            grown[at] += value - before
            passed[at] += at_s - before_s
    return [round(grown[at] / passed[at], 3) if passed[at] else None for at in range(slices)]


def last_by_slice(points: list[tuple[float, float]], slice_s: int, slices: int) -> list[float | None]:
    """The last value seen in each slice."""
    found: list[float | None] = [None] * slices
    for at_s, value in points:
        if 0 <= at_s < slices * slice_s:
            found[int(at_s // slice_s)] = round(value, 1)
    return found
