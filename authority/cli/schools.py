"""`passation-authority schools`: add schools, print the letters with their credentials."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from authority.cli.console import Json, Language, Out, Who, checked_language, parts, say
from authority.clock import now_ms
from authority.credentials import issue
from authority.files import write
from authority.lists.csvlist import decoded
from authority.paper import letters
from authority.passwords import Passwords
from authority.problems import Conflict
from authority.register import Class, Credential, Register, School

app = typer.Typer(no_args_is_help=True, help="Schools: who they are, and the letters that let them in.")
_UAI = re.compile(r"[0-9]{7}[A-Z]")
_STILL = (
    "On the test site a page that is open with it may act for a quarter of an hour; `passation rooms renew` "
    "there ends it at once."
)


@app.command(name="import")
def import_schools(
    file: Annotated[Path, typer.Argument(help="CSV `uai;nom` with one line a school.")],
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """Add schools; those that are there already stay as they are."""
    found = read_schools(file)
    count = asyncio.run(_import(found, who))
    say({"added": count, "read": len(found)}, as_json, f"{count} schools added, {len(found)} read")


@app.command(name="list")
def list_schools(as_json: Json = False) -> None:
    """Each school with its classes, pupils and validated lists."""
    rows = asyncio.run(_list())
    lines = (
        f"{row['school']}  {row['classes']} classes ({row['validated']} validated), {row['pupils']} pupils"
        for row in rows
    )
    say({"schools": rows}, as_json, "\n".join(lines))


@app.command(name="letters")
def print_letters(
    out: Out,
    school: Annotated[str, typer.Option(help="One school; all that never had a letter if left out.")] = "",
    teachers: Annotated[
        bool, typer.Option("--teachers", help="One letter a class, for its teacher.")
    ] = False,
    label: Annotated[
        str, typer.Option("--class", help="With --school: the teacher of one class alone, by its name.")
    ] = "",
    language: Language = "fr",
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """New passwords, printed on letters and kept nowhere; former ones end, and their sign-ins.

    Without --school, an access that was withdrawn is passed over. On the test site a page that is open with a
    former access may still act for a quarter of an hour; `passation rooms renew` there ends it at once.
    """
    if label and not school:
        raise Conflict("letters", "--class needs --school: other schools have a class of that name too")
    wanted = Wanted(school.upper(), label, is_teachers=teachers or bool(label))
    count = asyncio.run(_letters(out, wanted, checked_language(language), who))
    say({"letters": count, "file": str(out)}, as_json, f"{count} letters in {out}: post them, then delete it")


@app.command()
def withdraw(
    school: Annotated[str, typer.Argument(help="The school, such as 0750001A.")],
    label: Annotated[
        str, typer.Option("--class", help="The teacher of this class; the head if left out.")
    ] = "",
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """End one credential alone, without a new one: it is refused at once, and its sign-ins end.

    On the test site a page that is open with it may still act for a quarter of an hour at most; until then
    `passation rooms renew`, by the test site's operator, ends it at once.
    """
    login = asyncio.run(_withdraw(school.upper(), label, who))
    told = f"{login}: withdrawn; `schools letters --school` gives a new one. {_STILL}"
    say({"withdrawn": login}, as_json, told)


class Wanted(NamedTuple):
    """Whose letters: everybody without one if no school is named."""

    school: str
    label: str
    is_teachers: bool


def read_schools(file: Path) -> list[School]:
    """Schools out of a CSV, or Conflict with the first wrong line."""
    try:
        text = decoded(file.read_bytes())
    except OSError as error:
        raise Conflict("file", f"cannot read {file}: {error.strerror}") from error
    found = []
    for line, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=";"), 1):
        if not row or (line == 1 and not _UAI.fullmatch(row[0].strip().upper())):
            continue
        uai = row[0].strip().upper()
        if len(row) < 2 or not _UAI.fullmatch(uai) or not row[1].strip():
            raise Conflict(
                "file", f"{file}, line {line}: expected `uai;nom`, such as 0750001A;Collège Colette"
            )
        found.append(School(uai, row[1].strip()))
    return found


async def _import(found: list[School], who: str) -> int:
    async with parts() as (_, _, register):
        return await register.lists.add_schools(found, now_ms(), who)


async def _list() -> list[dict[str, object]]:
    async with parts() as (_, _, register):
        classes = await register.lists.classes()
        rows: list[dict[str, object]] = []
        for school in await register.lists.schools():
            own = [one for one in classes if one.school == school.id]
            validated = sum(one.validated_ms is not None for one in own)
            pupils = sum(one.pupils for one in own)
            record = {"school": school.id, "classes": len(own), "validated": validated, "pupils": pupils}
            rows.append(dict(record))
        return rows


async def _withdraw(school: str, label: str, who: str) -> str:
    async with parts() as (_, _, register):
        login = (await _class(register, school, label)).room if label else school
        if not await register.doors.withdraw(login, now_ms(), who):
            raise Conflict("letters", f"there is no credential {login}: nothing was withdrawn")
        return login


async def _class(register: Register, school: str, label: str) -> Class:
    """A class by its name, or Conflict with the names that there are."""
    found = await register.lists.classes(school)
    for one in found:
        if one.label == label:
            return one
    names = ", ".join(one.label for one in found) or "none"
    raise Conflict("letters", f"{school} has no class {label!r}; its classes: {names}")


async def _letters(out: Path, wanted: Wanted, language: str, who: str) -> int:
    async with parts() as (settings, _, register):
        people = await (_teachers if wanted.is_teachers else _heads)(register, wanted)
        printed = await issue(register, Passwords(), people, now_ms(), who)
        if not printed:
            raise Conflict(
                "letters",
                "there is nobody without a letter; name a --school to print one again or after a withdrawal",
            )
        title = (await register.campaign()).title
        address = settings.own_origin + "/"
        data = letters(printed, campaign=title, address=address, language=language, now_ms=now_ms())
        write(out, data)
        return len(printed)


async def _heads(register: Register, wanted: Wanted) -> list[tuple[Credential, School, str]]:
    """Schools whose head never had a letter, or the one that is named."""
    if wanted.school:
        chosen = [await register.lists.school(wanted.school)]
    else:
        written_to = await register.doors.written_to()
        chosen = [one for one in await register.lists.schools() if one.id not in written_to]
    return [(Credential(one.id, "head", one.id, "", ""), one, "") for one in chosen]


async def _teachers(register: Register, wanted: Wanted) -> list[tuple[Credential, School, str]]:
    """Classes whose teacher never had a letter; all of a school when it is named, or its one class."""
    known = {one.id: one for one in await register.lists.schools()}
    if wanted.label:
        chosen = [await _class(register, wanted.school, wanted.label)]
    else:
        classes = await register.lists.classes(wanted.school or None)
        written_to = await register.doors.written_to()
        chosen = [one for one in classes if wanted.school or one.room not in written_to]
    return [
        (Credential(one.room, "teacher", one.school, one.id, ""), known[one.school], one.label)
        for one in chosen
    ]
