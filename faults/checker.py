"""The ledger against the evidence: what pupils were told, and what the archive holds; linear in both.

Invariants by the numbers of `simulation/README.md`: I1 nothing told is lost, I2 nothing is stored that was
not sent, I3 each once, I7 `sealed` is true, I8 nobody has another's, I9 the audit chain holds, I11 nothing
waits. I4 (nothing told goes back), I6 (seat and receipt) and I10 (no 400, 422, 500) are seen by the pupils
themselves and stand in `History.broken`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson

from engine.archive import Archive
from engine.archive.answers import batches_of
from engine.keyring import KeyRing
from engine.settings import Settings
from faults.history import History
from sessions.cipher import SessionCipher, Unreadable, unwrap_key

PAGE = 200


class Row(NamedTuple):
    """A batch of the archive; `answers` is None if it cannot be opened under its session's key."""

    session: str
    epoch: int
    n: int
    digest: str
    answers: tuple[tuple[str, str], ...] | None


class Held(NamedTuple):
    """All that the archive holds of a run."""

    rows: list[Row]
    statuses: dict[str, str]
    broken_audit_line: int | None


class Verdict(NamedTuple):
    """Counts of the report; `problems` tells them in words."""

    lost: int
    doubled: int
    crossed: int
    phantoms: int
    excused: int
    problems: list[str]


async def read_archive(settings: Settings, delivery: str) -> Held:
    """Open every batch of a delivery."""
    archive = await Archive.open(settings.archive_address)
    try:
        kek = KeyRing(settings.keys_dir).delivery(delivery).kek
        facts = [session async for session in archive.sessions(delivery)]
        rows: list[Row] = []
        for start in range(0, len(facts), PAGE):
            page = {session.sid: session for session in facts[start : start + PAGE]}
            for sid, batches in (await batches_of(archive.database, list(page))).items():
                key = unwrap_key(kek, page[sid].wrapped_key, sid, delivery)
                cipher = SessionCipher(key, sid, delivery)
                for batch in batches:
                    answers = _opened(cipher, batch.epoch, batch.n, batch.body)
                    rows.append(Row(sid.hex(), batch.epoch, batch.n, batch.digest.hex(), answers))
        statuses = {session.sid.hex(): session.status for session in facts}
        return Held(rows, statuses, await archive.first_broken_audit_line())
    finally:
        await archive.close()


def _opened(cipher: SessionCipher, epoch: int, n: int, body: bytes) -> tuple[tuple[str, str], ...] | None:
    try:
        answers = orjson.loads(cipher.open(epoch, n, body))["answers"]
    except (Unreadable, ValueError, KeyError):
        return None
    return tuple((answer["item"], answer["response"]["r1"]) for answer in answers)


def check(history: History, held: Held, *, is_forgetful: bool) -> Verdict:
    """Hold one against the other. `is_forgetful`: Redis itself lost what was on its disk."""
    problems = list(history.broken)
    lost, excused = _lost(history, held, problems, is_forgetful=is_forgetful)
    doubled = _doubled(held, problems, is_forgetful=is_forgetful)
    crossed = _crossed(history, held, problems)
    phantoms = _phantoms(history, held, problems)
    lost += _endings(history, held, problems)
    if held.broken_audit_line is not None:
        problems.append(f"I9: the audit log is broken at line {held.broken_audit_line}")
    if history.unfinished:
        problems.append(f"I11: {history.unfinished} pupils could not bring everything home")
    return Verdict(lost, doubled, crossed, phantoms, excused, problems)


def _lost(history: History, held: Held, problems: list[str], *, is_forgetful: bool) -> tuple[int, int]:
    """I1 and I7: what was told is there; where Redis forgot, each answer of it or what replaced it."""
    rows = {(row.session, row.n, row.digest) for row in held.rows}
    newest = _newest(held.rows)
    lost = excused = 0
    for key, told in history.told.items():
        if key in rows:
            continue
        was_sealed = key in history.sealed
        if is_forgetful and not _is_older(told.answers, newest[told.session]):
            if key in history.excused and not was_sealed:
                excused += 1
                continue
        elif is_forgetful:
            continue
        lost += 1
        kind = "I7: sealed" if was_sealed else "I1"
        problems.append(f"{kind}: lost batch {told.n} of {history.names[told.session]}: {told.answers}")
    return lost, excused


def _is_older(answers: Iterable[tuple[str, str]], newest: Mapping[str, int]) -> bool:
    """Whether each answer, or one that the pupil gave after it, is there."""
    return all(newest.get(item, 0) >= _version(text) for item, text in answers)


def _newest(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """session -> item -> the pupil's newest text of it."""
    newest: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        for item, text in row.answers or ():
            newest[row.session][item] = max(newest[row.session].get(item, 0), _version(text))
    return newest


def _version(text: str) -> int:
    return int(text.rpartition(" ")[2])


def _doubled(held: Held, problems: list[str], *, is_forgetful: bool) -> int:
    """I3: the same batch stands once; so does the same number, unless Redis forgot that it was given."""
    keys: list[tuple[str, str | int]] = [(row.session, row.digest) for row in held.rows]
    if not is_forgetful:
        keys += [(row.session, row.n) for row in held.rows]
    doubled = [key for key, count in Counter(keys).items() if count > 1]
    problems += [f"I3: {session} holds {what} twice" for session, what in doubled]
    return len(doubled)


def _crossed(history: History, held: Held, problems: list[str]) -> int:
    """I2 and I8: what a session holds opens under its key and was written by its pupil."""
    crossed = 0
    for row in held.rows:
        name = history.names.get(row.session, "nobody")
        if row.answers is None:
            problems.append(f"I2: batch {row.n} of {name} cannot be opened")
        elif not all(text.startswith(f"{name} ") for _, text in row.answers):
            crossed += 1
            problems.append(f"I8: batch {row.n} of {name} holds {row.answers}")
    crossed += sum("got a reply of" in broken or "was shown" in broken for broken in history.broken)
    return crossed


def _phantoms(history: History, held: Held, problems: list[str]) -> int:
    """I2: nothing stands there that its pupil never sent."""
    phantoms = [row for row in held.rows if history.sent.get((row.session, row.digest)) != row.n]
    problems += [f"I2: nobody sent batch {row.n} of {row.session}" for row in phantoms]
    return len(phantoms)


def _endings(history: History, held: Held, problems: list[str]) -> int:
    """I1 and I6 at the end: what counts in the archive is what the page showed; handed in is handed in."""
    counts = _counting(held.rows)
    lost = 0
    for ending in history.endings:
        name = history.names.get(ending.session, "nobody")
        if ending.is_handed_in and held.statuses.get(ending.session) != "submitted":
            problems.append(f"I6: {name} has a receipt, the archive says {held.statuses.get(ending.session)}")
        for item, text in ending.answers.items() if ending.is_home else ():
            if counts[ending.session].get(item) != text:
                lost += 1
                problems.append(
                    f"I1: {name} ends with {text}, the archive has {counts[ending.session].get(item)}"
                )
    return lost


def _counting(rows: Iterable[Row]) -> dict[str, dict[str, str]]:
    """session -> item -> the text that counts: of the highest (epoch, n)."""
    counting: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _in_order(rows):
        counting[row.session].update(dict(row.answers or ()))
    return counting


def _in_order(rows: Iterable[Row]) -> Iterator[Row]:
    yield from sorted(rows, key=lambda row: (row.session, row.epoch, row.n))
