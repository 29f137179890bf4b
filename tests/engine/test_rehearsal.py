"""Three machines of Redis, one of them lost: what was acknowledged stays, and soon all may save again."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.rehearsal.nodes import KINDS
from sessions.link import StoreAway
from sessions.model import Login, Read
from sessions.routes import rights
from sessions.store import Store, open_store
from tests.sessions.given import NOW, a_row, a_running, a_save, a_sid, one

ROOT = Path(__file__).parents[2]
PUPILS = 24


async def again(store: Store, operation: object) -> str:
    """What a pupil does: repeat until somebody answers."""
    while True:
        try:
            return str((await one(store, operation)).verdict)
        except StoreAway:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("kind", ["sentinel", pytest.param("cluster", marks=pytest.mark.long)])
async def test_what_was_acknowledged_survives_the_loss_of_a_machine(kind: str, tmp_path: Path) -> None:
    """Every batch is still there, every seat too, and the next number is taken; least rights suffice."""
    async with KINDS[kind](tmp_path) as nodes:
        assert set(map(repr, (await rights(nodes.url)).values())) == {"([], [])"}
        store = open_store(nodes.url, wait_replicas=1)
        sids = [a_sid(number, partition=number) for number in range(PUPILS)]
        await store.create_sessions([a_row(sid) for sid in sids])
        tickets = [await a_running(store, sid) for sid in sids]
        saves = [a_save(ticket, n) for n in (1, 2) for ticket in tickets]
        assert {reply.verdict for reply in await store.commit(saves, NOW)} == {"ok"}

        machine = await nodes.busiest()
        nodes.fail(machine)
        taken = await asyncio.gather(*(again(store, a_save(ticket, 3)) for ticket in tickets))

        assert set(taken) <= {"ok", "repeated"}
        for ticket in tickets:
            reply = await one(store, Read(ticket))
            assert (reply.state.last, [batch.n for batch in reply.batches]) == (3, [1, 2, 3])
        nodes.repair(machine)
        assert await again(store, Login(sids[0])) == "ok"
        await store.aclose()


@pytest.mark.long
@pytest.mark.parametrize("freeze", [False, True])
@pytest.mark.parametrize("kind", list(KINDS))
def test_a_crowd_hardly_notices_that_a_machine_is_lost(kind: str, freeze: bool, tmp_path: Path) -> None:
    """The rehearsal itself: nothing lost, nothing doubled, nobody logged out."""
    report = tmp_path / "report.json"
    command = ["redis", "rehearse", kind, "--pupils", "200", "--seconds", "40", "--json-file", str(report)]
    command += ["--freeze"] if freeze else []
    done = subprocess.run(
        [sys.executable, "-m", "engine", *command],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stderr[-2000:]
    found = json.loads(report.read_text())
    assert (found["lost"], found["doubled"], found["logged_out"]) == (0, 0, 0)
    assert (found["crowd"]["lost"], found["crowd"]["doubled"], found["crowd"]["errors"]) == (0, 0, 0)
    assert found["witness_saves"] > found["witnesses"]
