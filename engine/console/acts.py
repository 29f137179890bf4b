"""What touches everybody, as it is proposed, checked and, once approved, carried out.

Each act may be carried out again when the process that did it died half-way: a step that is done already is
passed over, and time is not given twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.archive import Archive, Conflict, Delivery, Gone
from engine.archive.proposals import Proposal, Proposals
from engine.archive.records import MESSAGE_MAX, STATES
from engine.clock import now_ms
from engine.recovery import publish_delivery
from engine.staff import REASONS, Staff
from sessions.link import StoreError
from sessions.store import Store

ON_DELIVERY = ("open", "pause", "resume", "extend", "broadcast", "close")
EVERYWHERE = ("freeze", "thaw")
MINUTES_MAX = 120
MESSAGE_MINUTES = (5, 15, 30, 60, 120)


class BadAct(ValueError):
    """What was proposed cannot be proposed so; `reason` is a word of the pages."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Actor(NamedTuple):
    """With what an approved act is carried out."""

    archive: Archive
    store: Store
    partitions: int


def detail_of(act: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What the act needs, out of the form's fields; BadAct says what is wrong."""
    if act == "extend":
        minutes, reason = form.get("minutes", ""), form.get("reason", "")
        if not minutes.isdecimal() or not 1 <= int(minutes) <= MINUTES_MAX:
            raise BadAct("minutes_wrong")
        if reason not in REASONS:
            raise BadAct("reason_wrong")
        return {"minutes": int(minutes), "reason": reason}
    if act == "broadcast":
        texts = {language: " ".join(form.get(language, "").split()) for language in ("fr", "en")}
        shown = form.get("shown", "")
        if not all(texts.values()) or any(len(text) > MESSAGE_MAX for text in texts.values()):
            raise BadAct("message_wrong")
        if not shown.isdecimal() or int(shown) not in MESSAGE_MINUTES:
            raise BadAct("minutes_wrong")
        return {**texts, "minutes": int(shown)}
    return {}


def possible(delivery: Delivery) -> list[str]:
    """The acts that this delivery takes now."""
    if delivery.state == "closed":
        return []
    by_state = [act for act in ON_DELIVERY if (delivery.state, act) in STATES]
    more = [] if delivery.state == "created" else ["extend", "broadcast"]
    return [act for act in ON_DELIVERY if act in by_state or act in more]


async def carry_out(actor: Actor, proposal: Proposal) -> None:
    """Do what was approved, and write down what came of it; never raises but for defects."""
    proposals = Proposals(actor.archive.database)
    try:
        outcome = await _do(actor, proposals, proposal)
    except (Conflict, Gone, StoreError) as error:
        await proposals.finish(proposal, "failed", str(error), now_ms())
    except Exception as error:  # a surprise is told by its kind alone, and is the caller's to log
        await proposals.finish(proposal, "failed", type(error).__name__, now_ms())
        raise
    else:
        await proposals.finish(proposal, "done", outcome, now_ms())


async def _do(actor: Actor, proposals: Proposals, proposal: Proposal) -> str:
    who = _both(proposal)
    if proposal.act in EVERYWHERE:
        await proposals.freeze(proposal.act == "freeze", who=who, now_ms=now_ms())
        return ""
    delivery = await actor.archive.delivery(proposal.delivery)
    changed = _changed(delivery, proposal)
    if changed.version != delivery.version:
        act, detail = proposal.act, _audited(proposal)
        await actor.archive.update_delivery(changed, act=act, who=who, now_ms=now_ms(), **detail)
    await publish_delivery(actor.store, changed)
    staff = Staff(actor.archive, actor.store, partitions=actor.partitions, who=who)
    if proposal.act in ("pause", "resume"):
        return str(await staff.all_clocks(delivery.id, proposal.act))
    if proposal.act == "extend":
        extra_ms, reason = proposal.detail["minutes"] * 60_000, proposal.detail["reason"]
        return str(await staff.extend_all(delivery.id, extra_ms, reason, proposal.decided_ms))
    return ""


def _changed(delivery: Delivery, proposal: Proposal) -> Delivery:
    """The delivery after the act; as it is where an earlier attempt came so far."""
    act, detail = proposal.act, proposal.detail
    if act == "extend":
        is_done = detail.get("closes_at_ms") not in (None, delivery.closes_at_ms)
        return delivery if is_done else delivery.later(detail["minutes"] * 60_000)
    if act == "broadcast":
        until_ms = proposal.decided_ms + detail["minutes"] * 60_000
        message = {"id": proposal.id, "fr": detail["fr"], "en": detail["en"], "until_ms": until_ms}
        return delivery.telling(message)
    if delivery.state == {"open": "open", "resume": "open", "pause": "paused", "close": "closed"}[act]:
        return delivery
    return delivery.after(act)


def _audited(proposal: Proposal) -> dict[str, Any]:
    return {"proposal": proposal.id, **proposal.detail}


def _both(proposal: Proposal) -> str:
    """Both persons, for the audit log."""
    return proposal.who if proposal.who == proposal.decider else f"{proposal.who}+{proposal.decider}"
