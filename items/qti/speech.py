"""How the words are said: hints for reading aloud, written for the player in one way.

    data-qti-suppress-tts="computer-read-aloud"    not read aloud (`all`: by nobody)
    data-say="kilomètre"                           said instead of what is written
    data-say-as="characters"                       said letter by letter
    data-pause                                     a rest

QTI takes them from three places: `data-qti-suppress-tts`, the `data-ssml` of W3C's Spoken HTML (as JSON or as
`data-ssml-sub-alias` and the like), and elements of SSML itself. Browsers speak text, not SSML: phonemes,
pitch and rate cannot be said, and the author is told so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from items.qti.assessment import XML_LANG
from items.qti.documents import Element, local
from items.qti.page import Page

_SPELLED: Final = frozenset({"characters", "spell-out", "digits", "telephone", "verbatim"})
_SUPPRESSED: Final = frozenset({"computer-read-aloud", "screen-reader", "all"})
_LONGEST: Final = 500
_UNSAID: Final = (
    "Browsers cannot say phonemes, pitch or rate: give an alias (sub) where the word is said wrong."
)
_PLAIN: Final = frozenset({"break", "lang", "p", "s", "say-as", "speak", "sub", "token", "w"})


def speech(element: Element, page: Page) -> str:
    """The attributes of an element of the text that tell how, or that it is not, read aloud."""
    said = _suppressed(element)
    hints = _of_attributes(element, page)
    if "phoneme" in hints or "prosody" in hints:
        page.remark(element, _UNSAID)
    return said + _hints(hints)


def open_speech(element: Element, page: Page) -> str:
    """The opening tag that stands for an element of SSML."""
    name = local(element)
    if name not in _PLAIN:
        page.remark(element, _UNSAID)
    language = element.get(XML_LANG)
    spoken = f' lang="{escape(language)}"' if language else ""
    hints = {name: {str(key): value for key, value in element.attrib.items()}}
    return f"<span{spoken}{_hints(hints)}>"


def _suppressed(element: Element) -> str:
    """`aria-hidden` too where screen readers are meant, unless it would hide something to press."""
    value = (element.get("data-qti-suppress-tts") or "").strip()
    if value not in _SUPPRESSED:
        return ""
    presses = any(local(inner).endswith("-interaction") for inner in element.iter())
    hidden = ' aria-hidden="true"' if value != "computer-read-aloud" and not presses else ""
    hidden = "" if element.get("aria-hidden") else hidden
    return f' data-qti-suppress-tts="{value}"{hidden}'


def _of_attributes(element: Element, page: Page) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if element.get("data-ssml"):
        try:
            value = json.loads(str(element.get("data-ssml")))
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            page.remark(element, "data-ssml is not an object in JSON: the words are read as they stand.")
            value = {}
        found |= value
    for attribute, name, member in (
        ("data-ssml-sub-alias", "sub", "alias"),
        ("data-ssml-say-as", "say-as", "interpret-as"),
        ("data-ssml-say-as-interpret-as", "say-as", "interpret-as"),
        ("data-ssml-phoneme-ph", "phoneme", "ph"),
    ):
        if element.get(attribute):
            found[name] = {member: element.get(attribute)}
    if any(str(name).startswith("data-ssml-break") for name in element.attrib):
        found["break"] = {}
    return found


def _hints(hints: Mapping[str, Any]) -> str:
    def member(name: str, key: str) -> str:
        value = hints.get(name)
        return str(value.get(key) or "")[:_LONGEST].strip() if isinstance(value, dict) else ""

    alias, manner = member("sub", "alias"), member("say-as", "interpret-as")
    written = f' data-say="{escape(alias)}"' if alias else ""
    written += ' data-say-as="characters"' if manner in _SPELLED else ""
    return written + (" data-pause" if "break" in hints else "")
