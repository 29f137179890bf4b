"""Class lists as offices bring them: read as they were meant, refused by the line, odd ones shown."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authority.lists import oddities, read_list
from authority.lists.csvlist import split_name
from authority.lists.entries import Entry, Wrong
from authority.problems import BadList
from authority.register import Class, Pupil

ZOE = Entry("6e A", "D'Étienne", "Zoé", "2015-03-12")
TEXT = "Nom;Prénom;Date de naissance;Classe;Téléphone\r\nD’Étienne;Zoé;12/03/2015;6e A;0600000000\r\n"
SIECLE = """<?xml version="1.0" encoding="ISO-8859-15"?><BEE_ELEVES VERSION="2.1"><DONNEES><ELEVES>
<ELEVE ELEVE_ID="1"><ID_NATIONAL>0123456789A</ID_NATIONAL><NOM_DE_FAMILLE>Zoë</NOM_DE_FAMILLE>
<PRENOM>Anne</PRENOM><DATE_NAISS>01/02/2015</DATE_NAISS></ELEVE>
<ELEVE ELEVE_ID="2"><NOM>Parti</NOM><PRENOM>Léo</PRENOM></ELEVE></ELEVES>
<STRUCTURES><STRUCTURES_ELEVE ELEVE_ID="1"><STRUCTURE><CODE_STRUCTURE>6A</CODE_STRUCTURE>
<TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE><STRUCTURE><CODE_STRUCTURE>LATIN</CODE_STRUCTURE>
<TYPE_STRUCTURE>G</TYPE_STRUCTURE></STRUCTURE></STRUCTURES_ELEVE></STRUCTURES></DONNEES></BEE_ELEVES>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_whatever_the_office_wrote_it_with(encoding: str) -> None:
    """Accents, typographic apostrophes, semicolons; columns that nobody asked for are not looked at."""
    assert read_list(TEXT.encode(encoding)).entries == [ZOE]


@pytest.mark.parametrize(
    "text",
    [
        "Nom élève\tPrénom élève\tDate naissance\tLibellé classe\nD'Étienne\tZoé\t2015-03-12\t6e A\n",
        "INE,NOM DE FAMILLE,PRENOM,Né(e) le,Division\n,D'Étienne,Zoé,12.03.2015,6e A\n",
        "Élève;Date de naissance;Classe\nD'ÉTIENNE Zoé;12/03/2015;6e A\n",
    ],
)
def test_the_headings_of_each_program_are_understood(text: str) -> None:
    """ONDE, SIECLE's CSV, Pronote with the whole name in one column."""
    (entry,) = read_list(text.encode()).entries
    assert (entry.family.upper(), *entry[2:4]) == ("D'ÉTIENNE", "Zoé", "2015-03-12")


def test_wrong_lines_are_left_out_by_number_and_the_others_come_in() -> None:
    """One bad date does not cost a school its list."""
    text = "Nom;Prénom;Naissance\nPetit;Léo;31/02/2015\n\nGrand;;\nB2;Tom;\nRoux;Lia;\n"
    found = read_list(text.encode(), "CP")
    assert found.entries == [Entry("CP", "Roux", "Lia")]
    assert found.wrong == [Wrong(2, "date"), Wrong(4, "no_first"), Wrong(5, "letters")]


def test_siecle_gives_the_pupils_of_divisions_and_no_others() -> None:
    """Groups are no classes; who has left has no division."""
    found = read_list(SIECLE.encode("iso-8859-15"))
    assert (found.kind, found.entries) == (
        "siecle",
        [Entry("6A", "Zoë", "Anne", "2015-02-01", "0123456789A")],
    )


