"""Staff acts that stand in the audit log and not yet in the sessions, done again from there.

Redis can lose an act that was acknowledged (a fail-over that forgot its last second, an empty start) or never
hear of it (it was away). Each act is done at the moment of its line, under the number of its line, so that it
counts once and a pause is as long as it was. What the archive knows better than Redis is told to Redis first,
as a pupil's ticket would.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from engine.archive import Archive, acts
from engine.archive.acts import Act, Outcome
from engine.archive.answers import paused_since
from engine.archive.records import SessionFacts
from engine.logs import logger
from sessions.model import Allow, Close, Extend, Operation, Pause, Read, Reply, Resume, SessionState, Ticket
from sessions.model import Verdict as V
from sessions.states import RANKS, Status
from sessions.store import Store

LOG = logger("replay")
PAGE = 256
AFTER_MS = 3_000
"""An act takes effect and reaches the archive within one; until then nothing is wrong."""
LOOK_BACK_MS = 60_000
"""What a fail-over can have lost was done within this time before it."""


_PLAIN: dict[str, type[Pause | Resume | Allow]] = {"pause": Pause, "resume": Resume, "allow": Allow}


def operation(act: str, sid: bytes, value: int, change: str) -> Operation:
    """What an act asks of Redis; `change` is the number of its line."""
    if act == "extend":
        return Extend(sid, value, change)
    if act == "close":
        return Close(sid, "staff", change=change)
    return _PLAIN[act](sid, change)


def outcome(act: Act, reply: Reply) -> Outcome:
    """What a reply says about an act: `repeated` means that it had nothing to change when it was done."""
    if reply.verdict in (V.UNKNOWN, V.ERROR):
        return Outcome(act.line, act.sid)  # nothing is known yet; the next replay asks again
    state = reply.state
    verdict = "" if reply.verdict is V.OK else str(reply.verdict)
    return Outcome(act.line, act.sid, verdict, str(state.status), state.version, state.deadline_ms)


async def replay(archive: Archive, store: Store, until_ms: int) -> int:
    """Do again what was written down up to `until_ms` and did not take effect; gives how many acts.

    Call it when the journal is empty: what is on its way to the archive would be done again, to no effect.
    """
    if not await acts.open_acts(archive.database, until_ms, 1):
        return 0  # nearly always: one look, and nobody waits for the writer's lock
    await acts.settle_archived(archive.database)
    done, after = 0, (0, b"")
    while page := await acts.open_acts(archive.database, until_ms, PAGE, after):
        after = page[-1][:2]
        outcomes = await _again(store, page)
        done += sum(not one.verdict and bool(one.told_version) for one in outcomes)
        await acts.note(archive.database, outcomes)
    if done:
        LOG.warning("acts done again", extra={"fields": {"acts": done}})
    return done


async def _again(store: Store, page: Sequence[Act]) -> list[Outcome]:
    glances = await store.glance([act.sid for act in page])
    states = {glance.state.sid: glance.state for glance in glances if glance}
    kept = _kept(page, states)
    outcomes = [Outcome(act.line, act.sid, "kept") for act in page if act.line <= kept.get(act.sid, 0)]
    lost = [act for act in page if act.sid in states and act.line > kept.get(act.sid, 0)]
    for at_ms, group in groupby(lost, lambda act: act.at_ms):
        together = list(group)
        operations = [operation(act.act, act.sid, act.value, str(act.line)) for act in together]
        replies = await store.commit(operations, at_ms)
        outcomes += [outcome(act, reply) for act, reply in zip(together, replies, strict=True)]
    return outcomes


def _kept(page: Iterable[Act], states: dict[bytes, SessionState]) -> dict[bytes, int]:
    """By session the newest line whose effect its state shows: brought back by the pupil's own ticket."""
    kept: dict[bytes, int] = {}
    for act in page:
        state = states.get(act.sid)
        if state and act.told_version and _shows(state, act):
            kept[act.sid] = max(act.line, kept.get(act.sid, 0))
    return kept


def _shows(state: SessionState, act: Act) -> bool:
    has_come_as_far = state.version >= act.told_version and state.deadline_ms >= act.told_deadline_ms
    return has_come_as_far and str(state.status) == act.told_status


async def catch_up(archive: Archive, store: Store, since_ms: int, now_ms: int) -> int:
    """Tell Redis what it forgot of sessions that staff changed and the archive knows; gives how many.

    What was done before `since_ms` it has not forgotten, but for LOOK_BACK_MS.
    """
    behind, after = 0, b""
    while page := await acts.acted_on_since(archive.database, since_ms - LOOK_BACK_MS, after, PAGE):
        after = page[-1].sid
        glances = await store.glance([session.sid for session in page])
        forgotten = [
            session
            for session, glance in zip(page, glances, strict=True)
            if glance and is_behind(glance.state, session)
        ]
        paused = await paused_since(archive.database, [session.sid for session in forgotten])
        moments: dict[int, list[Operation]] = {}
        for session in forgotten:
            # An end and a pause have their own time: what the clock stood still is counted from there.
            paused_ms = paused.get(session.sid, 0) if session.status == Status.PAUSED else 0
            # No batches are asked for in earnest: reading is how a state is adopted.
            reading = Read(ticket_of(session, session.epoch))
            moments.setdefault(session.ended_ms or paused_ms or now_ms, []).append(reading)
        for at_ms, readings in moments.items():
            await store.commit(readings, at_ms)
        behind += len(forgotten)
    return behind


def is_behind(state: SessionState, session: SessionFacts) -> bool:
    """Whether Redis has forgotten something that the archive has."""
    further = RANKS[Status(session.status)] - RANKS[state.status]
    return further > 0 or (further == 0 and session.version > state.version)


def ticket_of(session: SessionFacts, epoch: int) -> Ticket:
    """The state that the archive knows, as a pupil would carry it."""
    return Ticket(
        session.sid,
        session.delivery,
        epoch,
        session.version,
        Status(session.status),
        session.started_ms,
        session.deadline_ms,
    )
