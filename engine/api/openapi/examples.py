"""One sitting of a test of two questions, as it went over the line on a machine that is no more."""

from __future__ import annotations

from typing import Any

DELIVERY = "p9gwkqqc"
FORM = "61446572be57286ed6c17f1e82e084ca47a09f3b7d02cd5fd298fced40510545"
NOW_MS = 1_795_376_725_492
_ID = "9144d4370a5b84fd3e8b520a6e84fcac"
_READY: dict[str, Any] = {
    "id": _ID,
    "status": "ready",
    "form": FORM,
    "title": "Mathématiques, début de sixième",
    "language": "fr",
    "factor": 1.0,
    "needs": [],
    "limits": {"duration_ms": 2_700_000, "items": 2},
    "navigation": "free",
    "leads": False,
    "tells": False,
    "opens_at_ms": 1_795_376_725_371,
    "closes_at_ms": 1_797_968_725_371,
    "started_at_ms": None,
    "deadline_ms": None,
}
_RUNNING = _READY | {
    "status": "running",
    "started_at_ms": 1_795_376_725_557,
    "deadline_ms": 1_795_379_425_557,
}
_CHOSEN = {"r1": "hsbd"}

LOG_IN = {"code": "M1KZ M2SY 3Q5F", "room": "R1", "mark": "1764839205481156307"}
SEAT: dict[str, Any] = {
    "token": "AQAAEQEAAAGiBMq-IgAAAAEAAAAAAAAAAAAAAAAAAAAAAAABogTKvi"
    "GRRNQ3CluE_T6LUgpuhPyscDlnd2txcWOtUJtc9E-XtbrNjs2DUsbL",
    "session": _READY,
    "last": 0,
    "sealed": 0,
    "now_ms": 1_795_376_725_537,
    "instructions": '<div class="qti-rubric"><p>Prends une feuille de brouillon.</p></div>',
    "slot_ms": 3_120,
}
OPENING: dict[str, Any] = {"opens_at_ms": 1_795_376_725_371, "slot_ms": 3_480, "now_ms": 1_795_376_694_102}
STARTED: dict[str, Any] = {
    "token": "AQAAEQIAAAGiBMq-IgAAAAIAAAGiBMq-NQAAAaIE8_EVAAABogTKvj"
    "WRRNQ3CluE_T6LUgpuhPyscDlnd2txcWN8QWhcGcKY3DUcsjz7Fpll",
    "session": _RUNNING,
    "last": 0,
    "sealed": 0,
    "now_ms": 1_795_376_725_557,
    "content_key": "cq839ebSWA+XNYJV++ZOQyUPuxP+0G/cZnS/xzmevDg=",
    "order": [
        {
            "part": "t1",
            "section": "s1",
            "items": [
                {"item": "i1", "choices": {"r1": ["jhcg", "nscl", "jqgx", "hsbd"]}},
                {"item": "i2", "choices": {"r1": ["vpzs", "bpzf", "mkrq", "xnbp", "nhcw"]}},
            ],
        }
    ],
}
BATCH: dict[str, Any] = {
    "n": 1,
    "answers": [{"item": "i1", "response": _CHOSEN, "elapsed_ms": 41_200, "age_ms": 1_830}],
    "at": "i2",
    "held": 0,
}
HEARTBEAT: dict[str, Any] = {"answers": [], "at": "i2", "held": 0}
ACKNOWLEDGEMENT: dict[str, Any] = {
    "last": 1,
    "sealed": 0,
    "lease": "AQAAAAGiBMq-SQAAAaIE8_EVkUTUNwpbYeXRPrPZ-9XEB6cJ",
    "now_ms": 1_795_376_725_577,
    "remaining_ms": 2_699_980,
    "flush_after_ms": 4000,
    "notices": [],
}
ATTEMPT: dict[str, Any] = {
    "kind": "attempt",
    "n": 2,
    "answers": [
        {"item": "i2", "response": {"r1": "vpzs"}, "elapsed_ms": 18_600, "age_ms": 40, "attempt": True}
    ],
    "at": "i2",
    "held": 1,
}
ATTEMPTED: dict[str, Any] = {
    "last": 2,
    "sealed": 1,
    "lease": "AQAAAAGiBMq-SQAAAaIE8_EVkUTUNwpbYeXRPrPZ-9XEB6cJ",
    "now_ms": 1_795_376_726_104,
    "remaining_ms": 2_699_453,
    "flush_after_ms": 4000,
    "notices": [],
    "item": "i2",
    "taken": True,
    "view": {
        "feedback": {"f1": "not there: look at the second line again"},
        "choices": {"f1": "vpzs"},
        "attempts": 1,
        "left": 1,
        "over": False,
    },
}
RESUMED: dict[str, Any] = {
    "token": "AQAAEQIAAAGiBMq-IgAAAAIAAAGiBMq-NQAAAaIE8_EVAAABogTKxh"
    "2RRNQ3CluE_T6LUgpuhPyscDlnd2txcWPfkh34SQY7pADgyNt33E2o",
    "session": _RUNNING,
    "last": 1,
    "sealed": 1,
    "now_ms": 1_795_376_727_581,
    "answers": {"i1": {"response": _CHOSEN, "n": 1}},
    "at": "i2",
}
ASK_WAY: dict[str, Any] = {"kind": "route", "after": "i1", "route": [], "last": 1}
WAY: dict[str, Any] = {
    "step": "i1>i2@1795376727583~q2cCmmJqTb1hYV8nT3xkpA",
    "order": [
        {
            "part": "t1",
            "section": "s1",
            "items": [{"item": "i1", "choices": {"r1": ["jhcg", "nscl", "jqgx", "hsbd"]}}],
        },
        {
            "part": "t2",
            "section": "s2",
            "items": [{"item": "i2", "choices": {"r1": ["vpzs", "bpzf", "mkrq", "xnbp", "nhcw"]}}],
        },
    ],
    "feedback": [],
    "last": 1,
    "sealed": 1,
    "now_ms": 1_795_376_727_583,
}
ASK_LAST_WORDS: dict[str, Any] = {"kind": "last-words", "route": [WAY["step"]]}
HAND_IN = {"last": 1}
HANDED_IN: dict[str, Any] = {
    "token": "AQAAEQQAAAGiBMq-IgAAAAMAAAGiBMq-NQAAAaIE8_EVAAABogTKxi"
    "KRRNQ3CluE_T6LUgpuhPyscDlnd2txcWNrfS9cEM6l0ZrJula5qCgY",
    "session": _RUNNING | {"status": "submitted"},
    "last": 1,
    "sealed": 1,
    "now_ms": 1_795_376_727_586,
    "receipt": "T1KB KZDF",
}
LEDGER = (
    f'{{"session":"{_ID}","epoch":1795376725538,"n":1,'
    '"sha256":"4e4c7ba4b6d85a3fd98d6eaf8c71a2d7aae0b8b8ef23a9f04573952b2738d7a9"}\n'
)
FILE: dict[str, Any] = {
    "file": "5d1c0e7b9a3f4c2d8e6b7a1f0c9d3e52",
    "offset": 262_144,
    "size": 614_409,
    "now_ms": 1_795_376_725_601,
}
ROOM: dict[str, Any] = {
    "now_ms": NOW_MS,
    "seats": [
        {
            "session": _ID,
            "number": 427,
            "is_keyed": False,
            "status": "running",
            "at": 2,
            "items": 2,
            "held": 0,
            "last": 3,
            "sealed": 2,
            "seen_ms": NOW_MS - 4_000,
            "deadline_ms": NOW_MS + 600_000,
            "safe": True,
        }
    ],
}
_MARK = {"id": "9f3c01ab-7", "kind": "value", "value": "kqzb", "who": "0" * 32, "at_ms": NOW_MS - 60_000}
KEYING: dict[str, Any] = {
    "now_ms": NOW_MS,
    "who": "0" * 32,
    "holder": "1" * 32,
    "title": "Mathématiques CP",
    "ends_ms": NOW_MS + 86_400_000,
    "lock": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "columns": [
        {
            "cell": "i1.r1",
            "label": "1",
            "section": "Nombres",
            "kind": "choice",
            "choices": [{"value": "kqzb", "text": "juste"}, {"value": "wptn", "text": "faux"}],
        }
    ],
    "rows": [
        {
            "session": _ID,
            "number": 427,
            "status": "running",
            "tag": "running.1764000000000.3",
            "cells": {"i1.r1": [_MARK]},
        }
    ],
}
KEYED: dict[str, Any] = {
    "known": {_ID: "running.1764000000000.3"},
    "typed": [
        {
            "session": _ID,
            "cell": "i1.r1",
            "id": "9f3c01ab-8",
            "kind": "value",
            "value": "wptn",
            "over": ["9f3c01ab-7"],
        }
    ],
    "hand_in": [],
}
