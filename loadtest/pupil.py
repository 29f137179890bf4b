"""The pupil as Locust knows it: one user, one task, one whole day.

Importing this module brings gevent, which replaces blocking calls in the whole process: only generator
processes import it. Everything that a pupil does is in `sitting`, which knows nothing of Locust.
"""

from __future__ import annotations

from typing import Any

from gevent.event import Event
from locust import User, task
from locust.exception import StopUser

from loadtest.day import Day
from loadtest.sitting import Sitting


class Crowd:
    """The pupils of one process; they wait for `begun`, so that none comes before all are there."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.begun = Event()
        self.finished = Event()
        self.present = 0

    def left(self) -> None:
        """A pupil's day is over; the last one ends the run."""
        self.present -= 1
        if not self.present:
            self.finished.set()


class Pupil(User):
    """One pupil; `environment.crowd` is made by whoever makes the environment."""

    @task
    def day(self) -> None:
        """Come, sit, leave; Locust must not send this user round again."""
        crowd: Crowd | None = getattr(self.environment, "crowd", None)
        place = crowd.day.next_place() if crowd else None
        if crowd is None or place is None:
            raise StopUser
        crowd.present += 1
        try:
            crowd.begun.wait()
            Sitting(crowd.day, *place).sit()
        finally:
            crowd.left()
        raise StopUser


def tell_locust(environment: Any) -> None:
    """Let Locust's own statistics see each attempt, timed from its intended moment."""

    def tell(kind: str, delay_ms: float, size: int, wrong: str) -> None:
        environment.events.request.fire(
            request_type="PUPIL",
            name=kind,
            response_time=delay_ms,
            response_length=size,
            exception=Exception(wrong) if wrong else None,
            context={},
        )

    environment.crowd.day.tell = tell
