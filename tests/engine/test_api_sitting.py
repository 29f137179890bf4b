"""A sitting over HTTP: from the code to the receipt, and what the archive holds afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from engine.demonstration import Prepared
from tests.browser.deliveries import deliver
from tests.engine.outages import deadline_of
from tests.pupil import PupilClient, Refused
from tests.responses import a_response
from tests.served import Served

Shapes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def delivery(engine: Served) -> Prepared:
    """An open delivery of these tests' own."""
    return engine.prepare(codes_each=30)[0]


@pytest.fixture(scope="module")
def codes(delivery: Prepared) -> list[str]:
    """Its codes, one for each test that needs a session of its own."""
    return list(delivery.codes)


@pytest.fixture
def pupil(engine: Served, codes: list[str]) -> PupilClient:
    """A pupil who has not logged in yet."""
    return PupilClient(engine.url, codes.pop())


@pytest.fixture(scope="module")
def shapes(engine: Served, delivery: Prepared) -> Shapes:
    """The public shapes of the form's items that a choice answers."""
    items = engine.schema(delivery.delivery)["items"]
    return {
        item: entry for item, entry in items.items() if all(it["kind"] == "choice" for it in entry.values())
    }


def choice(shapes: Shapes, place: int = 0, pick: int = 0) -> dict[str, Any]:
    """One answer to the `place`-th choice item, as keyword arguments."""
    item = sorted(shapes)[place]
    return {item: a_response(shapes[item], pick)}


def test_a_pupil_sits_the_test_and_hands_in(pupil: PupilClient, shapes: Shapes) -> None:
    """Code, start, answers acknowledged one after the other, receipt: each says what comes next."""
    session = pupil.login()["session"]
    assert (session["status"], session["navigation"], session["leads"]) == ("ready", "free", False)
    started = pupil.start()
    assert started["session"]["status"] == "running"
    assert len(pupil.fragments(started)) == 20
    assert [pupil.answer(**choice(shapes, place))["last"] for place in range(3)] == [1, 2, 3]
    handed_in = pupil.submit()
    assert handed_in["session"]["status"] == "submitted"
    assert handed_in["receipt"] == pupil.submit()["receipt"]


def test_starting_again_never_restarts_the_clock(engine: Served, pupil: PupilClient) -> None:
    """The second start brings the same deadline, key and order to whoever asks again."""
    pupil.login()
    first = pupil.start()
    deadline_ms = deadline_of(engine, pupil)
    second = pupil.start()
    for name in ("content_key", "order"):
        assert first[name] == second[name]
    assert first["session"]["started_at_ms"] == second["session"]["started_at_ms"]
    assert deadline_of(engine, pupil) == deadline_ms


def test_coming_back_brings_the_latest_answer_of_each_item(pupil: PupilClient, shapes: Shapes) -> None:
    """Resume gives per item the response of the highest number."""
    pupil.login()
    pupil.start()
    pupil.answer(**choice(shapes, 0, 0))
    pupil.answer(**choice(shapes, 0, 1), **choice(shapes, 1, 0))
    answers = pupil.resume()["answers"]
    item, other = sorted(shapes)[:2]
    assert answers[item] == {"response": choice(shapes, 0, 1)[item], "n": 2}
    assert answers[other] == {"response": choice(shapes, 1, 0)[other], "n": 2}


def test_a_repeated_batch_is_acknowledged_again_and_changes_nothing(
    pupil: PupilClient, shapes: Shapes
) -> None:
    """The reply was lost on the way: the player sends the same bytes again."""
    pupil.login()
    pupil.start()
    body = pupil.batch(1, **choice(shapes))
    assert pupil.send(body)["last"] == pupil.send(body)["last"] == 1


def test_the_same_number_with_other_answers_is_a_fork(pupil: PupilClient, shapes: Shapes) -> None:
    """It is refused with `last`, and what was accepted stands."""
    pupil.login()
    pupil.start()
    pupil.send(pupil.batch(1, **choice(shapes, 0, 0)))
    with pytest.raises(Refused) as refused:
        pupil.send(pupil.batch(1, **choice(shapes, 0, 1)))
    assert (refused.value.status, refused.value.code, refused.value.error["last"]) == (409, "fork", 1)
    item = sorted(shapes)[0]
    assert pupil.resume()["answers"][item]["response"] == choice(shapes, 0, 0)[item]


