"""What a worker does by itself, once a second or oftener, beside the calls that it answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from engine.admission.beat import Neighbours
from engine.admission.ranks import BUDGETS, Rank
from engine.admission.watch import Sojourn, look_often
from engine.api.health import Beat
from engine.clock import now_ms
from engine.figures import Meter
from engine.keyring import KeyProblem, KeyRing
from engine.logs import logger
from engine.services import Services
from sessions.link import StoreError, StoreForeign
from sessions.store import Store
from sessions.ticket import Signer

LOG = logger("worker")
COST_OF_OTHERS = BUDGETS[Rank.LOGIN][0]
BEAT_MS = 997
"""A prime, so that the beats of several workers and sweeps do not fall together."""


async def acknowledge(services: Services, store: Store, beat: Beat) -> None:
    """Tell the partitions that answers are acknowledged here, and read what staff have changed.

    Not in a Redis that this worker could not look at yet, nor in one that another version has filled since:
    StoreForeign, and it ends, so that the partitions which nobody serves have their outage.

    Side by side: in a cluster the deliveries may lie on a node that is being replaced, while the partitions
    of the others acknowledge. Silence would be taken for an outage and given back.
    """
    neighbours = Neighbours(store)
    while True:
        started_ms = services.clock()
        is_full = services.answers.load >= 1
        records = services.catalog.records()
        refreshed, ticked, _ = await asyncio.gather(
            _tried(services.catalog.refresh),
            _tried(partial(asyncio.sleep, 0) if is_full else partial(store.tick, started_ms)),
            _tried(partial(neighbours.exchange, services.gate, records, started_ms)),
        )
        services.catalog.renew_messages(started_ms)
        if ticked and (refreshed or store.lanes > 1):
            beat.at_ms = started_ms
        await asyncio.sleep(BEAT_MS / 1000)


async def renew_keys(signer: Signer, keyring: KeyRing) -> None:
    """Take up token keys that were made or dropped; what cannot be read now changes nothing.

    By itself and in a thread: a source of keys may be a program that takes its time.
    """
    known = None
    while True:
        try:
            found = await asyncio.to_thread(keyring.token_keys, now_ms())
            if found != known:
                signer.renew(*found)
                known = found
        except KeyProblem as error:
            LOG.warning("keys not read", extra={"fields": {"why": str(error)}})
        except Exception:
            LOG.exception("keys not read")
        await asyncio.sleep(BEAT_MS / 1000)


async def tell_figures(services: Services, store: Store, meter: Meter) -> None:
    """Say how this worker does, for the operator's console and for Prometheus."""
    while True:
        await _tried(partial(meter.tell, services, store))
        await asyncio.sleep(BEAT_MS / 1000)


async def watch_waits(services: Services, meter: Meter) -> None:
    """Show the gate, and the meter, how long calls wait."""
    answers, others = Sojourn(services.answers), Sojourn(services.others)
    gate, seen = services.gate, 0

    def see(late_s: float, now_s: float) -> None:
        nonlocal seen
        taken = services.answers.taken
        if not gate.is_tight:
            gate.control.saved(taken - seen)
        seen = taken
        served = taken + COST_OF_OTHERS * services.others.taken
        waits_s = late_s + answers.look(now_s), late_s + others.look(now_s)
        meter.wait_s = waits_s[0]
        gate.look(*waits_s, now_s, cpu_s=time.process_time(), served=served)

    await look_often(see)


async def _tried(work: Callable[[], Awaitable[object]]) -> bool:
    try:
        await work()
    except StoreForeign:
        raise
    except StoreError as error:
        LOG.warning("store away", extra={"fields": {"why": type(error).__name__}})
    except Exception:
        LOG.exception("beat failed")
    else:
        return True
    return False
