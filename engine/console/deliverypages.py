"""Deliveries: the list, a new one, one of them with its configuration check, and its rooms."""

from __future__ import annotations

import asyncio
from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from engine.archive.standing import rooms as rooms_of
from engine.console import running
from engine.console.acts import MESSAGE_MINUTES, MINUTES_MAX, possible
from engine.console.call import Call
from engine.console.checks import STOP, Given, check
from engine.console.day import STATUSES, telling
from engine.console.formpages import listed
from engine.deliveries import renew_room
from engine.staff import REASONS
from items.bank import NAME, Bank

ROOMS_PAGE = 50
DAY_MS = 86_400_000
TIMES = ("opens", "log_in_opens", "closes", "intake_ends")


async def deliveries(call: Call) -> Response:
    """All deliveries, the newest window first."""
    found = sorted(
        await call.console.archive.deliveries(destroyed=True), key=lambda one: one.opens_at_ms, reverse=True
    )
    return await call.page("deliveries.html", deliveries=found)


async def new(call: Call) -> Response:
    """The form for a new delivery."""
    return await _new(call, {}, "")


async def create(call: Call) -> Response:
    """Seal a form for a delivery, beside the worker: the command says what is wrong with it."""
    form = call.form
    if not NAME.fullmatch(form.get("form", "")):  # else a command would read it as one of its options
        return await _new(call, form, "choose a test of the bank", 422)
    told = await running.command(call.console.settings, *_arguments(form), "--who", call.who)
    if not told.is_done:
        return await _new(call, form, told.sentence, 422)
    return RedirectResponse(f"/operator/deliveries/{told.record['id']}?said=created", 303)


def _arguments(form: dict[str, str]) -> list[str]:
    """The command that the form's fields come to; what is wrong in them is left for it to refuse."""
    arguments = ["deliveries", "create", form["form"]]
    for option, field in (("--duration", "duration"), ("--grace", "grace"), ("--spread", "spread")):
        if text := form.get(field, "").strip()[:12].replace(",", "."):
            arguments.append(f"{option}={text}")
    for field in TIMES:
        if text := form.get(field, "")[:20]:
            arguments.append(f"--{field.replace('_', '-')}={_local(text)}")
    ticked = [field for field in ("count_self_attested", "keyed") if form.get(field) == "yes"]
    return [*arguments, *(f"--{field.replace('_', '-')}" for field in ticked)]


async def delivery(call: Call) -> Response:
    """One delivery: how it stands, the check, and what can be proposed now."""
    console = call.console
    found = await console.archive.delivery(call.path("delivery"))
    given = Given(console.archive, console.keyring, console.settings, console.accounts)
    findings = await check(given, found, call.now_ms) if found.state != "closed" else []
    counts = await console.archive.counts(found.id)
    newest = await console.proposals.newest()
    return await call.page(
        "delivery.html",
        delivery=found,
        findings=findings,
        stops=sum(one.level == STOP for one in findings),
        counts={status: counts.get(status, 0) for status in STATUSES},
        acts=possible(found) if call.may("propose") else [],
        open_acts={one.act for one in newest if one.delivery == found.id and one.is_open(call.now_ms)},
        reasons=REASONS,
        minutes_max=MINUTES_MAX,
        message_minutes=MESSAGE_MINUTES,
        telling=telling(found, call.now_ms),
    )


async def rooms(call: Call) -> Response:
    """The rooms of a delivery with their sessions by status, a page at a time, or those with a beginning."""
    asked = call.request.query_params
    found = await call.console.archive.delivery(call.path("delivery"))
    begins, after = asked.get("begins", "")[:24].strip(), asked.get("after", "")[:32]
    rows = await rooms_of(
        call.console.archive.database, found.id, after=after, begins=begins, limit=ROOMS_PAGE + 1
    )
    more = rows[ROOMS_PAGE - 1].room if len(rows) > ROOMS_PAGE else ""
    return await call.page(
        "rooms.html",
        delivery=found,
        rooms=rows[:ROOMS_PAGE],
        more=more,
        begins=begins,
        statuses=STATUSES,
    )


async def renew(call: Call) -> Response:
    """Withdraw the code of one room; the new one is printed on the server, and never shown here."""
    console, room = call.console, call.form.get("room", "")[:32]
    delivery = call.path("delivery")
    await renew_room(console.archive, console.store, delivery, room, who=call.who, now_ms=call.now_ms)
    begins = urlencode({"begins": room, "said": "renewed"})
    return RedirectResponse(f"/operator/deliveries/{delivery}/rooms?{begins}", 303)


async def _new(call: Call, typed: dict[str, str], error: str, status: int = 200) -> Response:
    forms = await asyncio.to_thread(listed, Bank(call.console.settings.data_dir))
    only = forms[0]["form"] if len(forms) == 1 else ""
    chosen = typed.get("form") or call.request.query_params.get("form", only)
    about = next((one for one in forms if one["form"] == chosen), None)
    minutes = str((about["duration_s"] or 2700) // 60) if about else ""
    values = {
        "duration": minutes,
        "grace": "10",
        "spread": "",
        "count_self_attested": "",
        "keyed": "",
        **typed,
        "form": chosen,
    }
    for field in TIMES:
        values.setdefault(field, "")
    return await call.page("new.html", status, forms=forms, typed=values, error=error)


def _local(text: str) -> str:
    """A field of kind datetime-local as the command takes it; what is no time is left for it to refuse."""
    try:
        return datetime.fromisoformat(text).isoformat(timespec="minutes")
    except ValueError:
        return text
