"""`GET /metrics`: the day's figures for Prometheus, with an operator's token; the one door to its library.

Each worker tells its own through Redis, so any worker answers for all: scrape one address. Counters are by
worker and begin at 0 when it does. Label values are names of workers, ranks, deliveries and states.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.console.alarms import TABLE, alarms
from engine.console.call import Console
from engine.console.day import STATUSES, Look
from engine.errors import Problem
from engine.figures import BOUNDS_S
from engine.settings import Settings


def metrics_route(console: Console) -> Route:
    """The address that Prometheus asks."""

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), console.keyring.operator_token().encode()):
            raise Problem("not_allowed")
        look = await console.watch.look(console.clock())
        registry = CollectorRegistry()
        registry.register(_Day(look, console.settings))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", metrics, methods=["GET"])


class _Day(Collector):
    """One look at the day, as families of metrics."""

    def __init__(self, look: Look, settings: Settings) -> None:
        self._look = look
        self._settings = settings

    def collect(self) -> Iterable[Metric]:
        """All families; those of what is away are left out, `passation_up` says that it is."""
        yield from _workers(self._look)
        yield from _ranks(self._look)
        yield from _stores(self._look)
        yield from _sessions(self._look)
        ringing = {one.key for one in alarms(self._look, self._settings)}
        alarm = GaugeMetricFamily("passation_alarm", "1 while this alarm rings", labels=["alarm"])
        for key in TABLE:
            alarm.add_metric([key], key in ringing)
        yield alarm


def _workers(look: Look) -> Iterable[Metric]:
    counters = (
        ("passation_answers", "batches and heartbeats committed", [one.answers for one in look.workers]),
        ("passation_logins", "codes looked up for log-ins", [one.logins for one in look.workers]),
        ("passation_others", "starts, hand-ins and the like committed", [one.others for one in look.workers]),
    )
    for name, meaning, values in counters:
        counter = CounterMetricFamily(name, meaning, labels=["worker"])
        for one, value in zip(look.workers, values, strict=True):
            counter.add_metric([one.name], value)
        yield counter
    latency = HistogramMetricFamily(
        "passation_answer_seconds", "time of an answer in the server, queue to disk", labels=["worker"]
    )
    wait = GaugeMetricFamily("passation_wait_seconds", "wait before a commit begins", labels=["worker"])
    up = GaugeMetricFamily("passation_worker_up", "1 if the worker spoke lately", labels=["worker"])
    fresh = look.fresh()
    for one in look.workers:
        total, buckets = 0, []
        for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), one.buckets, strict=True):
            total += count
            buckets.append((bound, float(total)))
        latency.add_metric([one.name], buckets, sum_value=one.seconds)
        wait.add_metric([one.name], one.wait_s)
        up.add_metric([one.name], one in fresh)
    yield from (latency, wait, up)


def _ranks(look: Look) -> Iterable[Metric]:
    admitted = GaugeMetricFamily("passation_admitted_per_second", "calls let in", labels=["rank"])
    refused = GaugeMetricFamily("passation_refused_share", "share of calls refused", labels=["rank"])
    refusing = look.refusing()
    for rank, value in look.admitted().items():
        admitted.add_metric([rank], value)
        refused.add_metric([rank], refusing[rank])
    yield from (admitted, refused)


def _stores(look: Look) -> Iterable[Metric]:
    up = GaugeMetricFamily("passation_up", "1 if it answers", labels=["part"])
    found, redis = look.standing, look.redis
    up.add_metric(["redis"], redis is not None)
    up.add_metric(["archive"], found is not None)
    up.add_metric(["drain"], found is not None and found.drain_until_ms > look.at_ms)
    yield up
    yield GaugeMetricFamily("passation_disk_free_bytes", "of the data folder", value=look.disk_free_bytes)
    if redis is not None:
        yield GaugeMetricFamily("passation_journal_entries", "not yet archived", value=redis.entries)
        yield GaugeMetricFamily("passation_journal_lag_seconds", "age of the oldest", value=redis.lag_s)
        yield GaugeMetricFamily("passation_redis_memory_bytes", "used by Redis", value=redis.used_bytes)
        yield GaugeMetricFamily("passation_redis_memory_share", "of what it may use", value=redis.share)
    if found is not None:
        yield GaugeMetricFamily("passation_unscored", "ended sessions not yet scored", value=found.unscored)


def _sessions(look: Look) -> Iterable[Metric]:
    family = GaugeMetricFamily("passation_sessions", "sessions by state", labels=["delivery", "status"])
    for one in look.deliveries:
        for status in STATUSES:
            family.add_metric([one.id, status], look.sessions.get(one.id, {}).get(status, 0))
    yield family
