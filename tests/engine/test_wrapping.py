"""The key that wraps all key files: from a file, the environment or a command; rotated; never shown."""

from __future__ import annotations

import base64
import json
import shlex
import sys
from pathlib import Path

import pytest

from engine.keyring import KeyProblem, KeyRing
from engine.settings import Settings, SettingsError
from engine.wrapping import OUTPUT_BYTES_MAX, WrappingKeys, parse, read_file, run, spelled
from tests.engine.sittings import NAME

FIRST, SECOND = b"\x01" * 32, b"\x02" * 32


def text(*keys: bytes) -> str:
    """Keys 0, 1, ... as a source gives them; the last is the current one."""
    return spelled(WrappingKeys(dict(enumerate(keys)), len(keys) - 1)).decode()


def settings(tmp_path: Path, **given: str) -> Settings:
    return Settings(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys", **given)  # type: ignore[arg-type]


def command(script: str) -> str:
    """A program of an operator's."""
    return shlex.join([sys.executable, "-c", script])


def secrets_of(keys: KeyRing) -> tuple[object, ...]:
    """All that a key ring holds."""
    single = (keys.pepper(), keys.operator_token(), keys.audit_key(), keys.backup_key())
    return (keys.token_keys(), *single, *map(keys.delivery, keys.deliveries()))


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A wrapping key in a file elsewhere."""
    path = tmp_path / "stick"
    path.touch(mode=0o600)
    path.write_text(text(FIRST))
    return path


@pytest.mark.parametrize("source", ["keys_file", "keys_wrapping", "keys_command"])
def test_each_source_opens_what_another_one_sealed(tmp_path: Path, stick: Path, source: str) -> None:
    """It is the key that counts, not the way it comes; and no key file holds anything in clear."""
    keys = KeyRing.of(settings(tmp_path, keys_file=str(stick)))
    keys.ensure()
    given = keys.create_delivery(NAME)
    sources = {
        "keys_file": str(stick),
        "keys_wrapping": base64.b64encode(FIRST).decode(),
        "keys_command": command(f"print({text(FIRST)!r})"),
    }

    again = KeyRing.of(settings(tmp_path, **{source: sources[source]}))

    assert secrets_of(again) == secrets_of(keys)
    on_disk = b"".join(path.read_bytes() for path in (tmp_path / "keys").iterdir())
    secrets = [given.kek, given.content_key, keys.pepper(), keys.audit_key(), keys.backup_key()]
    assert not any(base64.b64encode(secret) in on_disk for secret in secrets)


def test_without_its_source_a_sealed_file_says_what_it_needs(tmp_path: Path, stick: Path) -> None:
    """Whoever copies the folder has nothing, and whoever forgot the setting is told so."""
    KeyRing.of(settings(tmp_path, keys_file=str(stick))).ensure()
    stick.write_text(text(SECOND))

    with pytest.raises(KeyProblem, match="set PASSATION_KEYS_FILE"):
        KeyRing.of(settings(tmp_path)).pepper()
    with pytest.raises(KeyProblem, match=r"pepper\.json is damaged"):
        KeyRing.of(settings(tmp_path, keys_file=str(stick))).pepper()
    later = json.dumps({"current": 7, "keys": {"7": base64.b64encode(FIRST).decode()}})
    with pytest.raises(KeyProblem, match="under wrapping key 0"):
        KeyRing.of(settings(tmp_path, keys_wrapping=later)).pepper()


def test_files_in_clear_are_sealed_by_the_first_rewrap(tmp_path: Path, stick: Path) -> None:
    """An installation that began without a wrapping key gets one, and its old bytes are overwritten."""
    plain = KeyRing.of(settings(tmp_path))
    plain.ensure()
    plain.create_delivery(NAME)
    other_name = tmp_path / "careless-copy"
    other_name.hardlink_to(tmp_path / "keys" / "pepper.json")
    before = secrets_of(plain)

    keys = KeyRing.of(settings(tmp_path, keys_file=str(stick)))
    assert secrets_of(keys) == before
    assert keys.rewrap() == 7

    assert secrets_of(keys) == before
    assert b"pepper" not in other_name.read_bytes()
    with pytest.raises(KeyProblem, match="there is no wrapping key"):
        plain.rewrap()


def test_the_wrapping_key_rotates_under_a_ring_that_is_in_use(tmp_path: Path, stick: Path) -> None:
    """A worker that holds the old key asks again, and the old key opens nothing any more."""
    worker, operator = (KeyRing.of(settings(tmp_path, keys_file=str(stick))) for _ in range(2))
    operator.ensure()
    before = secrets_of(worker)

    assert operator.rotate_wrapping(stick) == 1

    assert secrets_of(worker) == before
    assert list(read_file(stick).keys) == [1]
    with pytest.raises(KeyProblem, match="under wrapping key 1"):
        KeyRing.of(settings(tmp_path, keys_wrapping=text(FIRST))).pepper()


def test_a_rotation_elsewhere_is_followed_by_a_rewrap(tmp_path: Path) -> None:
    """A vault gives both keys, the new one as the current; afterwards the old one may go."""
    KeyRing.of(settings(tmp_path, keys_wrapping=text(FIRST))).ensure()
    both = KeyRing.of(settings(tmp_path, keys_wrapping=text(FIRST, SECOND)))
    before = secrets_of(both)

    both.rewrap()

    new = json.dumps({"current": 1, "keys": {"1": base64.b64encode(SECOND).decode()}})
    assert secrets_of(KeyRing.of(settings(tmp_path, keys_wrapping=new))) == before


def test_a_sealed_file_under_anothers_name_does_not_open(tmp_path: Path, stick: Path) -> None:
    """Nobody turns one delivery's key into another's by copying a file."""
    keys = KeyRing.of(settings(tmp_path, keys_file=str(stick)))
    keys.ensure()
    (tmp_path / "keys" / "audit.json").write_bytes((tmp_path / "keys" / "backup.json").read_bytes())

    with pytest.raises(KeyProblem, match=r"audit\.json is damaged"):
        keys.audit_key()


@pytest.mark.parametrize(
    "given",
    ["", "secret-word", "[]", "{}", '{"current": 1, "keys": {"0": "AAAA"}}', '{"current": 0, "keys": 3}'],
)
def test_what_is_no_key_is_refused_without_being_shown(given: str) -> None:
    """An error that quotes a source would put a key into a log."""
    with pytest.raises(KeyProblem, match="PLACE holds no wrapping key") as refused:
        parse(given, "PLACE")
    assert "secret-word" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("/nowhere/vault", "cannot be run"),
        ("'unclosed", "cannot be run"),
        (command("import sys; print('secret-word', file=sys.stderr); sys.exit(3)"), "exit code 3"),
        (command("print('secret-word')"), "holds no wrapping key"),
        (command(f"print('x' * {OUTPUT_BYTES_MAX + 1})"), "more than"),
    ],
)
def test_a_command_that_gives_no_key_is_named_and_not_quoted(
    program: str, why: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither what it prints nor what it complains of goes anywhere."""
    with pytest.raises(KeyProblem, match=why) as refused:
        run(program)
    assert "secret-word" not in str(refused.value) + "".join(capfd.readouterr())


def test_a_command_that_hangs_is_ended_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An HSM that does not answer must not keep the servers from saying so."""
    monkeypatch.setattr("engine.wrapping.COMMAND_S", 0.3)
    with pytest.raises(KeyProblem, match="gave no key within"):
        run(command("import subprocess, sys, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"))


def test_a_wrapping_key_that_others_may_read_is_refused(stick: Path) -> None:
    """As any key file."""
    stick.chmod(0o644)
    with pytest.raises(KeyProblem, match="chmod 600"):
        read_file(stick)
    with pytest.raises(KeyProblem, match="cannot read the wrapping key"):
        read_file(stick.with_name("nowhere"))


def test_there_is_one_source_and_it_is_not_shown(tmp_path: Path) -> None:
    """Two sources would be two truths; a backup of the data folder must not carry the key."""
    one = {"data_dir": tmp_path / "data", "keys_dir": tmp_path / "keys", "keys_wrapping": text(FIRST)}
    assert base64.b64encode(FIRST).decode() not in repr(Settings.load({}, **one))
    with pytest.raises(SettingsError, match="give one of them"):
        Settings.load({}, **one, keys_command="vault")
    with pytest.raises(SettingsError, match="lies in the data folder"):
        Settings.load({}, data_dir=tmp_path, keys_dir=tmp_path.parent / "keys", keys_file=f"{tmp_path}/stick")


def test_a_new_token_key_signs_when_every_worker_knows_it(tmp_path: Path) -> None:
    """Until then it is read only; it can be dropped neither before nor after."""
    keys = KeyRing.of(settings(tmp_path))
    keys.ensure()
    (old,) = keys.token_keys()[0]

    new = keys.add_token_key(now_ms=1_000, lead_ms=500)

    assert (keys.token_keys(1_499)[1], keys.token_keys(1_500)[1]) == (old, new)
    assert set(keys.token_keys(1_000)[0]) == {old, new}
    for number, now_ms in ((old, 1_499), (new, 1_499), (new, 1_500)):
        with pytest.raises(KeyProblem, match="not an old one"):
            keys.drop_token_key(number, now_ms)
    keys.drop_token_key(old, 1_500)
    assert keys.token_keys(0) == (keys.token_keys(9_999)[0], new)
