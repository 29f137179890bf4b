"""Corners that random histories seldom reach: what the real script does there, the pure protocol does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.simulation.test_script import Both, on_both

CORNERS: list[Callable[[Both], Awaitable[None]]] = []
BOXES: list[Any] = []


@pytest.mark.parametrize("corner", CORNERS, ids=lambda corner: corner.__name__)
def test_a_corner_is_the_same_in_both(redis_url: str, corner: Callable[[Both], Awaitable[None]]) -> None:
    """Every reply, and the journal."""
    on_both(redis_url, corner)
