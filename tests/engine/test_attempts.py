"""Attempts over HTTP: variants at the start, feedback in its time, scores that the archive plays again."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.archive import Archive
from engine.demonstration import Prepared
from items.bank import Bank
from tests.engine.described import Witness, named
from tests.pupil import PupilClient, Refused
from tests.served import Served

FORM = Path(__file__).parents[1] / "forms" / "attempts"
PRODUCT, DOUBLE, CHEST, TRIES, PLAIN, HINT = "i1", "i2", "i3", "i4", "i5", "i6"
SECRETS = ("PRODUIT", "TRESOR", "PIEGE", "lyon", "RESPONSE", "SCORE", "completionStatus", "correct")


class Room:
    """Pupils of one delivery, whose every reply is looked at."""

    def __init__(self, engine: Served) -> None:
        self.engine = engine
        self.witness = Witness()
        self.delivery: Prepared = engine.prepare([str(FORM)], codes_each=20)[0]
        self._codes = list(self.delivery.codes)
        compiled = asyncio.run(_compiled(engine, self.delivery.delivery))
        self.key = Bank(engine.settings.data_dir).key(compiled)

    def pupil(self, code: str = "", *, started: bool = True) -> PupilClient:
        pupil = PupilClient(self.engine.url, code or self._codes.pop())
        self.witness.watch(pupil.http)
        pupil.login()
        if started:
            pupil.start()
        return pupil

    def named(self, item: str, authored: str) -> str:
        """The drawn name of a choice."""
        responses = self.key["items"][item]["responses"].values()
        names = (name for known in responses for name, one in known["choices"].items() if one == authored)
        return str(next(names))


async def _compiled(engine: Served, delivery: str) -> str:
    archive = await Archive.open(engine.settings.archive_address)
    try:
        return (await archive.delivery(delivery)).compiled
    finally:
        await archive.close()


@pytest.fixture(scope="module")
def room(engine: Served) -> Room:
    return Room(engine)


def body(n: int, item: str, **response: Any) -> bytes:
    answer = {"item": item, "response": response, "elapsed_ms": 900, "age_ms": 10, "attempt": True}
    return orjson.dumps({"kind": "attempt", "n": n, "answers": [answer], "at": item, "held": 0})


def attempt(pupil: PupilClient, item: str, **response: Any) -> dict[str, Any]:
    """The next attempt."""
    pupil.n += 1
    return pupil.call("POST", "/api/v1/attempts", body(pupil.n, item, **response))


def variant(pupil: PupilClient) -> dict[str, Any]:
    views: dict[str, Any] = pupil.post("/api/v1/attempts", {"kind": "variant"})["views"]
    return views


def test_the_start_brings_what_only_this_pupil_sees(room: Room) -> None:
    """The same on each call and each worker, another for the neighbour; and nothing that tells an answer."""
    pupil, neighbours = room.pupil(), [room.pupil() for _ in range(3)]
    views = [pupil.start()["views"] for _ in range(6)]
    assert all(view == views[0] for view in views)
    assert set(views[0]) == {PRODUCT, DOUBLE, CHEST, TRIES, HINT}
    others = [neighbour.start()["views"] for neighbour in neighbours]
    assert any(other != views[0] for other in others)
    text = orjson.dumps([views, others]).decode()
    assert [word for word in SECRETS if word in text] == []
    assert variant(pupil) == views[0]


def test_an_adaptive_item_goes_on_from_attempt_to_attempt(room: Room) -> None:
    """A chest is chosen, another one opened, the choice kept or changed; then it is over."""
    pupil = room.pupil()
    chosen = room.named(CHEST, "rouge")
    first = attempt(pupil, CHEST, r1=chosen)
    assert (first["last"], first["taken"], first["view"]["attempts"]) == (1, True, 1)
    assert set(first["view"]["feedback"]) == {"f2"}
    opened = first["view"]["printed"]
    second = attempt(pupil, CHEST, r1=chosen, r2=room.named(CHEST, "changer"))
    assert second["view"]["over"] is True
    assert "f3" in second["view"]["feedback"]
    assert set(second["view"]["media"]) == {"m1.svg"}
    assert "OUVERT" not in orjson.dumps([first, second]).decode()
    assert variant(pupil)[CHEST] == second["view"]
    late = attempt(pupil, CHEST, r1=chosen, r2=room.named(CHEST, "garder"))
    assert (late["taken"], late["view"]) == (False, second["view"])
    assert opened != second["view"]["printed"]


def test_an_attempt_may_be_repeated(room: Room) -> None:
    """The same bytes bring the same view, whatever came after; other bytes are a fork, a hole is a gap."""
    pupil = room.pupil()
    wrong, right = room.named(TRIES, "macon"), room.named(TRIES, "lyon")
    first = attempt(pupil, TRIES, r1=wrong)
    again = pupil.call("POST", "/api/v1/attempts", body(1, TRIES, r1=wrong))
    assert again["view"] == first["view"]
    attempt(pupil, TRIES, r1=right)
    later = pupil.call("POST", "/api/v1/attempts", body(1, TRIES, r1=wrong))
    assert (later["view"], later["last"]) == (first["view"], 2)
    with pytest.raises(Refused, match="fork"):
        pupil.call("POST", "/api/v1/attempts", body(1, TRIES, r1=right))
    with pytest.raises(Refused, match="gap"):
        pupil.call("POST", "/api/v1/attempts", body(9, TRIES, r1=right))


def test_attempts_sent_side_by_side_are_not_all_the_first(room: Room) -> None:
    """One that overtakes the one before it waits for its turn: its feedback would be that of another try."""
    wrong, right = room.named(TRIES, "macon"), room.named(TRIES, "lyon")

    def made(pupil: PupilClient, sent: bytes) -> int | str:
        try:
            return int(pupil.call("POST", "/api/v1/attempts", sent)["view"]["attempts"])
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(2) as pool:
        for _ in range(6):
            pupil = room.pupil()
            sent = [body(1, TRIES, r1=wrong), body(2, TRIES, r1=right)]
            assert list(pool.map(partial(made, pupil), sent)) in ([1, 2], [1, "gap"])


def test_attempts_are_counted_by_the_server(room: Room) -> None:
    """The third of two is an answer that changes nothing, on this seat and on the next."""
    pupil = room.pupil()
    names = [room.named(TRIES, name) for name in ("macon", "avignon", "lyon")]
    made = [attempt(pupil, TRIES, r1=name) for name in names]
    assert [one["taken"] for one in made] == [True, True, False]
    assert [one["view"]["left"] for one in made] == [1, 0, 0]
    assert "modal" not in made[2]["view"]
    other = room.pupil(pupil.code)
    other.n = pupil.n
    assert variant(other)[TRIES] == made[1]["view"]
    assert not attempt(other, TRIES, r1=names[2])["taken"]


def test_attempts_and_answers_share_one_row_of_numbers(room: Room) -> None:
    """Resuming brings both, and an attempt is not let go when the item is answered again."""
    pupil = room.pupil()
    wrong, right = room.named(TRIES, "macon"), room.named(TRIES, "lyon")
    pupil.answer(**{PLAIN: {"r1": "Paris"}})
    first = attempt(pupil, TRIES, r1=wrong)
    pupil.answer(**{TRIES: {"r1": right}})
    answers = pupil.resume()["answers"]
    assert {item: answer["n"] for item, answer in answers.items()} == {PLAIN: 1, TRIES: 3}
    assert answers[TRIES]["response"] == {"r1": right}
    assert variant(pupil)[TRIES] == first["view"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda it: it | {"kind": "no-such"}, "bad_request"),
        (lambda it: it | {"kind": ["attempt"]}, "bad_request"),
        (lambda it: it | {"answers": it["answers"] * 2}, "bad_request"),
        (lambda it: it | {"answers": []}, "bad_request"),
        (lambda it: it | {"full": True}, "bad_request"),
        (lambda it: it | {"answers": [it["answers"][0] | {"attempt": False}]}, "bad_request"),
        (lambda it: it | {"answers": [it["answers"][0] | {"item": PLAIN}]}, "bad_answer"),
        (lambda it: it | {"answers": [it["answers"][0] | {"item": "i99"}]}, "bad_answer"),
        (lambda it: it | {"answers": [it["answers"][0] | {"response": {"r1": "zzzz"}}]}, "bad_answer"),
    ],
)
def test_what_is_no_attempt_is_refused(
    room: Room, shared: PupilClient, change: Callable[[Any], Any], code: str
) -> None:
    """By the closed table, before anything is written."""
    good = orjson.loads(body(1, TRIES, r1=room.named(TRIES, "lyon")))
    with pytest.raises(Refused) as refused:
        shared.post("/api/v1/attempts", change(good))
    assert refused.value.code == code
    assert shared.resume()["last"] == 0


@pytest.fixture(scope="module")
def shared(room: Room) -> Iterator[PupilClient]:
    """One pupil for all that is refused."""
    pupil = room.pupil()
    PupilClient.clients.remove(pupil.http)
    yield pupil
    pupil.http.close()


def test_nothing_is_shown_before_the_start_and_after_the_end(room: Room) -> None:
    """Views are questions: they wait for the bell like the form's key, and end with the test."""
    pupil = room.pupil(started=False)
    with pytest.raises(Refused, match="not_started"):
        variant(pupil)
    with pytest.raises(Refused, match="not_started"):
        attempt(pupil, TRIES, r1=room.named(TRIES, "lyon"))
    pupil.start()
    pupil.n = 0
    pupil.submit()
    with pytest.raises(Refused, match="handed_in"):
        variant(pupil)
    with pytest.raises(Refused, match="handed_in"):
        attempt(pupil, TRIES, r1=room.named(TRIES, "lyon"))


