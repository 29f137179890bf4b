"""Scores and exports: what the pupils answered is what comes out, by session id and in the author's words."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.archive import tables
from engine.archive.answers import unscored
from engine.counting import CORROBORATED
from engine.keyring import KeyProblem
from engine.results import Exported, export
from engine.results.export import Options
from engine.results.texts import canonical, safe
from engine.scorerecord import Unreadable, open_record
from items.seal import unseal
from tests.engine.archives import DATABASES, NOON_MS, a_sid, emptied, empty_address, opened
from tests.engine.sittings import DEADLINE_MS, KEY, NAME, Sitting


@pytest.fixture(params=DATABASES)
async def sitting(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sitting]:
    """A sitting, once on each database."""
    async with opened(await emptied(empty_address(request, request.param))) as archive:
        yield Sitting(archive, tmp_path)


async def exported(sitting: Sitting, folder: Path, **options: Any) -> Exported:
    """The results of the sitting's delivery."""
    parts = (sitting.archive, sitting.keyring, sitting.bank, NAME)
    return await export(*parts, folder / "out", who="op-1", now_ms=NOON_MS, **options)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_right_answers_come_out_with_full_marks(sitting: Sitting, tmp_path: Path) -> None:
    """From sealed batches to two tables: each response as answered, each item scored, a total."""
    await sitting.begin()
    right, scorer = sitting.right(), sitting.scorer()
    first, rest = dict(list(right.items())[:7]), dict(list(right.items())[7:])
    await sitting.write(sitting.batch(1, 1, first), sitting.batch(1, 2, rest), ended=(1,))

    assert await sitting.score() == 1
    files = await exported(sitting, tmp_path)

    answered = {
        (scorer.authored(item), name): canonical(value)
        for item, response in right.items()
        for name, value in scorer.responses_in_authored(item, response).items()
    }
    responses, scores = rows(files.responses), rows(files.scores)
    assert {(row["item"], row["response"]): row["value"].removeprefix("'") for row in responses} == answered
    assert {row["n"] for row in responses} == {"1", "2"}
    assert {(row["session"], row["room"], row["counted"], row["late"]) for row in responses} == {
        (a_sid(1).hex(), "R1", "true", "")
    }
    items = [row for row in scores if row["item"]]
    assert [row["item"] for row in items] == [scorer.authored(item) for item in sitting.items]
    assert all(row["score"] == row["max_score"] for row in items if row["needs_marking"] == "false")
    (total,) = [row for row in scores if not row["item"]]
    assert float(total["score"]) == sum(float(row["score"]) for row in items if row["score"])
    assert (files.sessions, files.missing, total["needs_marking"]) == (1, 0, "true")


async def test_a_wrong_answer_scores_nothing_and_none_is_scored_too(sitting: Sitting, tmp_path: Path) -> None:
    """Every item has its row, answered or not: who reads the table sees what was left out."""
    await sitting.begin()
    right = sitting.right()["i1"]["r1"]
    wrong = next(
        choice for choice in sitting._key["items"]["i1"]["responses"]["r1"]["choices"] if choice != right
    )
    await sitting.write(sitting.batch(1, 1, {"i1": {"r1": wrong}}), ended=(1,))
    await sitting.score()

    files = await exported(sitting, tmp_path)

    assert [row["item"] for row in rows(files.responses)] == [sitting.scorer().authored("i1")]
    assert {row["score"] for row in rows(files.scores) if row["needs_marking"] == "false"} == {"0.0"}
    assert len(rows(files.scores)) == len(sitting.items) + 1


async def test_only_sessions_that_have_ended_are_scored(sitting: Sitting, tmp_path: Path) -> None:
    """Who still works is not in the tables, and who ended but waits for the scorer is counted as missing."""
    await sitting.begin(sessions=2)
    await sitting.write(*(sitting.batch(number, 1, sitting.right()) for number in (1, 2)), ended=(2,))

    assert (await exported(sitting, tmp_path)).missing == 1
    assert await sitting.score() == 1
    files = await exported(sitting, tmp_path)

    assert {row["session"] for row in rows(files.scores)} == {a_sid(2).hex()}
    assert files.missing == 0


