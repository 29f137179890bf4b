"""Tokens say only what we signed."""

from __future__ import annotations

import base64

import pytest

from sessions.model import Ticket
from sessions.states import Status
from sessions.ticket import Lease, Signer

KEYS = {1: b"a" * 32, 2: b"b" * 32}
TICKET = Ticket(
    bytes(range(16)), "maths26a", 1_800_000_000_123, 7, Status.PAUSED, 1_800_000_000_000, 1_800_003_600_000
)


@pytest.mark.parametrize("status", Status)
def test_a_token_brings_back_the_ticket(status: Status) -> None:
    """Whole state, whatever the status."""
    ticket = TICKET._replace(status=status)
    token = Signer(KEYS, 1).sign(ticket, 5)
    assert len(token) == 108
    assert Signer(KEYS, 1).read(token) == ticket


def test_a_token_with_any_sign_changed_is_refused() -> None:
    """Every bit of it is signed, and it has one spelling only."""
    signer = Signer(KEYS, 1)
    token = signer.sign(TICKET, 5)
    signer.read(token)
    for place, sign in enumerate(token):
        for other in "AZ09-_+/= \u00e9":
            if other != sign:
                assert signer.read(token[:place] + other + token[place + 1 :]) is None


def test_a_token_of_another_shape_is_refused() -> None:
    """Shorter, longer, empty, of another version, of an unknown key."""
    signer = Signer(KEYS, 1)
    token = signer.sign(TICKET, 5)
    raw = bytearray(base64.urlsafe_b64decode(token))
    for text in ("", "x", token[:-4], token + "AAAA", token + "\n"):
        assert signer.read(text) is None
    for place in (0, 1):
        changed = bytearray(raw)
        changed[place] = 9
        assert signer.read(base64.urlsafe_b64encode(changed).decode()) is None


def test_several_keys_live_and_one_taken_away_ends_its_tokens() -> None:
    """Keys are changed without anybody logging in again."""
    old = Signer(KEYS, 1).sign(TICKET, 5)
    assert Signer(KEYS, 2).read(old) == TICKET
    assert Signer({2: KEYS[2]}, 2).read(old) is None


def test_a_token_is_no_lease_and_a_lease_no_token() -> None:
    """Each use of a key signs under its own name."""
    signer = Signer(KEYS, 1)
    assert signer.read_lease(signer.sign(TICKET, 5)) is None
    assert signer.read(signer.lease(5, 6, TICKET.sid)) is None


def test_a_lease_says_when_and_to_whom_it_was_given() -> None:
    """The server's last word to a device."""
    signer = Signer(KEYS, 2)
    lease = signer.lease(1_800_000_000_000, 1_800_000_009_000, TICKET.sid)
    assert len(lease) == 48
    assert signer.read_lease(lease) == Lease(1_800_000_000_000, 1_800_000_009_000, TICKET.sid[:6])
    assert signer.read_lease(lease[:-1] + ("A" if lease[-1] != "A" else "B")) is None


def test_a_token_read_again_says_the_same() -> None:
    """From memory: a pupil sends the same one with every batch."""
    signer = Signer(KEYS, 1)
    token = signer.sign(TICKET, 0)
    assert signer.read(token) is signer.read(token)


def test_remembered_tokens_are_bounded_and_stay_right() -> None:
    """Far more pupils than the memory holds, each read twice."""
    signer = Signer(KEYS, 1, remembered=8)
    tickets = [TICKET._replace(epoch=epoch) for epoch in range(100)]
    tokens = [signer.sign(ticket, 5) for ticket in tickets]
    for _ in range(2):
        assert [signer.read(token) for token in tokens] == tickets
    assert len(signer._young) + len(signer._old) <= 8


def test_keys_and_names_of_the_wrong_size_are_refused() -> None:
    """At the start, not on the day."""
    for keys, current in (({1: b"short"}, 1), ({300: b"a" * 32}, 300), (KEYS, 3)):
        with pytest.raises(ValueError, match="key"):
            Signer(keys, current)
    for ticket in (TICKET._replace(delivery="short"), TICKET._replace(sid=b"short")):
        with pytest.raises(ValueError, match="16 bytes"):
            Signer(KEYS, 1).sign(ticket, 5)
