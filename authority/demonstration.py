"""A demonstration school, made by the same steps that a school and the authority take.

The names are invented and unusual on purpose: accents, hyphens, apostrophes, long ones. Whoever looks for
one of them in the engine finds nothing.
"""

from __future__ import annotations

from itertools import islice, product
from pathlib import Path
from typing import Any, NamedTuple

from authority.codesfile import write_codes
from authority.credentials import issue
from authority.files import write
from authority.keys import Keys, public_pem
from authority.lists import read_list
from authority.paper import Letter, letters, sheets
from authority.passwords import Passwords
from authority.register import Credential, Pupil, Register, School
from authority.settings import Settings
from authority.sheeting import strips_of

WHO = "demonstration"
SCHOOL = School("0750999Z", "Collège Marie-Curie (démonstration)")
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


class Demonstrated(NamedTuple):
    """What the demonstration made."""

    school: str
    head_login: str
    head_password: str
    teachers: list[tuple[str, str, str]]
    pupils: int
    files: dict[str, Path]


def names(count: int) -> list[tuple[str, str]]:
    """As many different names as asked for, at most 196: every first name with every family name."""
    pairs = product(range(len(FAMILIES)), range(len(FIRSTS)))
    return [
        (FAMILIES[(first + shift) % len(FAMILIES)], FIRSTS[first]) for shift, first in islice(pairs, count)
    ]


def class_list(classes: int) -> bytes:
    """The list as a school exports it: `;`, French headings, Windows line ends, UTF-8 with its mark."""
    lines = ["Nom;Prénom;Date de naissance;Classe"]
    everybody = names(PUPILS * classes)
    for number in range(classes):
        for place, (family, first) in enumerate(everybody[number * PUPILS : (number + 1) * PUPILS]):
            year = 2015 if place != 7 else 2014
            day = f"{1 + (place * 7 + number) % 28:02}/{1 + place % 12:02}/{year}"
            lines.append(f"{family};{first};{day};6e {'ABCDEF'[number]}")
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


async def prepare(
    register: Register, keys: Keys, settings: Settings, out: Path, classes: int, now_ms: int
) -> Demonstrated:
    """Campaign, school, lists, validation, codes, sheets, letters, codes file; again gives new passwords."""
    campaign = await register.start("demonstration", "Évaluations de démonstration, sixième", 2015, now_ms)
    await register.lists.add_schools([SCHOOL], now_ms, WHO)
    await _lists(register, classes, now_ms)
    await register.codebook.make(now_ms, WHO)
    found = await register.lists.classes(SCHOOL.id)
    printed = await _letters(register, now_ms)
    files = {name: out / file for name, file in _FILES.items()}
    strips = await strips_of(register, found)
    about: dict[str, Any] = {"campaign": campaign.title, "language": "fr", "now_ms": now_ms}
    write(files["letters"], letters(printed, address=settings.own_origin + "/", **about))
    write(files["sheets"], sheets(strips, school=SCHOOL.title, address=settings.codes_page, **about))
    rows = await register.codebook.to_export(everything=True)
    signing: dict[str, Any] = {"pepper": keys.pepper(), "key": keys.signing()}
    written = write_codes(files["codes"], rows, campaign=campaign.id, created_ms=now_ms, **signing)
    await register.codebook.exported([row[0].session for row in rows], written.sha256, now_ms, WHO)
    write(files["public key"], public_pem(keys.signing().public_key()))
    head, *teachers = printed
    return Demonstrated(
        SCHOOL.title,
        head.login,
        head.password,
        [(letter.label, letter.login, letter.password) for letter in teachers],
        sum(one.pupils for one in found),
        files,
    )


_FILES = {
    "letters": "letters.pdf",
    "sheets": "sheets.pdf",
    "codes": "codes.ndjson",
    "public key": "authority.pub.pem",
}


async def _lists(register: Register, classes: int, now_ms: int) -> None:
    lists: dict[str, list[Pupil]] = {}
    for place, entry in enumerate(read_list(class_list(classes)).entries):
        factor = 1333 if place % PUPILS == 4 else 1000
        pupil = Pupil("", "", entry.family, entry.first, entry.born, "", factor)
        lists.setdefault(entry.label, []).append(pupil)
    await register.lists.import_lists(SCHOOL.id, lists, "", now_ms, WHO)
    for one in await register.lists.classes(SCHOOL.id):
        if one.validated_ms is None:
            await register.lists.validate(one.id, one.version, now_ms, WHO)


async def _letters(register: Register, now_ms: int) -> list[Letter]:
    head = (Credential(SCHOOL.id, "head", SCHOOL.id, "", ""), SCHOOL, "")
    teachers = [
        (Credential(one.room, "teacher", SCHOOL.id, one.id, ""), SCHOOL, one.label)
        for one in await register.lists.classes(SCHOOL.id)
    ]
    return await issue(register, Passwords(), [head, *teachers], now_ms, WHO)
