"""The table of planted faults: what is wrong, where, when it can show, which invariant must see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from engine.archive import Archive
from sessions.store import Store
from simulation.history import History, StaffAct
from simulation.plan import Act, Plan, plan_of
from simulation.planted import machines, players, scripts
from simulation.protocol.group import do
from simulation.run import run
from simulation.world import backstage
from simulation.world.sql import Shelf
from simulation.world.world import Parts

SEEDS = 40
"""Worlds tried for each fault before it counts as missed."""

Adjust = Callable[[Plan], Plan]


class Planted(NamedTuple):
    """One fault on purpose. `adjust` makes a plan in which it can show."""

    name: str
    parts: Parts
    caught_by: tuple[str, ...]
    adjust: Adjust
    first: int = 0
    """The seed to begin with, where the earlier ones are known not to show it."""


class Caught(NamedTuple):
    """Where a planted fault showed; `seed` -1: nowhere."""

    name: str
    seed: int
    invariant: str


def adding(*acts: Act, **setting: Any) -> Adjust:
    """The plan with these acts as well, and parts of its setting fixed."""

    def adjust(plan: Plan) -> Plan:
        merged = tuple(sorted((*plan.acts, *acts)))
        return plan._replace(acts=merged, setting=plan.setting._replace(**setting))

    return adjust


SAME = adding()
DARK = adding(*(Act(at_ms, "power cut", 0, 900) for at_ms in range(12_000, 44_000, 4_000)), wait_replicas=0)
FAIL_OVER = adding(
    *(Act(at_ms, "cut replica", 0, 9_000) for at_ms in (10_000, 24_000)),
    *(Act(at_ms, "fail-over", 0, 300) for at_ms in (18_000, 32_000)),
    wait_replicas=0,
    loss=0.0,
)
RECEIPT = adding(
    Act(8_000, "slow archive", 0, 24_000),
    Act(14_000, "cut replica", 0, 9_000),
    *(Act(at_ms, "answer", 0, "i1=d") for at_ms in (8_200, 14_500)),
    *(Act(16_500, "submit", who) for who in range(2)),
    Act(19_000, "fail-over", 0, 300),
    wait_replicas=0,
    loss=0.0,
    line_ms=(1, 20),
)
HANDED_IN_TWICE = adding(
    Act(8_000, "archive away", 0, 26_000),
    *(Act(at_ms, "answer", 0, f"i{at_ms // 4_000}=d") for at_ms in (12_000, 16_000, 20_000)),
    Act(23_000, "submit", 0),
    Act(28_900, "open", 0, "b"),
    Act(29_000, "empty redis", 0, 500),
    count_of_drains=1,
    loss=0.0,
    line_ms=(20, 60),
)
CLOSED_BEFORE_IT_BEGAN = adding(
    Act(1_500, "kill drain", 0, 55_000),
    *(Act(at_ms, "answer", 0, f"i{at_ms // 4_000}=d") for at_ms in (8_000, 12_000, 16_000, 20_000)),
    Act(22_000, "submit", 0),
    Act(25_000, "empty redis", 0, 500),
    Act(27_000, "end", 0),
    count_of_drains=1,
    loss=0.0,
    line_ms=(20, 60),
)
"""A receipt, then a Redis that knows of no start; the session is closed, and the device brings evidence."""
LOST_TWICE = adding(
    Act(9_000, "end", 0),
    Act(9_000, "offline", 0, 9_000),
    *(Act(at_ms, "answer", 0, f"i{at_ms // 3_000}=d") for at_ms in (9_100, 12_000, 15_000)),
    Act(15_500, "kill drain", 0, 50_000),
    Act(24_000, "empty redis", 0, 500),
    Act(44_000, "empty redis", 0, 500),
    count_of_drains=1,
    loss=0.0,
    line_ms=(20, 60),
)
"""Late answers to a closed session, lost, taken again and lost again before the archive has them."""
TWO_RECEIPTS = adding(
    Act(5_300, "answer", 0, "i3=c"),
    Act(5_500, "open", 0, "b"),
    Act(9_000, "end", 0),
    Act(9_000, "offline", 0, 9_000),
    Act(15_000, "answer", 0, "i5=d"),
    Act(15_500, "kill drain", 0, 50_000),
    Act(22_000, "open", 0, "a"),
    Act(24_000, "empty redis", 0, 500),
    count_of_drains=1,
    loss=0.0,
    line_ms=(20, 60),
)
"""Two devices with the receipt of a closed session; what one brings again takes the numbers of the other."""
BROUGHT_IN_PARTS = adding(
    Act(10_000, "kill drain", 0, 50_000),
    *(Act(10_000 + 1_500 * n, "answer", 0, f"i{n}=d") for n in range(1, 6)),
    Act(21_000, "close", 0),
    Act(22_000, "empty redis", 0, 500),
    Act(24_000, "end", 0),
    Act(27_000, "open", 0, "a"),
    count_of_drains=1,
    entries_max=1,
    loss=0.0,
    line_ms=(20, 60),
)
"""A session is closed over answers that Redis has lost; the device comes back with more than one batch."""
WAITING = adding(
    Act(18_000, "cut replica", 0, 9_000), Act(26_000, "fail-over", 0, 300), wait_replicas=1, loss=0.0
)
FORGOTTEN_TIME = adding(
    Act(20_000, "cut replica", 0, 9_000),
    *(Act(at_ms, "offline", who, 6_000) for at_ms in (21_800,) for who in range(2)),
    *(Act(at_ms, "extend", who, 15_000) for at_ms in (21_900,) for who in range(2)),
    Act(22_600, "fail-over", 0, 300),
    wait_replicas=0,
)
FORGOTTEN_START = adding(
    Act(2_000, "kill drain", 0, 9_000),
    *(Act(8_000, "offline", who, 12_000) for who in range(2)),
    Act(9_000, "empty redis", 0, 500),
    *(Act(14_000, "extend", who, 15_000) for who in range(2)),
    count_of_drains=1,
    loss=0.0,
)
FORGOTTEN_AT_ONCE = adding(
    Act(11_000, "cut replica", 0, 14_000),
    *(Act(12_000, "offline", who, 20_000) for who in range(2)),
    *(Act(12_500, "extend", who, 15_000) for who in range(2)),
    Act(24_000, "fail-over", 0, 300),
    wait_replicas=0,
)
TIME_ON_THE_WAY = adding(
    Act(20_000, "cut replica", 0, 9_000),
    Act(20_400, "open", 0, "b"),
    Act(22_000, "allow", 0),
    Act(22_600, "open", 0, "a"),
    Act(24_500, "fail-over", 0, 300),
    Act(24_900, "extend", 0, 15_000),
    *(Act(at_ms, "answer", 0, f"i1={at_ms}") for at_ms in (25_600, 27_000)),
    wait_replicas=0,
    loss=0.0,
    line_ms=(1, 20),
)
MOVING = adding(Act(20_000, "open", 0, "b"), Act(22_000, "open", 1, "b"), Act(23_000, "answer", 0, "i1=d"))
PAUSING = adding(Act(12_000, "pause", 0), Act(19_000, "resume", 0), Act(15_000, "extend", 1, 15_000))
OUTAGE = adding(Act(15_000, "freeze redis", 0, 15_500), loss=0.0)
EMPTY = adding(Act(25_000, "empty redis", 0, 12_000), loss=0.0)
LATE = adding(
    Act(30_000, "offline", 0, 40_000), Act(34_000, "answer", 0, "i1=d"), Act(52_000, "answer", 0, "i2=d")
)
STORM = adding(
    *(Act(at_ms, "cancel storm", who, 9_000) for at_ms in (6_000, 18_000, 30_000) for who in (0, 1))
)
COPIES = adding(copies=0.6)
RELOADING = adding(Act(30_000, "reload", 0), Act(35_000, "reload", 1), wait_replicas=0)
SLOW = adding(Act(8_000, "slow archive", 0, 30_000), loss=0.0)
TOGETHER = adding(
    *(
        Act(at_ms, "answer", who, f"i{who + 1}={at_ms}")
        for at_ms in range(9_000, 30_000, 3_000)
        for who in range(3)
    ),
    Act(8_500, "slow disk", 0, 22_000),
    pupils=3,
    workers=1,
    loss=0.0,
    line_ms=(1, 3),
)
AFTER_THE_END = adding(Act(26_000, "submit", 0), copies=0.6)
AWAY = adding(Act(9_000, "archive away", 0, 14_000), Act(16_000, "power cut", 0, 500))


FORKS = Parts(node=scripts.node_with(scripts.fork_wins), sender=players.sender_with(players.NumbersAnew))


async def unwritten(archive: Archive, store: Store, history: History, staff_act: StaffAct) -> None:
    """A teacher's act without its line."""
    staff_act.change = "0"
    await backstage.act(archive, store, history, staff_act)