def test_oneroster_gives_the_students_of_its_classes() -> None:
    """Teachers and pupils who have left stay out; an enrollment of nobody is told."""
    users = "sourcedId,givenName,familyName\nu1,Zoé,Petit\nu2,Paul,Prof\n"
    classes = "sourcedId,title\nc1,6e A\n"
    enrolled = "sourcedId,status,classSourcedId,userSourcedId,role\n"
    enrolled += (
        "1,active,c1,u1,student\n2,active,c1,u2,teacher\n3,tobedeleted,c1,u1,student\n4,,c1,u9,student\n"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in (("users.csv", users), ("classes.csv", classes), ("enrollments.csv", enrolled)):
            archive.writestr(name, text)
    found = read_list(file.getvalue())
    assert (found.kind, found.entries) == ("oneroster", [Entry("6e A", "Petit", "Zoé")])
    assert found.wrong == [Wrong(5, "no_user")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty_file"),
        (b"a;b\n1;2\n", "headings"),
        ("Nom;Prénom\nA;B\n".encode(), "no_class"),
        (b"PK\x03\x04garbage", "other_zip"),
        (b"<other/>", "other_xml"),
        (b"<open>", "not_xml"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><BEE_ELEVES>&e;</BEE_ELEVES>', "not_xml"),
        (b"x" * 1_000_001, "too_big"),
    ],
)
def test_what_is_no_class_list_is_refused_with_what_to_do(data: bytes, reason: str) -> None:
    """Never a trace, never a guess."""
    with pytest.raises(BadList) as refused:
        read_list(data)
    assert refused.value.reason == reason


@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_a_refusal(data: bytes) -> None:
    """Nothing that a school can upload breaks the reader."""
    for start in (b"", b"Nom;Classe;Pr\xc3\xa9nom\n", b"PK\x03\x04", b"<BEE_ELEVES>"):
        with suppress(BadList):
            read_list(start + data)


def test_the_family_name_is_what_stands_in_capitals() -> None:
    """Else the first word."""
    assert split_name("LE GOFF Anne Marie") == ("LE GOFF", "Anne Marie")
    assert split_name("Petit Léo") == ("Petit", "Léo")


def test_what_looks_odd_is_shown_and_twins_are_not_called_one_child() -> None:
    """Twice on a list, on two lists, an unusual year, a class of forty."""
    one, two = (Class(id_, "s", label, label, 1, None) for id_, label in (("1", "A"), ("2", "B")))
    pupils = [
        Pupil("a", "1", "Le Goff", "Léa", "2015-01-01"),
        Pupil("b", "2", "LE-GOFF", "Lea", "2015-01-01"),
        Pupil("c", "1", "Martin", "Tom", "2015-02-02"),
        Pupil("d", "1", "Martin", "Zoé", "2015-02-02"),
        Pupil("e", "2", "Roux", "Ana", "1999-01-01"),
        Pupil("f", "2", "Blanc", "Ida"),
        *(
            Pupil(f"g{n}", "1", f"Nom{chr(97 + n // 26)}{chr(97 + n % 26)}", "Ev", "2014-05-05")
            for n in range(40)
        ),
    ]
    found = {
        (odd.kind, odd.class_id, odd.pupils) for odd in oddities([one, two], pupils, 2015, date(2026, 9, 1))
    }
    assert found == {
        ("twice", "1", ("a", "b")),
        ("twice", "2", ("a", "b")),
        ("large", "1", ()),
        ("small", "2", ()),
        ("birth_year", "2", ("e",)),
        ("no_birth", "2", ("f",)),
    }


def test_a_class_of_another_level_is_said_once_and_not_of_each_pupil() -> None:
    """Who is a year older among children of six is usual; who is eleven there is not."""
    cp = Class("1", "S", "CP", "R1", 1, None)
    years = [2020] * 6 + [2019, 2015]
    pupils = [
        Pupil(f"p{n}", "1", f"Nom{chr(97 + n)}", "Ève", f"{year}-05-05") for n, year in enumerate(years)
    ]
    found = [(odd.kind, odd.pupils, odd.number) for odd in oddities([cp], pupils, 2015, date(2026, 9, 1))]
    assert found == [("other_year", (), 2020), ("birth_year", ("p7",), 2015)]
