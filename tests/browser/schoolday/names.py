"""Two classes of thirty unusual names, and the marks by which each of them is known wherever it turns up.

Invented, all of them. A mark is the longest run of unaccented letters of a name, or the whole name where
the script has none: whatever an encoding does to the accents, the run stays.
"""

from __future__ import annotations

import csv
import io
import re
from typing import NamedTuple

MARK_LEAST = 6
SCHOOL = "Groupe scolaire Quintessentia-Völkner"
UAI = "0759917X"
SIXIEME, CP = "6e Ultramarine", "CP Vermillonne"
BORN = "07/11/2015"
LINES = "\r\n"

FAMILIES = (
    *("Quennehen-Abgrall", "Łukaszewicz", "N'Guessan-Broukhan", "Özçelikbaş", "de La Fayolle d'Urtubie"),
    *("Xhaferajdini", "Ó Súilleabháin", "Trầnquangphúc", "Zbigniewska", "L'Hévéderzic"),
    *("Wattebled-Croüyscke", "Ngo Bikoïmbembe", "Żeromskova", "Etcheverrigaray", "Þorvaldsdóttir"),
    *("Íñigomendizábal", "Müßigbrodt", "Ščepanovićka", "d'Aboville-Quérangal", "Tchouaménibo"),
    *("Rakotoniaina", "O'Dubhshláine", "Van den Eeckhoutte", "Ibn Ṭufaylzadeh", "Kārlēvskalns"),
    *("Παπαχριστοδούλου", "Достоевченко"),
    "Wolfeschlegelsteinhausenbergerdorff-Ahrenvorfahrenwaren-Schafezuverlaessigkeit",
    "Robert'); drop table pupillettes;--",
    "&lt;img src&equals;x onerror&equals;Pwnedbynames()&gt;",
)
FIRSTS = (
    *("Zéphyrinette", "Maëlys-Ambroisine", "Thaddéouschka", "Şeymanurgül", "Ignátiuszek", "Oïhanette"),
    *("Wilhelmínka", "Quitterine", "Yaël-Théophilia", "Éloïse-Annunziata", "Gwenvaëlig", "Hedwigette"),
    *("Barnabé-Loïc", "Ysolinde", "Aïcha-Łucjana", "Bérangerotte", "Cunégondine", "Dieudonnéa"),
    *("Euphrasiane", "Fulgencebert", "Ghislainette", "Hyacinthière", "Jörgenssen", "Kunigundelle"),
    *("Lucrézianella", "Mélusinette", "Népomucènien", "Oudarikos", "Αλκιβιάδης", "Ярославушка"),
)
REFUSED = ("<script>alertomaniac</script>", "Zwickelbert")
"""A line that no class list may hold: it is told, and left out."""
_SHIFT = 11
_INE = "1999ZKQX"


class Person(NamedTuple):
    """One line of a class list."""

    family: str
    first: str
    ine: str

    @property
    def name(self) -> str:
        """As every page of the authority says it."""
        return f"{self.family} {self.first}"


def pupils_of(label: str) -> list[Person]:
    """The thirty of a class; no name is in both."""
    shift = 0 if label == SIXIEME else _SHIFT
    firsts = FIRSTS[shift:] + FIRSTS[:shift]
    return [
        Person(family, first, f"{_INE}{'A' if shift else 'B'}{number:02}")
        for number, (family, first) in enumerate(zip(FAMILIES, firsts, strict=True))
    ]


def class_lists() -> bytes:
    """The school's list as its office exports it: French headings, semicolons, Windows line ends."""
    file = io.StringIO()
    rows = csv.writer(file, delimiter=";", lineterminator=LINES)
    rows.writerow(("Nom de famille", "Prénom", "Né(e) le", "INE", "Classe"))
    for label in (SIXIEME, CP):
        rows.writerows((one.family, one.first, BORN, one.ine, label) for one in pupils_of(label))
    rows.writerow((*REFUSED, BORN, "", SIXIEME))
    return file.getvalue().encode("utf-8-sig")


def mark(name: str) -> str:
    """What of a name is unmistakable."""
    longest = max(re.findall("[A-Za-z]+", name), key=len, default="")
    return longest if len(longest) >= MARK_LEAST else name


def marks() -> list[str]:
    """Everything that tells a pupil, a class or a school: none of it may reach the engine."""
    people = [mark(name) for name in (*FAMILIES, *FIRSTS, *REFUSED)]
    iso = "-".join(reversed(BORN.split("/")))
    return [*people, mark(SCHOOL), UAI, mark(SIXIEME), mark(CP), _INE, BORN, iso]
