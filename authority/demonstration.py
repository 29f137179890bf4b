"""Demonstration schools, made by the same steps that schools and the authority take.

The names are invented and unusual on purpose: accents, hyphens, apostrophes, long ones. Whoever looks for
one of them in the engine finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from pathlib import Path
from typing import NamedTuple

from authority.codesfile import write_codes
from authority.credentials import issue
from authority.files import write
from authority.keys import Keys, public_pem
from authority.lists import read_list
from authority.paper import Letter, Strip, letters, sheets
from authority.passwords import Passwords
from authority.register import Class, Credential, Pupil, Register, School
from authority.register.needs import SUPPORTS
from authority.settings import Settings
from authority.sheeting import strips_of

WHO = "demonstration"
SCHOOL = School("0750999Z", "Collège Marie-Curie (démonstration)")
PRIMARY = School("0750998Y", "École Élisa-Lemonnier (démonstration)")
OTHER = School("0330997X", "Collège Flora-Tristan (démonstration)")
BORN = 2015
"""The usual birth year of sixième."""
BORN_CP = 2020
PUPILS = 30
FAMILIES = (
    *("Quennehen-Abgrall", "Łukaszewicz", "N'Guessan-Brou", "Özçelik", "de La Fayolle d'Urtubie"),
    *("Xhaferaj", "Ó Súilleabháin", "Nguyễn-Phạm", "Zbigniewska", "L'Hévéder"),
    *("Wattebled-Croüy", "Ngo Bikoï", "Żeromska", "Etcheverrigaray"),
)
FIRSTS = (
    *("Zéphyrine", "Maëlys-Ambre", "Thaddée", "Şeyma", "Ignátius", "Oïhan"),
    *("Wilhelmína", "Quitterie", "Yaël-Théophile", "Éloïse-Anne"),
    *("Gwenvaël", "Hedwige", "Barnabé-Loïc", "Ysoline"),
)


class Planned(NamedTuple):
    """A class to make, and the test that it is to sit: each test has a codes file of its own."""

    school: School
    label: str
    pupils: int
    born: int = BORN
    test: str = ""
    supported: tuple[int, ...] = ()
    """Places on the list whose pupils have every support of the player."""


class Teaches(NamedTuple):
    """A class as it was made: its teacher's credential, and the codes that stand on its sheets.

    Codes are never told otherwise; these open a demonstration alone. `supported` are those of pupils who
    have every support of the player.
    """

    school: str
    label: str
    test: str
    room: str
    page: str
    login: str
    password: str
    codes: list[str]
    supported: list[str]
    numbers: list[int]
    """Those of the pupils' strips, without the reserve."""


class Leads(NamedTuple):
    """A school's head."""

    school: str
    login: str
    password: str


class Demonstrated(NamedTuple):
    """What the demonstration made; head, teachers and pupils without more are those of the first school."""

    school: str
    head_login: str
    head_password: str
    teachers: list[tuple[str, str, str]]
    pupils: int
    files: dict[str, Path]
    heads: list[Leads]
    classes: list[Teaches]


def sixths(count: int) -> list[Planned]:
    """Classes of one school that sit one test."""
    return [Planned(SCHOOL, f"6e {letter}", PUPILS) for letter in "ABCDEF"[:count]]


DAY = (
    Planned(SCHOOL, "6e A", 24, test="maths", supported=(1, 9)),
    Planned(SCHOOL, "6e B", 24, test="results"),
    Planned(SCHOOL, "6e C", 12, test="english", supported=(1, 9)),
    Planned(SCHOOL, "6e D", 12, test="french", supported=(1, 9)),
    Planned(PRIMARY, "CP", 16, BORN_CP, "paper"),
    Planned(OTHER, "6e 1", 32, test="results"),
    Planned(OTHER, "6e 2", 32, test="results"),
)
"""A test day in small: one class sits, one has its results, two are still to come, one writes on paper."""


def names(count: int) -> list[tuple[str, str]]:
    """As many different names as asked for, at most 196: every first name with every family name."""
    pairs = product(range(len(FAMILIES)), range(len(FIRSTS)))
    return [
        (FAMILIES[(first + shift) % len(FAMILIES)], FIRSTS[first]) for shift, first in islice(pairs, count)
    ]


def class_list(plan: Sequence[Planned], everybody: Iterator[tuple[str, str]]) -> bytes:
    """The list as a school exports it: `;`, French headings, Windows line ends, UTF-8 with its mark."""
    lines = ["Nom;Prénom;Date de naissance;Classe"]
    for number, one in enumerate(plan):
        for place, (family, first) in enumerate(islice(everybody, one.pupils)):
            year = one.born if place != 7 else one.born - 1
            day = f"{1 + (place * 7 + number) % 28:02}/{1 + place % 12:02}/{year}"
            lines.append(f"{family};{first};{day};{one.label}")
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


