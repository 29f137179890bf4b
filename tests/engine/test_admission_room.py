"""The waiting room at log-in and the moments after the bell. Time is an argument."""

from __future__ import annotations

import random
from math import inf
from statistics import mean

import pytest

from engine.admission.opening import LEAST_MAX, SPREAD_MAX_MS, Opening, counted, fraction
from engine.admission.places import SIGNS, WAIT_HIGH_MS, WAIT_LOW_MS, Places
from engine.settings import Settings, SettingsError

KEY = bytes(range(32))
NOON_MS = 1_900_000_000_000
LOOK_S = 0.02
RECORD = {"id": "maths-6e", "opens_at_ms": NOON_MS}


class Crowd:
    """Pupils who come to one worker that lets `rate` of them in a second; they come back when told."""

    def __init__(self, rate: float, *, stays: float = 1.0) -> None:
        self.places = Places(KEY)
        self.rate = rate
        self.stays = stays
        self.chance = random.Random(1)
        self.now_ms = NOON_MS
        self.coming: dict[int, list[tuple[int, bytes, int]]] = {}
        self.entered: list[tuple[int, int]] = []
        """When who came when got in."""
        self.told: dict[int, int] = {}
        """By arrival: when they were told first that it would be."""
        self.polls = 0
        self._tokens = self._admitted = 0.0

    def arrive(self, count: int, over_s: float) -> None:
        """So many come, evenly, within so many seconds."""
        for number in range(count):
            at_ms = self.now_ms + int(number / count * over_s * 1000)
            self.coming.setdefault(at_ms // 20, []).append((at_ms, b"", at_ms))

    def run(self, seconds: float) -> None:
        """Time goes on."""
        for _ in range(round(seconds / LOOK_S)):
            self._tokens = min(self.rate, self._tokens + self.rate * LOOK_S)
            before = len(self.entered)
            for came_ms, place, _ in sorted(self.coming.pop(self.now_ms // 20, [])):
                self._ask(came_ms, place)
            self._admitted += 0.02 * (len(self.entered) - before - self._admitted)
            self.places.advance(LOOK_S, self.rate, self._admitted / LOOK_S)
            self.now_ms += 20

    def _ask(self, came_ms: int, place: bytes) -> None:
        if self.places.is_called(place, self.now_ms) and self._tokens >= 1:
            self._tokens -= 1
            self.entered.append((came_ms, self.now_ms))
            return
        self.polls += 1
        turn = self.places.turn(place, self.now_ms, self.chance.random())
        self.told.setdefault(came_ms, self.now_ms + turn.wait_ms)
        if self.chance.random() < self.stays:
            back_ms = self.now_ms + turn.back_ms
            self.coming.setdefault(back_ms // 20, []).append((came_ms, turn.place, back_ms))


def test_a_crowd_gets_in_in_the_order_in_which_it_came_at_the_speed_there_is() -> None:
    """Three thousand within ten seconds, a hundred a second get in: soon all are in, in turn."""
    crowd = Crowd(rate=100)
    crowd.arrive(3000, over_s=10)
    crowd.run(75)
    assert len(crowd.entered) == 3000
    early = [entered for came, entered in crowd.entered if came < NOON_MS + 2000]
    late = [entered for came, entered in crowd.entered if came > NOON_MS + 8000]
    assert mean(early) < mean(late)
    assert crowd.polls < 3 * 3000
    assert crowd.places.is_empty


def test_the_estimate_is_honest() -> None:
    """The turn comes about when the first word said it would."""
    crowd = Crowd(rate=50)
    crowd.arrive(2000, over_s=5)
    crowd.run(90)
    late_s = [(entered - crowd.told[came]) / 1000 for came, entered in crowd.entered if came in crowd.told]
    assert len(late_s) > 1500
    assert -3 < mean(late_s) < 12


def test_who_was_called_and_does_not_come_costs_the_others_nothing() -> None:
    """Of those who are told to wait two thirds go away each time: the others do not wait for them."""
    crowd = Crowd(rate=50, stays=0.33)
    crowd.arrive(3000, over_s=5)
    crowd.run(45)
    assert crowd.places.is_empty


def test_a_place_outlives_reload_restart_and_other_workers() -> None:
    """Signed with the installation's key: any worker reads it, none needs to remember it."""
    here, there = Places(KEY), Places(KEY)
    turn = here.turn(b"", NOON_MS, 0.5)
    assert len(turn.place) == SIGNS
    again = here.turn(turn.place, NOON_MS + 5000, 0.5)
    assert again.place == turn.place
    assert there.read(turn.place, NOON_MS + 5000) == NOON_MS


def test_who_comes_back_early_neither_gains_nor_loses() -> None:
    """A hundred askings later the place is the same, and nobody else has moved."""
    places = Places(KEY)
    places.advance(0.1, 10, 10)
    first = places.turn(b"", NOON_MS, 0.0)
    second = places.turn(b"", NOON_MS + 1500, 0.0)
    for step in range(100):
        assert places.turn(first.place, NOON_MS + 1500 + step, 0.0).number == first.number == 1
    assert places.turn(second.place, NOON_MS + 1700, 0.0).number == second.number == 2
    assert places.waiting == 2


def test_a_forged_place_is_none() -> None:
    """Another time under the same signature, another key, another length, no base64, the far future."""
    places = Places(KEY)
    good = places.sign(NOON_MS)
    bad = [places.sign(NOON_MS - 60_000)[:12] + good[12:], Places(bytes(32)).sign(NOON_MS), good[:-1]]
    bad += [b"!" * SIGNS, b"", places.sign(NOON_MS + 10**9)]
    assert [places.read(place, NOON_MS) for place in bad] == [None] * len(bad)
    assert places.read(good, NOON_MS) == NOON_MS


def test_a_place_of_yesterday_is_none() -> None:
    """It lies in a tab that nobody closed; whoever finds it queues like everybody."""
    places = Places(KEY)
    assert places.read(places.sign(NOON_MS), NOON_MS + 24 * 3600 * 1000) is None


def test_nobody_is_told_to_come_back_at_once_or_next_hour() -> None:
    """The number is true, the next look at it is near, and no two come back together."""
    places = Places(KEY)
    places.advance(0.1, 1, 1)
    turns = [places.turn(b"", NOON_MS + number, number / 1000) for number in range(1000)]
    assert turns[0].number == 1
    assert 990 <= turns[-1].number <= 1000
    assert turns[-1].wait_ms == turns[-1].number * 1000
    backs = [turn.back_ms for turn in turns]
    assert min(backs) >= WAIT_LOW_MS
    assert max(backs) <= WAIT_HIGH_MS * 1.25
    assert len(set(backs)) > 900


def test_when_there_is_room_for_all_the_room_is_empty() -> None:
    """As soon as nothing is limited everybody is called."""
    places = Places(KEY)
    places.advance(0.1, 1, 1)
    turn = places.turn(b"", NOON_MS, 0.0)
    assert not places.is_called(b"", NOON_MS)
    places.advance(0.1, inf, 0)
    assert places.is_empty
    assert places.is_called(turn.place, NOON_MS)
    assert places.is_called(b"", NOON_MS)


# --- the bell -----------------------------------------------------------------------------------------


def sids(count: int) -> list[bytes]:
    return [random.Random(number).randbytes(16) for number in range(count)]


def waiting(count: int, starts_per_s: float) -> Opening:
    """An opening for which so many have logged in."""
    opening = Opening()
    opening.starts_per_s = starts_per_s
    for sid in sids(count):
        opening.waits(RECORD, sid, NOON_MS - 60_000)
    opening.hear(())
    return opening


def test_starts_are_even_over_a_spread_that_the_measured_capacity_needs() -> None:
    """Twenty thousand at two thousand starts a second: in no second much more than that."""
    opening = waiting(20_000, 2_000)
    spread_ms = opening.spread_ms(RECORD)
    assert 10_000 <= spread_ms <= 15_000
    starts = [0] * (spread_ms // 1000 + 1)
    for sid in sids(20_000):
        starts[opening.slot_ms(RECORD, sid) // 1000] += 1
    assert max(starts) <= 2_000


def test_a_class_starts_at_the_bell() -> None:
    """Where there is room for all at once nobody waits for a moment of his own."""
    opening = waiting(30, 2_000)
    assert {opening.slot_ms(RECORD, sid) for sid in sids(30)} == {0}


def test_all_workers_give_a_session_the_same_moment() -> None:
    """Each knows what the others have told it: who waits there, and what they can start."""
    one, other = waiting(4_000, 2_000), Opening()
    other.starts_per_s = 2_000
    other.hear([one.told()])
    assert {one.slot_ms(RECORD, sid) - other.slot_ms(RECORD, sid) for sid in sids(50)} == {0}


def test_who_meets_several_workers_waits_once() -> None:
    """Logged in at one and asking for the moment at another: the crowd is no larger for that, few or many."""
    for count in (100, 20_000):
        alone, one, other = waiting(count, 10), Opening(), waiting(count, 10)
        one.starts_per_s = 10
        for sid in sids(count)[::2]:
            one.waits(RECORD, sid, NOON_MS - 60_000)
        one.hear([other.told()])
        other.hear([one.told()])
        assert one.spread_ms(RECORD) == other.spread_ms(RECORD) == alone.spread_ms(RECORD)


@pytest.mark.parametrize("count", [511, 512, 5_000, 100_000])
def test_a_crowd_is_rather_over_than_underestimated(count: int) -> None:
    """From few numbers, told once a second: never a tenth too few, a quarter too many at most."""
    opening = waiting(count, 0)
    found = counted([opening.told()["maths-6e"]])
    assert 0.9 * count <= found <= 1.25 * count
    assert len(opening.told()["maths-6e"]) <= LEAST_MAX


def test_a_delivery_may_have_a_spread_of_its_own_and_none_is_too_long() -> None:
    """What the operator wrote wins; what is computed is bounded."""
    assert waiting(20_000, 2_000).spread_ms({**RECORD, "spread_ms": 0}) == 0
    assert waiting(10, 2_000).spread_ms({**RECORD, "spread_ms": 30_000}) == 30_000
    assert waiting(20_000, 10).spread_ms(RECORD) == SPREAD_MAX_MS


def test_who_logs_in_twice_or_after_the_bell_is_no_crowd() -> None:
    """A session waits once, whoever asks; after the bell nobody waits, and a while later it is forgotten."""
    opening = Opening()
    opening.starts_per_s = 1
    for at_ms in (-5000, -4000, 1, 2):
        opening.waits(RECORD, b"1" * 16, NOON_MS + at_ms)
    opening.waits(RECORD, b"2" * 16, NOON_MS)
    assert len(opening.told()["maths-6e"]) == 1
    opening.forget({"maths-6e": RECORD}, NOON_MS + SPREAD_MAX_MS + 1)
    assert opening.told() == {}


def test_moments_are_spread_evenly_over_sessions() -> None:
    """Drawn ids, so no school and no room is always the last."""
    values = sorted(fraction(sid) for sid in sids(1000))
    assert all(abs(value - number / 1000) < 0.06 for number, value in enumerate(values))


def test_a_bound_that_is_none_is_refused() -> None:
    """A waiting time of nothing would refuse everybody."""
    with pytest.raises(SettingsError, match="PASSATION_DELAY_TARGET_MS"):
        Settings(delay_target_ms=0).checked()