def test_scores_play_the_sitting_again(room: Room, tmp_path: Path) -> None:
    """From the archive alone: the variant's right answer, both steps of the chests, the last attempt."""
    pupil = room.pupil()
    printed = pupil.start()["views"][PRODUCT]["printed"]
    product = str(int(printed["v1"]) * int(printed["v2"]))
    pupil.answer(**{PRODUCT: {"r1": product}, DOUBLE: {"r1": room.named(DOUBLE, "double")}})
    chosen = room.named(CHEST, "vert")
    attempt(pupil, CHEST, r1=chosen)
    attempt(pupil, CHEST, r1=chosen, r2=room.named(CHEST, "changer"))
    for name in ("macon", "avignon", "lyon"):
        attempt(pupil, TRIES, r1=room.named(TRIES, name))
    pupil.answer(**{TRIES: {"r1": room.named(TRIES, "lyon")}})
    pupil.submit()
    rows = exported(room, pupil.session, tmp_path)
    scores = {row["item"]: (row["score"], row["max_score"]) for row in rows["scores"] if row["item"]}
    assert scores == {
        "VAR-001": ("1.0", "1.0"),
        "VAR-002": ("1.0", "1.0"),
        "ADA-001": ("2.0", "2.0"),
        "ESS-001": ("0.0", "1.0"),
        "SIM-001": ("0.0", "1.0"),
        "IND-001": ("0.0", "2.0"),
    }
    counted = {(row["item"], row["response"]): row["value"] for row in rows["responses"]}
    assert counted["ESS-001", "RESPONSE"] == "avignon"
    assert counted["ADA-001", "CHOIX"] == "changer"


def exported(room: Room, session: str, folder: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of one session, once the archive has scored it."""

    def look() -> bool:
        done = room.engine.run("results", "export", room.delivery.delivery, "--out", str(folder))
        assert done.returncode == 0, done.stderr
        return bool(rows("scores"))

    def rows(table: str) -> list[dict[str, str]]:
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return [row for row in csv.DictReader(file) if row["session"] == session]

    while not look():  # the archive follows in its own time; each look is a run of the command
        pass
    return {table: rows(table) for table in ("scores", "responses")}


def test_the_examples_of_the_description_are_attempts() -> None:
    """What stands there is what is spoken here."""
    named("Attempt").validate(orjson.loads(body(1, TRIES, r1="abcd")))
    assert not named("Attempt").is_valid({"kind": "attempt", "n": 1, "answers": []})
