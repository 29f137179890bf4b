"""What touches everybody: proposed here by one person, decided here by another."""

from __future__ import annotations

import asyncio
import secrets

from starlette.responses import RedirectResponse, Response

from engine.archive import Conflict
from engine.archive.proposals import Proposal
from engine.console.acts import EVERYWHERE, ON_DELIVERY, BadAct, carry_out, detail_of, possible
from engine.console.call import Call
from engine.logs import logger

LOG = logger("console")
SHOWN_WAIT_S = 3.0
"""So long the page waits for an act; what takes longer goes on and shows as under way."""
_UNDER_WAY: set[asyncio.Task[None]] = set()


async def proposals(call: Call) -> Response:
    """What waits for an approval, and what became of the others."""
    newest = await call.console.proposals.newest()
    waiting = [one for one in newest if one.is_open(call.now_ms) or one.is_stuck(call.now_ms)]
    past = [one for one in newest if one not in waiting]
    deliveries = await call.console.archive.deliveries(destroyed=True)
    titles = {one.id: one.title for one in deliveries}
    return await call.page("proposals.html", open=waiting, past=past, titles=titles)


async def propose(call: Call) -> Response:
    """Write a proposal down; in single-operator mode it is approved and done at once."""
    act, delivery = call.form.get("act", ""), call.form.get("delivery", "")
    detail = detail_of(act, call.form)
    if act in ON_DELIVERY:
        found = await call.console.archive.delivery(delivery)
        if act not in possible(found):
            raise Conflict(f"delivery {found.id} is {found.state}: `{act}` is not possible now")
        if act == "extend":
            detail["closes_at_ms"] = found.closes_at_ms
    elif act in EVERYWHERE:
        delivery = ""
    else:
        raise BadAct("act_unknown")
    lives_ms = call.console.settings.approval_minutes * 60_000
    proposal = Proposal(
        secrets.token_hex(6), call.now_ms, call.who, act, delivery, detail, call.now_ms + lives_ms
    )
    await call.console.proposals.make(proposal)
    if call.console.settings.single_operator:
        return await _approved(call, proposal)
    return RedirectResponse("/operator/proposals?said=proposed", 303)


async def approve(call: Call) -> Response:
    """Approve what another one proposed; it is carried out now."""
    return await _approved(call, await call.console.proposals.get(call.path("proposal")))


async def refuse(call: Call) -> Response:
    """Say no to what another one proposed."""
    return await _over(call, "refused")


async def withdraw(call: Call) -> Response:
    """Take back one's own."""
    return await _over(call, "withdrawn")


async def _over(call: Call, state: str) -> Response:
    found = await call.console.proposals.get(call.path("proposal"))
    await call.console.proposals.decide(found, state, who=call.who, now_ms=call.now_ms)
    return RedirectResponse(f"/operator/proposals?said={state}", 303)


async def _approved(call: Call, proposal: Proposal) -> Response:
    alone = call.console.settings.single_operator
    decided = await call.console.proposals.decide(
        proposal, "approved", who=call.who, now_ms=call.now_ms, alone=alone
    )
    task = asyncio.create_task(carry_out(call.console.actor, decided))
    _UNDER_WAY.add(task)
    task.add_done_callback(_finished)
    await asyncio.wait([task], timeout=SHOWN_WAIT_S)
    return RedirectResponse("/operator/proposals?said=approved", 303)


def _finished(task: asyncio.Task[None]) -> None:
    """It goes on when the person who approved it has gone; a surprise is logged."""
    _UNDER_WAY.discard(task)
    if not task.cancelled() and task.exception() is not None:
        LOG.error("an approved act failed", exc_info=task.exception())
