"""What a seat says, who may read it, and how long a room's seats are held, each part by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from starlette.types import Message

from authority.assertion import LIVES_MS
from authority.assertion import read as read_by_the_authority
from engine.api.crossing import Crossing
from engine.archive import ArchiveAway
from engine.archive.database import Database
from engine.assertion import SKEW_MS, read
from engine.cli.serve import check_keys
from engine.errors import Problem
from engine.seats import HELD_MS, RECEIPT, Roster, Seat, document
from engine.settings import Settings
from engine.signedfile import CodesFileProblem
from sessions.model import Glance, SessionState
from sessions.states import Status
from tests.asserted import CAMPAIGN, KEY, ORIGIN, WHO, assertion
from tests.engine.archives import NOON_MS, a_delivery, a_session, opened
from tests.ports import free_port

PUBLIC = KEY.public_key()


class Form:
    """As much of a delivery as a seat needs that nobody sits."""

    record: ClassVar[dict[str, object]] = {}

    class course:
        length = 20


@pytest.mark.parametrize("status", [Status.READY, Status.RUNNING, Status.PAUSED])
def test_a_silent_device_is_never_called_safe(status: Status) -> None:
    """However little it held when it last spoke; who has handed in has shown that everything came."""
    state = SessionState(bytes(16), status=status, epoch=1, last=7, sealed=7)
    for seen_ms, is_safe in ((NOON_MS - 1_000, True), (NOON_MS - 61_000, False), (0, False)):
        glance = Glance(state, seen_ms, 0, "", 0, 0)
        assert document(bytes(16), glance, Form, NOON_MS)["safe"] is is_safe  # type: ignore[arg-type]
    handed_in = Glance(state._replace(status=Status.SUBMITTED), NOON_MS - 900_000, 3, "", 0, 0)
    assert document(bytes(16), handed_in, Form, NOON_MS)["safe"] is True  # type: ignore[arg-type]
    assert document(bytes(16), None, Form, NOON_MS)["status"] == "unknown"  # type: ignore[arg-type]


@pytest.mark.parametrize(("at", "started_ms", "is_safe"), [("", 5, False), (RECEIPT, 5, True), ("", 0, True)])
def test_what_the_server_closed_is_safe_once_its_device_asked_for_the_receipt(
    at: str, started_ms: int, is_safe: bool
) -> None:
    """However lately it spoke before, it may hold what was typed since; who never began holds nothing."""
    state = SessionState(bytes(16), status=Status.CLOSED, epoch=1, started_ms=started_ms, last=7, sealed=7)
    for seen_ms in (NOON_MS - 1_000, NOON_MS - 900_000):
        glance = Glance(state, seen_ms, 0, at, 0, 0)
        assert document(bytes(16), glance, Form, NOON_MS)["safe"] is is_safe  # type: ignore[arg-type]


def test_engine_and_authority_read_an_assertion_alike() -> None:
    """Valid for the same quarter of an hour; the engine alone forgives a minute between two clocks."""
    text = assertion("r-1", "r-2", issued_ms=NOON_MS)
    said = read(PUBLIC, f"Assertion {text}", NOON_MS)
    assert said.rooms == {"r-1", "r-2"}
    assert (said.campaign, said.actor) == (CAMPAIGN, f"teacher:{WHO}")
    for moment_ms in (NOON_MS, NOON_MS + LIVES_MS - 1):
        assert read_by_the_authority(PUBLIC, text, moment_ms)
        assert read(PUBLIC, f"Assertion {text}", moment_ms) == said
    assert read(PUBLIC, f"Assertion {text}", NOON_MS - SKEW_MS) == said
    for moment_ms in (NOON_MS + LIVES_MS, NOON_MS - SKEW_MS - 1):
        assert read_by_the_authority(PUBLIC, text, moment_ms) is None
        with pytest.raises(Problem, match="assertion_invalid"):
            read(PUBLIC, f"Assertion {text}", moment_ms)


async def test_a_class_is_followed_while_the_archive_is_away(tmp_path: Path) -> None:
    """The seats of a room that was asked for lately are held; others are refused as what they are."""
    now = [NOON_MS]
    async with opened(f"sqlite:///{tmp_path / 'archive.sqlite'}") as archive:
        given: dict[str, Any] = {"who": "op-1", "now_ms": NOON_MS}
        await archive.create_delivery(a_delivery(), **given)
        await archive.import_sessions("nombres1", [a_session(1)], sha256="a" * 64, campaign="c", **given)
        roster, (session, _) = Roster(archive, lambda: now[0]), a_session(1)
        assert await roster.of(session.room, "c") == [Seat(session.sid, "nombres1")]
        await archive.close()
        archive.database = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
        now[0] += HELD_MS
        assert await roster.of(session.room, "c") == [Seat(session.sid, "nombres1")]
        with pytest.raises(ArchiveAway):
            await roster.of("another", "c")


async def test_without_an_authority_there_is_no_such_call() -> None:
    """An installation that needs none has nothing open."""

    async def never(*_: object) -> None:
        raise AssertionError

    async def receive() -> Message:
        raise AssertionError

    with pytest.raises(Problem, match="not_found"):
        await Crossing("", ["GET"], never)({"type": "http", "method": "GET", "headers": []}, receive, never)


def test_an_engine_that_lacks_the_authoritys_key_says_so_before_it_serves(tmp_path: Path) -> None:
    """Not when the first teacher asks."""
    given: dict[str, Any] = {"data_dir": tmp_path / "data", "keys_dir": tmp_path / "keys"}
    with pytest.raises(CodesFileProblem, match=r"signing\.pub\.pem"):
        check_keys(Settings.load({}, authority_origin=ORIGIN, **given))
    check_keys(Settings.load({}, **given))
