"""The operator's console over HTTP: who comes in, how two persons decide, what everybody then meets."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine import console
from engine.archive import Archive
from engine.archive.operators import WAIT_MAX_MS, Accounts
from engine.archive.proposals import Proposal, Proposals
from engine.clock import now_ms
from engine.console.acts import ON_DELIVERY
from engine.console.alarms import TABLE
from engine.console.words import WORDS
from engine.keyring import KeyRing
from tests.engine.desks import Desk, Proof, account, of_archive, proposal_of
from tests.pupil import PupilClient, Refused
from tests.served import Served

CONSOLE = Path(console.__file__).parent
QUESTIONS_MAX = 100_000
WRONG_MAX = 20
REFUSED = 401


@pytest.fixture(scope="module")
def one(engine: Served) -> Desk:
    """Who proposes."""
    return Desk(engine, "operator")


@pytest.fixture(scope="module")
def other(engine: Served) -> Desk:
    """Who approves."""
    return Desk(engine, "approver")


def _working(engine: Served, pupils: int = 1) -> tuple[str, list[PupilClient]]:
    """A delivery of one's own with pupils at work."""
    prepared = engine.prepare(codes_each=pupils)[0]
    found = [PupilClient(engine.url, code) for code in prepared.codes]
    for pupil in found:
        pupil.login()
        pupil.start()
    return prepared.delivery, found


def _until(ask: Any, wanted: Any) -> Any:
    """What `ask` gives once it is as wanted; each question is a whole call, so so many are time enough."""
    found = ask()
    for _ in range(QUESTIONS_MAX):
        if wanted(found):
            break
        found = ask()
    assert wanted(found), found
    return found


def _beat(pupil: PupilClient) -> dict[str, Any]:
    return pupil.post("/api/v1/answers", {"answers": []})


def _told(pupil: PupilClient) -> list[dict[str, Any]]:
    """All that a pupil is told but more time: a machine that stood still for a while gives that back."""
    return [notice for notice in _beat(pupil)["notices"] if notice["kind"] != "extended"]


# --- coming in ------------------------------------------------------------------------------------------


def test_a_password_and_a_code_of_now_let_in_once(engine: Served) -> None:
    """One word for whatever is wrong; a one-time code that was read over a shoulder is used up."""
    desk, proof = Desk(engine), account(engine, "operator")
    code = proof.totp.now()
    assert desk.sign_in(proof, code="000000" if code != "000000" else "111111").status_code == REFUSED
    assert desk.sign_in(proof, password="K7QF2M9XT4HD").status_code == REFUSED
    assert desk.sign_in(proof._replace(operator="op-nobody"), code=code).status_code == REFUSED
    entered = desk.sign_in(proof, code=code)
    assert (entered.status_code, entered.headers["location"]) == (303, "/operator")
    for line in entered.headers.get_list("set-cookie"):
        assert line.startswith("__Host-")
        assert all(word in line for word in ("Secure", "HttpOnly", "SameSite=strict", "Path=/"))
    assert desk.get("/operator").status_code == 200
    assert Desk(engine).sign_in(proof, code=code).status_code == REFUSED


