"""A campaign from the first list to the destruction, by commands of both programs; no name crosses."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyarrow import parquet

from authority.cli import app, main
from authority.demonstration import PUPILS, names
from authority.settings import Settings
from engine.results.export import Exported
from engine.results.takeout import sign_takeout
from tests.engine.archives import NOON_MS, a_public_pem
from tests.engine.sittings import FORM
from tests.engine.test_commands import Operator, operator, sat_as

__all__ = ["operator"]


class Authority:
    """Somebody at the authority's terminal."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def run(self, *arguments: object) -> tuple[int, str, str]:
        """Exit code, output and errors of `passation-authority ARGUMENTS`."""
        self._monkeypatch.setattr(sys, "argv", ["passation-authority", *map(str, arguments)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        return int(ended.value.code or 0), out, err

    def json(self, *arguments: object) -> Any:
        """What a command prints for machines."""
        code, out, err = self.run(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)


@pytest.fixture
def authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Authority:
    """The authority's own folder, beside and apart from the engine's."""
    folder = tmp_path / "authority"
    monkeypatch.setenv("AUTHORITY_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("AUTHORITY_KEYS_DIR", str(folder / "keys"))
    return Authority(folder, monkeypatch, capsys)


def _texts(*folders: Path) -> bytes:
    """Every byte of every file below these folders."""
    return b"".join(path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file())


def _engine_keys(authority: Authority, operator: Operator) -> tuple[Path, Path]:
    """The pepper goes over; the engine gets a key to sign exports with. (private, public) of that one."""
    keys = operator.folder / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    shutil.copy(authority.folder / "keys" / "pepper.json", keys / "pepper.json")
    key = Ed25519PrivateKey.generate()
    private = operator.folder / "export.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return private, a_public_pem(key, operator.folder / "export.pub.pem")


class Campaign(NamedTuple):
    """A demonstration campaign whose day is over: three of 30 pupils sat, the engine's take-out is signed."""

    rows: list[dict[str, Any]]
    imported: int
    out: Path
    public: Path


@pytest.fixture
def campaign(authority: Authority, operator: Operator) -> Campaign:
    """Lists and codes there, import, sittings and signed take-out here: by the commands of both."""
    made = authority.json("demo", "--classes", 1)
    private, public = _engine_keys(authority, operator)
    operator.run("keys", "create")
    form = operator.json("items", "import", FORM)["form"]
    delivery = str(operator.json("deliveries", "create", form[:10], "--duration", 30)["id"])
    given = ("codes", "import", made["files"]["codes"], "--delivery", delivery)
    imported = operator.json(*given, "--authority-key", made["files"]["public key"])["imported"]
    operator.json("deliveries", "open", delivery)
    rows = [json.loads(line) for line in Path(made["files"]["codes"]).read_text().splitlines()[1:-1]]
    for row in rows[:3]:
        sid = bytes.fromhex(row["session"])
        operator.beside(lambda opened, sid=sid: sat_as(opened, sid))  # type: ignore[misc]
    operator.json("archive", "drain", "--once")
    out = operator.folder / "out"
    operator.json("results", "export", delivery, "--out", out, "--format", "csv,parquet", "--sign", private)
    return Campaign(rows, imported, out, public)


def test_a_campaign_from_the_lists_to_the_destruction(
    campaign: Campaign, authority: Authority, operator: Operator
) -> None:
    """No name in what the engine holds; proof, research files without sessions; nothing left."""
    held = _texts(operator.folder / "data", operator.folder / "keys", campaign.out)
    canaries = {part for name in names(PUPILS) for part in name} | {"0750999Z", "Marie-Curie", "2015-0"}
    assert campaign.imported == PUPILS + 1
    assert len(held) > 50_000
    assert [canary for canary in sorted(canaries) if canary.encode() in held] == []

    proof, tables = authority.folder / "proof.json", authority.folder / "research"
    given = (campaign.out, "--engine-key", campaign.public)
    checked = authority.json("takeout", "check", *given, "--proof", proof)
    authority.json("takeout", "research", *given, "--out", tables)
    assert (checked["whole"], checked["counts"]["given"], checked["counts"]["not_sat"]) == (True, 31, 28)
    assert checked["schools"] == {"0750999Z": {"given": 31, "scored": 3}}
    with (tables / "scores.csv").open(newline="") as file:
        scores = list(csv.DictReader(file))
    assert parquet.read_table(tables / "scores.parquet").num_rows == len(scores) > 3
    assert len({row["pupil"] for row in scores}) == 3
    research = _texts(tables)
    engines = {text for row in campaign.rows for text in (row["session"], row["room"])}
    assert [text for text in engines if text.encode() in research] == []

    changed = campaign.out / "scores.csv"
    changed.write_text(changed.read_text().replace("false", "true", 1))
    code, _, err = authority.run("takeout", "check", *given, "--proof", proof)
    assert (code, "cut or changed" in err) == (1, True)

    rehearsed, destroyed = authority.json("destroy", "--dry-run"), authority.json("destroy", "--yes")
    code, _, err = authority.run("schools", "list")
    log = authority.json("audit", "show")
    assert (rehearsed["destroyed"], rehearsed["rows"]["pupils"]) == (False, PUPILS)
    assert destroyed["rows"] == rehearsed["rows"]
    assert (code, "were destroyed" in err) == (1, True)
    assert (log["broken"], log["lines"][-1]["act"]) == (None, "register.destroy")


@pytest.mark.long
def test_a_takeout_of_another_campaign_is_not_whole(authority: Authority, tmp_path: Path) -> None:
    """A session that this register never made is named, and no research file is written."""
    authority.json("demo", "--classes", 1)
    key, folder = Ed25519PrivateKey.generate(), tmp_path / "out"
    folder.mkdir()
    head = "session,room,item,domain,score,max_score,needs_marking,kind\n"
    (folder / "scores.csv").write_text(head + f"{'a' * 32},r-1,,,1,2,false,\n")
    (folder / "responses.csv").write_text("session\n")
    sign_takeout(Exported(folder, ("csv",), 1, 1, 0, 0), "nombres1", key, NOON_MS)
    public = a_public_pem(key, tmp_path / "pub.pem")
    given = (folder, "--engine-key", public)
    code, said, _ = authority.run("takeout", "check", *given, "--proof", tmp_path / "proof")
    other, _, err = authority.run("takeout", "research", *given, "--out", tmp_path / "research")
    assert (code, "NOT whole" in said) == (1, True)
    assert json.loads((tmp_path / "proof").read_text())["counts"]["unknown"] == 1
    assert (other, "not of this register" in err) == (1, True)
    assert not (tmp_path / "research" / "scores.csv").exists()


def test_letters_and_sheets_are_printed_by_command(authority: Authority) -> None:
    """Schools from a CSV, letters once, sheets when there are codes; each error says what to do."""
    authority.json("init", "--campaign", "c-1", "--title", "Essai", "--birth-year", 2015)
    listed = authority.folder / "schools.csv"
    listed.write_text("uai;nom\n0750001A;Collège Colette\n", encoding="cp1252")
    assert authority.json("schools", "import", listed)["added"] == 1
    assert authority.json("schools", "import", listed)["added"] == 0
    letters = authority.folder / "letters.pdf"
    assert authority.json("schools", "letters", "--out", letters)["letters"] == 1
    assert letters.read_bytes().startswith(b"%PDF")
    assert letters.stat().st_mode & 0o077 == 0
    assert authority.json("schools", "withdraw", "0750001A") == {"withdrawn": "0750001A"}
    _, said, _ = authority.run("schools", "withdraw", "--help")
    assert "quarter of an hour" in " ".join(said.split())
    one_class = ("schools", "letters", "--school", "0750001A", "--class", "6e A", "--out", letters)
    for command, words in (
        (("schools", "letters", "--out", letters), "nobody without a letter"),
        (("schools", "letters", "--class", "6e A", "--out", letters), "--class needs --school"),
        (one_class, "has no class '6e A'; its classes: none"),
        (("schools", "withdraw", "9999999Z"), "no credential 9999999Z"),
        (("codes", "sheets", "0750001a", "--out", letters), "no codes yet"),
        (("codes", "sheets", "9999999Z", "--out", letters), "there is no school"),
        (("export", "codes", "--out", letters), "run `codes make`"),
        (("takeout", "check", authority.folder, "--engine-key", listed, "--proof", letters), "public key"),
    ):
        code, _, err = authority.run(*command)
        assert (code, words in err) == (1, True), (command, err)


def test_codes_of_some_classes_go_into_a_file_of_their_own(authority: Authority) -> None:
    """A test for each: by the name of a class, or how it begins, in one school or in all."""
    made = authority.json("demo", "--classes", 2)
    rooms = {one["label"]: one["room"] for one in made["classes"]}
    (first, one), (second, other) = sorted(rooms.items())
    out, school = authority.folder / "codes.ndjson", ("--school", "0750999z")

    def exported(*chosen: str) -> set[str]:
        told = authority.json("export", "codes", "--all", "--out", out, *chosen)
        lines = [json.loads(line) for line in out.read_text().splitlines()[1:-1]]
        assert told["count"] == len(lines)
        return {line["room"] for line in lines}

    assert exported(*school, "--class", first) == {one}
    assert exported("--class", second) == {other}
    assert exported("--class", f"{first[0]}*") == exported(*school) == exported() == {one, other}
    for chosen, words in (
        ((*school, "--class", "9e Z"), f"0750999Z has no class '9e Z'; there are: {first}, {second}"),
        (("--class", "9e*"), "no school has a class '9e*'"),
        (("--school", "9999999Z"), "there is no school"),
    ):
        code, _, err = authority.run("export", "codes", "--out", out, *chosen)
        assert (code, words in err) == (1, True), err


def test_a_withdrawn_access_comes_back_by_name_alone(authority: Authority) -> None:
    """Letters for all who have none pass it over, also after the next import; those for a school do not."""
    authority.json("init", "--campaign", "c-1", "--title", "Essai", "--birth-year", 2015)
    listed = authority.folder / "schools.csv"
    listed.write_text("uai;nom\n0750001A;Collège Colette\n")
    authority.json("schools", "import", listed)
    letters = ("schools", "letters", "--out", authority.folder / "letters.pdf")
    assert authority.json(*letters)["letters"] == 1
    authority.json("schools", "withdraw", "0750001A")
    listed.write_text("uai;nom\n0750001A;Collège Colette\n0690002B;Collège Jean-Moulin\n")
    authority.json("schools", "import", listed)
    assert authority.json(*letters)["letters"] == 1
    code, _, err = authority.run("schools", "withdraw", "0750001A")
    assert (code, "nothing was withdrawn" in err) == (1, True)
    assert authority.json(*letters, "--school", "0750001A")["letters"] == 1
    assert authority.json("schools", "withdraw", "0750001A") == {"withdrawn": "0750001A"}


@pytest.mark.long
def test_a_teachers_withdrawn_access_comes_back_by_the_name_of_the_class_alone(authority: Authority) -> None:
    """The letters for all classes without one pass it over."""
    authority.json("demo", "--classes", 1)
    letters = ("schools", "letters", "--teachers", "--out", authority.folder / "letters.pdf")
    one_class = ("--school", "0750999Z", "--class", "6e A")
    authority.json("schools", "withdraw", "0750999Z", "--class", "6e A")
    code, _, err = authority.run(*letters)
    assert (code, "nobody without a letter" in err) == (1, True)
    assert authority.json(*letters, *one_class)["letters"] == 1


def test_every_command_and_setting_stands_in_the_readme() -> None:
    """An operator finds each of them."""
    page = (Path(__file__).parents[2] / "authority" / "README.md").read_text()
    found = []
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found += (
            [f"passation-authority {name} {inner}" for inner in below]
            if below
            else [f"passation-authority {name}"]
        )
    found += [f"AUTHORITY_{entry.name.upper()}" for entry in fields(Settings)]
    assert [name for name in found if f"`{name}`" not in page and f"{name} " not in page] == []
