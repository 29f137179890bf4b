"""A history for people: what was planned, what calls came to, what Redis wrote, what was wrong."""

from __future__ import annotations

from collections.abc import Iterator

from simulation.history import EPOCH_MS, Call, History, StaffAct, Written
from simulation.run import Outcome


def story(outcome: Outcome) -> str:
    """The whole history of a world as text."""
    lines = [f"seed {outcome.plan.seed}  {outcome.plan.setting}", "", "what was to happen:"]
    lines += [f"  {act}" for act in outcome.plan.acts]
    lines += ["", "what happened:"]
    lines += [f"  {at_ms / 1000:8.3f} s  {text}" for at_ms, text in sorted(_told(outcome.history))]
    lines += ["", "what was wrong:"] + [f"  {violation}" for violation in outcome.violations]
    return "\n".join(lines)


def _told(history: History) -> Iterator[tuple[int, str]]:
    for remark in history.remarks:
        yield remark.at_ms, f"{remark.who:<10} {remark.what}"
    for call in history.calls:
        yield call.sent_ms, _call(call)
    for written in history.written:
        yield written.at_ms, _written(written)
    for act in history.acts:
        yield act.at_ms, _act(act)


def _call(call: Call) -> str:
    batch = f" n={call.n}{' full' if call.is_full else ''} {' '.join(call.items)}" if call.n else ""
    copy = " (copy)" if call.is_copy else ""
    if call.left_ms < 0:
        return f"{call.device:<10} {call.path}{batch}{copy} -> nothing"
    code = call.reply.get("error", {}).get("code", "")
    told = " ".join(
        f"{name}={call.reply[name]}" for name in ("last", "sealed", "late") if call.reply.get(name)
    )
    got = f"got {call.got_ms / 1000:.3f} s" if call.got_ms >= 0 else "which got lost"
    doubt = "" if call.was_durable and call.was_sealed else "  NOT TRUE"
    asked = f"{call.path}{batch}{copy} [seat {_epoch(call.epoch)}]"
    return (
        f"{call.device:<10} {asked} -> {call.status} {code}{told} "
        f"at {call.left_ms / 1000:.3f} s, {got}{doubt}"
    )


def _written(written: Written) -> str:
    gone = f"  LOST ({written.lost})" if written.lost else ""
    if written.save is not None:
        save = written.save
        what = f"n={save.n} {' '.join(save.items)} [seat {_epoch(save.ticket.epoch)}]"
    elif written.session is not None:
        session = written.session
        deadline = (session.deadline_ms - EPOCH_MS) / 1000 if session.deadline_ms else 0
        numbers = f"version {session.version} deadline {deadline:.3f} s last {session.last}"
        what = f"{session.status} {numbers} {written.reason}"
    return f"redis {written.node:<4} session {written.sid[0]} {written.label} {what}{gone}"


def _act(act: StaffAct) -> str:
    done = f"{act.verdict} at {act.done_ms / 1000:.3f} s" if act.verdict else "not done"
    return f"teacher    {act.act} session {act.sid[0]} {act.value or ''} -> {done}"


def _epoch(epoch: int) -> str:
    return f"{(epoch - EPOCH_MS) / 1000:.3f}" if epoch else "-"
