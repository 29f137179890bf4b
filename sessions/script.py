"""The Lua scripts, put together from the files in `lua/` and the tables that Python owns.

Places in the session record, the table of transitions and the limits are generated into the head of the
script, so that Lua cannot hold another opinion of them.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sessions.keys import CONSTANT_FIELDS, REPLY_FIELDS, STATE_FIELDS, TEXT_FIELDS
from sessions.model import RECEIPT
from sessions.states import NUMBERS, RANKS, REFUSALS, TRANSITIONS, Status

DIGEST_BYTES = 8
"""Kept of each accepted batch: enough to tell a repeat from a fork among the batches of one pupil."""
DIGESTS_KEPT = 16
"""Digests in the session record, which each save writes whole; beyond it the older ones are spilled."""
DIGESTS_LEFT = 4
"""So many stay: a batch that is repeated is one of the last."""
LOOSE_BYTES = 160
"""Batches are put in order when those that came since make so much text: eleven of them, of three items."""
BATCHES_MAX = 2_000
"""Batches a session may hold: one every two seconds for more than an hour; digests then take 16 kB."""
ASIDES_MAX = 50
"""Refused batches kept as evidence, a session; the device decides how many come, so more are only counted."""
TAKE_OVER_WAIT_MS = 600_000
"""A second take-over within ten minutes waits for the teacher (P3)."""
MARK_BYTES = 8
"""Of what a device draws for a log-in: enough to tell the log-ins of one pupil apart."""
LOGINS_KEPT = 8
"""The latest log-ins of a session, which a late copy of one of them must not repeat."""
LOGIN_MARK_MS = 600_000
"""How long a log-in may be repeated: longer than any line keeps a request, as long as a take-over waits."""
OUTAGES_MAX = 200
"""Outages remembered, a partition: of five seconds, the least there is, a quarter of an hour."""

FOLDER = Path(__file__).parent / "lua"


class Script(NamedTuple):
    """A script's text and the name under which Redis knows it."""

    text: str
    sha: str


@cache
def sessions_script() -> Script:
    """The script that all operations on sessions go through."""
    names = ("head", "batches", "answers", "course", "staff", "keeping", "run")
    return _script("\n".join([*_tables(), *_record_functions()]), names, _constants())


@cache
def upkeep_script() -> Script:
    """The script of clocks, outages, leases and the records of deliveries."""
    return _script("", ("upkeep",), {"OUTAGES_MAX": OUTAGES_MAX})


def _script(head: str, names: Sequence[str], constants: Mapping[str, int | str]) -> Script:
    """The files behind `head`, values in the place of the constants' names.

    As locals, each of the script's functions would look for those that it uses in a list of them all, on
    every call.
    """
    parts = [head, *((FOLDER / f"{name}.lua").read_text(encoding="utf-8") for name in names)]
    called = re.compile(rf"\b({'|'.join(constants)})\b")
    text = called.sub(lambda found: str(constants[found[1]]), "\n".join(parts))
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _constants() -> dict[str, int | str]:
    """EPOCH: 3 and so on: places in the record, numbers of the statuses, limits; what is on a screen."""
    codes = [python_code for _, python_code in STATE_FIELDS.values()]
    constants: dict[str, int | str] = {
        **{name: place for place, name in enumerate([*STATE_FIELDS, *TEXT_FIELDS], start=1)},
        **{name: place for place, name in enumerate(CONSTANT_FIELDS, start=1)},
        **{status.name: NUMBERS[status] for status in Status},
        "REPLY_BYTES": struct.calcsize(">" + "".join(codes[:REPLY_FIELDS])),
        "STATE_BYTES": struct.calcsize(">" + "".join(codes)),
        "TEXTS": struct.calcsize(">" + "".join(codes)) + 4 * len(TEXT_FIELDS) + 1,
        "SPILLED_BYTE": struct.calcsize(">" + "".join(codes[:-1])) + 1,
        "TICKET_BYTE": struct.calcsize(">" + codes[0]) + 1,
        "HEAD_BYTES": struct.calcsize(">" + "".join(codes[: REPLY_FIELDS - 1])),
        "AFTER_HELD": struct.calcsize(">" + "".join(codes[: REPLY_FIELDS + 2])) + 1,
        "DIGEST_BYTES": DIGEST_BYTES,
        "DIGESTS_KEPT": DIGESTS_KEPT,
        "DIGESTS_LEFT": DIGESTS_LEFT,
        "LOOSE_BYTES": LOOSE_BYTES,
        "BATCHES_MAX": BATCHES_MAX,
        "ASIDES_MAX": ASIDES_MAX,
        "TAKE_OVER_WAIT_MS": TAKE_OVER_WAIT_MS,
        "MARK_BYTES": MARK_BYTES,
        "LOGINS_KEPT": LOGINS_KEPT,
        "LOGIN_MARK_MS": LOGIN_MARK_MS,
        "RECEIPT": f'"{RECEIPT}"',
    }
    return {name.upper(): value for name, value in constants.items()}


def _tables() -> list[str]:
    """NEXT[status][event], REFUSAL[status] and RANK[status]."""
    ranks = ", ".join(f"[{NUMBERS[status]}] = {rank}" for status, rank in RANKS.items())
    refusals = ", ".join(f'[{NUMBERS[status]}] = "{verdict}"' for status, verdict in REFUSALS.items())
    rows = []
    for status, row in TRANSITIONS.items():
        steps = ", ".join(f"{event} = {NUMBERS[end]}" for event, end in row.items())
        rows.append(f"    [{NUMBERS[status]}] = {{ {steps} }},")
    following = ["local NEXT = {", *rows, "}"]
    return [f"local RANK = {{ {ranks} }}", f"local REFUSAL = {{ {refusals} }}", *following]


def _record_functions() -> list[str]:
    """Lua's way from the session record to an array and back."""
    numbers = "".join(lua_code for lua_code, _ in STATE_FIELDS.values())
    first = len(STATE_FIELDS) + 1
    texts = [f"r[{place}]" for place in range(first, first + len(TEXT_FIELDS))]
    places = [*(f"r[{place}]" for place in range(1, first)), *(f"#{text}" for text in texts)]
    return [
        f'local RECORD = ">{numbers}{"I" * len(TEXT_FIELDS)}"',
        "local function pack_record(r)",
        f"    return struct.pack(RECORD, {', '.join(places)}) .. {' .. '.join(texts)}",
        "end",
        "local function unpack_record(packed)",
        "    local r = { struct.unpack(RECORD, packed) }",
        "    local from = TEXTS",
        f"    for place = {first}, {first + len(TEXT_FIELDS) - 1} do",
        "        local size = r[place]",
        "        r[place] = string.sub(packed, from, from + size - 1)",
        "        from = from + size",
        "    end",
        "    return r",
        "end",
    ]