def test_a_missing_batch_is_asked_for_and_a_full_one_closes_the_hole(
    pupil: PupilClient, shapes: Shapes
) -> None:
    """n > last + 1: `gap` with `last`; who lacks the missing one sends all it knows."""
    pupil.login()
    pupil.start()
    with pytest.raises(Refused) as refused:
        pupil.send(pupil.batch(3, **choice(shapes)))
    assert (refused.value.code, refused.value.error["last"]) == ("gap", 0)
    assert pupil.send(pupil.batch(3, full=True, **choice(shapes)))["last"] == 3


def test_a_bad_entry_uses_no_number_and_is_named(pupil: PupilClient, shapes: Shapes) -> None:
    """The player sets it aside and sends the same number without it."""
    pupil.login()
    pupil.start()
    good = choice(shapes)
    with pytest.raises(Refused) as refused:
        pupil.send(pupil.batch(1, **good, i999={"r1": "abcd"}))
    assert refused.value.status == 422
    assert [(entry["index"], entry["item"]) for entry in refused.value.error["entries"]] == [(1, "i999")]
    assert pupil.send(pupil.batch(1, **good))["last"] == 1


def test_handing_in_before_all_is_there_is_a_gap(pupil: PupilClient, shapes: Shapes) -> None:
    """The server never closes a test of which it lacks a batch."""
    pupil.login()
    pupil.start()
    pupil.answer(**choice(shapes))
    pupil.n = 2
    with pytest.raises(Refused) as refused:
        pupil.submit()
    assert (refused.value.code, refused.value.error["last"]) == ("gap", 1)


def test_another_device_takes_the_seat_and_the_old_one_is_told(
    engine: Served, pupil: PupilClient, shapes: Shapes
) -> None:
    """One seat: the new device goes on with the same answers and the same clock."""
    pupil.login()
    pupil.start()
    deadline_ms = deadline_of(engine, pupil)
    pupil.answer(**choice(shapes))
    other = PupilClient(engine.url, pupil.code)
    assert other.login()["last"] == 1
    other.start()
    assert deadline_of(engine, other) == deadline_ms
    with pytest.raises(Refused, match="seat_moved"):
        pupil.answer(**choice(shapes, 1))
    assert set(other.resume()["answers"]) == {sorted(shapes)[0]}


def test_a_second_take_over_waits_for_the_teacher(engine: Served, pupil: PupilClient) -> None:
    """A neighbour's prank throws nobody out."""
    pupil.login()
    pupil.start()
    other = PupilClient(engine.url, pupil.code)
    other.login()
    with pytest.raises(Refused) as refused:
        PupilClient(engine.url, pupil.code).login()
    assert refused.value.code == "seat_wait"
    assert refused.value.error["retry_after_ms"] > 0
    assert other.resume()["session"]["status"] == "running"


def test_a_code_already_handed_in_leads_to_its_receipt(engine: Served, pupil: PupilClient) -> None:
    """Not to the test."""
    pupil.login()
    pupil.start()
    receipt = pupil.submit()["receipt"]
    again = PupilClient(engine.url, pupil.code).login()
    assert (again["session"]["status"], again["receipt"]) == ("submitted", receipt)


def test_a_heartbeat_consumes_no_number(pupil: PupilClient) -> None:
    """It tells where the pupil is, and brings the time."""
    pupil.login()
    pupil.start()
    reply = pupil.post("/api/v1/answers", {"answers": [], "at": "i1", "held": 0})
    assert reply["last"] == 0
    assert reply["remaining_ms"] > 0


