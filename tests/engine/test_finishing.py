"""The end of a campaign: nothing goes before the authority has signed for it, then everything does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authority.takeout import checked
from authority.takeout.proof import Proof, report
from engine.archive import Conflict
from engine.clock import now_ms
from engine.finishing import read_receipt
from tests.engine.archives import a_public_pem, a_sid
from tests.engine.test_commands import Operator, operator, sat
from tests.engine.test_openapi_live import until
from tests.pupil import PupilClient, Refused
from tests.served import served

__all__ = ["operator"]


def finished_day(operator: Operator) -> str:
    """A delivery whose one pupil handed in, closed and scored; its id."""
    delivery = operator.prepare()
    a_public_pem(operator.key, operator.folder / "keys" / "signing.pub.pem")
    operator.beside(lambda opened: sat(opened, 1))
    operator.json("archive", "drain", "--once")
    operator.json("deliveries", "close", delivery)
    return delivery


def receipt_for(operator: Operator, delivery: str, **changes: Any) -> Path:
    """The authority's proof for what is exported now."""
    key = Ed25519PrivateKey.generate()
    pem = operator.folder / "engine.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pem.chmod(0o600)
    out = operator.folder / "takeout"
    operator.json("results", "export", delivery, "--out", out, "--sign", pem)
    proof = Proof(3, 1, 2, 0, (), 0, 0, 0, 0)._replace(**changes)
    takeout = checked(out, key.public_key())
    record = report(takeout, proof, [], campaign="2027", now_ms=now_ms(), key=operator.key)
    path = operator.folder / "receipt.json"
    path.write_text(json.dumps(record))
    return path


def test_a_campaign_ends_when_its_results_are_signed_for(operator: Operator) -> None:
    """Rehearsed first; then keys, codes, sessions and tokens are gone, and the audit log says so."""
    delivery = finished_day(operator)
    receipt = receipt_for(operator, delivery)

    rehearsed = operator.json("finish", "--receipt", receipt, "--dry-run")
    assert (rehearsed["deliveries"], rehearsed["sessions"], rehearsed["ready"]) == ([delivery], 3, True)
    before = operator.json("keys", "list")
    assert (before["deliveries"], before["current"]) == ([delivery], 0)

    assert operator.json("finish", "--receipt", receipt, "--yes")["finished"] is True

    after = operator.json("keys", "list")
    assert (after["deliveries"], after["destroyed"], after["token_keys"]) == ([], [delivery], [1])
    code, _, err = operator.run("results", "export", delivery, "--out", operator.folder / "again")
    assert (code, "was destroyed" in err) == (1, True)
    operator.json("audit", "export", "--out", operator.folder / "audit.jsonl")
    acts = [json.loads(line)["act"] for line in (operator.folder / "audit.jsonl").read_text().splitlines()]
    assert "campaign.finish" in acts

    async def look(opened: Any) -> None:
        assert await opened.store.glance([a_sid(1)]) == [None]
        assert await opened.store.deliveries() == []

    operator.beside(look)
    assert operator.json("finish", "--yes")["deliveries"] == [], "a second time there is nothing left to do"


def test_nothing_goes_while_anything_stands_in_the_way(operator: Operator) -> None:
    """All of it is told at once, with what to do; the exit code says that it was not done."""
    delivery = operator.prepare()
    a_public_pem(operator.key, operator.folder / "keys" / "signing.pub.pem")
    operator.beside(lambda opened: sat(opened, 1))

    code, out, _ = operator.run("finish", "--yes", "--json")
    told = json.loads(out)
    assert (code, told["ready"], told["finished"]) == (1, False, False)
    assert "journal" in "".join(told["hindrances"])
    assert f"deliveries close {delivery}" in "".join(told["hindrances"])

    operator.json("archive", "drain", "--once")
    operator.json("deliveries", "close", delivery)
    code, out, _ = operator.run("finish", "--yes", "--json")
    assert [code, *json.loads(out)["hindrances"]] == [
        1,
        f"{delivery}: nobody has signed for its results: give --receipt",
    ]
    assert operator.json("keys", "list")["deliveries"] == [delivery]


def test_who_signed_for_less_than_there_is_has_not_signed(operator: Operator) -> None:
    """A session that was scored after the take-out would be gone unseen."""
    delivery = finished_day(operator)
    receipt = receipt_for(operator, delivery, scored=0)
    code, out, _ = operator.run("finish", "--receipt", receipt, "--yes", "--json")
    assert (code, "export again" in out) == (1, True)
    assert operator.json("keys", "list")["deliveries"] == [delivery]


def test_a_receipt_of_somebody_else_or_of_a_take_out_with_holes_is_refused(operator: Operator) -> None:
    """One sentence each, and nothing is touched."""
    delivery = finished_day(operator)
    public = operator.key.public_key()
    whole = receipt_for(operator, delivery)
    assert read_receipt(whole, public).delivery == delivery
    with pytest.raises(Conflict, match="not signed by this authority"):
        read_receipt(whole, Ed25519PrivateKey.generate().public_key())
    changed = json.loads(whole.read_text()) | {"delivery": "another1"}
    whole.write_text(json.dumps(changed))
    with pytest.raises(Conflict, match="or was changed"):
        read_receipt(whole, public)
    whole.write_text("[]")
    with pytest.raises(Conflict, match="is no receipt"):
        read_receipt(whole, public)
    with pytest.raises(Conflict, match="cannot read the receipt"):
        read_receipt(operator.folder / "nowhere.json", public)
    with pytest.raises(Conflict, match="not whole"):
        read_receipt(receipt_for(operator, delivery, missing=1), public)
    code, _, err = operator.run("finish", "--receipt", whole, "--yes")
    assert (code, "not whole" in err) == (1, True)


def test_after_the_end_nothing_answers_but_an_explanation(tmp_path: Path) -> None:
    """A code says that the test is over, and a token is worth nothing."""
    with served(tmp_path) as engine:
        (prepared,) = engine.prepare(codes_each=1)
        pupil = PupilClient(engine.url, prepared.codes[0])
        pupil.login()
        engine.run("deliveries", "close", prepared.delivery)
        told = json.loads(engine.run("finish", "--yes", "--json").stdout)

        assert (told["finished"], told["deliveries"]) == (True, [prepared.delivery])
        until(lambda: refused(pupil.login) == (410, "delivery_over"))
        until(lambda: refused(pupil.start)[0] in (401, 410))


def refused(call: Callable[[], object]) -> tuple[int, str]:
    """Status and code of a refusal."""
    try:
        call()
    except Refused as problem:
        return problem.status, problem.code
    return 200, ""
