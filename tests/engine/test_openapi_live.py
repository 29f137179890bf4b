"""The API's description against a running engine: what comes over the line is what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import httpx2
import orjson
import pytest

from engine.archive import Archive
from engine.clock import now_ms
from engine.deliveries import publish_delivery
from engine.demonstration import Prepared
from engine.errors import KINDS
from engine.keyring import KeyRing
from engine.settings import Settings
from engine.wire import ANSWERS_BYTES_MAX
from items.bank import Bank
from sessions.codes import complete
from sessions.link import Link
from sessions.model import Close, Extend, Operation, Pause, Reply
from sessions.script import BATCHES_MAX
from sessions.store import Store
from tests.engine.described import Witness, operations
from tests.pupil import PupilClient, Refused
from tests.served import Served

CHANGED = "changed"
QUESTIONS_MAX = 100_000
GUESSES_MAX = 1_000
LONG_MS = 2 * 3_600_000
"""More than the test lasts."""
FILES = {"wrong_offset", "file_type", "file_too_large", "files_full"}
"""Looked at by the same witness in test_api_files."""
ROOMS = {"assertion_invalid", "origin_wrong", "room_other", "room_unknown", "act_refused", "results_closed"}
"""In test_rooms and test_classresults."""
NEED_TOKEN = ("/api/v1/session", "/api/v1/opening", "/api/v1/teacher")
OURS = {"overloaded", "waiting_room", "store_away", "store_full", "archive_away", "internal"}
"""What no client can bring about; other tests kill Redis and fill queues."""


class Room:
    """Pupils of one delivery whose every reply is looked at, and the staff who decide over them."""

    def __init__(self, engine: Served, witness: Witness) -> None:
        self.engine = engine
        self.witness = witness
        self.delivery: Prepared = engine.prepare(codes_each=60)[0]
        self._codes = list(self.delivery.codes)
        form = asyncio.run(_compiled(engine.settings, self.delivery.delivery))
        self.items: dict[str, Any] = Bank(engine.settings.data_dir).schema(form)["items"]

    def pupil(self, *, calls: Sequence[str] = ("login", "start"), code: str = "") -> PupilClient:
        """A pupil who has made these calls already."""
        pupil = PupilClient(self.engine.url, code or self._codes.pop())
        self.witness.watch(pupil.http)
        for call in calls:
            getattr(pupil, call)()
        return pupil

    def choice(self, place: int = 0, pick: int = 0) -> dict[str, Any]:
        """An answer to the `place`-th item that one tick answers."""
        ticked = [item for item, shapes in self.items.items() if _is_ticked(shapes)]
        return {ticked[place]: {"r1": self.items[ticked[place]]["r1"]["choices"][pick]}}

    def decide(self, *operations: Operation) -> list[Reply]:
        """Staff do this to sessions."""
        return asyncio.run(_commit(self.engine.settings, operations))

    def pupil_in(self, **changed: Any) -> PupilClient:
        """A pupil who has logged in to a delivery that was changed then, as its server knows already."""
        delivery = self.engine.prepare(codes_each=1)[0]
        pupil = self.pupil(calls=["login"], code=delivery.codes[0])
        asyncio.run(_publish(self.engine.settings, delivery.delivery, changed | {"title": CHANGED}))
        until(lambda: _title(pupil) == CHANGED)
        return pupil


def _title(pupil: PupilClient) -> str:
    try:
        return str(pupil.resume()["session"]["title"])
    except Refused as refused:
        if refused.code not in ("delivery_over", "intake_over"):
            raise
        return CHANGED


def until(holds: Callable[[], bool]) -> None:
    """Ask until it holds; each question is a whole call, so so many of them are time enough."""
    assert any(holds() for _ in range(QUESTIONS_MAX))


async def _compiled(settings: Settings, delivery: str) -> str:
    archive = Archive(settings.archive_address)
    try:
        return (await archive.delivery(delivery)).compiled
    finally:
        await archive.close()


async def _publish(settings: Settings, delivery: str, changed: dict[str, Any]) -> None:
    archive, link = Archive(settings.archive_address), Link(settings.redis_address)
    try:
        record = replace(await archive.delivery(delivery), **changed)
        await publish_delivery(Store(link, partitions=settings.partitions), record)
    finally:
        await link.aclose()
        await archive.close()


async def _commit(settings: Settings, operations: Sequence[Operation]) -> list[Reply]:
    link = Link(settings.redis_address)
    try:
        return await Store(link, partitions=settings.partitions).commit(operations, now_ms())
    finally:
        await link.aclose()


def _is_ticked(shapes: dict[str, Any]) -> bool:
    return list(shapes) == ["r1"] and shapes["r1"]["cardinality"] == "single" and "choices" in shapes["r1"]


def sid(pupil: PupilClient) -> bytes:
    """The session of a pupil."""
    return bytes.fromhex(pupil.resume()["session"]["id"])


@pytest.fixture(scope="module")
def room(engine: Served) -> Room:
    return Room(engine, Witness())


def test_every_reply_of_a_sitting_is_as_described(room: Room) -> None:
    """From the code to the receipt, and coming back at each step."""
    waiting = room.pupil(calls=["login"])
    assert waiting.call("GET", "/api/v1/opening")["slot_ms"] == 0
    pupil = room.pupil()
    form = pupil.resume()["session"]["form"]
    etag = pupil.http.get(f"/content/{form}").headers["ETag"]
    assert pupil.http.get(f"/content/{form}", headers={"If-None-Match": etag}).status_code == 304
    assert pupil.http.get(f"/content/{form}", headers={"Range": "bytes=100-"}).status_code == 206
    for place in range(3):
        pupil.answer(**room.choice(place))
    pupil.send(pupil.batch(3, **room.choice(2)))
    pupil.post("/api/v1/answers", {"answers": [], "at": "i1", "held": 0})
    assert len(pupil.resume()["answers"]) == 3
    receipt = pupil.submit()["receipt"]
    assert (
        pupil.resume()["receipt"]
        == receipt
        == room.pupil(calls=["login"], code=pupil.code).submit()["receipt"]
    )


def test_what_staff_change_meanwhile_is_as_described(room: Room) -> None:
    """Paused, given more time, run out of time, closed: the player learns it with its next batch."""
    pupil = room.pupil()
    session = sid(pupil)
    kinds = []
    room.decide(Extend(session, 60_000), Pause(session))
    reply = pupil.answer(**room.choice())
    kinds += [notice["kind"] for notice in reply["notices"]]
    other = room.pupil()
    room.decide(Extend(sid(other), -LONG_MS))
    assert other.answer(**room.choice())["late"] == "after"
    other.n = 2
    late = other.send(other.batch(2, age_ms=LONG_MS, **room.choice()))
    assert late["late"] == "self_attested"
    room.decide(Close(session))
    reply = pupil.answer(**room.choice(1))
    kinds += [notice["kind"] for notice in reply["notices"]]
    assert kinds == ["paused", "extended", "closed"]
    assert pupil.submit()["receipt"] == pupil.login()["receipt"]


def test_what_needs_no_token_is_as_described(room: Room) -> None:
    """Clock, health, the description itself; the ledger with its own token, once the archive has a batch."""
    pupil = room.pupil(calls=())
    paths = [path for method, path, _ in operations() if method == "GET" and "{" not in path]
    for path in paths:
        assert pupil.http.get(path).status_code == (401 if path in NEED_TOKEN else 200)
    token = KeyRing(room.engine.settings.keys_dir).operator_token()
    ledger = f"/api/v1/deliveries/{room.delivery.delivery}/ledger"
    sender = room.pupil()
    sender.answer(**room.choice())
    until(lambda: bool(pupil.http.get(ledger, headers={"Authorization": f"Bearer {token}"}).content))


def refuse_at_the_door(room: Room, code: str) -> None:
    """Wrong codes of all kinds."""
    pupil = room.pupil(calls=())
    unknown = complete("B" * 11)
    typo = unknown[:-1] + ("C" if unknown[-1] != "C" else "D")
    wrong = {"code_typo": typo, "code_unknown": unknown}
    if code == "code_revoked":
        pupil.login()
        assert room.engine.run("codes", "revoke", sid(pupil).hex()).returncode == 0
    pupil.code = wrong.get(code, pupil.code)
    pupil.login(**({"room": "R99"} if code == "room_wrong" else {}))


def refuse_a_guesser(room: Room, _code: str) -> None:
    """A browser of its own, so that no other test is slowed."""
    pupil = room.pupil(calls=(), code=complete("C" * 11))
    cookie = httpx2.get(room.engine.url + "/", timeout=30).headers["Set-Cookie"].split(";")[0]
    body = orjson.dumps({"code": pupil.code})
    for _ in range(GUESSES_MAX):  # how many are free depends on how long they take
        try:
            pupil.call("POST", "/api/v1/login", body, Cookie=cookie)
        except Refused as refused:
            if refused.code != "code_unknown":
                raise


def refuse_a_request(room: Room, code: str) -> None:
    """Requests that no player makes."""
    pupil = room.pupil()
    requests: dict[str, Callable[[], Any]] = {
        "bad_json": lambda: pupil.post_raw(b"{"),
        "bad_request": lambda: pupil.post_raw(b"{}"),
        "too_large": lambda: pupil.post_raw(b" " * (ANSWERS_BYTES_MAX + 1)),
        "unsupported_media": lambda: pupil.call(
            "POST", "/api/v1/login", b"{}", **{"Content-Type": "text/plain"}
        ),
        "wrong_method": lambda: pupil.call("DELETE", "/api/v1/answers"),
        "not_found": lambda: pupil.call("GET", "/content/" + "0" * 64),
        "not_allowed": lambda: pupil.call("GET", "/api/v1/deliveries/abcdefgh/ledger"),
    }
    requests[code]()


def refuse_a_token(room: Room, code: str) -> None:
    """None, and one that nobody signed."""
    pupil = room.pupil(calls=())
    pupil.token = "x" if code == "token_invalid" else ""
    pupil.resume()


def refuse_a_batch(room: Room, code: str) -> None:
    """Numbers and answers that do not follow."""
    pupil = room.pupil()
    batches: dict[str, Callable[[], bytes]] = {
        "bad_answer": lambda: pupil.batch(1, i999={"r1": "abcd"}, **room.choice()),
        "gap": lambda: pupil.batch(2, **room.choice()),
        "fork": lambda: pupil.batch(1, **room.choice(0, 1)),
        "too_many": lambda: pupil.batch(BATCHES_MAX + 1, True, **room.choice()),
    }
    if code == "fork":
        pupil.answer(**room.choice())
    pupil.send(batches[code]())


def refuse_a_seat(room: Room, code: str) -> None:
    """Another device sits there; or may not, yet."""
    pupil = room.pupil()
    room.pupil(calls=["login"], code=pupil.code)
    if code == "seat_wait":
        pupil.login()
    pupil.answer(**room.choice())


def refuse_a_step(room: Room, code: str) -> None:
    """Before the start, after the end."""
    pupil = room.pupil(calls=["login"])
    session = sid(pupil)
    if code == "handed_in":
        pupil.start()
        pupil.submit()
    if code == "session_closed":
        room.decide(Close(session))
    pupil.answer(**room.choice())


def refuse_by_the_window(room: Room, code: str) -> None:
    """Too early, too late, paused for everybody."""
    now = now_ms()
    past = {"login_opens_ms": 1, "opens_at_ms": 2, "closes_at_ms": 3, "intake_ends_ms": 4}
    windows: dict[str, dict[str, Any]] = {
        "not_open": {"opens_at_ms": now + 600_000},
        "delivery_paused": {"state": "paused"},
        "start_over": past | {"intake_ends_ms": now + 600_000},
        "intake_over": past,
        "delivery_over": {"state": "closed"},
    }
    pupil = room.pupil_in(**windows[code])
    pupil.start() if code != "intake_over" else pupil.submit()


REFUSALS: dict[Callable[[Room, str], None], tuple[str, ...]] = {
    refuse_at_the_door: ("code_typo", "code_unknown", "code_revoked", "room_wrong"),
    refuse_a_guesser: ("slow_down",),
    refuse_a_request: (
        *("bad_json", "bad_request", "too_large", "unsupported_media"),
        *("wrong_method", "not_found", "not_allowed"),
    ),
    refuse_a_token: ("token_missing", "token_invalid"),
    refuse_a_batch: ("bad_answer", "gap", "fork", "too_many"),
    refuse_a_seat: ("seat_moved", "seat_wait"),
    refuse_a_step: ("not_started", "handed_in", "session_closed"),
    refuse_by_the_window: ("not_open", "delivery_paused", "start_over", "intake_over", "delivery_over"),
}


@pytest.mark.parametrize(
    ("refuse", "code"), [(refuse, code) for refuse, codes in REFUSALS.items() for code in codes]
)
def test_each_refusal_comes_as_described(room: Room, refuse: Callable[[Room, str], None], code: str) -> None:
    """With its status, its headers and exactly its fields."""
    with pytest.raises(Refused) as refused:
        refuse(room, code)
    assert refused.value.code == code
    assert code in {seen for _, _, seen in room.witness.seen}


def test_no_refusal_that_a_client_can_bring_about_is_left_out() -> None:
    """The table less what only a broken or overloaded server says."""
    assert {code for codes in REFUSALS.values() for code in codes} == set(KINDS) - OURS - FILES - ROOMS
