"""What a hostile head, a broken office program or a stale page sends: refused in time, with what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from authority.lists import read_list
from authority.problems import BadList
from authority.register import Pupil, School
from tests.authority.offices import COLETTE, office, own_database, visitor

HEAD_LINE = "Nom;Prénom;Classe\n"
ROSTER = {
    "users.csv": "sourcedId,familyName,givenName\n1,Roux,Zoé\n",
    "classes.csv": "sourcedId,title\nc,6e A\n",
    "enrollments.csv": "classSourcedId,userSourcedId,role\nc,1,student\n",
}


def roster(**changed: str) -> bytes:
    """A OneRoster ZIP, with the files `users`, `classes`, `enrollments` changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
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
                f"{here}/access/letter.pdf": ({"over": "9" * 40}, 409),
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