async def test_a_late_batch_has_its_session_scored_again(sitting: Sitting, tmp_path: Path) -> None:
    """What an outage of ours held up counts, whenever it arrives; the table says that it came late."""
    await sitting.begin()
    right = sitting.right()
    async with sitting.lease.transaction(NOON_MS) as connection:
        outage = (1, DEADLINE_MS - 1000, DEADLINE_MS + 90_000)
        await sitting.archive.database.add(connection, tables.outages, [outage])
    await sitting.write(sitting.batch(1, 1, {"i1": right["i1"]}), ended=(1,))
    await sitting.score()
    late: dict[str, Any] = {"received_ms": DEADLINE_MS + 100_000, "age_ms": 150_000, "late": CORROBORATED}
    await sitting.write(sitting.batch(1, 2, {"i2": right["i2"]}, **late))

    assert await unscored(sitting.archive.database, NAME) == 1
    assert await sitting.score() == 1

    files = await exported(sitting, tmp_path)
    assert [(row["n"], row["late"], row["counted"]) for row in rows(files.responses)] == [
        ("1", "", "true"),
        ("2", CORROBORATED, "true"),
    ]


@pytest.mark.parametrize("believed", [False, True])
async def test_the_delivery_decides_whether_the_word_of_a_device_counts(
    sitting: Sitting, tmp_path: Path, believed: bool
) -> None:
    """Not counted, a late answer is still shown, beside the one that counts."""
    await sitting.begin(count_self_attested=believed)
    right = sitting.right()["i3"]
    late: dict[str, Any] = {"received_ms": DEADLINE_MS + 100_000, "age_ms": 150_000, "late": "self_attested"}
    in_time = sitting.batch(1, 1, {"i3": {name: "1" for name in right}})
    await sitting.write(in_time, sitting.batch(1, 2, {"i3": right}, **late), ended=(1,))
    await sitting.score()

    files = await exported(sitting, tmp_path)

    shown = [(row["n"], row["late"], row["counted"]) for row in rows(files.responses)]
    (scored,) = [row for row in rows(files.scores) if row["item"] == sitting.scorer().authored("i3")]
    if believed:
        assert shown == [("2", "self_attested", "true")]
        assert scored["score"] == scored["max_score"]
    else:
        assert shown == [("1", "", "true"), ("2", "self_attested", "false")]
        assert scored["score"] == "0.0"


async def test_scores_of_older_rules_are_computed_again(sitting: Sitting, tmp_path: Path) -> None:
    """A corrected rule reaches the sessions that were scored before it, at the next start of the drain."""
    await sitting.begin()
    await sitting.write(sitting.batch(1, 1, sitting.right()), ended=(1,))
    await sitting.score()
    await sitting.keeper.begin(sitting.lease, NOON_MS)
    assert await sitting.score() == 0
    async with sitting.lease.transaction(NOON_MS) as connection:
        await connection.execute(tables.scores.update().values(rules=0))

    await sitting.keeper.begin(sitting.lease, NOON_MS)

    assert await sitting.score() == 1


async def test_a_form_that_is_gone_holds_up_nobody_else(sitting: Sitting) -> None:
    """Its sessions wait for the form to be put back; the drain goes on."""
    await sitting.begin()
    await sitting.write(sitting.batch(1, 1, sitting.right()), ended=(1,))
    shutil.rmtree(tmp_key := sitting.contents.parent / "key")

    assert await sitting.score() == 1
    assert not tmp_key.exists()
    assert await unscored(sitting.archive.database, NAME) == 1


async def test_one_unreadable_session_does_not_hold_up_the_others(sitting: Sitting) -> None:
    """It is left for a person to look at, and stays counted as not scored."""
    await sitting.begin(sessions=3)
    batches = [sitting.batch(number, 1, sitting.right()) for number in (1, 2, 3)]
    await sitting.write(*batches, ended=(1, 2, 3))
    await sitting.cut_key(2)

    await sitting.score()

    assert await unscored(sitting.archive.database, NAME) == 1


