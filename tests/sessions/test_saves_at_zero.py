"""The commonest save and what is none, whatever the clock says."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from sessions.model import Ticket
from sessions.states import REFUSALS, Status
from sessions.store import Store
from tests.sessions.given import a_row, a_save, a_sid, verdicts


@pytest.mark.parametrize("status", REFUSALS)
async def test_a_session_that_takes_no_answers_takes_none_at_the_beginning_of_time(
    store: Store, redis: Redis, status: Status
) -> None:
    """Sessions are created at the moment 0: a save that cannot be the commonest is in time at no moment."""
    row = a_row(a_sid(), status=status)
    ticket = Ticket(row.sid, row.delivery, row.epoch, row.version, status, row.started_ms, row.deadline_ms)
    assert await verdicts(store, row, a_save(ticket, 1), now_ms=0) == ["ok", REFUSALS[status]]
