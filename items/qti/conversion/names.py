"""How QTI 3 spells what QTI 2 spelled: `choiceInteraction` is `qti-choice-interaction` now.

Text markup keeps its HTML names. The rule runs both ways, so that a problem can be told in the
words of the author's own file.
"""

from __future__ import annotations

import re
from functools import cache

from items.qti.markup import PLAIN, RENAMED, names

QTI_3 = re.compile(r"imsqtiasi_v3p")
QTI_2 = re.compile(r"imsqti(?:_\w+?)?_?v2p(\d)(?!.*(?:metadata|result))")
QTI_1 = re.compile(r"ims_qtiasiv1p\d|imsqti_?v1p\d")
NOT_ITEMS = re.compile(r"metadata|result|usagedata")
INCLUSION = "http://www.w3.org/2001/XInclude"

HTML = (
    PLAIN | RENAMED.keys() | names("audio embed img include menu object param picture rtc source track video")
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS = re.compile(r"qti-[a-z][a-z0-9-]*|\b[a-z]+(?:-[a-z]+)+\b")

# Only these attributes are respelled in messages: other words may have hyphens of their own.
ATTRIBUTES = names(
    """
    area-map-entry base-type case-sensitive class-identifier count-attempt default-value
    expected-length expected-lines external-scored field-identifier hotspot-label
    include-boundary include-category include-lower-bound include-upper-bound interpretation
    keep-together long-interpretation loop-label lower-bound map-key mapped-value match-group
    match-max match-min max-associations max-attempts max-choices max-plays max-strings max-time
    min-associations min-choices min-plays min-strings min-time navigation-mode normal-maximum
    normal-minimum number-repeats outcome-identifier pattern-mask placeholder-text primary-path
    response-identifier rounding-mode section-identifier show-feedback show-hide show-solution
    source-identifier source-value step-label string-identifier submission-mode target-identifier
    target-value template-identifier template-location time-dependent tolerance-mode upper-bound
    validate-responses variable-identifier weight-identifier with-replacement
    """
)


def version_of(namespace: str, name: str) -> str:
    """`3`, `2.0` to `2.2`, `1.2`, or nothing when it is no QTI at all."""
    if QTI_3.search(namespace) or (not namespace and name.startswith("qti-")):
        return "3"
    if (found := QTI_2.search(namespace)) and not NOT_ITEMS.search(namespace):
        return f"2.{found[1]}"
    if QTI_1.search(namespace) or name == "questestinterop":
        return "1.2"
    return (
        "2.1" if not namespace and name in ("assessmentItem", "assessmentTest", "assessmentSection") else ""
    )


@cache
def element_name(name: str) -> str:
    """The QTI 3 name of an element of QTI 2."""
    return name if name in HTML else f"qti-{hyphenated(name)}"


@cache
def hyphenated(name: str) -> str:
    return _HUMP.sub("-", name).lower() if not name.startswith("data-") else name


def in_older_words(message: str) -> str:
    """A message about QTI 3 names, for the author of a file that has the names of QTI 2."""
    return _WORDS.sub(lambda word: _older(word[0]), message)


def _older(word: str) -> str:
    if word.startswith("qti-"):
        return _humped(word.removeprefix("qti-"))
    return _humped(word) if word in ATTRIBUTES else word


def _humped(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(
        other.upper() if other in ("lt", "gte") else other.capitalize() for other in others
    )
