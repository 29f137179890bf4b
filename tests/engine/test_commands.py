"""The operator's commands, from a package to results and to the end of the key; what goes wrong is said."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from redis.asyncio import Redis

from authority.codesfile import write_revocations
from engine.cli import main
from engine.cli.console import Parts, parts
from engine.cli.deliveries import moment
from engine.deliveries import publish
from items.scoring.run import correct_responses
from sessions.cipher import SessionCipher, unwrap_key
from sessions.model import Login, Save, Start, Submit
from tests.engine.archives import NOON_MS, a_codes_file, a_public_pem, a_sid
from tests.engine.sittings import FORM
from tests.items.older import NAMESPACES, older

ITEM = next(FORM.rglob("*001*.xml"))


class Operator:
    """Somebody at a terminal."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.key = Ed25519PrivateKey.from_private_bytes(bytes(32))

    def run(self, *arguments: object) -> tuple[int, str, str]:
        """Exit code, output and errors of `passation ARGUMENTS`."""
        self._monkeypatch.setattr(sys, "argv", ["passation", *map(str, arguments)])
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

    def prepare(self, sessions: int = 3) -> str:
        """Keys, form, delivery and codes; gives the delivery's id."""
        self.run("keys", "create")
        form = self.json("items", "import", FORM)["form"]
        delivery = str(self.json("deliveries", "create", form[:10], "--duration", 30)["id"])
        self.json(*self.codes(delivery, sessions))
        self.json("deliveries", "open", delivery)
        return delivery

    def codes(self, delivery: str, sessions: int = 3) -> tuple[object, ...]:
        """The command that imports a file of codes."""
        file = a_codes_file(self.folder / "codes", self.key, sessions)
        pem = a_public_pem(self.key, self.folder / "authority.pem")
        return "codes", "import", file, "--delivery", delivery, "--authority-key", pem

    def beside(self, work: Callable[[Parts], Awaitable[None]]) -> None:
        """Do something with the same archive and Redis."""

        async def run() -> None:
            async with parts() as opened:
                await work(opened)

        asyncio.run(run())


