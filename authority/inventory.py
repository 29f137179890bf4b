"""What this program stores, table by table, in plain words: the page for families is made of this.

A test holds it against the tables themselves, so that the page cannot leave one out.
"""

from __future__ import annotations

from typing import NamedTuple


class Stored(NamedTuple):
    """One table: what it holds, who reads it, until when; each by language."""

    fr: tuple[str, str, str]
    en: tuple[str, str, str]


_UNTIL_END_FR, _UNTIL_END_EN = (
    "destruction, à la fin de la campagne",
    "destruction, at the end of the campaign",
)
_SCHOOL_FR = (
    "la direction de l'école ou de l'établissement ; l'enseignant pour sa classe ; le service statistique"
)
_SCHOOL_EN = "the head of the school; the teacher for the own class; the statistical service"

INVENTORY: dict[str, Stored] = {
    "pupils": Stored(
        (
            "nom, prénom, date de naissance, numéro national s'il est donné, temps et réglages d'affichage ; "
            "le tout chiffré",
            _SCHOOL_FR,
            _UNTIL_END_FR,
        ),
        (
            "family name, first name, birth date, national number if given, time and display settings; "
            "all of it encrypted",
            _SCHOOL_EN,
            _UNTIL_END_EN,
        ),
    ),
    "codes": Stored(
        (
            "le code de chaque élève, chiffré, et le numéro aléatoire sous lequel ses réponses sont connues",
            "la direction, pour imprimer les codes ; le service statistique",
            _UNTIL_END_FR,
        ),
        (
            "each pupil's code, encrypted, and the random number under which the answers are known",
            "the head, to print the codes; the statistical service",
            _UNTIL_END_EN,
        ),
    ),
    "classes": Stored(
        ("le nom de la classe et la date de validation de sa liste", _SCHOOL_FR, _UNTIL_END_FR),
        ("the name of the class and when its list was validated", _SCHOOL_EN, _UNTIL_END_EN),
    ),
    "drafts": Stored(
        ("une liste importée qui attend un oui, chiffrée", "la direction", "une heure"),
        ("an imported list that waits for a yes, encrypted", "the head", "one hour"),
    ),
    "schools": Stored(
        ("le numéro et le nom de l'école ou de l'établissement", "tous les services", "sans limite : public"),
        ("the number and name of the school", "all services", "no limit: public"),
    ),
    "credentials": Stored(
        ("l'identifiant de l'école ou de la classe, l'empreinte du mot de passe", "personne", _UNTIL_END_FR),
        ("the identifier of the school or class, a digest of the password", "nobody", _UNTIL_END_EN),
    ),
    "visits": Stored(
        ("l'empreinte du témoin de connexion", "personne", "une heure après le dernier clic"),
        ("a digest of the sign-in cookie", "nobody", "an hour after the last click"),
    ),
    "tries": Stored(
        ("le nombre d'essais de mot de passe manqués", "personne", "une heure"),
        ("the number of wrong passwords", "nobody", "an hour"),
    ),
    "audit": Stored(
        (
            "qui a fait quoi et quand, par identifiants d'école ou de classe, sans aucun nom d'élève",
            "le service statistique, les auditeurs",
            "conservé après la campagne",
        ),
        (
            "who did what and when, by identifiers of school or class, without any pupil's name",
            "the statistical service, auditors",
            "kept after the campaign",
        ),
    ),
    "campaign": Stored(
        ("le titre de la campagne", "tous", "conservé"), ("the campaign's title", "everybody", "kept")
    ),
    "schema_version": Stored(
        ("un numéro de version technique", "personne", "conservé"),
        ("a technical version number", "nobody", "kept"),
    ),
}
"""Every table, those about children first."""

TECHNICAL = ("schema_version", "campaign")
"""Tables that say nothing about anybody; the page leaves them to the operator."""
