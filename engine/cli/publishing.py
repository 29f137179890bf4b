"""`passation results publish`, `withdraw`: what teachers and heads may see, and between which dates."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.archive import Archive, Conflict
from engine.archive.versions import judged_sessions
from engine.cli.console import Json, Who, parts, progress, say
from engine.cli.deliveries import moment
from engine.clock import now_ms
from engine.published.mastery import Mastery, read_mastery
from engine.published.national import National
from engine.published.publication import Publication, Publications
from engine.published.pupils import Domains
from engine.results.disclosure import LEAST
from engine.results.export import chosen_version
from engine.results.opening import Opener
from items.bank import Bank
from items.scorer import Scorer

PAGE = 500
DeliveryId = Annotated[str, typer.Argument(help="The delivery's id.")]


def publish(
    delivery: DeliveryId,
    opens: Annotated[str, typer.Option(help="From then on: 'now', '+2h', '+1d' or 2027-10-04T08:00.")],
    closes: Annotated[str, typer.Option(help="Until then.")],
    thresholds: Annotated[
        Path, typer.Option(help="JSON: groups, bounds, domains (engine/published/mastery.py).")
    ],
    national: Annotated[
        bool, typer.Option(help="Beside each class, what all pupils of the delivery did.")
    ] = False,
    min_cell: Annotated[
        int, typer.Option(help="Counts of fewer pupils are left out of the national figures.", min=LEAST)
    ] = LEAST,
    score_version: Annotated[
        int | None, typer.Option(help="Which judgement; the newest when not given.")
    ] = None,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Open the results to teachers and heads; again changes dates, thresholds or figures."""
    now = now_ms()
    opens_ms = moment(opens, now, now)
    times = opens_ms, moment(closes, now, opens_ms)
    mastery = _mastery(thresholds)
    made = asyncio.run(
        _publish(delivery, times, mastery, min_cell if national else None, score_version, who, as_json)
    )
    days = " to ".join(datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC") for ms in times)
    say(made.to_json(), as_json, f"results of {delivery}, score version {made.version}, open from {days}")


def withdraw(delivery: DeliveryId, who: Who = "operator", as_json: Json = False) -> None:
    """Close the results at once."""
    asyncio.run(_withdraw(delivery, who))
    say({"delivery": delivery, "published": False}, as_json, f"the results of {delivery} are closed")


async def _publish(
    delivery: str,
    times: tuple[int, int],
    mastery: Mastery,
    min_cell: int | None,
    version: int | None,
    who: str,
    as_json: bool,
) -> Publication:
    async with parts() as (settings, keyring, archive, _):
        found = await archive.delivery(delivery)
        chosen, form = await chosen_version(archive, found, version)
        scorer = Scorer(Bank(settings.data_dir).key(form))
        domains = Domains({item: scorer.domain(item) for item in scorer.items()}, mastery)
        if unknown := sorted(set(mastery.domains) - set(domains.names)):
            raise Conflict(f"no domain {unknown[0]!r} in this form: there are {', '.join(domains.names)}")
        opener = Opener(keyring.delivery(delivery).kek, delivery, chosen)
        figures = (
            None if min_cell is None else await _figures(archive, opener, domains, mastery, min_cell, as_json)
        )
        publication = Publication(delivery, chosen, *times, mastery, figures)
        detail: dict[str, Any] = {"version": chosen, "opens_ms": times[0], "closes_ms": times[1]}
        await archive.audit("results.publish", who=who, now_ms=now_ms(), delivery=delivery, **detail)
        Publications(settings.data_dir).put(publication)
        return publication


async def _figures(
    archive: Archive, opener: Opener, domains: Domains, mastery: Mastery, min_cell: int, as_json: bool
) -> dict[str, Any]:
    national = National(1 + len(domains.names), len(mastery.groups))
    with progress("sessions", None, as_json) as told:
        async for session in judged_sessions(archive.database, opener.delivery, opener.version, PAGE):
            national.add(domains.marks(opener.opened(session).items))
            if national.pupils % PAGE == 0:
                told(national.pupils)
    return national.to_json(min_cell)


async def _withdraw(delivery: str, who: str) -> None:
    async with parts() as (settings, _, archive, _store):
        await archive.delivery(delivery)
        await archive.audit("results.withdraw", who=who, now_ms=now_ms(), delivery=delivery)
        Publications(settings.data_dir).drop(delivery)


def _mastery(path: Path) -> Mastery:
    try:
        return read_mastery(json.loads(path.read_bytes()))
    except OSError as error:
        raise Conflict(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise Conflict(f"{path} is not JSON") from error