@pytest.fixture
def operator(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    redis_url: str,
) -> Operator:
    """An operator of an empty installation."""

    async def empty() -> None:
        client = Redis.from_url(redis_url)
        await client.flushall()
        await client.aclose()

    asyncio.run(empty())
    monkeypatch.setenv("PASSATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PASSATION_KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("PASSATION_REDIS_URL", redis_url)
    return Operator(tmp_path, monkeypatch, capsys)


async def sat(opened: Parts, number: int, now_ms: int = NOON_MS) -> None:
    """The pupil of that number logs in, answers one item and hands in."""
    await sat_as(opened, a_sid(number), now_ms)


async def sat_as(opened: Parts, sid: bytes, now_ms: int = NOON_MS) -> None:
    """A pupil logs in, answers one item and hands in."""
    (reply,) = await opened.store.commit([Login(sid)], now_ms)
    state = reply.state
    (reply,) = await opened.store.commit([Start(state.ticket(), 1_800_000)], now_ms)
    ticket = reply.state.ticket()._replace(delivery=state.delivery)
    key = unwrap_key(
        opened.keyring.delivery(state.delivery).kek, state.wrapped_key, state.sid, state.delivery
    )
    body = b'{"n":1,"answers":[{"item":"i3","response":{"r1":"=1+1"},"elapsed_ms":5,"age_ms":0}]}'
    sealed = SessionCipher(key, state.sid, state.delivery).seal(ticket.epoch, 1, body, bytes(12))
    await opened.store.commit([Save(ticket, 1, b"d" * 32, sealed, ("i3",))], now_ms)
    await opened.store.commit([Submit(ticket, 1)], now_ms)


def test_from_a_package_to_results_and_to_the_end_of_the_key(operator: Operator) -> None:
    """The operator's whole way, by the commands alone."""
    delivery = operator.prepare()
    operator.beside(lambda opened: sat(opened, 1))

    assert operator.json("archive", "drain", "--once")["lines"] > 0
    status = operator.json("archive", "status")
    out = operator.folder / "out"
    exported = operator.json("results", "export", delivery, "--out", out)
    too_early = operator.run("keys", "destroy", delivery, "--yes")
    operator.json("deliveries", "close", delivery)
    operator.json("keys", "destroy", delivery, "--yes")
    code, _, err = operator.run("results", "export", delivery, "--out", out)

    assert (status["journal_entries"], status["unscored"], status["audit_broken_at"]) == (0, 0, None)
    assert (exported["sessions"], exported["missing"]) == (1, 0)
    with Path(exported["responses"]).open(newline="") as file:
        assert [row["value"] for row in csv.DictReader(file)] == ["'=1+1"]
    assert (code, "was destroyed" in err) == (1, True)
    (record,) = operator.json("deliveries", "status", delivery)["deliveries"]
    assert record["sessions"] == {"ready": 2, "submitted": 1}
    assert (too_early[0], "close it" in too_early[2]) == (1, True)

    async def look(opened: Parts) -> None:
        assert await opened.store.glance([a_sid(1)]) == [None]
        assert await opened.store.find_codes([b"s" + a_sid(1)[1:]]) == [None]
        assert await publish(opened.archive, opened.store, opened.keyring) == 0
        assert await opened.store.deliveries() == []

    operator.beside(look)


def test_importing_a_file_of_codes_twice_brings_nothing_new(operator: Operator) -> None:
    """The second half of an import that broke off is done by doing it again."""
    delivery = operator.prepare()

    assert operator.json(*operator.codes(delivery))["imported"] == 0

    other = operator.json("deliveries", "create", operator.json("items", "list")["form"], "--duration", 5)[
        "id"
    ]
    code, _, err = operator.run(*operator.codes(other))
    assert (code, f"imported into delivery {delivery} already" in err) == (1, True)


def test_a_file_that_the_authority_did_not_sign_is_refused(operator: Operator) -> None:
    """One sentence on standard error, exit code 1, and nothing imported."""
    delivery = operator.prepare()
    command = operator.codes(delivery, 4)
    a_public_pem(Ed25519PrivateKey.generate(), operator.folder / "authority.pem")

    code, out, err = operator.run(*command)

    assert (code, out, "not signed by this authority" in err) == (1, "", True)
    (record,) = operator.json("deliveries", "status")["deliveries"]
    assert record["sessions"] == {"ready": 3}


def test_a_withdrawn_code_is_known_as_withdrawn(operator: Operator) -> None:
    """In the archive and in Redis, for both codes of the session."""
    operator.prepare()

    assert operator.json("codes", "revoke", a_sid(2).hex())["revoked"] == 2

    async def look(opened: Parts) -> None:
        digests = [prefix + a_sid(n)[1:] for n in (1, 2) for prefix in (b"s", b"l")]
        entries = await opened.store.find_codes(digests)
        assert [entry and entry.revoked for entry in entries] == [False, False, True, True]

    operator.beside(look)
    assert operator.run("codes", "revoke", "no hex")[0] == 2
    assert operator.run("codes", "revoke")[0] == 2
    assert operator.run("codes", "revoke", "00" * 16)[0] == 1


def test_the_authoritys_file_of_withdrawals_is_taken_as_it_is(operator: Operator) -> None:
    """Signed by the authority whose key lies in the keys folder; sessions of other engines harm nothing."""
    operator.prepare()
    a_public_pem(operator.key, operator.folder / "keys" / "signing.pub.pem")
    file = operator.folder / "withdrawals"

    def withdrawn(*sessions: str, key: Ed25519PrivateKey = operator.key) -> Path:
        write_revocations(file, sessions, campaign="2027", created_ms=NOON_MS, key=key)
        return file

    assert operator.json("codes", "revoke", "--file", withdrawn(a_sid(1).hex(), "00" * 16))["revoked"] == 2
    assert operator.json("codes", "revoke", "--file", file)["revoked"] == 2, "again: the same"
    assert operator.json("codes", "revoke", "--file", withdrawn())["revoked"] == 0
    code, _, err = operator.run("codes", "revoke", "--file", withdrawn(key=Ed25519PrivateKey.generate()))
    assert (code, "not signed by this authority" in err) == (1, True)
    assert operator.run("codes", "revoke", a_sid(1).hex(), "--file", file)[0] == 2
    code, _, err = operator.run(
        *operator.codes("whatever")[:2],
        file,
        "--delivery",
        "d",
        "--authority-key",
        operator.folder / "authority.pem",
    )
    assert (code, "not a file in the format passation-codes/1" in err) == (1, True)


def test_a_delivery_goes_through_its_states_by_command(operator: Operator) -> None:
    """What is not possible now is refused and says so."""
    delivery = operator.prepare()

    acts = ("pause", "resume", "close")
    states = [operator.json("deliveries", act, delivery)["state"] for act in acts]
    code, _, err = operator.run("deliveries", "open", delivery)

    assert states == ["paused", "open", "closed"]
    assert (code, "is closed" in err) == (1, True)
    assert operator.run("deliveries", "status")[1].count(delivery) == 1


def test_keys_are_listed_without_being_shown(operator: Operator) -> None:
    """Numbers and ids, never a key."""
    delivery = operator.prepare()
    operator.json("keys", "rotate", "--in", 0)
    operator.json("keys", "drop", 0)

    listed = operator.json("keys", "list")

    assert listed == {"token_keys": [1], "current": 1, "deliveries": [delivery], "destroyed": []}
    secrets = re.findall(
        "[A-Za-z0-9+/]{43}=", "".join(p.read_text() for p in (operator.folder / "keys").iterdir())
    )
    assert len(secrets) == 8
    assert not any(secret in str(listed) for secret in secrets)


def test_destroying_a_key_asks_first(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id must be typed again; anything else changes nothing."""
    delivery = operator.prepare()
    monkeypatch.setattr(typer, "prompt", lambda _: "another")

    assert operator.run("keys", "destroy", delivery)[0] == 1
    assert operator.json("keys", "list")["deliveries"] == [delivery]


def test_checking_says_what_is_in_a_package_and_what_is_wrong(operator: Operator) -> None:
    """One object a package or item, in a folder as well; exit code 1 when one of them is refused."""
    folder = operator.folder / "packages"
    folder.mkdir()
    (folder / "broken.xml").write_text("<qti-assessment-item")
    (folder / "item.xml").write_bytes(ITEM.read_bytes())

    code, out, _ = operator.run("items", "check", folder, FORM, "--json")

    broken, item, package = map(json.loads, out.splitlines())
    assert (code, broken["verdict"], item["verdict"], package["verdict"]) == (
        1,
        "refused",
        "accepted",
        "accepted",
    )
    assert broken["problems"][0].keys() == {"file", "line", "code", "message"}
    assert item["interactions"] == ["choice"]
    assert operator.run("items", "check", FORM)[0] == 0
    assert operator.run("items", "import", folder / "broken.xml")[0] == 1


def test_items_of_every_version_are_checked_scored_and_surveyed(operator: Operator) -> None:
    """What TAO or QTI 2.0 wrote is asked no question; a survey puts its table where it belongs."""
    family = operator.folder / "packages" / "ours"
    family.mkdir(parents=True)
    item = family / "item.xml"
    for version in NAMESPACES:
        item.write_text(older(ITEM.read_text(encoding="utf-8"), version), encoding="utf-8")
        assert operator.json("items", "check", item)["verdict"] == "accepted"
        assert operator.json("items", "score", item, "--correct")["SCORE"] == 1.0
    readme = operator.folder / "README.md"
    readme.write_text("<!-- survey -->\n<!-- end of survey -->\n")
    assert operator.run("items", "survey", family.parent, "--into", readme)[0] == 0
    assert "| ours | items | 1 | 1 | 1 |" in readme.read_text()
    assert operator.json("items", "survey", family.parent)["items"]["full"] == 1
    readme.write_text("no marks")
    assert operator.run("items", "survey", family.parent, "--into", readme)[0] == 1
    code, _, err = operator.run("items", "check", item, "--xsd", family)
    assert (code, "put the .xsd files there" in err) == (1, True)


def test_variants_and_attempts_are_scored_at_the_terminal(operator: Operator) -> None:
    """A seed draws the variant, whose right answer earns the point; an array is one attempt after another."""
    items = Path(__file__).parents[1] / "forms" / "attempts" / "items"
    for seed in ("one", "two"):
        drawn = operator.json("items", "score", str(items / "VAR-001.xml"), "--correct", "--seed", seed)
        assert drawn["SCORE"] == 1.0
    file = str(operator.folder / "attempts.json")
    first = {"COFFRE": "rouge"}
    Path(file).write_text(json.dumps([first, first | {"CHOIX": "changer"}]))
    chests = operator.json("items", "score", str(items / "ADA-001.xml"), "--responses", file)
    assert (chests["SCORE"], chests["completionStatus"]) == (2.0, "completed")


def test_an_item_is_scored_at_the_terminal(operator: Operator) -> None:
    """The declared answers, a file of answers, or none at all."""
    full = operator.json("items", "score", ITEM, "--correct")
    file = operator.folder / "responses.json"
    file.write_text("{}")

    assert full["SCORE"] == 1.0
    assert operator.json("items", "score", ITEM, "--responses", file)["SCORE"] == 0.0
    assert "SCORE: 1.0" in operator.run("items", "score", ITEM, "--correct")[1]
    assert operator.run("items", "score", ITEM)[0] == 2
    file.write_text("[]")
    assert operator.run("items", "score", ITEM, "--responses", file)[0] == 1
    assert correct_responses({"responses": {}}) == {}


def test_a_form_is_named_by_its_first_signs(operator: Operator) -> None:
    """As long as they name one form only."""
    operator.prepare()

    code, _, err = operator.run("deliveries", "create", "zz", "--duration", 5)

    assert (code, "passation items list" in err) == (1, True)


def test_an_archive_that_is_away_is_said_in_one_sentence(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No trace, no password: which archive, and what to do."""
    monkeypatch.setenv("PASSATION_ARCHIVE_URL", "postgresql://somebody:secret@127.0.0.1:9/none")

    for command in (("archive", "status"), ("archive", "drain", "--once")):
        code, out, err = operator.run(*command)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert "cannot be opened" in err
        assert "secret" not in err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 7),
        ("now", NOON_MS),
        ("+90min", NOON_MS + 5_400_000),
        ("+2h", NOON_MS + 7_200_000),
        ("+1d", NOON_MS + 86_400_000),
        ("2027-01-15T08:00:00+00:00", int(datetime(2027, 1, 15, 8, tzinfo=UTC).timestamp() * 1000)),
        ("2027-01-15T09:00:00+01:00", int(datetime(2027, 1, 15, 8, tzinfo=UTC).timestamp() * 1000)),
    ],
)
def test_a_time_is_given_as_people_say_it(text: str, expected: int) -> None:
    """From now on, or by the clock with or without a zone."""
    assert moment(text, NOON_MS, 7) == expected


@pytest.mark.parametrize("text", ["tomorrow", "+5", "25:00", "-1h"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """The message shows how to say it."""
    with pytest.raises(typer.BadParameter, match="now"):
        moment(text, NOON_MS, 7)
