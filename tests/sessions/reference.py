"""What a session is, told a second time and as simply as possible: lists and dictionaries, no bytes.

The tests compare the Lua with it, step by step, on random histories. It knows every batch ever accepted,
where the Lua keeps indexes, counts and spilled digests; it knows nothing of tickets ahead of the store.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sessions.model import (
    Allow,
    Close,
    Credit,
    Extend,
    Heartbeat,
    Login,
    Operation,
    Pause,
    Read,
    Resume,
    Save,
    Start,
    Submit,
)
from sessions.script import BATCHES_MAX, TAKE_OVER_WAIT_MS
from sessions.states import Event, IllegalStep, Status, follow

EVENTS: dict[type, Event] = {
    Start: Event.START,
    Save: Event.SAVE,
    Submit: Event.SUBMIT,
    Pause: Event.PAUSE,
    Resume: Event.RESUME,
    Extend: Event.EXTEND,
    Close: Event.CLOSE,
    Credit: Event.CREDIT,
    Allow: Event.SEAT,
}


@dataclass
class Reference:
    """One session; `do` gives the verdict."""

    status: Status = Status.READY
    epoch: int = 0
    version: int = 0
    started: int = 0
    deadline: int = 0
    extra: int = 0
    last: int = 0
    taken_over: int = 0
    pauses: list[list[int]] = field(default_factory=list)
    changes: set[str] = field(default_factory=set)
    accepted: dict[int, Save] = field(default_factory=dict)

    def counting(self) -> dict[str, int]:
        """Item -> number of the batch whose answer counts: the highest (epoch, n)."""
        best: dict[str, tuple[int, int]] = {}
        for n, save in self.accepted.items():
            for item in save.items:
                best[item] = max(best.get(item, (0, 0)), (save.ticket.epoch, n))
        return {item: n for item, (_, n) in best.items()}

    def do(self, operation: Operation, now: int) -> str:
        """Do one operation."""
        if isinstance(operation, Login):
            return self._login(now)
        if isinstance(operation, Save | Start | Submit | Heartbeat | Read):
            return self._by_pupil(operation, now)
        return self._by_staff(operation, now)

    def _login(self, now: int) -> str:
        if self.status in (Status.SUBMITTED, Status.CLOSED):
            return "ok"
        if self.status is not Status.READY:
            if self.taken_over and now < self.taken_over + TAKE_OVER_WAIT_MS:
                return "seat_wait"
            self.taken_over = now
        self.epoch = max(self.epoch + 2, now)
        self.version += 1
        return "ok"

    def _by_pupil(self, operation: Save | Start | Submit | Heartbeat | Read, now: int) -> str:
        if operation.ticket.epoch < self.epoch:
            return "seat_moved"
        if isinstance(operation, Heartbeat | Read):
            return "ok"
        if isinstance(operation, Save):
            return self._save(operation)
        try:
            status = follow(self.status, EVENTS[type(operation)])
        except IllegalStep as refused:
            return refused.verdict
        if self.status is status:
            return "ok"
        if isinstance(operation, Submit) and operation.last > self.last:
            return "gap"
        if isinstance(operation, Start):
            self.started, self.deadline = now, now + operation.duration_ms + self.extra
        self._become(status)
        return "ok"

    def _save(self, save: Save) -> str:
        known = self.accepted.get(save.n)
        if known is not None:
            return "repeated" if known.digest == save.digest else "fork"
        try:
            follow(self.status, Event.SAVE)
        except IllegalStep as refused:
            return refused.verdict
        if not self.started:
            return "session_closed"
        if save.n > BATCHES_MAX:
            return "too_many"
        if save.n > self.last + 1 and not save.full:
            return "gap"
        self.accepted[save.n] = save
        self.last = max(self.last, save.n)
        return "ok"

    def _by_staff(self, operation: Operation, now: int) -> str:
        change = getattr(operation, "change", "")
        if isinstance(operation, Credit):
            change = f"credit {operation.from_ms}"
        if change and change in self.changes:
            return "repeated"
        try:
            status = follow(self.status, EVENTS[type(operation)])
        except IllegalStep as refused:
            return refused.verdict
        verdict = self._change(operation, status, now)
        if change and verdict == "ok":
            self.changes.add(change)
        return verdict

    def _change(self, operation: Operation, status: Status, now: int) -> str:
        if isinstance(operation, Allow):
            self.taken_over = 0
            self.version += 1
        elif isinstance(operation, Extend):
            self._extend(operation.extra_ms)
        elif isinstance(operation, Credit):
            self._credit(operation)
        elif isinstance(operation, Close) and operation.due_ms and self._is_not_due(operation.due_ms):
            return "not_due"
        elif self.status is not status:
            if isinstance(operation, Pause):
                self.pauses.append([now, now])
            elif isinstance(operation, Resume):
                self.pauses[-1][1] = now
                self.deadline += now - self.pauses[-1][0]
            else:
                self.deadline = min(self.deadline, now)
            self._become(status)
        return "ok"

    def _extend(self, extra_ms: int) -> None:
        if self.status is Status.READY:
            self.extra += extra_ms
        else:
            self.deadline += extra_ms
        self.version += 1

    def _credit(self, outage: Credit) -> None:
        if outage.from_ms > self.deadline:
            return
        first = max(outage.from_ms, self.started)
        given = outage.to_ms - first
        if self.status is Status.PAUSED:
            given -= max(0, outage.to_ms - max(first, self.pauses[-1][0]))
        ended = [
            pause for pause in self.pauses if self.status is not Status.PAUSED or pause is not self.pauses[-1]
        ]
        for start, end in ended[-1:]:
            given -= max(0, min(end, outage.to_ms) - max(start, first))
        if given > 0:
            self.deadline += given
            self.version += 1

    def _is_not_due(self, due_ms: int) -> bool:
        return self.status is not Status.CLOSED and (
            self.status is not Status.RUNNING or self.deadline > due_ms
        )

    def _become(self, status: Status) -> None:
        self.status = status
        self.version += 1
