"""What a hostile head, a broken office program or a stale page sends: refused in time, with what to do."""

from __future__ import annotations

import asyncio
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from authority.lists import Found, read_list
from authority.lists.oneroster import UNPACKED_MAX
from authority.problems import BadList
from authority.register import Pupil, School
from authority.web import imports
from tests.authority.offices import COLETTE, office, own_database, visitor

HEAD_LINE = "Nom;Prénom;Classe\n"
ROSTER = {
    "users.csv": "sourcedId,familyName,givenName\n1,Roux,Zoé\n",
    "classes.csv": "sourcedId,title\nc,6e A\n",
    "enrollments.csv": "classSourcedId,userSourcedId,role\nc,1,student\n",
}


def roster(method: int = zipfile.ZIP_DEFLATED, **changed: str) -> bytes:
    """A OneRoster ZIP, with the files `users`, `classes`, `enrollments` changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, text in ROSTER.items():
            archive.writestr(name, changed.get(name.removesuffix(".csv"), text))
    return file.getvalue()


def reason(data: bytes) -> str:
    with pytest.raises(BadList) as bad:
        read_list(data)
    return bad.value.reason


def test_a_few_kilobytes_that_unpack_to_millions_of_lines_are_refused() -> None:
    """Lines are counted while they are read, not kept first."""
    bomb = roster(users="a\n" * 2_000_000)
    assert len(bomb) < 10_000
    assert reason(bomb) == "too_big"
    assert reason((HEAD_LINE + ";\n" * 300_000).encode()) == "too_big"


def test_a_few_kilobytes_that_unpack_past_the_bound_of_bytes_are_refused() -> None:
    """Whatever their lines are: each of these, and their number, would pass."""
    bomb = roster(users=f"{'a' * 250}\n" * (UNPACKED_MAX // 250))
    assert len(bomb) < 100_000
    assert reason(bomb) == "too_big"


@pytest.mark.parametrize("commas", ["," * 19_900_000, '"\n",' * 4_900_000], ids=["line", "quoted"])
def test_a_row_that_no_office_writes_is_refused_before_it_is_taken_apart(commas: str) -> None:
    """Twenty kilobytes may unpack to one row of millions of cells, in one line or in many."""
    bomb = roster(users=f"{commas}一\n")
    assert len(bomb) < 30_000
    tracemalloc.start()
    try:
        assert reason(bomb) == "not_csv"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 5 * UNPACKED_MAX
    assert reason((HEAD_LINE + ";" * 900_000).encode()) == "not_csv"
    assert reason((";" * 900_000 + "\n").encode()) == "not_csv"


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_zip_packed_as_no_office_program_does_is_refused_unopened(method: int) -> None:
    """An entry may ask for a dictionary of four gigabytes before its first byte."""
    assert reason(roster(method)) == "other_zip"
    assert len(read_list(roster(zipfile.ZIP_STORED)).entries) == 1


async def test_lists_are_read_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends many at once waits for the machine's memory; every one is read."""
    now, most = [0], [0]

    def watched(data: bytes, label: str) -> Found:
        now[0] += 1
        most[0] = max(most[0], now[0])
        try:
            return read_list(data, label)
        finally:
            now[0] -= 1

    monkeypatch.setattr(imports, "read_list", watched)
    many = (HEAD_LINE + "Roux;Zoé;6e A\n" * 4000).encode()
    async with office(tmp_path) as of:
        password = await of.credential(COLETTE.id, "head", COLETTE)
        async with visitor(of, COLETTE.id, password) as head:
            await head.get("/school/import")
            file = {"file": ("liste.csv", many)}
            replies = await asyncio.gather(*(head.post("/school/import", files=file) for _ in range(6)))
    assert [reply.status_code for reply in replies] == [303] * 6
    assert most == [1]


def test_a_zip_with_any_byte_changed_is_a_list_or_a_refusal() -> None:
    """No damage ends in a surprise."""
    whole = roster()
    assert len(read_list(whole).entries) == 1
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        try:
            read_list(bytes(damaged))
        except BadList:
            continue


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "utf-32"])
def test_a_list_is_read_in_whatever_an_office_writes(encoding: str) -> None:
    """The name is the same, and no sign is lost between the letters."""
    (entry,) = read_list((HEAD_LINE + "-Étienne;Zoé;6e A\n").encode(encoding)).entries
    assert (entry.family, entry.first, entry.label) == ("-Étienne", "Zoé", "6e A")


def test_what_no_sheet_can_print_is_left_out_by_line() -> None:
    """A formula is no name, and no class has signs of another script."""
    text = HEAD_LINE + "=cmd|' /C calc'!A0;Zoé;6e A\nRoux;+Tom;6e A\nRoux;Tom;六年级\nRoux;Tom;6e A\n"
    found = read_list(text.encode())
    assert [(one.line, one.reason) for one in found.wrong] == [
        *((2, "letters"), (3, "letters")),
        (4, "label_letters"),
    ]
    assert len(found.entries) == 1


@pytest.mark.parametrize("database", ["", pytest.param("postgresql", marks=pytest.mark.long)])
async def test_forms_that_no_page_sends_are_refused(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    """Numbers past every bound, signs that no database holds, another class's pupils and codes."""
    address = await own_database(request.getfixturevalue("pg_url")) if database else ""
    async with office(tmp_path, address) as of:
        own, other = await of.with_codes("6e A"), await of.with_codes("6e B")
        password = await of.credential(COLETTE.id, "head", COLETTE)
        pupil = (await of.register.lists.pupils(own.id))[0]
        strangers = (await of.register.lists.pupils(other.id))[0]
        codes = await of.register.codebook.of_classes(own.id)
        reserve = next(code for code in codes if code.is_reserve)
        async with visitor(of, COLETTE.id, password) as head:
            here = f"/classes/{own.id}"
            fields = {"family": "Roux", "first": "Zoé"}
            sent = {
                f"{here}/pupils/{pupil.id}": (fields | {"version": "9" * 40}, 409),
                f"{here}/validation": ({"checked": "yes", "version": "9" * 400}, 409),
                f"{here}/access/letter": ({"over": "9" * 40}, 409),
                f"{here}/pupils": (fields | {"family": "Ro\x00ux"}, 400),
                f"{here}/pupils/%00": (fields | {"version": "1"}, 404),
                f"{here}/pupils/{strangers.id}": (fields | {"version": str(strangers.version)}, 409),
                f"{here}/pupils/{strangers.id}/removal": ({}, 409),
                f"{here}/codes/{reserve.session}/pupil": ({"pupil": strangers.id}, 409),
            }
            got = {path: (await head.post(path, form)).status_code for path, (form, _) in sent.items()}
        assert got == {path: status for path, (_, status) in sent.items()}
        assert [one.version for one in await of.register.lists.pupils(own.id, other.id)] == [1] * 6


async def test_a_class_full_of_pupils_takes_no_more(tmp_path: Path) -> None:
    """The bound holds for lists and for one by one."""
    async with office(tmp_path) as of:
        school = School("0750002B", "École")
        await of.register.lists.add_schools([school], of.clock[0], "test")
        own = await of.with_class("CP", 3, school)
        many = [Pupil("", "", f"Nom{chr(97 + n // 26)}{chr(97 + n % 26)}", "Zoé") for n in range(57)]
        await of.register.lists.import_lists(school.id, {"CP": many}, "", of.clock[0], "test")
        password = await of.credential(school.id, "head", school)
        async with visitor(of, school.id, password) as head:
            reply = await head.post(f"/classes/{own.id}/pupils", {"family": "Roux", "first": "Tom"})
        assert reply.status_code == 409