def test_the_order_is_the_same_for_one_pupil_and_differs_between_pupils(
    engine: Served, codes: list[str]
) -> None:
    """Shuffled by the server, per session, and never again within it."""
    orders = []
    for _ in range(3):
        pupil = PupilClient(engine.url, codes.pop())
        pupil.login()
        pupil.start()
        orders.append(pupil.order)
    assert len({str(order) for order in orders}) > 1


def test_a_new_device_is_told_which_item_was_on_screen(pupil: PupilClient) -> None:
    """A sign of life is enough; before any, nobody knows."""
    pupil.login()
    pupil.start()
    assert pupil.resume()["at"] == ""
    pupil.post("/api/v1/answers", {"answers": [], "at": "i7", "held": 0})
    assert pupil.resume()["at"] == "i7"


def test_before_the_start_a_pupil_is_told_what_the_test_is_like(pupil: PupilClient) -> None:
    """How many questions, how long, and the form's own instructions; these no more once it runs."""
    seat = pupil.login()
    assert seat["session"]["limits"] == {"duration_ms": 2_700_000, "items": 20}
    assert "feuille de brouillon" in seat["instructions"]
    assert pupil.resume()["instructions"] == seat["instructions"]
    assert "instructions" not in pupil.start()
    assert "instructions" not in pupil.resume()


def test_the_receipt_knows_the_time_that_the_pupil_was_given(engine: Served) -> None:
    """The factor of a pupil who has a third more is the same in each reply."""
    pupil = PupilClient(engine.url, deliver(engine, "maths-6e", seats=1, factor_permille=1333).seat().code)
    replies = [pupil.login(), pupil.start(), pupil.resume(), pupil.submit()]
    assert [reply["session"]["factor"] for reply in replies] == [1.333] * 4
    assert {reply["session"]["limits"]["duration_ms"] for reply in replies} == {3_599_100}


# --- the sealed form --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=100-", 100, None),
        ("bytes=0-99", 0, 100),
        ("bytes=100-100", 100, 101),
        ("bytes=50-999999999", 50, None),
        ("bytes=-20", -20, None),
    ],
)
def test_a_form_that_broke_off_is_fetched_from_there(
    pupil: PupilClient, asked: str, start: int, end: int | None
) -> None:
    """One range of its bytes, and where it lies in the whole."""
    path = "/content/" + pupil.login()["session"]["form"]
    whole = pupil.http.get(path).content
    part = pupil.http.get(path, headers={"Range": asked})
    assert part.status_code == 206
    assert part.content == whole[start:end]
    first = start % len(whole)
    assert part.headers["Content-Range"] == f"bytes {first}-{first + len(part.content) - 1}/{len(whole)}"


@pytest.mark.parametrize(
    "headers",
    [
        *(
            {"Range": text}
            for text in ("bytes=9999999999-", "bytes=5-2", "bytes=0-1,4-5", "bytes=-", "lines=1-2")
        ),
        {"Range": "bytes=100-", "If-Range": '"another"'},
        {"Range": "bytes=0-"},
    ],
    ids=str,
)
def test_what_is_no_range_that_can_be_served_brings_the_whole_form(
    pupil: PupilClient, headers: dict[str, str]
) -> None:
    """A client that asks badly still gets what it needs."""
    path = "/content/" + pupil.login()["session"]["form"]
    reply = pupil.http.get(path, headers=headers)
    assert reply.status_code == 200
    assert len(reply.content) == int(pupil.http.get(path).headers["Content-Length"])


# --- browsers that type codes -----------------------------------------------------------------------


def test_a_browser_that_never_asked_for_the_page_gets_its_cookie_where_it_types_the_code(
    pupil: PupilClient,
) -> None:
    """Right code or wrong; once it has one it keeps it."""
    given = [pupil.code, "K7QF2"]
    for code in given:
        reply = pupil.http.post("/api/v1/login", json={"code": code})
        assert reply.headers["Set-Cookie"].startswith("passation_device=")
        cookie = reply.headers["Set-Cookie"].split(";")[0]
        pupil.http.cookies.clear()
        again = pupil.http.post("/api/v1/login", json={"code": code}, headers={"Cookie": cookie})
        assert "Set-Cookie" not in again.headers
