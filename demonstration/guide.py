"""What stands on the screen before `ready`: who you may be, where, with what, and what to try."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp

from demonstration.day import FREE, Day
from demonstration.note import Note

WIDTH = 78
TITLES = {"maths": "sits today", "english": "has not begun", "french": "has not begun"}
PUPILS_EACH = 6


def guide(day: Day, note: Note) -> str:
    """The whole of it. `pupil page:` and the codes stand on lines of their own, for whoever pipes them."""
    parts = (_pupil, _teacher, _names, _head, _operator, _papers)
    lines = ["", "A day of Passation in small".upper(), *(line for part in parts for line in part(day, note))]
    return "\n".join(lines)


def one_time_codes(note: Note) -> str:
    """What the operators' telephones would show now."""
    return "   ".join(f"{one['operator']}: {_now(one)}" for one in note.operators)


def _pupil(day: Day, note: Note) -> Iterator[str]:
    yield from _title("A pupil", "no name is known here; type a code, and sit a test")
    yield f"pupil page: {day.engine_origin}/"
    yield "Answer, close the tab, stop and start this demonstration, type the code again: it is all there."
    for test, state in TITLES.items():
        (one,) = note.classes(test)
        about = note.tests[test]
        plain = [code for code in one["codes"] if code not in one["supported"]][-FREE:]
        yield ""
        yield f"{about['title']} ({about['language']}), class {one['label']}, which {state}"
        yield from map(pretty, plain)
        yield "with all supports: listening, translations, plainer words"
        yield from map(pretty, one["supported"])


def _teacher(day: Day, note: Note) -> Iterator[str]:
    yield from _title("A teacher at the engine's own door", "pupils are numbers")
    for test, page, what in (
        ("maths", "", "follow the class: give time, pause, hand over to another computer"),
        ("paper", "#keying", "key answers from paper; two teachers disagree about one cell"),
        ("results", "#results", "read the results of the class"),
    ):
        one = note.classes(test)[0]
        yield f"{day.engine_origin}/teacher{page}"
        yield f"  room {one['room']}, code {pretty(note.doors[one['room']])}   {one['label']}: {what}"


def _names(day: Day, note: Note) -> Iterator[str]:
    yield from _title("A teacher at A.S.P.", "another program, another origin; the only one that has names")
    yield f"{day.authority_origin}/login"
    for test, page, what in (
        ("maths", "/room", "the same room, with names that never leave the browser"),
        ("paper", "/keying", "the same grid"),
        ("results", "/results", "results and a sheet for each pupil"),
    ):
        one = note.classes(test)[0]
        yield f"  {one['login']}   {pretty(one['password'])}   {one['label']}: {what}"
        yield f"    {day.authority_origin}{one['page']}{page}"


def _head(day: Day, note: Note) -> Iterator[str]:
    yield from _title("A head at A.S.P.", "class lists in, checked, validated; code sheets out")
    yield f"{day.authority_origin}/login"
    for one in note.authority["heads"][:2]:
        yield f"  {one['login']}   {pretty(one['password'])}   {one['school']}"


def _operator(day: Day, note: Note) -> Iterator[str]:
    yield from _title("Two operators", "what touches everybody is proposed by one, approved by the other")
    yield f"{day.engine_origin}/operator"
    for one in note.operators:
        yield (
            f"  {one['operator']}   {pretty(one['password'])}   one-time code {_now(one)}   ({one['role']}"
            f"{': in a private window' if one['role'] == 'approver' else ''})"
        )
    yield "  A one-time code is good once and for half a minute: press Enter here for new ones."


def _papers(day: Day, note: Note) -> Iterator[str]:
    yield from _title("On paper, and out of the house", "")
    yield f"{day.papers}: code sheets and letters as PDF, the signed files of codes"
    yield f"{day.folder / 'results'}: responses and scores of the classes that have sat"
    yield ""


def pretty(code: str) -> str:
    """In groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _title(who: str, what: str) -> Iterator[str]:
    yield ""
    yield f"── {who} {'─' * max(2, WIDTH - len(who) - 4)}"
    if what:
        yield f"{what[0].upper()}{what[1:]}."


def _now(operator: dict[str, str]) -> str:
    found = pyotp.parse_uri(operator["totp"])
    assert isinstance(found, pyotp.TOTP)
    return found.now()