def _script(wrong: scripts.Wrong, *caught_by: str, adjust: Adjust = SAME) -> Planted:
    return Planted(wrong.__name__.replace("_", " "), Parts(node=scripts.node_with(wrong)), caught_by, adjust)


def _part(name: str, parts: Parts, *caught_by: str, adjust: Adjust = SAME) -> Planted:
    return Planted(name, parts, caught_by, adjust)


def _reader(name: str, reader: Any, *caught_by: str, adjust: Adjust = SAME) -> Planted:
    return Planted(name, Parts(drain=machines.drain_with(reader=reader)), caught_by, adjust)


def _sweep(name: str, sweep: Any, *caught_by: str, adjust: Adjust = SAME) -> Planted:
    return Planted(name, Parts(drain=machines.drain_with(sweep=sweep)), caught_by, adjust)


def _outbox(name: str, outbox: Any, *caught_by: str, adjust: Adjust = SAME) -> Planted:
    return Planted(name, Parts(sender=players.sender_with(outbox)), caught_by, adjust)


PLANTED: tuple[Planted, ...] = (
    _script(scripts.wrong_epoch_compare, "I6", adjust=MOVING),
    _script(scripts.epoch_again, "I6", adjust=MOVING),
    _script(scripts.mark_forgotten, "I6", adjust=COPIES),
    _script(scripts.accept_gap, "I3", adjust=FAIL_OVER),
    _script(scripts.apply_twice, "I3", adjust=COPIES),
    _script(scripts.forget_aside, "I10", adjust=MOVING),
    _part("fork wins", FORKS, "I3", adjust=adding(loss=0.3)),
    _script(scripts.oldest_wins, "I3", "I4"),
    _script(scripts.last_stands_still, "I3", "I4", "I11"),
    _script(scripts.no_journal, "I1", "I7", "I3"),
    _script(scripts.save_after_end, "I10", adjust=AFTER_THE_END)._replace(first=61),
    _script(scripts.adopt_anything, "I4", adjust=COPIES),
    _script(scripts.adopt_nothing, "I1", "I11", adjust=FAIL_OVER),
    _script(scripts.adopt_any_batch, "I1")._replace(first=100_484),
    _script(scripts.adopt_shortens, "I5", adjust=TIME_ON_THE_WAY),
    _script(scripts.given_forgotten, "I9", adjust=FORGOTTEN_START),
    _script(scripts.version_stands_still, "I4", "I11"),
    _script(scripts.read_less, "I4", adjust=RELOADING),
    _script(scripts.hand_in_over_gap, "I6"),
    _script(scripts.pause_forgotten, "I5", adjust=PAUSING),
    _script(scripts.extend_twice, "I9", adjust=PAUSING),
    _script(scripts.credit_twice, "I5", adjust=OUTAGE),
    _script(scripts.credit_in_pause, "I5", adjust=OUTAGE),
    _part("closed early", Parts(node=scripts.node_with(scripts.close_early, scripts.EarlyDue)), "I5"),
    _script(scripts.clock_again, "I5", "I4", adjust=RELOADING),
    _script(scripts.no_more_time, "I5", adjust=adding(pupils=3)),
    _script(scripts.never_late, "I5", adjust=LATE),
    _script(scripts.always_excused, "I5", adjust=LATE),
    _script(scripts.grace_forgotten, "I5", adjust=LATE),
    _script(scripts.sealed_at_once, "I7"),
    _part("seal too high", Parts(node=scripts.node_with(do, scripts.HighSeal)), "I7", adjust=SLOW),
    _part("reply before fsync", Parts(node=machines.NoFsync), "I7"),
    _part("disk loses what was synced", Parts(node=machines.LyingDisk), "I1", "I4", adjust=DARK),
    _part("half a script survives", Parts(node=machines.TornScript), "I1", "I3", "I11", adjust=DARK),
    _part("WAIT lies", Parts(node=machines.LyingWait), "I7", adjust=WAITING),
    _part("old replica promoted", Parts(node=machines.ForgetfulReplica), "I4", "I3", adjust=WAITING),
    _part("sealed on another server", Parts(link=machines.AnyServer), "I1", "I7")._replace(first=310_754),
    _part("replicas not waited for", Parts(link=machines.NoWait), "I7", adjust=WAITING),
    _part(
        "cancelled call left unread", Parts(link=machines.MiscountingLink), "I8", "I10", "I11", adjust=STORM
    ),
    _part("acknowledged without Redis", Parts(worker=machines.AwayIsFine), "I1", "I7", adjust=DARK),
    _part(
        "replies of a group mixed up", Parts(worker=machines.MixedReplies), "I8", "I4", adjust=TOGETHER
    )._replace(first=11),
    _part("another pupil's reply", Parts(worker=machines.LateReplies), "I8", adjust=adding(workers=1)),
    _part("beats too seldom", Parts(worker=machines.SeldomBeats), "I5", adjust=TOGETHER),
    _part("one nonce for all", Parts(worker=machines.OneNonceWorker), "I2"),
    _part("another pupil's key", Parts(worker=machines.MixedCiphersWorker), "I2"),
    _part("act without its line", Parts(act=unwritten), "I9", adjust=PAUSING),
    _reader("sealed before committed", machines.EarlySeal, "I1", "I7", adjust=AWAY),
    _reader("sealed one too high", machines.HighSeal, "I7"),
    _reader("pupils never told of the seal", machines.NeverSeals, "I11"),
    _reader("lines lost by the drain", machines.LosesLines, "I1"),
    _reader("asides lost by the drain", machines.LosesAsides, "I10", adjust=MOVING),
    _reader("events lost by the drain", machines.LosesEvents, "I11"),
    _sweep("credit without a line", machines.SilentCredit, "I9", adjust=OUTAGE),
    _sweep("outage never credited", machines.NoCredit, "I5", "I11", adjust=OUTAGE),
    _part("clocks begin anew", Parts(store=machines.ClocksAnew), "I5", adjust=EMPTY),
    _sweep("an outage with two ends", machines.NewEnds, "I9")._replace(first=15_765),
    _sweep("given time forgotten", machines.NoReplay, "I9", adjust=FORGOTTEN_TIME),
    _sweep("a quick replica not noticed", machines.NoNewcomers, "I9", adjust=FORGOTTEN_AT_ONCE),
    _sweep("nobody is closed", machines.NoClosing, "I11"),
    _sweep("closed without grace", machines.NoGrace, "I5"),
    _outbox("deleted when acknowledged", players.DeletesWhenAcknowledged, "I1", adjust=FAIL_OVER),
    _outbox("a lower last not believed", players.NeverGoesBack, "I1", adjust=FAIL_OVER),
    _outbox("believes the numbers", players.BelievesNumbers, "I1")._replace(first=15_270),
    _outbox("believes another device's numbers", players.BelievesNumbers, "I1", adjust=TWO_RECEIPTS),
    _outbox("gives up at a gap", players.GivesUpAtGap, "I1", "I11", adjust=FAIL_OVER),
    _outbox("stops at evidence", players.StopsAtEvidence, "I1", adjust=HANDED_IN_TWICE),
    _outbox(
        "stops at evidence of a closed session",
        players.StopsAtEvidenceOfClosed,
        "I1",
        adjust=CLOSED_BEFORE_IT_BEGAN,
    ),
    _part(
        "forgets what was taken again",
        Parts(sender=players.ForgetsWhatWasTakenAgain),
        "I1",
        adjust=LOST_TWICE,
    ),
    _part("brings one batch of many", Parts(sender=players.BringsOneBatch), "I1", adjust=BROUGHT_IN_PARTS),
    _part("leaves with the receipt", Parts(sender=players.LeavesWithReceipt), "I1", adjust=RECEIPT)._replace(
        first=8
    ),
    _part("stops trying in silence", Parts(sender=players.StopsTrying), "I11", adjust=adding(loss=0.3)),
)


def hunt(planted: Planted, place: Shelf, seeds: int = SEEDS) -> Caught:
    """Run worlds with the fault until the checker sees it."""
    for seed in range(planted.first, planted.first + seeds):
        plan = planted.adjust(plan_of(seed))
        for violation in run(plan, place, planted.parts).violations:
            if violation.invariant in planted.caught_by:
                return Caught(planted.name, seed, violation.invariant)
    return Caught(planted.name, -1, "")


def hunt_all(place: Shelf) -> Iterator[Caught]:
    """All of them, one after the other."""
    return map(partial(hunt, place=place), PLANTED)
