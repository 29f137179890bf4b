"""What an operation or a reply means where it leaves something out."""

from __future__ import annotations

from sessions.model import (
    RECEIPT,
    Allow,
    Close,
    CodeEntry,
    Extend,
    Heartbeat,
    Late,
    Login,
    Pause,
    Reply,
    Resume,
    Save,
    SessionRow,
    SessionState,
    Submit,
    Ticket,
    Verdict,
)
from sessions.states import Status

SID = bytes(16)
TICKET = Ticket(SID, "maths26a", 1, 2, Status.RUNNING, 3, 4)


def test_a_device_that_says_nothing_more_holds_nothing_back() -> None:
    """No item on screen, no batch that waits, answers of this moment, no grace, no mark to log in again."""
    assert Heartbeat(TICKET) == (TICKET, "", 0)
    assert Save(TICKET, 1, b"digest", b"body", ()) == (TICKET, 1, b"digest", b"body", (), False, 0, 0, "", 0)
    assert Login(SID) == (SID, b"")


def test_the_word_for_a_receipt_is_what_redis_has_kept_of_the_screens_of_before() -> None:
    """Under another word a receipt would be told to the archive once more."""
    assert RECEIPT == "receipt"


def test_who_hands_in_hands_in_whatever_is_held() -> None:
    """Unless what was looked at, and nothing else, is to be handed in."""
    assert Submit(TICKET, 3) == (TICKET, 3, False)


def test_an_act_of_staff_without_a_change_has_no_line_in_the_audit_log() -> None:
    """A closing without a reason is of now, whatever the deadline."""
    assert {tuple(act(SID)) for act in (Pause, Resume, Allow)} == {(SID, "")}
    assert Extend(SID, 5) == (SID, 5, "")
    assert Close(SID) == (SID, "", 0, "")


def test_a_session_that_is_not_restored_has_not_begun() -> None:
    """Ready, in ordinary time, nothing taken, nothing sealed."""
    nothing = (0, 0, 0, 0, 0, 0)
    assert SessionRow(SID, "d", "R1") == (SID, "d", "R1", 1000, "", b"", Status.READY, *nothing)


def test_an_unknown_session_says_nothing_but_its_name() -> None:
    """Whoever reads more into it reads zeros."""
    times = (0, 0, 0, 0, b"")
    assert SessionState(SID) == (SID, "", "", Status.READY, 0, 0, 1000, "", *times)


def test_a_state_becomes_the_ticket_that_the_pupil_carries() -> None:
    """Of all that the reply says, what the seat must prove."""
    state = SessionState(SID, "maths26a", "R1", Status.RUNNING, 1, 2, 1333, "", 3, 4, 5, 6, b"key")
    assert state.ticket() == TICKET


def test_a_reply_is_in_time_and_a_code_is_good_unless_it_is_said() -> None:
    """A late class, batches, a time to wait, a withdrawal are told."""
    state = SessionState(SID)
    assert Reply(Verdict.OK, state) == (Verdict.OK, state, Late.IN_TIME, (), 0)
    assert CodeEntry(b"digest", SID, "R1") == (b"digest", SID, "R1", False)
