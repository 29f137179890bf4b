"""The switches of the player: what the school chose for one pupil, and never why (P7).

A closed table. Names are the features of 1EdTech Access for All (AfA PNP 3.0, the profile of QTI 3) and the
colour themes of QTI 3; what is not here is refused where codes come in. There is no language among them: a
pupil who may see translations or signs chooses the language on the page, since a switch would tell an origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

SUPPORTS: Final[Mapping[str, str]] = {
    "additional-directions": "directions that the item gives besides its own",
    "audio-description": "what films show, told",
    "keyword-emphasis": "key words of the item stand out",
    "keyword-translation": "words in the languages that the item has; the pupil chooses one",
    "linguistic-guidance": "help with the wording that the item gives",
    "sign-language": "films in sign language that the item has",
    "simplified-graphics": "plainer pictures that the item has",
    "simplified-language-portions": "plainer words that the item has",
    "spoken": "passages, questions and choices can be listened to",
    "transcript": "what recordings say, written",
}
"""They change what is asked, or how hard it is: nobody has them unless the school says so."""

DISPLAY: Final[Mapping[str, str]] = {
    "answer-masking": "choices can be crossed out",
    "hazard-avoidance": "nothing moves",
    "layout-single-column": "the passage above its question, not beside it",
    "line-reader": "a ruler that leaves a few lines free",
    "magnification": "large letters",
    "text-appearance": "more room between letters, words and lines",
}
"""Every pupil may turn them on and off; the switch turns them on from the start."""

THEMES: Final[Mapping[str, str]] = {
    "high-contrast": "black on white, strong edges",
    "invert-display-polarity": "white on black",
    "yellow-blue": "yellow on dark blue",
    "blue-yellow": "dark blue on pale yellow",
    "black-rose": "black on rose",
    "black-cream": "black on cream",
    "black-cyan": "black on pale cyan",
    "medgray-darkgray": "grey on dark grey",
}
"""Colour themes: at most one of them from the start, and every pupil may choose another."""

NEEDS: Final[Mapping[str, str]] = {**SUPPORTS, **DISPLAY, **THEMES}
_LIST = "`passation codes needs` lists them"


def problem_with(needs: object) -> str | None:
    """What is wrong with the `needs` of a row, in words for whoever wrote it; None if nothing is."""
    if not isinstance(needs, list) or not all(isinstance(name, str) for name in needs):
        return f"needs must be a list of switches: {_LIST}"
    for name in needs:
        if name not in NEEDS:
            meant = get_close_matches(name, NEEDS, 1)
            hint = f"was {meant[0]} meant? " if meant else ""
            return f"needs holds no switch of the player ({name[:40]!a}): {hint}{_LIST}"
    if len(set(needs)) != len(needs):
        return "needs holds a switch twice: name each once"
    themes = [name for name in needs if name in THEMES]
    if len(themes) > 1:
        return f"needs holds {len(themes)} colour themes ({', '.join(themes)}): choose one"
    return None


def switches_of(features: Iterable[str]) -> tuple[list[str], list[str]]:
    """The switches for features of an AfA profile, and the features that no switch stands for."""
    wanted = sorted(set(features))
    known = [name for name in wanted if name in NEEDS]
    themes = [name for name in known if name in THEMES]
    return [name for name in known if name not in themes[1:]], [name for name in wanted if name not in known]
