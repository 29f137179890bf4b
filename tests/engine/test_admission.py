"""Overload is a slower day: who is let in, by rank, when not everybody can be. Time is an argument."""

from __future__ import annotations

import random
from collections import defaultdict
from math import inf

from engine.admission.control import Control
from engine.admission.ranks import BUDGETS, Rank, rank_of
from engine.admission.watch import LOOK_S, Sojourn

TARGET_S = 0.1
WORK_PER_S = 10_000.0
GRAIN = 4
"""Calls that are counted as one, so that these tests are quick."""
"""What the worker of these tests can do, in saves a second."""


class Worker:
    """A worker in virtual time: calls wait in a queue that is worked off at a fixed speed."""

    def __init__(self, speed: float = WORK_PER_S) -> None:
        self.control = Control(TARGET_S)
        self.speed = speed
        self.waiting = 0.0
        self.slow_s = 0.0
        self.served = 0.0
        self.now_s = 1.0
        self.admitted: dict[Rank, float] = defaultdict(float)
        self.refused: dict[Rank, float] = defaultdict(float)
        self._owed: dict[Rank, float] = defaultdict(float)

    def run(self, seconds: float, **offered: float) -> Worker:
        """So long, with so many calls a second of each rank; counts begin anew."""
        self.admitted.clear()
        self.refused.clear()
        for _ in range(round(seconds / LOOK_S)):
            for name, rate in offered.items():
                self._arrive(Rank[name], rate * LOOK_S)
            done = min(self.waiting, self.speed * LOOK_S)
            self.waiting -= done
            self.served += done / GRAIN
            self.now_s += LOOK_S
            self.control.observe(self.waiting / self.speed + self.slow_s, self.now_s, served=self.served)
        return self

    def share(self, rank: Rank) -> float:
        """Of the calls of this rank the share that was let in."""
        asked = self.admitted[rank] + self.refused[rank]
        return self.admitted[rank] / asked if asked else 1.0

    def _arrive(self, rank: Rank, count: float) -> None:
        self._owed[rank] += count / GRAIN
        while self._owed[rank] >= 1:
            self._owed[rank] -= 1
            if self.control.admit(rank):
                self.admitted[rank] += GRAIN
                self.waiting += BUDGETS[rank][0] * GRAIN
            else:
                self.refused[rank] += GRAIN


def test_below_capacity_nobody_is_refused() -> None:
    """Nine tenths of what the worker can do, of all ranks."""
    worker = Worker().run(10, ANSWERS=5000, START=500, LOGIN=400, PAGES=50, EXPORTS=2)
    assert not any(worker.refused.values())
    assert not worker.control.is_tight


def test_a_peak_that_passes_is_no_overload() -> None:
    """Half a second of too much work, that is worked off again, refuses nobody."""
    worker = Worker().run(5, ANSWERS=5000)
    worker.run(0.2, ANSWERS=5000, LOGIN=4000)
    worker.run(5, ANSWERS=5000)
    assert not any(worker.refused.values())


def test_a_crowd_at_log_in_costs_those_inside_nothing() -> None:
    """Five times what fits comes to log in: every answer, hand-in, resumption and start gets through."""
    worker = Worker().run(5, ANSWERS=4000, SUBMIT=50, RESUME=50, START=100)
    worker.run(20, ANSWERS=4000, SUBMIT=50, RESUME=50, START=100, LOGIN=10_000)
    inside = {Rank.ANSWERS, Rank.SUBMIT, Rank.RESUME, Rank.START}
    assert {rank: worker.refused[rank] for rank in inside} == dict.fromkeys(inside, 0)
    assert worker.admitted[Rank.LOGIN] / 20 * 4 > 0.7 * (WORK_PER_S - 4000 - 150 - 300 - 400)
    assert worker.waiting / WORK_PER_S < 3 * TARGET_S


def test_work_is_taken_away_from_the_bottom() -> None:
    """The more there is too much of, the further up; no rank is cut while a lower one has something left."""
    worker = Worker()
    offered = {"ANSWERS": 4000.0, "SUBMIT": 100, "RESUME": 200, "START": 500, "LOGIN": 500}
    offered |= {"PAGES": 500, "EXPORTS": 50}
    worker.run(30, **offered)
    worker.run(30, **offered)
    shares = [worker.share(rank) for rank in Rank]
    assert shares == sorted(shares, reverse=True)
    assert worker.share(Rank.ANSWERS) == worker.share(Rank.SUBMIT) == 1
    assert worker.share(Rank.EXPORTS) < 0.1


def test_twice_and_five_times_the_answers_still_get_full_speed() -> None:
    """What is let in stays at what the worker can do, and waits no longer, however many ask."""
    for factor in (2, 5):
        worker = Worker().run(20, ANSWERS=factor * WORK_PER_S)
        worker.run(30, ANSWERS=factor * WORK_PER_S)
        assert worker.admitted[Rank.ANSWERS] / 30 > 0.95 * WORK_PER_S
        assert worker.waiting / WORK_PER_S < 4 * TARGET_S


def test_when_the_load_ends_everybody_is_let_in_again() -> None:
    """Within thirty seconds nothing is limited any more, and players are back at their own pace."""
    worker = Worker().run(30, ANSWERS=5 * WORK_PER_S, LOGIN=5000)
    worker.run(30, ANSWERS=2000, LOGIN=100)
    assert not worker.control.is_tight
    assert worker.control.limits == [inf] * len(Rank)
    worker.run(60, ANSWERS=2000)
    assert worker.control.stretch == 1


