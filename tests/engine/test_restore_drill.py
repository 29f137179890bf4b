"""The drill: the machine is lost in the middle of a day, and the day goes on elsewhere, with every answer."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.keyring import KeyRing
from engine.settings import Settings
from tests.ports import free_port
from tests.pupil import PupilClient, Refused
from tests.served import Served, served, start

ANSWER: dict[str, Any] = {"i1": {"r1": None}}


class Outbox(PupilClient):
    """A pupil whose device keeps what the archive has not sealed, and knows all its answers."""

    def __init__(self, url: str, code: str) -> None:
        super().__init__(url, code)
        self.kept: dict[int, bytes] = {}
        self.sealed = 0

    def work(self) -> None:
        """One more answer; what the archive has is forgotten."""
        self.n += 1
        self.kept[self.n] = self.batch(self.n, **ANSWER)
        self.heard(self.send(self.kept[self.n]))

    def heard(self, reply: dict[str, Any]) -> None:
        self.sealed = max(self.sealed, reply["sealed"])
        self.kept = {n: body for n, body in self.kept.items() if n > reply["sealed"]}

    def move(self, url: str) -> None:
        """The same device, the same token, another address."""
        self.http = httpx2.Client(base_url=url, timeout=30, verify=False)
        self.clients.append(self.http)

    def catch_up(self) -> dict[str, Any]:
        """Send what this server lacks: batch by batch, or all answers at once where one is gone from here."""
        last: int = self.resume()["last"]
        for n in range(last + 1, self.n + 1):
            if n not in self.kept:
                self.n += 1
                return self.send(self.batch(self.n, full=True, **ANSWER))
            self.send(self.kept[n])
        return self.resume()


def lost(engine: Served) -> None:
    """Power off: nobody finishes anything; and the disk is gone."""
    victims = [*engine.processes("engine"), *engine.processes("redis"), *engine.processes("server")]
    engine.process.send_signal(signal.SIGKILL)
    for process in {victim.pid: victim for victim in victims}.values():
        if process.is_running():
            process.kill()
    engine.stop()
    shutil.rmtree(engine.settings.data_dir)


def ledger(engine: Served, delivery: str) -> dict[tuple[str, int], str]:
    """What the archive has."""
    token = KeyRing.of(engine.settings).operator_token()
    address = f"{engine.url}/api/v1/deliveries/{delivery}/ledger"
    reply = httpx2.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    rows = [json.loads(line) for line in reply.text.splitlines()]
    return {(row["session"], row["n"]): row["sha256"] for row in rows}


def succeeded(engine: Served, *arguments: object) -> Any:
    ended = engine.run(*map(str, arguments), "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def restored(engine: Served, backup: Path, place: Path) -> Served:
    """The keys out of the safe, an empty machine, the backup; then the day goes on."""
    given = {"data_dir": place / "data", "keys_dir": engine.settings.keys_dir, "port": free_port()}
    elsewhere = Settings.load({}, **given, workers=1)
    brought = Served.__new__(Served)
    brought.settings = elsewhere
    assert succeeded(brought, "backup", "verify", backup)["records"]["table-sessions"] == 3
    succeeded(brought, "backup", "restore", backup)
    return start(elsewhere)


@pytest.mark.long
def test_a_day_goes_on_on_another_machine_with_every_answer(tmp_path: Path) -> None:
    """Backup in the middle, more answers, the loss; pupils keep their tokens and their answers."""
    backup = tmp_path / "backup"
    with served(tmp_path / "first", workers=1) as engine:
        prepared = engine.prepare(codes_each=3)[0]
        pupils = [Outbox(engine.url, code) for code in prepared.codes[:2]]
        for pupil in pupils:
            pupil.login()
            pupil.start()
            pupil.work()
        deadline_ms = pupils[0].resume()["session"]["deadline_ms"]
        succeeded(engine, "sessions", "extend", pupils[0].session, "--minutes", 10)
        succeeded(engine, "backup", "create", backup)
        while (
            pupils[0].sealed < 2
        ):  # one pupil's answers after the backup are archived, and gone from the device
            if pupils[0].n < 2:
                pupils[0].work()
            pupils[0].heard(pupils[0].resume())
        pupils[1].work()
        told = {(pupil.session, n): digest for pupil in pupils for n, digest in pupil.acknowledged.items()}
        lost(engine)
    elsewhere = restored(engine, backup, tmp_path / "second")
    try:
        for pupil in pupils:
            pupil.move(elsewhere.url)
            pupil.catch_up()
            pupil.work()
            pupil.submit()
            while pupil.resume()["sealed"] < pupil.n:
                pass
        assert pupils[0].resume()["session"]["deadline_ms"] >= deadline_ms + 600_000
        third = Outbox(elsewhere.url, prepared.codes[2])
        assert third.login()["session"]["status"] == "ready"
        rows = ledger(elsewhere, prepared.delivery)
        closed = {(pupils[0].session, 2)}  # its answers came again, in the full batch that closed the hole
        assert {key: digest for key, digest in told.items() if key not in closed}.items() <= rows.items()
        assert succeeded(elsewhere, "audit", "verify")["broken_at"] is None
    finally:
        elsewhere.stop()


@pytest.mark.long
def test_token_keys_rotate_while_pupils_work(engine: Served) -> None:
    """No worker is restarted and nobody is put out; once the old key is dropped, its tokens open nothing."""
    code = engine.prepare(codes_each=1)[0].codes[0]
    pupil = PupilClient(engine.url, code)
    pupil.login()
    pupil.start()
    before = pupil.token
    (old,) = succeeded(engine, "keys", "list")["token_keys"]

    succeeded(engine, "keys", "rotate", "--in", 3)
    while succeeded(engine, "keys", "list")["current"] == old:
        pupil.answer(**ANSWER)
    while pupil.resume()["token"][:4] == before[:4]:
        pass  # each worker takes it up within its next beats
    succeeded(engine, "keys", "drop", old)

    pupil.answer(**ANSWER)
    fresh, pupil.token = pupil.token, before
    for _ in range(2):
        refused = None
        while refused is None:
            try:
                pupil.resume()
                pupil.token = before
            except Refused as error:
                refused = error.code
        assert refused == "token_invalid"
    pupil.token = fresh
    assert pupil.resume()["last"] == pupil.n
