"""`passation serve` when something is wrong: one sentence that says what to do, exit code 1, nothing left."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.client import Pipeline

from engine.keyring import KeyRing
from engine.settings import Settings
from sessions import keys
from tests.ports import free_port
from tests.pupil import PupilClient, Refused
from tests.served import ROOT, environment, served


def serve(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `passation serve` until it gives up."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PASSATION_")}
    environ |= {"PASSATION_DATA_DIR": str(folder / "data"), "PASSATION_KEYS_DIR": str(folder / "keys")}
    environ |= {"PASSATION_PORT": str(free_port())} | variables
    command = [sys.executable, "-m", "engine", "serve", *options]
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """Whoever holds it, and however: the message says to stop it or to choose another."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        ended = serve(tmp_path, "--port", port)
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "another --port" in ended.stderr


def test_clear_text_to_the_world_is_refused(tmp_path: Path) -> None:
    """TLS, or a proxy that speaks it."""
    ended = serve(tmp_path, "--host", "0.0.0.0")
    assert ended.returncode == 1
    assert "--behind-proxy" in ended.stderr


def test_a_redis_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A given Redis must answer when the day is prepared."""
    address = f"redis://127.0.0.1:{free_port()}"
    ended = serve(tmp_path, PASSATION_REDIS_URL=address)
    assert ended.returncode == 1
    assert address in ended.stderr
    assert "PASSATION_REDIS_URL" in ended.stderr


def test_a_redis_that_another_version_has_filled_is_left_alone(tmp_path: Path, redis_url: str) -> None:
    """By all that a rolling update starts; the sentence says how to update instead."""
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
        other_version(redis)
        said = serve(tmp_path, PASSATION_REDIS_URL=redis_url)  # it makes the keys that the others read
        assert said.returncode == 1
        assert_told(said.stderr)
        for part in worker_and_drain(tmp_path, redis_url):
            assert part.wait() == 1
            assert_told(part.communicate()[1])
        assert redis.dbsize() == 2


def test_a_redis_that_another_version_has_filled_since_ends_those_that_ran(
    tmp_path: Path, redis_url: str
) -> None:
    """They do not go on for half a year in what they would misread: each tells why, and ends."""
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
        KeyRing(tmp_path / "keys").ensure()
        parts = worker_and_drain(tmp_path, redis_url)
        while not (redis.exists(keys.clock(0)) and redis.exists(keys.LAYOUT_MARK)):
            pass  # the worker has acknowledged, and the drain has looked at what was empty
        with redis.pipeline(transaction=True) as at_once:
            other_version(at_once.flushall())
            at_once.execute()
        for part in parts:
            assert part.wait() == 1
            assert_told(part.communicate()[1])


def other_version(redis: Redis | Pipeline) -> None:
    """A Redis that another version has filled."""
    redis.hset(keys.DELIVERIES, "maths26a", "{}")
    redis.set(keys.LAYOUT_MARK, keys.LAYOUT + 1)


def worker_and_drain(folder: Path, redis_url: str) -> list[subprocess.Popen[str]]:
    """What the supervisor would start, without it."""
    given = {"redis_url": redis_url, "data_dir": folder / "data", "keys_dir": folder / "keys"}
    environ = environment(Settings.load({}, **given, port=free_port()))
    return [
        subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,  # held: when it ends, so do they
            stderr=subprocess.PIPE,
            text=True,
        )
        for module in ("engine.worker", "engine.archive.drain")
    ]


def assert_told(text: str) -> None:
    """The one sentence, which says what to do."""
    assert "filled by another version of the program" in text
    assert "begin with an empty Redis" in text


def test_a_missing_key_is_named_and_not_made_anew(tmp_path: Path) -> None:
    """New keys over old data would lock every pupil out: the old ones must come back."""
    with served(tmp_path) as engine:
        engine.prepare(codes_each=1)
    pepper = tmp_path / "keys" / "pepper.json"
    pepper.unlink()
    ended = serve(tmp_path)
    assert ended.returncode == 1
    assert str(pepper) in ended.stderr
    assert not pepper.exists()


def test_a_damaged_journal_is_not_passed_over(tmp_path: Path) -> None:
    """Redis refuses a file that is broken in the middle; we say where to look and start nothing."""
    with served(tmp_path) as engine:
        engine.prepare(codes_each=20)
    journals = sorted((tmp_path / "data" / "redis").rglob("*.aof"), key=lambda path: path.stat().st_size)
    data = journals[-1].read_bytes()
    place = data.index(b"\r\n*", len(data) // 2)  # where a command begins
    journals[-1].write_bytes(data[:place] + b"\r\n?" + data[place + 3 :])
    ended = serve(tmp_path)
    assert ended.returncode == 1
    assert "redis.log" in ended.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 48 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a small disk: the full disk is not tried here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_refuses_and_loses_nothing(small_disk: Path) -> None:
    """No false acknowledgement while it is full; when there is room again the same batch is taken."""
    with served(small_disk) as engine:
        pupil = PupilClient(engine.url, engine.prepare(codes_each=1)[0].codes[0])
        pupil.login()
        pupil.start()
        ballast = small_disk / "ballast"
        fill(ballast)
        while not (status := refusal(pupil)):
            pass  # the last page of the file has still room
        assert status == 503
        ballast.unlink()
        while refusal(pupil):
            pass  # Redis is being started again
        assert pupil.resume()["last"] == len(pupil.acknowledged) == pupil.n


def fill(path: Path) -> None:
    """Write until there is no room."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 65536)


def refusal(pupil: PupilClient) -> int:
    """Send the next batch: 0 when it is acknowledged, else the status of the refusal."""
    try:
        pupil.send(pupil.batch(pupil.n + 1, i1={"r1": None}))
    except Refused as refused:
        return refused.status
    pupil.n += 1
    return 0
