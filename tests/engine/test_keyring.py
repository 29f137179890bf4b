"""Keys: made once, kept from other eyes, destroyed for good."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.keyring import TOKEN_KEYS_MAX, KeyProblem, KeyRing


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    """A key ring with everything an installation starts with."""
    keys = KeyRing(tmp_path / "keys")
    keys.ensure()
    return keys


def test_keys_inside_the_data_folder_are_refused(tmp_path: Path) -> None:
    """Whoever copies the data would copy the keys: destroying them would destroy nothing."""
    with pytest.raises(KeyProblem, match="PASSATION_KEYS_DIR"):
        KeyRing(tmp_path / "data" / "keys", data_dir=tmp_path / "data")


def test_what_is_there_is_not_made_again(keys: KeyRing) -> None:
    """A second start must not make every printed code and every token worthless."""
    before = (keys.token_keys(), keys.pepper(), keys.operator_token())

    keys.ensure()

    assert (keys.token_keys(), keys.pepper(), keys.operator_token()) == before


def test_key_files_are_closed_to_everybody_else(keys: KeyRing, tmp_path: Path) -> None:
    """Mode 0600 from the first byte on, and nothing left lying beside them."""
    keys.create_delivery("nombres1")

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert modes == dict.fromkeys(
        (
            *("token.json", "pepper.json", "operator.json", "audit.json", "backup.json"),
            *("console.json", "nombres1.json"),
        ),
        0o600,
    )


def test_a_file_that_others_may_read_is_refused(keys: KeyRing, tmp_path: Path) -> None:
    """The message names the file and what to do."""
    path = tmp_path / "keys" / "pepper.json"
    path.chmod(0o640)

    with pytest.raises(KeyProblem, match=f"chmod 600 {path}"):
        keys.pepper()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"pepper": 3}', '{"pepper": "c2hvcnQ="}', '{"pepper": "%%"}']
)
def test_a_damaged_file_is_named(keys: KeyRing, tmp_path: Path, content: str) -> None:
    """A damaged key must not be taken for another key."""
    (tmp_path / "keys" / "pepper.json").write_text(content)

    with pytest.raises(KeyProblem, match=r"pepper\.json is damaged"):
        keys.pepper()


def test_a_file_that_cannot_be_read_is_named(keys: KeyRing, tmp_path: Path) -> None:
    """Something else lies under its name: nothing is made in its place."""
    path = tmp_path / "keys" / "pepper.json"
    path.unlink()
    path.mkdir(mode=0o700)

    with pytest.raises(KeyProblem, match=f"cannot read {path}"):
        keys.pepper()


def test_a_missing_file_says_who_makes_it(tmp_path: Path) -> None:
    """Before the first `keys create` there is nothing, and the error says so."""
    with pytest.raises(KeyProblem, match="passation keys create"):
        KeyRing(tmp_path).token_keys()
    with pytest.raises(KeyProblem, match=r"put .*nombres1\.json back"):
        KeyRing(tmp_path).delivery("nombres1")


def test_a_new_token_key_signs_and_the_old_one_is_still_read(keys: KeyRing) -> None:
    """Keys change in the middle of a day without putting anybody out."""
    (old,) = keys.token_keys()[0]
    new = keys.add_token_key()

    known, current = keys.token_keys()
    assert (set(known), current) == ({old, new}, new)

    keys.drop_token_key(old)
    assert set(keys.token_keys()[0]) == {new}
    with pytest.raises(KeyProblem, match="not an old one"):
        keys.drop_token_key(new)


def test_token_keys_do_not_pile_up(keys: KeyRing) -> None:
    """Past a few, somebody is asked to tidy up."""
    for _ in range(TOKEN_KEYS_MAX - 1):
        keys.add_token_key()

    with pytest.raises(KeyProblem, match="drop the oldest"):
        keys.add_token_key()


@pytest.mark.parametrize("current", ["nobody", 3, None])
def test_a_token_file_without_its_current_key_is_damaged(
    keys: KeyRing, tmp_path: Path, current: object
) -> None:
    """Without a current key nothing could be signed."""
    (tmp_path / "keys" / "token.json").write_text(json.dumps({"current": current, "keys": {}}))

    with pytest.raises(KeyProblem, match=r"token\.json is damaged"):
        keys.token_keys()


def test_after_a_theft_nothing_that_was_signed_before_is_worth_anything(keys: KeyRing) -> None:
    """One key in the place of all, under a number that none of them had."""
    keys.add_token_key()
    before, _ = keys.token_keys()

    number = keys.replace_token_keys()

    known, current = keys.token_keys()
    assert (set(known), current) == ({number}, number)
    assert number not in before
    assert known[number] not in before.values()


def test_an_installation_older_than_the_console_gets_its_key_once(tmp_path: Path) -> None:
    """Whoever signed in with it stays signed in when the server starts again."""
    keys = KeyRing(tmp_path / "keys")
    with pytest.raises(KeyProblem, match=r"console\.json"):
        keys.console_key()

    made = keys.ensure_console_key()

    assert (keys.ensure_console_key(), keys.console_key()) == (made, made)
    assert stat.S_IMODE((tmp_path / "keys" / "console.json").stat().st_mode) == 0o600


def test_the_pepper_of_the_authority_is_taken_over_once(tmp_path: Path) -> None:
    """Another pepper later would turn every code into an unknown one."""
    keys = KeyRing(tmp_path / "keys")
    keys.put_pepper(b"p" * 32)
    keys.ensure()

    assert keys.pepper() == b"p" * 32
    with pytest.raises(KeyProblem, match="not replaced"):
        keys.put_pepper(b"q" * 32)
    with pytest.raises(KeyProblem, match="32 bytes"):
        keys.put_pepper(b"short")


def test_each_delivery_has_keys_of_its_own(keys: KeyRing) -> None:
    """One key destroyed is one delivery destroyed, not two."""
    one, two = keys.create_delivery("nombres1"), keys.create_delivery("lecture2")

    assert len({one.kek, one.content_key, two.kek, two.content_key}) == 4
    assert keys.delivery("nombres1") == one
    assert keys.deliveries() == ["lecture2", "nombres1"]
    with pytest.raises(KeyProblem, match="not replaced"):
        keys.create_delivery("nombres1")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../xx",
        "a/bcdefg",
        "NOMBRES1",
        "operator",
        "nombre1",
        "nombres12",
        "nombres_",
        "nombre.1",
        "-ombres1",
    ],
)
def test_a_delivery_is_never_named_like_a_path(keys: KeyRing, name: str) -> None:
    """The name becomes a file name."""
    with pytest.raises(KeyProblem, match="cannot name a delivery"):
        keys.create_delivery(name)


def test_a_destroyed_key_is_gone_and_stays_gone(keys: KeyRing, tmp_path: Path) -> None:
    """Destroyed twice is destroyed; under the same name a new one would look as if it had come back."""
    keys.create_delivery("nombres1")
    keys.destroy("nombres1", 5)
    keys.destroy("nombres1", 6)

    assert not (tmp_path / "keys" / "nombres1.json").exists()
    assert (keys.deliveries(), keys.destroyed()) == ([], ["nombres1"])
    with pytest.raises(KeyProblem, match="was destroyed: its answers"):
        keys.delivery("nombres1")
    with pytest.raises(KeyProblem, match="another id"):
        keys.create_delivery("nombres1")


def test_the_bytes_of_a_destroyed_key_are_overwritten(keys: KeyRing, tmp_path: Path) -> None:
    """Another name of the same file, as a careless backup makes one, no longer holds the key."""
    keys.create_delivery("nombres1")
    other = tmp_path / "other-name"
    other.hardlink_to(tmp_path / "keys" / "nombres1.json")
    before = other.read_bytes()

    keys.destroy("nombres1", 5)

    assert len(other.read_bytes()) == len(before)
    assert b"kek" not in other.read_bytes()


@pytest.mark.parametrize("ask", [KeyRing.deliveries, KeyRing.destroyed])
def test_before_the_first_key_there_is_none(tmp_path: Path, ask: Callable[[KeyRing], list[str]]) -> None:
    """Listing keys makes no folder."""
    assert ask(KeyRing(tmp_path / "nowhere")) == []
    with pytest.raises(KeyProblem, match="no key file"):
        KeyRing(tmp_path / "nowhere").destroy("nombres1", 5)
