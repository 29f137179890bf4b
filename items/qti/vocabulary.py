"""The attributes of interactions and choices in QTI 3: a slip of the pen is not passed over in silence.

An attribute that its element does not have is told, with the name that was perhaps meant, since
`max-choice` instead of `max-choices` makes another question. Truth values are brought to one
spelling, numbers and words are checked. Declarations and rules are looked at by `items.scoring`,
tests by `items.qti.assessment`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from lxml import etree

from items.problems import Findings
from items.qti.documents import Document
from items.qti.tree import QTI, Element, line, local, namespace

# Types: ? truth value, # whole number, a|b one of these words; * text.
_CHOOSING: Final = "response-identifier* min-choices# max-choices#"
_PAIRING: Final = "response-identifier* min-associations# max-associations#"
_CHOICE: Final = "identifier* fixed? template-identifier* show-hide=show|hide"
_TYPING: Final = (
    "response-identifier* base# string-identifier* expected-length# pattern-mask* placeholder-text* "
    "format=plain|preformatted|xhtml"
)
_PLACE: Final = "shape=circle|rect|poly|ellipse|default coords* hotspot-label*"
_ORIENTED: Final = "orientation=horizontal|vertical"
_TABLE: Final = {
    "associable-hotspot": f"{_CHOICE} {_PLACE} match-max# match-min# match-group*",
    "associate-interaction": f"{_PAIRING} shuffle?",
    "choice-interaction": f"{_CHOOSING} shuffle? {_ORIENTED}",
    "drawing-interaction": "response-identifier*",
    "end-attempt-interaction": "response-identifier* title* count-attempt?",
    "extended-text-interaction": f"{_TYPING} max-strings# min-strings# expected-lines#",
    "gap": f"{_CHOICE} required? match-max# match-group*",
    "gap-img": f"{_CHOICE} match-max# match-min# match-group* object-label* top* left*",
    "gap-match-interaction": f"{_PAIRING} shuffle?",
    "gap-text": f"{_CHOICE} match-max# match-min# match-group*",
    "graphic-associate-interaction": _PAIRING,
    "graphic-gap-match-interaction": _PAIRING,
    "graphic-order-interaction": _CHOOSING,
    "hotspot-choice": f"{_CHOICE} {_PLACE}",
    "hotspot-interaction": _CHOOSING,
    "hottext": _CHOICE,
    "hottext-interaction": _CHOOSING,
    "inline-choice": _CHOICE,
    "inline-choice-interaction": "response-identifier* shuffle? required? min-choices# max-choices#",
    "match-interaction": f"{_PAIRING} shuffle?",
    "media-interaction": "response-identifier* autostart? min-plays# max-plays# loop? coords*",
    "order-interaction": f"{_CHOOSING} shuffle? {_ORIENTED}",
    "position-object-interaction": f"{_CHOOSING} center-point*",
    "select-point-interaction": _CHOOSING,
    "simple-associable-choice": f"{_CHOICE} match-max# match-min# match-group*",
    "simple-choice": _CHOICE,
    "slider-interaction": (
        f"response-identifier* lower-bound* upper-bound* step* step-label? {_ORIENTED} reverse?"
    ),
    "text-entry-interaction": _TYPING,
    "upload-interaction": "response-identifier* type*",
}
_EVERYWHERE: Final = frozenset({"id", "class", "lang", "dir", "role", "title", "tabindex", "style"})
_WRITTEN: Final = re.compile(r"([a-z-]+)(?:([?#*])|=(\S+))")
_TRUTH: Final = {"true": "true", "1": "true", "false": "false", "0": "false"}
_WHOLE: Final = re.compile(r"\+?\d{1,9}")
ATTRIBUTES: Final[Mapping[str, Mapping[str, str]]] = {
    f"qti-{name}": {found[1]: found[2] or found[3] for found in _WRITTEN.finditer(text)}
    for name, text in _TABLE.items()
}


def check_attributes(document: Document, findings: Findings) -> None:
    """Tell what is misspelled, refuse what has a wrong type, and write truth values in one way."""
    for element in document.root.iter(etree.Element):
        known = ATTRIBUTES.get(local(element)) if namespace(element) == QTI else None
        if known is not None:
            _check(document.file, element, known, findings)


def _check(file: str, element: Element, known: Mapping[str, str], findings: Findings) -> None:
    for name, value in [(str(name), str(value)) for name, value in element.attrib.items()]:
        if name in known:
            _check_value(file, element, name, value.strip(), known[name], findings)
        elif name not in _EVERYWHERE and not name.startswith(("{", "data-", "aria-")):
            meant = get_close_matches(name, known, 1)
            hint = f"was {meant[0]} meant?" if meant else "it has no effect."
            findings.remark(file, line(element), f"<{local(element)}> has no attribute {name}: {hint}")


def _check_value(file: str, element: Element, name: str, value: str, kind: str, findings: Findings) -> None:
    if kind == "?" and value.lower() in _TRUTH:
        element.set(name, _TRUTH[value.lower()])
    elif kind == "?":
        _refuse(file, element, f"{name}='{value}' is neither true nor false: correct it.", findings)
    elif kind == "#" and not _WHOLE.fullmatch(value):
        _refuse(file, element, f"{name}='{value}' is not a whole number: correct it.", findings)
    elif kind not in "?#*" and value not in kind.split("|"):
        words = ", ".join(kind.split("|"))
        _refuse(file, element, f"{name}='{value}' is none of {words}: correct it.", findings)


def _refuse(file: str, element: Element, message: str, findings: Findings) -> None:
    findings.refuse(file, line(element), "bad_attribute", message)