def test_a_stranger_is_slowed_and_the_operator_comes_in_all_the_same(engine: Served) -> None:
    """Who knows an id can make strangers wait, up to a minute, and not its owner's own browser."""
    own, stranger, proof = Desk(engine), Desk(engine), account(engine, "operator")
    assert own.sign_in(proof).status_code == 303
    own.cookies.pop("__Host-operator")
    wrong = (stranger.sign_in(proof, password="K7QF2M9XT4HD") for _ in range(WRONG_MAX))
    # Each wait is longer than the one before: on a slow machine the first ones are over by the next try.
    slowed = next(reply for reply in wrong if reply.status_code == 429)
    assert 0 < int(slowed.headers["retry-after"]) <= WAIT_MAX_MS / 1000
    later = proof.totp.generate_otp(now_ms() // 30_000 + 1)
    assert own.sign_in(proof, code=later).status_code == 303


def test_a_form_of_another_page_changes_nothing(engine: Served, one: Desk) -> None:
    """Another site's page, a form without our token, a cookie alone: refused before anything is read."""
    for headers in ({"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}):
        assert one.post("/operator/proposals", {"act": "freeze"}, headers=headers).status_code == 403
    own = {"Origin": engine.url}
    assert (
        one.post("/operator/proposals", {"act": "freeze", "csrf": "0" * 32}, headers=own).status_code == 403
    )


@pytest.mark.parametrize("command", ["disable", pytest.param("reset", marks=pytest.mark.long)])
def test_who_is_disabled_is_out_at_once(engine: Served, command: str) -> None:
    """And so is whose password was given anew."""
    desk = Desk(engine, "auditor")
    assert desk.get("/operator").status_code == 200
    assert engine.run("operators", command, desk.operator, "--json").returncode == 0
    assert desk.get("/operator").status_code == 303


def test_an_account_is_made_listed_and_signs_in(engine: Served) -> None:
    """By the command, with what it shows once; what the archive keeps opens nothing."""
    import orjson
    import pyotp

    made = orjson.loads(engine.run("operators", "add", "--role", "approver", "--json").stdout)
    listed = orjson.loads(engine.run("operators", "list", "--json").stdout)["operators"]
    assert {"approver"} == {row["role"] for row in listed if row["operator"] == made["operator"]}
    totp = pyotp.parse_uri(made["totp"])
    assert isinstance(totp, pyotp.TOTP)
    assert Desk(engine).sign_in(Proof(made["operator"], made["password"], totp)).status_code == 303
    key = KeyRing.of(engine.settings).console_key()
    kept = of_archive(engine.settings, lambda archive: Accounts(archive.database, key).get(made["operator"]))
    assert kept is not None
    assert kept.hash.startswith("$argon2id$")
    assert totp.secret.encode() not in kept.totp
    assert "there is no role" in engine.run("operators", "add", "--role", "king").stderr


# --- two persons ----------------------------------------------------------------------------------------


def test_pausing_for_everybody_takes_two_and_stops_every_clock(
    engine: Served, one: Desk, other: Desk
) -> None:
    """Proposed: nothing happens. Approved by another: done, and both stand in the audit log."""
    delivery, (pupil, *_) = _working(engine, 2)
    proposal = one.propose("pause", delivery)
    assert _told(pupil) == []
    assert one.approve(proposal).status_code in (403, 409)
    assert other.approve(proposal).status_code == 303
    assert _until(lambda: _told(pupil), bool) == [{"kind": "paused"}]
    assert _until(lambda: proposal_of(engine, proposal), lambda found: found.state == "done").outcome == "2"
    assert other.approve(proposal).status_code == 409
    lines = of_archive(engine.settings, _audit_of(delivery))
    assert f"{one.operator}+{other.operator}" in {line.who for line in lines if line.act == "delivery.pause"}
    acts = [line.act for line in lines if line.act.startswith("proposal.")]
    assert acts == ["proposal.propose", "proposal.approved", "proposal.done"]
    other.approve(one.propose("resume", delivery))
    _until(lambda: pupil.resume()["session"]["status"], lambda status: status == "running")


def test_more_time_for_everybody_is_given_once(engine: Served, one: Desk, other: Desk) -> None:
    """Each pupil at work has it, the last start moves; the same done again gives none."""
    delivery, (pupil, *_) = _working(engine)
    before, was = _beat(pupil)["remaining_ms"], _record(engine, delivery)
    proposal = one.propose("extend", delivery, minutes="10", reason="technical")
    other.approve(proposal)
    done = _until(lambda: proposal_of(engine, proposal), lambda found: found.state == "done")
    assert _beat(pupil)["remaining_ms"] - before > 9 * 60_000
    assert _record(engine, delivery).closes_at_ms - was.closes_at_ms == 10 * 60_000
    engine_again = done._replace(state="approved")
    of_archive(engine.settings, lambda archive: _again(engine, archive, engine_again))
    assert _beat(pupil)["remaining_ms"] - before < 11 * 60_000
    assert _record(engine, delivery).closes_at_ms - was.closes_at_ms == 10 * 60_000


def test_a_message_reaches_every_pupil_at_work(engine: Served, one: Desk, other: Desk) -> None:
    """In both languages, with each reply while it holds; nobody hears what is not approved."""
    delivery, (pupil, *_) = _working(engine)
    proposal = one.propose("broadcast", delivery, fr="Restez  assis.", en="Stay seated.", shown="5")
    assert _told(pupil) == []
    other.approve(proposal)
    told = _until(lambda: _told(pupil), bool)
    assert told == [{"kind": "message", "id": proposal, "fr": "Restez assis.", "en": "Stay seated."}]
    assert "Stay seated." in one.get(f"/operator/deliveries/{delivery}", **{"Accept-Language": "en"}).text


def test_closing_by_two_ends_every_access(engine: Served, one: Desk, other: Desk) -> None:
    """Once approved there is no way in."""
    delivery, (pupil, *_) = _working(engine)
    other.approve(one.propose("close", delivery))

    def over() -> str:
        try:
            _beat(pupil)
        except Refused as refused:
            return refused.code
        return ""

    assert _until(over, bool) in ("delivery_over", "session_closed")


def test_a_proposal_waits_its_time_and_no_longer(engine: Served, other: Desk) -> None:
    """What nobody approved in time is over, and may be proposed again."""
    delivery = engine.prepare(codes_each=1)[0].delivery
    past_ms = now_ms() - 10 * 60_000
    stale = Proposal("0" * 11 + "1", past_ms, "op-somebody", "pause", delivery, {}, past_ms + 60_000)

    async def make(archive: Archive) -> None:
        await Proposals(archive.database).make(stale)
        await Proposals(archive.database).make(stale._replace(id="0" * 11 + "2", at_ms=now_ms()))

    of_archive(engine.settings, make)
    assert other.approve(stale.id).status_code == 409
    assert proposal_of(engine, stale.id).shown_state(now_ms()) == "expired"


def test_what_cannot_be_is_refused_with_a_reason(engine: Served, one: Desk) -> None:
    """Before it is proposed, not after somebody has approved it."""
    delivery = engine.prepare(codes_each=1)[0].delivery
    for form in (
        {"act": "open"},
        {"act": "extend", "minutes": "500", "reason": "technical"},
        {"act": "extend", "minutes": "5", "reason": "illness"},
        {"act": "broadcast", "fr": "Bonjour", "en": " ", "shown": "5"},
        {"act": "rm"},
    ):
        assert one.post("/operator/proposals", {"delivery": delivery, **form}).status_code in (409, 422)


def test_while_changes_are_frozen_nothing_new_comes_in(engine: Served, one: Desk, other: Desk) -> None:
    """The archive refuses a delivery; two persons lift it again."""
    form = engine.compiled(engine.prepare(codes_each=1)[0].delivery)
    other.approve(one.propose("freeze"))
    try:
        reply = one.post("/operator/deliveries", {"form": form, "duration": "30"})
        assert (reply.status_code, "changes are frozen" in reply.text) == (422, True)
    finally:
        other.approve(one.propose("thaw"))
    made = one.post("/operator/deliveries", {"form": form, "duration": "30", "opens": "2030-03-04T09:00"})
    assert re.fullmatch(r"/operator/deliveries/[a-z0-9]{8}\?said=created", made.headers["location"])


@pytest.mark.long
def test_a_freeze_holds_for_commands_on_the_server_too(engine: Served, one: Desk, other: Desk) -> None:
    """Whoever has a shell there makes no delivery either."""
    form = engine.compiled(engine.prepare(codes_each=1)[0].delivery)
    other.approve(one.propose("freeze"))
    try:
        refused = engine.run("deliveries", "create", form, "--duration", "30")
        assert (refused.returncode, "changes are frozen" in refused.stderr) == (1, True)
    finally:
        other.approve(one.propose("thaw"))


# --- forms, checks, figures -----------------------------------------------------------------------------


@pytest.mark.long
def test_a_package_is_checked_before_it_is_imported(engine: Served, one: Desk, tmp_path: Path) -> None:
    """What is wrong is said; what is right is in the bank, with a line in the audit log."""
    import shutil

    from engine.demonstration import FORMS

    whole = Path(shutil.make_archive(str(tmp_path / "whole"), "zip", FORMS / "maths-6e"))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(whole.read_bytes()[:2000])
    for path, status in ((broken, 422), (whole, 200)):
        with path.open("rb") as file:
            reply = one.post("/operator/forms", {"do": "import"}, files={"package": (path.name, file)})
        assert reply.status_code == status, reply.text
    assert "form.import" in {line.act for line in of_archive(engine.settings, _audit_of(""))}


def test_the_check_finds_what_would_fail_on_the_day(engine: Served, one: Desk) -> None:
    """No codes; an intake that ends before the last sitting may; keys that are gone."""
    form = engine.compiled(engine.prepare(codes_each=1)[0].delivery)
    times = {"opens": "2030-03-04T09:00", "closes": "2030-03-04T10:00", "intake_ends": "2030-03-04T10:10"}
    made = one.post("/operator/deliveries", {"form": form, "duration": "30", **times})
    place = made.headers["location"].partition("?")[0]
    page = one.get(place, **{"Accept-Language": "en"}).text
    assert WORDS["en"]["check_codes_bad"] in page
    assert WORDS["en"]["check_closing_bad"].format(lacks=21, longest=30) in page
    key = engine.settings.keys_dir / f"{place.rpartition('/')[2]}.json"
    key.rename(key.with_suffix(".away"))
    assert WORDS["en"]["check_keys_bad"] in one.get(place, **{"Accept-Language": "en"}).text
    key.with_suffix(".away").rename(key)


@pytest.mark.parametrize("form", ["--help", "--keyed", "", "a\x00b", "../../etc/passwd"])
def test_what_is_no_form_reaches_no_command(one: Desk, form: str) -> None:
    """An option of the command least of all; what was typed stands there again."""
    reply = one.post("/operator/deliveries", {"form": form, "duration": "31"})
    assert (reply.status_code, "choose a test" in reply.text) == (422, True)
    assert 'value="31"' in reply.text


def test_a_broken_form_is_a_bad_request(engine: Served, one: Desk) -> None:
    """Whatever calls itself multipart."""
    kind = "multipart/form-data; boundary=a"
    for given, body in ((kind, b"--b\r\n\r\nx"), ("multipart/form-data", b"x")):
        headers = {"Content-Type": given, "Origin": engine.url} | one.own()
        with httpx2.Client(base_url=engine.url, timeout=30) as http:
            reply = http.post("/operator/proposals", content=body, headers=headers)
        assert reply.status_code == 400


def test_the_figures_of_the_day_follow_the_answers(engine: Served, one: Desk) -> None:
    """For the page and for Prometheus alike, from all workers, with the sessions by state."""
    delivery, (pupil, *_) = _working(engine)
    token = {"Authorization": f"Bearer {KeyRing.of(engine.settings).operator_token()}"}

    def answers() -> float:
        text = pupil.http.get("/metrics", headers=token).text
        families = {family.name: family for family in text_string_to_metric_families(text)}
        assert {"passation_answer_seconds", "passation_alarm", "passation_up"} <= set(families)
        return sum(
            sample.value for sample in families["passation_answers"].samples if "_total" in sample.name
        )

    before = answers()
    for _ in range(20):
        _beat(pupil)
    _until(answers, lambda now: now >= before + 20)
    day = _until(
        lambda: one.get("/operator/day").json(), lambda told: told["sessions"][delivery]["running"] == 1
    )
    assert len(day["workers"]) >= engine.settings.workers
    assert day["p99_ms"] is None or day["p99_ms"] > 0
    assert pupil.http.get("/metrics").status_code == 403


def test_the_dashboard_asks_for_figures_that_there_are(engine: Served) -> None:
    """Each name in its queries is one that Prometheus gets from us, and each of ours is on it."""
    token = {"Authorization": f"Bearer {KeyRing.of(engine.settings).operator_token()}"}
    text = PupilClient(engine.url).http.get("/metrics", headers=token).text
    samples = set(re.findall(r"^(passation_\w+)", text, re.MULTILINE))
    asked = set(re.findall(r"passation_\w+", (CONSOLE / "grafana.json").read_text()))
    assert asked <= samples
    beside = ("_created", "_sum", "_count")
    assert {name for name in samples if not name.endswith(beside)} <= asked


def test_a_room_is_shown_by_its_pseudonym(engine: Served, one: Desk) -> None:
    """Counts by room and nothing of a pupil."""
    prepared = engine.prepare(codes_each=2)[0]
    page = one.get(f"/operator/deliveries/{prepared.delivery}/rooms?begins=R").text
    assert "R1" in page
    assert not any(code in page for code in prepared.codes)


def test_both_languages_say_the_same(engine: Served) -> None:
    """The same keys, the same gaps to fill; each alarm and each act has its words."""
    gaps = {
        language: {key: set(re.findall(r"{\w+}", text)) for key, text in WORDS[language].items()}
        for language in WORDS
    }
    assert gaps["fr"] == gaps["en"]
    for key in TABLE:
        assert {f"alarm_{key}", f"alarm_{key}_do"} <= set(gaps["fr"])
    for act in (*ON_DELIVERY, "freeze", "thaw"):
        assert f"act_{act}" in gaps["fr"]


def _record(engine: Served, delivery: str) -> Any:
    return of_archive(engine.settings, lambda archive: archive.delivery(delivery))


def _audit_of(delivery: str) -> Any:
    async def lines(archive: Archive) -> list[Any]:
        assert await archive.first_broken_audit_line() is None
        return [line async for line in archive.audit_lines() if line.delivery == delivery]

    return lines


async def _again(engine: Served, archive: Archive, proposal: Proposal) -> None:
    """The same approved act carried out once more, as after a crash."""
    from engine.console.acts import Actor, _do
    from engine.stores import store_of

    store = store_of(engine.settings)
    try:
        await asyncio.sleep(0)
        await _do(Actor(archive, store, engine.settings.partitions), Proposals(archive.database), proposal)
    finally:
        await store.aclose()
