"""What staff do while pupils sit: clocks stop, time is given, a change of device is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.demonstration import Prepared
from tests.engine.outages import deadline_of
from tests.pupil import PupilClient, Refused
from tests.served import Served

HEARTBEAT = {"answers": [], "at": "i1", "held": 0}


@pytest.fixture
def delivery(engine: Served) -> Prepared:
    return engine.prepare(codes_each=3)[0]


@pytest.fixture
def pupil(engine: Served, delivery: Prepared) -> PupilClient:
    """A pupil who has started."""
    pupil = PupilClient(engine.url, delivery.codes[0])
    pupil.login()
    pupil.start()
    return pupil


def done(engine: Served, *arguments: str) -> None:
    """Run a command that must succeed."""
    ended = engine.run(*arguments)
    assert ended.returncode == 0, ended.stderr


def session(pupil: PupilClient) -> dict[str, Any]:
    found: dict[str, Any] = pupil.resume()["session"]
    return found


def until_refused(call: Callable[[], object]) -> None:
    """Repeat `call`: a worker hears of a change within its next beat."""
    while True:
        call()


def test_a_paused_delivery_stops_every_clock_and_gives_the_time_back(
    engine: Served, delivery: Prepared, pupil: PupilClient
) -> None:
    """Nobody starts, answers are still taken, and the deadline moves by the length of the pause."""
    deadline_ms = session(pupil)["deadline_ms"]
    late = PupilClient(engine.url, delivery.codes[1])
    late.login()
    done(engine, "deliveries", "pause", delivery.delivery)
    told = pupil.post("/api/v1/answers", HEARTBEAT)
    assert {"kind": "paused"} in told["notices"]
    assert pupil.answer(i1={"r1": None})["last"] == 1
    done(engine, "deliveries", "resume", delivery.delivery)
    after = session(pupil)
    assert after["status"] == "running"
    assert after["deadline_ms"] > deadline_ms


def test_time_that_is_given_reaches_the_pupil_with_the_next_reply(engine: Served, pupil: PupilClient) -> None:
    """The deadline is the server's; the player is told with whatever it asks next."""
    before_ms = deadline_of(engine, pupil)
    done(engine, "sessions", "extend", pupil.session, "--minutes", "10", "--reason", "technical")
    told = pupil.post("/api/v1/answers", HEARTBEAT)
    assert {"kind": "extended"} in told["notices"]
    assert deadline_of(engine, pupil) == before_ms + 600_000


def test_a_reason_outside_the_list_is_refused(engine: Served, pupil: PupilClient) -> None:
    """Above all one that speaks of health."""
    ended = engine.run("sessions", "extend", session(pupil)["id"], "--minutes", "10", "--reason", "dyslexia")
    assert ended.returncode == 1
    assert "one of technical" in ended.stderr


def test_the_teacher_lets_a_second_change_of_device_through(
    engine: Served, delivery: Prepared, pupil: PupilClient
) -> None:
    """What would wait ten minutes happens at once."""
    PupilClient(engine.url, delivery.codes[0]).login()
    third = PupilClient(engine.url, delivery.codes[0])
    with pytest.raises(Refused, match="seat_wait"):
        third.login()
    done(engine, "sessions", "allow", pupil.session)
    assert third.login()["session"]["status"] == "running"


def test_a_session_that_staff_close_counts_as_far_as_it_got(engine: Served, pupil: PupilClient) -> None:
    """The answers stand, and the pupil gets a receipt."""
    pupil.answer(i1={"r1": None})
    done(engine, "sessions", "close", session(pupil)["id"])
    closed = pupil.submit()
    assert closed["session"]["status"] == "closed"
    assert closed["receipt"]


def test_closing_a_delivery_ends_every_access_to_it(
    engine: Served, delivery: Prepared, pupil: PupilClient
) -> None:
    """Codes and tokens open nothing any more, whatever they were used for."""
    done(engine, "deliveries", "close", delivery.delivery)
    for call in (pupil.resume, pupil.submit, PupilClient(engine.url, delivery.codes[1]).login):
        with pytest.raises(Refused) as refused:
            until_refused(call)
        assert (refused.value.status, refused.value.code) == (410, "delivery_over")
