"""The file of codes: what the authority signed goes in, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from engine.codesfile import (
    CodesFile,
    private_key,
    public_key,
    write_codes_file,
)
from engine.signedfile import LINE_BYTES_MAX, CodesFileProblem, Header
from tests.engine.archives import NOON_MS, a_codes_file, a_public_pem, rows

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()


def signed(path: Path, lines: list[Any], key: Ed25519PrivateKey = KEY) -> Path:
    """A file of `lines` (objects, or text as it is), signed whatever they say."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    body = "".join(text + "\n" for text in texts).encode()
    digest = hashlib.sha256(body)
    last = {"sha256": digest.hexdigest(), "signature": key.sign(digest.digest()).hex()}
    path.write_bytes(body + json.dumps(last).encode() + b"\n")
    return path


def header(**changed: Any) -> dict[str, Any]:
    """A first line that announces one row."""
    return {"format": "passation-codes/1", "campaign": "c", "created_ms": 5, "count": 1} | changed


def row(**changed: Any) -> dict[str, Any]:
    """A row that is in order."""
    plain: dict[str, Any] = {"session": "0" * 32, "room": "r-1", "short": "1" * 32, "long": "2" * 32}
    return plain | {"factor": 1.0, "needs": []} | changed


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """The authority's writer and the engine's reader agree on every field."""
    file = CodesFile.verify(a_codes_file(tmp_path / "codes", KEY, count=5), PUBLIC)

    assert file.header == Header("test-1", NOON_MS, 5)
    assert list(file.rows()) == list(rows(5))


def test_another_authority_is_refused(tmp_path: Path) -> None:
    """Only the authority says who sits which session."""
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    path = a_codes_file(tmp_path / "codes", other)

    with pytest.raises(CodesFileProblem, match="not signed by this authority"):
        CodesFile.verify(path, PUBLIC)


def test_every_changed_byte_is_seen(tmp_path: Path) -> None:
    """No byte of the file may change on its way, wherever it stands."""
    path = a_codes_file(tmp_path / "codes", KEY, count=1)
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(CodesFileProblem):
            CodesFile.verify(path, PUBLIC)


def test_every_cut_is_seen(tmp_path: Path) -> None:
    """A file that was not copied to its end is no file."""
    path = a_codes_file(tmp_path / "codes", KEY, count=1)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(CodesFileProblem):
            CodesFile.verify(path, PUBLIC)


@pytest.mark.parametrize("field", ["name", "birth_date", "ine", "school", "reason"])
def test_a_field_too_many_is_refused_by_name(tmp_path: Path, field: str) -> None:
    """That is how no name enters the engine, though the authority itself signed it."""
    path = signed(tmp_path / "codes", [header(), row(**{field: "Élodie"})])

    with pytest.raises(CodesFileProblem, match=f"line 2: carries more than it may: {field}"):
        CodesFile.verify(path, PUBLIC)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"factor": 0.4}, "factor must be"),
        ({"factor": 4.1}, "factor must be"),
        ({"factor": True}, "factor must be"),
        ({"factor": "1"}, "factor must be"),
        ({"needs": ["spoken", "spoken"]}, "needs holds a switch twice"),
        ({"needs": [["spoken"]]}, "needs must be a list of switches"),
        ({"needs": "spoken"}, "needs must be a list of switches"),
        ({"needs": ["spokn"]}, "was spoken meant"),
        ({"needs": ["dyslexia"]}, "no switch of the player"),
        ({"needs": ["black-rose", "high-contrast"]}, "2 colour themes"),
        ({"room": "Élodie"}, "room must match"),
        ({"room": "r" * 25}, "room must match"),
        ({"room": 3}, "room must match"),
        ({"session": "0" * 31}, "session must match"),
        ({"short": "1" * 31 + "G"}, "short must match"),
        ({"long": "1" * 32}, "short and long must differ"),
    ],
)
def test_every_field_has_bounds(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    """A signature says who wrote it, not that it makes sense."""
    path = signed(tmp_path / "codes", [header(), row(**changed)])

    with pytest.raises(CodesFileProblem, match=message):
        CodesFile.verify(path, PUBLIC)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"format": "passation-codes/2"}, "not a file in the format"),
        ({"count": 0}, "count must be"),
        ({"count": 5_000_001}, "count must be"),
        ({"count": 1.0}, "count must be"),
        ({"created_ms": -1}, "created_ms must be"),
        ({"campaign": "rentrée"}, "campaign must match"),
        ({"school": "0750001X"}, "carries more than it may: school"),
    ],
)
def test_the_first_line_has_bounds(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    """Nothing is read on the strength of a number that nobody checked."""
    with pytest.raises(CodesFileProblem, match=message):
        CodesFile.verify(signed(tmp_path / "codes", [header(**changed), row()]), PUBLIC)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[]", "not a JSON object"),
        ("{", "not JSON"),
        ('{"session": "é"}', "plain ASCII"),
        (json.dumps(row()).replace("1.0", "NaN"), "not JSON"),
        (json.dumps(row())[:-1] + ', "room": "r-2"}', "stands there twice"),
        (json.dumps(row()) + " " * LINE_BYTES_MAX, "no end within"),
        ("[" * 1000, "not JSON"),
        ('{"session": "' + "0" * 32 + '"}', "lacks factor"),
    ],
)
def test_a_line_that_is_not_one_plain_object_is_refused(tmp_path: Path, line: str, message: str) -> None:
    """Two readers must never see two things in one line."""
    with pytest.raises(CodesFileProblem, match=message):
        CodesFile.verify(signed(tmp_path / "codes", [header(), line]), PUBLIC)


