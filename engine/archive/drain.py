"""The drain: journal to archive, in one process of its own; `python -m engine.archive.drain`.

    read a portion of the journal -> one SQL transaction -> commit, durable -> seal in Redis, trim the journal

A crash anywhere repeats the portion, and repeating changes nothing. While SQL is away the journal waits and
grows; pupils notice nothing. Between portions the drain closes sessions whose time is over, gives back the
time of outages, and scores what has ended. A portion that was not full is the last one for a moment: what
comes meanwhile goes together, for a transaction costs nearly the same for one line as for hundreds.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import signal
import stat
import sys
from collections.abc import Callable
from contextlib import suppress

from engine.archive.archive import Archive
from engine.archive.database import Database, is_away
from engine.archive.intake import write_portion
from engine.archive.lease import Lease, LeaseLost, this_process
from engine.archive.reading import JournalReader
from engine.archive.records import ArchiveAway
from engine.archive.shares import BALANCE_MS, Shares
from engine.archive.sweep import Sweep
from engine.clock import now_ms
from engine.keyring import KeyRing
from engine.logs import logger, set_up
from engine.scorekeeper import ScoreKeeper
from engine.settings import Settings
from engine.stores import meet, store_of
from items.bank import Bank
from sessions.link import StoreError, StoreForeign

LOG = logger("drain")
IDLE_S = 0.211
SWEEP_MS = 1_009
"""Both prime, so that they do not fall together with the beats of the workers."""
SWEEP_BEHIND_MS = 5_003
"""While the journal is long its lines come first, but pupils wait for the time of an outage, too."""
PAUSE_FIRST_S, PAUSE_LAST_S = 0.2, 10.0


async def drain_once(database: Database, reader: JournalReader, lease: Lease | Shares, now_ms: int) -> int:
    """Archive one portion of the journal, durably, then seal it in Redis; gives how many lines it had.

    Entries, where all their lines have passed: 0 means that the journal is empty, and nothing else.
    """
    if isinstance(lease, Shares):
        await reader.of(lease.journals)
    portion = await reader.read()
    if not portion.positions:
        return 0
    try:
        async with lease.transaction(now_ms) as connection:
            reader.look_ahead(portion)
            await write_portion(database, connection, portion)
        # Committed. What is told to Redis from here on may be told twice, or by the next process.
        await reader.committed(portion)
    except BaseException:  # the same portion again: what lies behind it must not be trimmed first
        await reader.forget()
        raise
    if portion.missing:
        LOG.error(
            "acknowledged batches are missing in Redis: the asides `missing` say whose",
            extra={"fields": {"batches": portion.missing}},
        )
    return len(portion) or portion.entries


class Drain:
    """The loop around `drain_once`, with what is done between two portions."""

    def __init__(
        self,
        database: Database,
        reader: JournalReader,
        lease: Lease,
        sweep: Sweep,
        keeper: ScoreKeeper,
        clock: Callable[[], int] = now_ms,
        shares: Shares | None = None,
    ) -> None:
        self._database = database
        self._reader = reader
        self._lease = lease
        self._sweep = sweep
        self._keeper = keeper
        self._clock = clock
        self._shares = shares
        self._balanced_ms = 0
        self._stopping = asyncio.Event()
        self._swept_ms = 0
        self._holding = False
        self._away = False

    @property
    def is_waiting(self) -> bool:
        """Redis or the archive is away, or somebody else drains."""
        return self._away

    def stop(self) -> None:
        """Empty the journal, then end."""
        self._stopping.set()

    async def run(self) -> None:
        """Drain until told to stop; whatever is away is waited for. StoreForeign: this Redis is not ours."""
        pause_s = PAUSE_FIRST_S
        while True:
            try:
                busy = await self._turn()
                self._back()
                pause_s = PAUSE_FIRST_S
            except StoreForeign:
                raise
            except (StoreError, LeaseLost) as error:
                busy = self._waits(type(error).__name__)
            except Exception as error:
                if not is_away(error):
                    raise
                busy = self._waits("archive away")
            if self._stopping.is_set() and not busy:
                break
            if not busy:
                await self._rest(random.uniform(pause_s / 2, pause_s) if self._away else IDLE_S)
                pause_s = min(PAUSE_LAST_S, pause_s * 2) if self._away else PAUSE_FIRST_S
        await self._give_back()

    async def _turn(self) -> bool:
        """One portion, and what else is due; False when there is nothing to do for a moment."""
        if not await self._is_on_duty():
            return False
        lease = self._shares or self._lease
        lines = await drain_once(self._database, self._reader, lease, self._clock())
        if self._stopping.is_set():
            return lines > 0
        is_behind = lines > 0 and self._reader.is_behind
        if not self._holding:
            return is_behind
        if self._clock() - self._swept_ms >= (SWEEP_BEHIND_MS if is_behind else SWEEP_MS):
            self._swept_ms = self._clock()
            await self._sweep.run(self._lease, self._swept_ms)
        return is_behind or await self._keeper.score_some(self._lease, self._clock()) > 0

    async def _is_on_duty(self) -> bool:
        """Whether anything is ours to drain; `_holding`: whether also what one drain does for all."""
        held, now = self._holding, self._clock()
        if self._shares is None:
            self._holding = held or await self._lease.take(now)
        elif not self._shares.held or now - self._balanced_ms >= BALANCE_MS:
            self._balanced_ms = now
            await self._shares.balance(now)
            self._holding = self._shares.leads
        if self._holding and not held:
            await self._keeper.begin(self._lease, now)
        return self._holding or bool(self._shares and self._shares.held)

    def _waits(self, why: str) -> bool:
        if not self._away:
            LOG.warning("waiting, the journal keeps everything", extra={"fields": {"why": why}})
        self._away, self._holding = True, False
        return False

    def _back(self) -> None:
        if self._away:
            LOG.warning("draining again")
        self._away = False

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _give_back(self) -> None:
        try:
            if self._shares is not None:
                await self._shares.give_back()
            elif self._holding:
                await self._lease.give_back()
        except Exception as error:
            if not is_away(error):
                raise


async def drain(settings: Settings, *, once: bool = False) -> int:
    """Run the drain until told to stop; with `once`, until the journal is empty (gives its lines)."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyring = KeyRing.of(settings)
    store = store_of(settings)
    archive = await Archive.open(settings.archive_address)
    holder = this_process()
    lease = Lease(archive.database, holder)
    shares = Shares(archive.database, holder, store.journals()) if store.lanes > 1 else None
    keeper = ScoreKeeper(archive, keyring, Bank(settings.data_dir), partitions=settings.partitions)
    reader = JournalReader(store)
    try:
        await meet(store)
        if once:
            return await _drain_all(archive.database, reader, lease, keeper, shares)
        sweep = Sweep(archive, store, partitions=settings.partitions, keyring=keyring)
        running = Drain(archive.database, reader, lease, sweep, keeper, shares=shares)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, running.stop)
        _watch_parent(loop, running.stop)
        await running.run()
        return 0
    finally:
        await store.aclose()
        await archive.close()


