"""What a school may choose for a pupil: how much time, and which switches of the player, never why.

The engine has the same closed table (`engine/needs.py`, names of Access for All) and refuses a whole file for
a name that it lacks; a test holds the two together. Here the names stand in the order in which a page offers
them: what schools ask for most comes first.
"""

from __future__ import annotations

from collections.abc import Collection

FACTORS = (1000, 1333, 1500, 2000)
"""Shares of the usual time, in thousandths: usual, a third more, half more, twice."""
SUPPORTS = (
    "spoken",
    "keyword-emphasis",
    "simplified-language-portions",
    "linguistic-guidance",
    "additional-directions",
    "keyword-translation",
    "simplified-graphics",
    "sign-language",
    "transcript",
    "audio-description",
)
"""They change what is asked, or how hard it is: no pupil has them unless the school says so."""
DISPLAY = (
    "magnification",
    "text-appearance",
    "line-reader",
    "answer-masking",
    "layout-single-column",
    "hazard-avoidance",
)
"""Every pupil may turn them on and off; chosen here, they are on from the start."""
THEMES = (
    "high-contrast",
    "invert-display-polarity",
    "yellow-blue",
    "blue-yellow",
    "black-cream",
    "black-rose",
    "black-cyan",
    "medgray-darkgray",
)
"""Colour themes: a pupil starts with one of them at most."""
GROUPS = {"supports": SUPPORTS, "display": DISPLAY}
"""The switches of which several may be chosen."""
NEEDS = (*SUPPORTS, *DISPLAY, *THEMES)


def chosen(switches: Collection[str], theme: str) -> tuple[str, ...]:
    """Those of `switches` that the groups hold, and `theme` if it is one; other names are left out."""
    several = tuple(need for group in GROUPS.values() for need in group if need in switches)
    return (*several, theme) if theme in THEMES else several