async def prepare(
    register: Register, keys: Keys, settings: Settings, out: Path, plan: Sequence[Planned], now_ms: int
) -> Demonstrated:
    """Campaign, schools, lists, codes, sheets, letters, codes files; a second time gives new passwords."""
    campaign = await register.start("demonstration", "Évaluations de démonstration", BORN, now_ms)
    schools = list(dict.fromkeys(one.school for one in plan))
    await register.lists.add_schools(schools, now_ms, WHO)
    everybody = iter(names(sum(one.pupils for one in plan)))
    for school in schools:
        await _lists(register, [one for one in plan if one.school == school], everybody, now_ms)
    await register.codebook.make(now_ms, WHO)
    paper = _Paper(settings, out, campaign.title, now_ms)
    files = {"public key": paper.public_key(keys)}
    files |= await _codes(register, keys, plan, out, campaign.id, now_ms)
    printed: list[Letter] = []
    for place, school in enumerate(schools):
        printed += await _letters(register, school, now_ms)
        strips = await strips_of(register, await register.lists.classes(school.id))
        files[_named("sheets", school.id if place else "")] = paper.sheets(school, strips)
    files["letters"] = paper.letters(printed)
    return await _told(register, plan, printed, files)


class _Paper(NamedTuple):
    """What is printed, and where it goes."""

    settings: Settings
    out: Path
    campaign: str
    now_ms: int

    def letters(self, printed: Sequence[Letter]) -> Path:
        path, address = self.out / "letters.pdf", self.settings.own_origin + "/"
        about = {"campaign": self.campaign, "address": address, "language": "fr"}
        write(path, letters(printed, now_ms=self.now_ms, **about))
        return path

    def sheets(self, school: School, strips: Sequence[Strip]) -> Path:
        path = self.out / f"sheets-{school.id}.pdf"
        about = {"campaign": self.campaign, "address": self.settings.codes_page, "language": "fr"}
        write(path, sheets(strips, school=school.title, now_ms=self.now_ms, **about))
        return path

    def public_key(self, keys: Keys) -> Path:
        path = self.out / "authority.pub.pem"
        write(path, public_pem(keys.signing().public_key()))
        return path


async def _lists(
    register: Register, plan: Sequence[Planned], everybody: Iterator[tuple[str, str]], now_ms: int
) -> None:
    """A school's lists as it brings them; in each class one pupil has more time."""
    supported = {one.label: one.supported for one in plan}
    lists: dict[str, list[Pupil]] = {}
    for entry in read_list(class_list(plan, everybody)).entries:
        own = lists.setdefault(entry.label, [])
        factor = 1333 if len(own) == 4 else 1000
        needs = SUPPORTS if len(own) in supported[entry.label] else ()
        own.append(Pupil("", "", entry.family, entry.first, entry.born, "", factor, needs))
    school = plan[0].school.id
    await register.lists.import_lists(school, lists, "", now_ms, WHO)
    for one in await register.lists.classes(school):
        if one.validated_ms is None:
            await register.lists.validate(one.id, one.version, now_ms, WHO)


async def _codes(
    register: Register, keys: Keys, plan: Sequence[Planned], out: Path, campaign: str, now_ms: int
) -> dict[str, Path]:
    """A signed file for each test: the engine takes a file into one delivery."""
    rooms = {(one.school, one.label): one.room for one in await register.lists.classes()}
    everything = await register.codebook.to_export(everything=True)
    files = {}
    for test in dict.fromkeys(one.test for one in plan):
        own = {rooms[one.school.id, one.label] for one in plan if one.test == test}
        rows = [row for row in everything if row[1] in own]
        path = files[_named("codes", test)] = out / f"{_named('codes', test).replace(' ', '-')}.ndjson"
        signed = {"pepper": keys.pepper(), "key": keys.signing()}
        written = write_codes(path, rows, campaign=campaign, created_ms=now_ms, **signed)  # type: ignore[arg-type]
        await register.codebook.exported([row[0].session for row in rows], written.sha256, now_ms, WHO)
    return files


async def _letters(register: Register, school: School, now_ms: int) -> list[Letter]:
    head = (Credential(school.id, "head", school.id, "", ""), school, "")
    teachers = [
        (Credential(one.room, "teacher", school.id, one.id, ""), school, one.label)
        for one in await register.lists.classes(school.id)
    ]
    return await issue(register, Passwords(), [head, *teachers], now_ms, WHO)


async def _told(
    register: Register, plan: Sequence[Planned], printed: Sequence[Letter], files: dict[str, Path]
) -> Demonstrated:
    by_login = {letter.login: letter for letter in printed}
    found = {(one.school, one.label): one for one in await register.lists.classes()}
    taught = [await _teaches(register, found[one.school.id, one.label], one, by_login) for one in plan]
    heads = [
        Leads(school.title, school.id, by_login[school.id].password)
        for school in dict.fromkeys(one.school for one in plan)
    ]
    own = [one for one in taught if one.school == heads[0].school]
    teachers = [(one.label, one.login, one.password) for one in own]
    pupils = sum(one.pupils for one in plan if one.school == plan[0].school)
    return Demonstrated(*heads[0], teachers, pupils, files, heads, taught)


async def _teaches(
    register: Register, one: Class, planned: Planned, printed: Mapping[str, Letter]
) -> Teaches:
    codes = [code for code in await register.codebook.of_classes(one.id) if code.pupil]
    pupils = await register.lists.pupils(one.id)
    short = {code.pupil: code.short for code in codes}
    supported = [short[pupil.id] for pupil in pupils if pupil.needs]
    letter = printed[one.room]
    return Teaches(
        planned.school.title,
        one.label,
        planned.test,
        one.room,
        f"/classes/{one.id}",
        letter.login,
        letter.password,
        [short[pupil.id] for pupil in pupils],
        supported,
        sorted(code.number for code in codes),
    )


def _named(what: str, which: str) -> str:
    """Of the first school, or the only test, without more."""
    return f"{what} {which}" if which else what
