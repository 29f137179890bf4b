"""One run: a machine of its own, a class of pupils, a plan of faults from a seed, and the verdict."""

from __future__ import annotations

import asyncio
import random
import re
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from engine.ports import free_port
from faults.badline import BadWeb, BadWire
from faults.checker import check, read_archive
from faults.history import History
from faults.kinds import KINDS, Kind
from faults.machine import ROOT, Machine, can_mount, small_disk
from faults.pupil import Habits, Pupil
from faults.refusing import can_refuse
from faults.scene import Scene
from sessions import keys

HOME_S = 90.0
"""What pupils may need after the bell to bring everything home, on a busy machine; I11 says 60 s."""
DISK_MIB = 128
LAYOUT = re.compile(r"^LAYOUT = (\d+)$", re.MULTILINE)


class Size(NamedTuple):
    """How large a run is: `hits` faults at least, though the bell rings meanwhile on a slow machine."""

    pupils: int = 500
    seconds: float = 20.0
    hits: int = 0
    home_s: float = HOME_S


class Skipped(Exception):
    """This machine cannot do what the kind needs; the message says what."""


async def run(kind: str, seed: int, size: Size, folder: Path, old_commit: str = "") -> dict[str, Any]:
    """A run in an empty `folder`; gives its line of the report."""
    needs = KINDS[kind].needs
    with ExitStack() as stack:
        postgres = None
        if "small disk" in needs:
            if not can_mount():
                raise Skipped("mounting a small disk takes root")
            stack.enter_context(small_disk(folder / "data", DISK_MIB))
        if "refusing" in needs and not can_refuse():
            raise Skipped("filters of system calls are known for Linux on x86-64 and ARM64 alone")
        if "old" in needs and not old_commit:
            raise Skipped("give OLD=commit, the version to mix with")
        if "postgres" in needs:
            from tests.postgres import postgres_server

            postgres = stack.enter_context(postgres_server(folder))
        machine = Machine(
            folder,
            archive_url=postgres.url.replace("postgresql://", "postgresql+asyncpg://") if postgres else "",
            is_redis_far="far redis" in needs,
            crooked="crooked" in needs,
            refusing="refusing" in needs,
            old=stack.enter_context(sources_of(old_commit)) if "old" in needs else None,
        )
        chance = random.Random(f"{seed} lines")
        web = BadWeb(free_port([machine.settings.port]), machine.settings.port, chance)
        wire = BadWire(machine.far_socket, machine.redis_socket, chance)
        scene = Scene(machine, web, wire, postgres)
        return {"kind": kind, "seed": seed} | await _play(scene, KINDS[kind], seed, size)


async def _play(scene: Scene, kind: Kind, seed: int, size: Size) -> dict[str, Any]:
    machine, history = scene.machine, History()
    try:
        if "far redis" in kind.needs:
            await scene.wire.start()
        delivery, codes = await machine.start(size.pupils)
        if "bad web" in kind.needs:
            await scene.web.start()
        await _day(scene, kind, seed, size, history, codes)
    finally:
        await scene.web.stop()
        await machine.stop()
        await scene.wire.stop()
    held = await read_archive(machine.settings, delivery)  # once stopped, the journal is empty
    verdict = check(history, held, is_forgetful=kind.is_forgetful)
    return {
        "pupils": size.pupils,
        "seconds": size.seconds,
        "hits": scene.hits,
        "intended": history.intended,
        "acknowledged": len(history.told),
        "archived": len(held.rows),
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "crossed": verdict.crossed,
        "phantoms": verdict.phantoms,
        "excused": verdict.excused,
        "refused": dict(sorted(history.refusals.items())),
        "typed_again": history.typed_again,
        "waiting_for_teacher": history.waiting_for_teacher,
        "longest_pause_s": round(max(history.pauses_s, default=0.0), 2),
        "refused_files": scene.refused_files,
        "violations": len(verdict.problems),
        "problems": _some(verdict.problems),
    }


def _some(problems: list[str]) -> list[str]:
    """A few of each sort: the invariant, or the last words of what a pupil saw, tells sorts apart."""
    seen: Counter[str] = Counter()
    few = []
    for problem in problems:
        sort = problem.partition(":")[0] if problem.startswith("I") else " ".join(problem.split()[-2:])
        seen[sort] += 1
        if seen[sort] <= 3:
            few.append(problem)
    return few[:40]


async def _day(
    scene: Scene, kind: Kind, seed: int, size: Size, history: History, codes: tuple[str, ...]
) -> None:
    now_s = asyncio.get_running_loop().time()
    bell_s = now_s + size.seconds
    port = scene.web.port if "bad web" in kind.needs else scene.machine.settings.port
    habits = Habits(port, bell_s, bell_s + size.home_s, hang_ups=kind.hang_ups)
    pupils = [
        Pupil(number, code, seed, habits, history, is_forgetful=kind.is_forgetful)
        for number, code in enumerate(codes, 1)
    ]
    async with asyncio.TaskGroup() as group:
        group.create_task(_faults(scene, kind, random.Random(f"{seed} faults"), bell_s, size.hits))
        for pupil in pupils:
            group.create_task(pupil.sit())


async def _faults(scene: Scene, kind: Kind, chance: random.Random, bell_s: float, hits: int) -> None:
    """Act after act until the bell, and so many of them; then all is well again."""
    loop = asyncio.get_running_loop()
    while True:
        wait_s = chance.uniform(*kind.often)
        if loop.time() + wait_s > bell_s and scene.hits >= hits:
            break
        await asyncio.sleep(wait_s)
        scene.hits += 1
        await kind.act(scene, chance)
    scene.web.share, scene.wire.trouble = 0.0, ""


@contextmanager
def sources_of(commit: str) -> Iterator[Path]:
    """The sources of an earlier commit that knows our layout of Redis, in a folder of their own."""
    command = ["git", "archive", "--format=tar", commit]  # which packages a worker needs is its own affair
    found = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    if found.returncode:
        raise Skipped(f"OLD={commit} is no commit of this repository: {found.stderr.decode().strip()}")
    with tempfile.TemporaryDirectory(prefix="passation-old-") as folder:
        with tarfile.open(fileobj=BytesIO(found.stdout)) as archive:
            archive.extractall(folder, filter="data")
        named = LAYOUT.search((Path(folder) / "sessions" / "keys.py").read_text())
        theirs = named[1] if named else "an unnamed one"
        if theirs != str(keys.LAYOUT):
            raise Skipped(
                f"OLD={commit} lays Redis out otherwise ({theirs}, here {keys.LAYOUT}): its workers would "
                "not start beside ours; choose a later commit"
            )
        yield Path(folder)