async def test_scores_lie_encrypted_in_the_archive(sitting: Sitting) -> None:
    """A score is as personal as an answer: it opens with its session's key, in its session's place, alone."""
    await sitting.begin(sessions=2)
    await sitting.write(*(sitting.batch(number, 1, sitting.right()) for number in (1, 2)), ended=(1, 2))
    await sitting.score()

    async with sitting.archive.database.reading.connect() as connection:
        bodies = {row.sid: row.body for row in await connection.execute(select(tables.scores))}

    assert len(set(bodies.values())) == 2
    for body in bodies.values():
        assert b"items" not in body
        assert b"SCORE" not in body
    assert open_record(bodies[a_sid(1)], KEY, a_sid(1), NAME)["items"]
    with pytest.raises(Unreadable):
        open_record(bodies[a_sid(1)], KEY, a_sid(2), NAME)


async def test_without_its_key_a_delivery_gives_no_results(sitting: Sitting, tmp_path: Path) -> None:
    """Destroyed is destroyed: nothing is written, neither a file nor half of one."""
    await sitting.begin()
    await sitting.write(sitting.batch(1, 1, sitting.right()), ended=(1,))
    await sitting.score()
    await sitting.archive.mark_destroyed(NAME, who="op-1", now_ms=NOON_MS)
    sitting.keyring.destroy(NAME, NOON_MS)

    with pytest.raises(KeyProblem, match="was destroyed"):
        await exported(sitting, tmp_path)

    assert not (tmp_path / "out").exists()
    assert "keys.destroy" in [line.act async for line in sitting.archive.audit_lines()]


async def test_an_export_is_written_down(sitting: Sitting, tmp_path: Path) -> None:
    """Whoever took results out stands in the audit log."""
    await sitting.begin()
    await exported(sitting, tmp_path)

    assert [(line.act, line.who) async for line in sitting.archive.audit_lines()][-1] == (
        "results.export",
        "op-1",
    )


async def test_a_byte_order_mark_is_written_on_request(sitting: Sitting, tmp_path: Path) -> None:
    """Spreadsheets take a file with it for UTF-8; programs mostly do without."""
    await sitting.begin()

    plain = (await exported(sitting, tmp_path)).scores.read_bytes()
    marked = (await exported(sitting, tmp_path, options=Options(bom=True))).scores.read_bytes()

    assert marked == b"\xef\xbb\xbf" + plain


async def test_a_delivery_seals_its_content_under_its_own_key(sitting: Sitting) -> None:
    """The file is named by its hash and opens with the delivery's content key alone."""
    delivery = await sitting.begin()

    sealed = (sitting.contents / delivery.form).read_bytes()
    content_id, frames = unseal(sealed, key=sitting.keyring.delivery(NAME).content_key)
    assert hashlib.sha256(sealed).hexdigest() == delivery.form
    assert content_id.hex() == delivery.content_id
    assert frames[0].header["title"] == delivery.title


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-x", "'-x"),
        ("-1 234", "'-1 234"),
        ("-1.5", "-1.5"),
        ("-1,5", "-1,5"),
        ("+3", "+3"),
        ("a=b", "a=b"),
        ("", ""),
        (-3, -3),
        (None, None),
    ],
)
def test_a_spreadsheet_runs_no_answer_as_a_formula(value: object, shown: object) -> None:
    """A pupil's text is text; a number keeps its sign."""
    assert safe(value) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), ("a", "a"), (["a", "b c"], '["a","b c"]'), ([], "[]"), ("é", "é"), (["é"], '["é"]')],
)
def test_a_response_is_one_text(value: object, text: str) -> None:
    """A single value as it is, several as a JSON array: no answer can be read in two ways by its column."""
    assert canonical(value) == text
