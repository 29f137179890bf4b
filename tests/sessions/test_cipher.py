"""A sealed record opens for its owner and number only."""

from __future__ import annotations

import pytest

from sessions.cipher import SessionCipher, Unreadable, unwrap_key, wrap_key

KEY, KEK = b"k" * 32, b"K" * 32
NONCE = bytes(12)
SID, OTHER = b"s" * 16, b"t" * 16


def test_what_is_sealed_is_opened_and_unreadable_meanwhile() -> None:
    """Version, nonce, ciphertext, tag: 29 bytes more than the body."""
    cipher = SessionCipher(KEY, SID, "maths26a")
    record = cipher.seal(3, 7, b'{"answers": []}', NONCE)
    assert cipher.open(3, 7, record) == b'{"answers": []}'
    assert b"answers" not in record
    assert len(record) == len(b'{"answers": []}') + 29


def test_a_record_cannot_be_moved() -> None:
    """Not to another pupil, delivery, seat or number, nor under another key."""
    record = SessionCipher(KEY, SID, "maths26a").seal(3, 7, b"body", NONCE)
    for cipher, epoch, n in (
        (SessionCipher(KEY, OTHER, "maths26a"), 3, 7),
        (SessionCipher(KEY, SID, "maths26b"), 3, 7),
        (SessionCipher(KEY, SID, "maths26a"), 4, 7),
        (SessionCipher(KEY, SID, "maths26a"), 3, 8),
        (SessionCipher(KEK, SID, "maths26a"), 3, 7),
    ):
        with pytest.raises(Unreadable):
            cipher.open(epoch, n, record)


def test_damage_anywhere_is_noticed() -> None:
    """Version, nonce, text and tag."""
    cipher = SessionCipher(KEY, SID, "maths26a")
    record = cipher.seal(3, 7, b"body", NONCE)
    for place in range(len(record)):
        damaged = record[:place] + bytes([record[place] ^ 1]) + record[place + 1 :]
        with pytest.raises(Unreadable):
            cipher.open(3, 7, damaged)
    with pytest.raises(Unreadable):
        cipher.open(3, 7, record[:20])


def test_a_session_key_is_unwrapped_for_its_session_only() -> None:
    """Under the delivery's key; when that is destroyed, nothing opens any more."""
    wrapped = wrap_key(KEK, KEY, SID, "maths26a", NONCE)
    assert unwrap_key(KEK, wrapped, SID, "maths26a") == KEY
    for kek, sid, delivery in ((KEY, SID, "maths26a"), (KEK, OTHER, "maths26a"), (KEK, SID, "maths26b")):
        with pytest.raises(Unreadable):
            unwrap_key(kek, wrapped, sid, delivery)


def test_a_wrapped_key_is_no_batch() -> None:
    """Each use of a key seals under its own name."""
    wrapped = wrap_key(KEY, KEK, SID, "maths26a", NONCE)
    with pytest.raises(Unreadable):
        SessionCipher(KEY, SID, "maths26a").open(0, 0, wrapped)
