"""How names are put in order: as a register does, without case, accents and signs."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})


def name_key(text: str) -> str:
    """What to sort a name by: `Łukasz` stands with L, `Élise` with E, `L'Hévéder` before `Le Goff`."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(sign for sign in plain if sign.isalnum())