def test_where_waiting_has_another_cause_the_work_goes_on() -> None:
    """A disk that takes half a second whatever is asked: refusing more and more would end in nothing."""
    worker = Worker().run(10, ANSWERS=5000)
    worker.slow_s = 0.5
    worker.run(30, ANSWERS=5000)
    assert worker.share(Rank.ANSWERS) > 0.5
    worker.slow_s = 0.0
    worker.run(10, ANSWERS=5000)
    worker.run(10, ANSWERS=5000)
    assert worker.share(Rank.ANSWERS) == 1


def test_no_rank_is_shut_for_good() -> None:
    """Under the worst load a few of each rank still come through, so that a room can be opened at all."""
    worker = Worker().run(10, ANSWERS=5 * WORK_PER_S, LOGIN=5000, PAGES=500)
    worker.run(20, ANSWERS=5 * WORK_PER_S, LOGIN=5000, PAGES=500)
    for rank in (Rank.LOGIN, Rank.PAGES):
        assert worker.admitted[rank] / 20 >= 0.9 * BUDGETS[rank][1]


def test_a_slow_machine_with_little_to_do_refuses_nobody() -> None:
    """Somebody else holds the processor: what waits then is not helped by refusing a dozen calls."""
    control = Control(TARGET_S)
    for step in range(1, 500):
        for rank in Rank:
            if step % 20 == 0:
                assert control.admit(rank) or rank is Rank.EXPORTS
        control.observe(0.4, step * LOOK_S)


def test_players_gather_longer_before_anybody_is_refused() -> None:
    """At half of the wait that counts as too long, batches begin to grow."""
    control = Control(TARGET_S)
    for step in range(1, 100):
        control.observe(TARGET_S * 0.7, step * LOOK_S)
    assert control.stretch > 1
    assert not control.is_tight


def test_the_cost_of_a_save_is_learnt_from_what_the_worker_does() -> None:
    """Two thousand saves a second that take a fifth of a processor: 100 us each, and the starts follow."""
    control = Control(TARGET_S)
    for step in range(1, 1500):
        control.saved(40)
        control.observe(0.0, step * LOOK_S, cpu_s=step * LOOK_S * 0.2)
    assert abs(control.save_s - 100e-6) < 5e-6
    assert abs(control.starts_per_s(share=0.5) - 1250) < 75


class Queue:
    """A writer's queue, from outside."""

    def __init__(self) -> None:
        self.taken = 0
        self.length = 0

    def __len__(self) -> int:
        return self.length


def test_the_wait_in_a_queue_is_seen_without_a_clock_on_each_call() -> None:
    """What is seen lies between nothing and the truth, and no more than a look below it."""
    chance = random.Random(1)
    queue, arrivals, seen, truth = Queue(), [], [], []
    sojourn = Sojourn(queue)
    for step in range(1, 2000):
        now_s = step * LOOK_S
        arrivals += [now_s] * chance.randrange(30)
        gone = min(len(arrivals), 14)
        truth.append(now_s - arrivals[0] if arrivals else 0.0)
        del arrivals[:gone]
        queue.taken, queue.length = queue.taken + gone, len(arrivals)
        seen.append(sojourn.look(now_s))
    assert seen[-1] > 0.5
    assert seen[-1] <= truth[-1] + LOOK_S
    assert sojourn.look(0.0) is not None


def test_a_queue_that_never_empties_is_seen_to_wait_all_the_time() -> None:
    """Also just after the marked one has left: a wait that seems to end each time would let everybody in."""
    queue = Queue()
    sojourn = Sojourn(queue)
    queue.length = 100
    waits = []
    for step in range(1, 400):
        queue.taken += 2  # and two come: each waits for fifty looks
        waits.append(sojourn.look(step * LOOK_S))
    assert min(waits[60:]) >= 48 * LOOK_S
    queue.length = 0
    assert sojourn.look(10.0) == 0


def test_a_queue_that_stands_still_is_seen_to_wait() -> None:
    """Redis hangs: nothing leaves the queue, and the wait grows with each look."""
    queue = Queue()
    queue.length = 5
    sojourn = Sojourn(queue)
    waits = [sojourn.look(step * LOOK_S) for step in range(1, 51)]
    assert waits[0] == 0
    assert abs(waits[-1] - 49 * LOOK_S) < 1e-9


def test_each_call_has_its_rank_and_those_who_look_after_the_server_none() -> None:
    """By the path alone."""
    ranks = {
        b"/api/v1/answers": Rank.ANSWERS,
        b"/api/v1/submit": Rank.SUBMIT,
        b"/api/v1/session": Rank.RESUME,
        b"/api/v1/files": Rank.RESUME,
        b"/api/v1/start": Rank.START,
        b"/content/abc": Rank.START,
        b"/api/v1/attempts": Rank.ATTEMPTS,
        b"/api/v1/login": Rank.LOGIN,
        b"/api/v1/rooms/7/seats": Rank.PAGES,
        b"/api/v1/rooms/results/seats": Rank.PAGES,
        b"/api/v1/deliveries/abc/ledger": Rank.EXPORTS,
        b"/healthz": None,
        b"/readyz": None,
    }
    assert {path: rank_of(path) for path in ranks} == ranks
