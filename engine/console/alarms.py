"""What an operator has to look at now, and what to do about it: one closed table, in the order of gravity.

The sentences stand in `words`, as `alarm_KEY` and `alarm_KEY_do`; a test holds each key to both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from engine.archive.status import LAG_WARN_S, MEMORY_WARN
from engine.console.day import Look
from engine.settings import Settings

SLOW_MS = 500
YOUNG_MS = 120_000
LOGIN_REFUSED = 0.05
WRONG_PER_S, WRONG_SHARE = 2.0, 0.05
"""So many wrong codes a second are no slips of the hand: the check symbol catches 28 of 29 of these."""
MIB = 1024 * 1024

Values = dict[str, Any]


class Alarm(NamedTuple):
    """One alarm; `values` fill its sentence."""

    key: str
    is_grave: bool
    values: Values


def _redis_away(look: Look, _: Settings) -> Values | None:
    return {} if look.redis is None else None


def _no_worker(look: Look, _: Settings) -> Values | None:
    return {} if look.redis is not None and not look.fresh() else None


def _answers_refused(look: Look, _: Settings) -> Values | None:
    refusing = look.refusing()
    share = max(refusing["answers"], refusing["submit"])
    return {"share": f"{share:.0%}"} if share > 0.001 else None


def _archive_away(look: Look, _: Settings) -> Values | None:
    return {} if look.standing is None else None


def _drain_gone(look: Look, _: Settings) -> Values | None:
    found = look.standing
    return {} if found is not None and found.drain_until_ms < look.at_ms else None


def _journal_waits(look: Look, _: Settings) -> Values | None:
    lag_s = look.redis.lag_s if look.redis else 0
    return {"seconds": round(lag_s)} if lag_s > LAG_WARN_S else None


def _memory(look: Look, _: Settings) -> Values | None:
    share = look.redis.share if look.redis else 0.0
    return {"share": f"{share:.0%}"} if share > MEMORY_WARN else None


def _disk(look: Look, settings: Settings) -> Values | None:
    free_mib = look.disk_free_bytes // MIB
    return {"mib": free_mib} if free_mib < 2 * settings.files_reserve_mib else None


def _worker_silent(look: Look, _: Settings) -> Values | None:
    silent = len(look.workers) - len(look.fresh())
    return {"count": silent} if silent and look.fresh() else None


def _worker_young(look: Look, _: Settings) -> Values | None:
    ages_ms = [look.at_ms - one.started_ms for one in look.fresh()]
    young = sum(age_ms < YOUNG_MS for age_ms in ages_ms)
    return {"count": young} if young and young < len(ages_ms) else None


def _not_open(look: Look, _: Settings) -> Values | None:
    late = [
        one.title
        for one in look.deliveries
        if one.state == "created" and one.login_opens_ms <= look.at_ms < one.closes_at_ms
    ]
    return {"titles": ", ".join(late)} if late else None


def _paused(look: Look, _: Settings) -> Values | None:
    held = [one.title for one in look.deliveries if one.state == "paused"]
    return {"titles": ", ".join(held)} if held else None


def _wrong_codes(look: Look, _: Settings) -> Values | None:
    fresh = look.fresh()
    wrong, logins = sum(one.wrong_per_s for one in fresh), sum(one.logins_per_s for one in fresh)
    return {"count": round(wrong)} if wrong > max(WRONG_PER_S, WRONG_SHARE * logins) else None


def _slow(look: Look, _: Settings) -> Values | None:
    p99_ms = look.quantile_ms(0.99)
    return {"ms": round(p99_ms)} if p99_ms is not None and p99_ms > SLOW_MS else None


def _logins_wait(look: Look, _: Settings) -> Values | None:
    share = look.refusing()["login"]
    return {"share": f"{share:.0%}"} if share > LOGIN_REFUSED else None


TABLE: Mapping[str, tuple[bool, Callable[[Look, Settings], Values | None]]] = {
    "redis_away": (True, _redis_away),
    "no_worker": (True, _no_worker),
    "answers_refused": (True, _answers_refused),
    "disk": (True, _disk),
    "memory": (True, _memory),
    "not_open": (True, _not_open),
    "archive_away": (False, _archive_away),
    "drain_gone": (False, _drain_gone),
    "journal_waits": (False, _journal_waits),
    "worker_silent": (False, _worker_silent),
    "worker_young": (False, _worker_young),
    "slow": (False, _slow),
    "logins_wait": (False, _logins_wait),
    "wrong_codes": (False, _wrong_codes),
    "paused": (False, _paused),
}
"""Key -> whether pupils' answers are in danger or held up, and what tells it."""


def alarms(look: Look, settings: Settings) -> list[Alarm]:
    """The alarms that ring now."""
    found = []
    for key, (is_grave, tells) in TABLE.items():
        values = tells(look, settings)
        if values is not None:
            found.append(Alarm(key, is_grave, values))
    return found