async def _drain_all(
    database: Database, reader: JournalReader, lease: Lease, keeper: ScoreKeeper, shares: Shares | None
) -> int:
    if shares is not None:
        await shares.balance(now_ms())
    leads = await lease.take(now_ms()) if shares is None else shares.leads
    if not leads and not (shares and shares.held):
        raise LeaseLost("another process drains now: there is nothing to do by hand")
    total = 0
    while count := await drain_once(database, reader, shares or lease, now_ms()):
        total += count
    if leads:
        await keeper.begin(lease, now_ms())
        while await keeper.score_some(lease, now_ms()):
            pass
    await (shares or lease).give_back()
    return total


def _watch_parent(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Stop when standard input, if it is a pipe, ends: the supervisor that held it is gone."""
    if not stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        return

    def readable() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            loop.remove_reader(sys.stdin)
            stop()

    loop.add_reader(sys.stdin, readable)


def collect_seldom() -> None:
    """Spare the collector: a portion is a hundred thousand tuples, none of them in a circle."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)


def main() -> None:
    """The process that the supervisor starts; settings come from the environment."""
    import uvloop

    settings = Settings.load(os.environ)
    set_up(settings.log_level)
    collect_seldom()
    try:
        uvloop.run(drain(settings))
    except ArchiveAway as error:  # the supervisor tries again, with longer and longer pauses
        LOG.error("archive away", extra={"fields": {"why": str(error)}})
        sys.exit(1)
    except StoreForeign as error:
        LOG.error("cannot drain", extra={"fields": {"why": str(error)}})
        sys.exit(1)


if __name__ == "__main__":
    main()
