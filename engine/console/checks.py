"""The configuration check of one delivery before it opens: what is right, what to look at, what must not be.

The sentences stand in `words` as `check_KEY` and, where something is wrong, `check_KEY_bad`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.archive import Archive, Delivery
from engine.archive.operators import Accounts
from engine.archive.proposals import Proposals
from engine.archive.standing import created_ms, last_rehearsal_ms, population
from engine.assertion import authority_key
from engine.console.rights import may
from engine.keyring import KeyProblem, KeyRing
from engine.settings import Settings
from engine.signedfile import CodesFileProblem
from items.bank import Bank, UnknownForm

OK, LOOK, STOP = "ok", "look", "stop"


class Finding(NamedTuple):
    """One thing that was looked at."""

    key: str
    level: str
    values: dict[str, Any]


class Given(NamedTuple):
    """What is looked at."""

    archive: Archive
    keyring: KeyRing
    settings: Settings
    accounts: Accounts


async def check(given: Given, delivery: Delivery, now_ms: int) -> list[Finding]:
    """All findings, what must not be first."""
    found = [
        *await _people(given, delivery),
        *_window(delivery, now_ms),
        *_stored(given, delivery),
        *await _practice(given, delivery),
        *await _staff(given),
    ]
    return sorted(found, key=lambda one: (STOP, LOOK, OK).index(one.level))


async def _people(given: Given, delivery: Delivery) -> list[Finding]:
    who = await population(given.archive.database, delivery.id)
    longest_ms = round(delivery.duration_ms * who.factor_permille_max / 1000) + delivery.grace_ms
    ends_ms = delivery.closes_at_ms + longest_ms
    values = {
        "longest": round(longest_ms / 60_000),
        "lacks": -(-(ends_ms - delivery.intake_ends_ms) // 60_000),
    }
    return [
        Finding("codes", OK if who.sessions else STOP, {"count": who.sessions, "rooms": who.rooms}),
        Finding("rooms", STOP if who.rooms_without_codes else OK, {"count": who.rooms_without_codes}),
        Finding("closing", OK if delivery.intake_ends_ms >= ends_ms else STOP, values),
    ]


def _window(delivery: Delivery, now_ms: int) -> list[Finding]:
    is_past = delivery.state == "created" and delivery.opens_at_ms < now_ms
    is_over = now_ms > delivery.closes_at_ms
    lead_min = (delivery.opens_at_ms - delivery.login_opens_ms) // 60_000
    return [
        Finding("window", STOP if is_over else LOOK if is_past else OK, {}),
        Finding("lead", LOOK if lead_min < 5 else OK, {"minutes": lead_min}),
    ]


def _stored(given: Given, delivery: Delivery) -> list[Finding]:
    return [
        Finding("keys", _level(_has_keys(given.keyring, delivery.id)), {}),
        Finding("content", _level((given.settings.data_dir / "content" / delivery.form).is_file()), {}),
        Finding("form", _level(_has_form(given.settings, delivery.compiled)), {}),
        Finding("authority", *_authority(given.settings)),
    ]


async def _practice(given: Given, delivery: Delivery) -> list[Finding]:
    database = given.archive.database
    made_ms, rehearsed_ms = await created_ms(database, delivery.id), await last_rehearsal_ms(database)
    frozen_ms = await Proposals(database).frozen_since()
    key = "rehearsal" if rehearsed_ms else "rehearsed"
    return [
        Finding(key, OK if rehearsed_ms > made_ms else LOOK, {"made": made_ms, "rehearsed": rehearsed_ms}),
        Finding("frozen", OK if frozen_ms else LOOK, {}),
    ]


async def _staff(given: Given) -> list[Finding]:
    living = [one for one in await given.accounts.all() if not one.disabled_ms]
    deciders = sum(may(one.role, "decide") for one in living)
    if given.settings.single_operator:
        return [Finding("alone", LOOK, {})]
    return [Finding("deciders", OK if deciders >= 2 else STOP, {"count": deciders})]


def _has_keys(keyring: KeyRing, delivery: str) -> bool:
    try:
        keyring.delivery(delivery)
    except KeyProblem:
        return False
    return True


def _has_form(settings: Settings, compiled: str) -> bool:
    bank = Bank(settings.data_dir)
    try:
        bank.schema(compiled)
        bank.key(compiled)
    except (UnknownForm, OSError, ValueError):
        return False
    return True


def _authority(settings: Settings) -> tuple[str, dict[str, Any]]:
    """Teachers' pages need the authority's origin and key."""
    if not settings.authority_origin:
        return LOOK, {}
    try:
        authority_key(settings.keys_dir)
    except CodesFileProblem:
        return STOP, {}
    return OK, {}


def _level(is_right: bool) -> str:
    return OK if is_right else STOP
