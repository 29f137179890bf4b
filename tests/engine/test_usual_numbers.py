"""The quick reading of a batch and numbers that no other reader of it can hold."""

from __future__ import annotations

import pytest

from engine.usual import usual_batch

DIGITS = b"9" * 400
"""Digits that make no number of 64 bits: `orjson`, which reads batches ever after, refuses the whole body."""


@pytest.mark.parametrize("field", ["route", "entered", "frozen_ms"])
@pytest.mark.parametrize("value", [DIGITS, b"[-%b]" % DIGITS, b'{"i1":%b}' % DIGITS])
def test_a_number_that_only_the_quick_reading_can_hold_is_left_to_the_careful_one(
    field: str, value: bytes
) -> None:
    """Sealed, it could be opened for no resuming seat, no rule on the way and no score."""
    body = b'{"n":1,"answers":[],"%b":%b}' % (field.encode(), value)
    assert usual_batch(body, lambda item, response: None) is None
