"""Codes to the engine: it takes the file as it is, and finds nothing in it but what it may know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from authority.codesfile import write_codes, write_revocations
from authority.register.needs import DISPLAY, FACTORS, NEEDS, SUPPORTS, THEMES, chosen
from engine import codesfile, needs
from engine.codesfile import CodesFile, public_key
from engine.keyring import KeyRing
from engine.signedfile import CodesFileProblem
from sessions.codes import digest, normalise
from tests.authority.offices import NOON_MS, Office, office


async def exported(of: Office, path: Path) -> Path:
    """All codes of an office in a signed file."""
    rows = await of.register.codebook.to_export(everything=True)
    signing = {"pepper": of.keys.pepper(), "key": of.keys.signing()}
    write_codes(path, rows, campaign="test-2026", created_ms=NOON_MS, **signing)  # type: ignore[arg-type]
    return path


async def test_the_engine_takes_the_file_and_knows_every_code(tmp_path: Path) -> None:
    """Its reader verifies the signature; with the pepper it finds each typed code; a pupil who has every
    switch and a theme is not too much for a line."""
    everything = chosen(NEEDS, THEMES[0])
    async with office(tmp_path) as of:
        one = await of.with_class(count=4)
        pupils = await of.register.lists.pupils(one.id)
        needy = pupils[0]._replace(factor_permille=1333, needs=everything)
        await of.register.lists.correct_pupil(needy, NOON_MS, "test")
        changed = await of.register.lists.class_of(one.id)
        assert changed is not None
        await of.register.lists.validate(one.id, changed.version, NOON_MS, "test")
        await of.register.codebook.make(NOON_MS, "test")
        path = await exported(of, tmp_path / "codes.ndjson")
        codes = await of.register.codebook.of_classes(one.id)

        file = CodesFile.verify(path, public_key(of.keys.folder / "signing.pub.pem"))
        engine_keys = tmp_path / "engine-keys"
        engine_keys.mkdir(mode=0o700)
        (engine_keys / "pepper.json").write_bytes((of.keys.folder / "pepper.json").read_bytes())
        pepper = KeyRing(engine_keys).pepper()

    rows = {row.sid.hex(): row for row in file.rows()}
    assert (file.header.campaign, file.header.total) == ("test-2026", 5)
    assert rows.keys() == {code.session for code in codes}
    for code in codes:
        row = rows[code.session]
        assert (row.short, row.long) == tuple(
            digest(pepper, normalise(typed.lower())) for typed in (code.short, code.long)
        )
        assert row.room == one.room
        wanted = (1333, tuple(sorted(everything))) if code.pupil == needy.id else (1000, ())
        assert (row.factor_permille, row.needs) == wanted


def test_both_programs_know_the_same_needs_and_factors() -> None:
    """A switch that the engine does not know, or a second theme, would refuse a whole country's file."""
    ours, theirs = (SUPPORTS, DISPLAY, THEMES), (needs.SUPPORTS, needs.DISPLAY, needs.THEMES)
    assert [sorted(names) for names in ours] == [sorted(names) for names in theirs]
    assert sorted(NEEDS) == sorted(needs.NEEDS)
    assert [needs.problem_with(list(chosen(NEEDS, theme))) for theme in ("", *THEMES)] == [None] * 9
    assert needs.problem_with(list(NEEDS)) is not None
    assert all(codesfile.FACTOR_LOW <= factor / 1000 <= codesfile.FACTOR_HIGH for factor in FACTORS)


@pytest.mark.parametrize("field", ["name", "born", "school", "number", "class"])
async def test_a_file_that_carries_more_is_refused_by_the_engine(tmp_path: Path, field: str) -> None:
    """Even when this very authority signed it: one field too many, and nothing of it is used."""
    async with office(tmp_path) as of:
        await of.with_codes()
        lines = (await exported(of, tmp_path / "codes")).read_text().splitlines()
        lines[1] = json.dumps(json.loads(lines[1]) | {field: "x"})
        (tmp_path / "more").write_text("\n".join(lines) + "\n")

        with pytest.raises(CodesFileProblem, match=f"carries more than it may: {field}"):
            CodesFile.verify(tmp_path / "more", of.keys.signing().public_key())


async def test_only_new_codes_are_exported_a_second_time(tmp_path: Path) -> None:
    """A pupil who came later gets into a later file; the engine refuses a session that it has."""
    async with office(tmp_path) as of:
        one = await of.with_codes()
        first = [row[0].session for row in await of.register.codebook.to_export(everything=False)]
        await of.register.codebook.exported(first, "0" * 64, NOON_MS, "test")

        assert await of.register.codebook.to_export(everything=False) == []
        await of.with_codes(count=5)
        later = await of.register.codebook.to_export(everything=False)
        assert (len(first), len(later)) == (4, 2)
        assert {row[1] for row in later} == {one.room}


async def test_a_withdrawn_code_goes_into_the_signed_list_of_withdrawals(tmp_path: Path) -> None:
    """Only codes that the engine was given stand in it."""
    async with office(tmp_path) as of:
        await of.with_codes()
        given, kept, *_ = [row[0].session for row in await of.register.codebook.to_export(everything=True)]
        await of.register.codebook.exported([given], "0" * 64, NOON_MS, "test")
        await of.register.codebook.revoke([given, kept], NOON_MS, "test")

        sessions = await of.register.codebook.revocations()
        written = write_revocations(
            tmp_path / "out", sessions, campaign="c", created_ms=NOON_MS, key=of.keys.signing()
        )
        header, row, seal = (json.loads(line) for line in written.path.read_text().splitlines())

        assert (header["format"], header["count"], row) == ("passation-revocations/1", 1, {"session": given})
        of.keys.signing().public_key().verify(bytes.fromhex(seal["signature"]), bytes.fromhex(seal["sha256"]))