@pytest.mark.parametrize("count", [1, 3])
def test_the_announced_count_is_the_real_one(tmp_path: Path, count: int) -> None:
    """Rows too many or too few show that something went wrong before it was signed."""
    with pytest.raises(CodesFileProblem):
        CodesFile.verify(signed(tmp_path / "codes", [header(count=count), row(), row()]), PUBLIC)


def test_nothing_may_follow_the_signature(tmp_path: Path) -> None:
    """What is not signed is not there."""
    path = a_codes_file(tmp_path / "codes", KEY)
    path.write_bytes(path.read_bytes() + b"x")

    with pytest.raises(CodesFileProblem, match="follows the signature"):
        CodesFile.verify(path, PUBLIC)


def test_a_file_exchanged_after_the_check_is_noticed(tmp_path: Path) -> None:
    """Verified once, read later: the second reading must be of the same bytes."""
    path = a_codes_file(tmp_path / "codes", KEY, count=3)
    file = CodesFile.verify(path, PUBLIC)
    signed(path, [header(count=3), row(), row(), row()])

    with pytest.raises(CodesFileProblem, match="changed while it was read"):
        list(file.rows())


def test_a_writer_that_miscounts_signs_nothing(tmp_path: Path) -> None:
    """The header comes first, so the count is promised before the rows are there."""
    with pytest.raises(ValueError, match="3 rows were announced, 2 came"):
        write_codes_file(tmp_path / "codes", rows(2), campaign="c", created_ms=5, count=3, key=KEY)


def test_keys_come_from_pem_files(tmp_path: Path) -> None:
    """The authority hands out its public key as a PEM file."""
    private = tmp_path / "private.pem"
    private.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    assert public_key(a_public_pem(KEY, tmp_path / "public.pem")) == PUBLIC
    assert private_key(private).public_key() == PUBLIC


@pytest.mark.parametrize("load", [public_key, private_key])
def test_another_kind_of_key_is_refused(tmp_path: Path, load: Callable[[Path], object]) -> None:
    """The message says which file, and what it should be."""
    other = generate_private_key(SECP256R1())
    (tmp_path / "pem").write_bytes(
        other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        if load is public_key
        else other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with pytest.raises(CodesFileProblem, match="not an Ed25519 key"):
        load(tmp_path / "pem")
    with pytest.raises(CodesFileProblem, match="cannot read"):
        load(tmp_path / "missing")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The operator sees which path was meant."""
    with pytest.raises(CodesFileProblem, match=r"cannot read .*codes: No such file"):
        CodesFile.verify(tmp_path / "codes", PUBLIC)
