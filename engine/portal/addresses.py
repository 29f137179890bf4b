"""Where the pages lie: an address in each language, so that each can be printed in a letter."""

from __future__ import annotations

PORTAL, FAMILIES, TEACHER, OPERATOR = "portal", "families", "teacher", "operator"
ADDRESSES: dict[str, dict[str, str]] = {
    PORTAL: {"fr": "/portail", "en": "/portal"},
    FAMILIES: {"fr": "/familles", "en": "/families"},
    TEACHER: {"fr": "/mode-d-emploi/enseignant", "en": "/manual/teacher"},
    OPERATOR: {"fr": "/mode-d-emploi/exploitant", "en": "/manual/operator"},
}


def foot(language: str) -> list[tuple[str, str]]:
    """The links below each page of the engine's."""
    return [("portal", ADDRESSES[PORTAL][language]), ("families", ADDRESSES[FAMILIES][language])]
