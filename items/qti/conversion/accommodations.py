"""APIP's accommodations as the catalogues of QTI 3: for each word or picture what else may be shown or said.

APIP lists access elements that point at the content by id. QTI 3 turns it round: the content
names its catalogue, and a catalogue holds a card for each kind of support.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lxml import etree

from items.qti.tree import QTI, XML, Element, local, made, remove_keeping_tail, text_of

_LANGUAGE = f"{{{XML}}}lang"
# The kind of support, by the element of APIP that holds it.
_SUPPORTS = {
    "spoken": "spoken",
    "brailleText": "braille",
    "tactileFile": "tactile",
    "signing": "sign-language",
    "keyWordTranslation": "keyword-translation",
    "keyWordEmphasis": "keyword-emphasis",
    "guidance": "linguistic-guidance",
    "revealAlternativeRepresentation": "ext:reveal-alternative-representation",
}
_TEXTS = frozenset(
    {"spokenText", "brailleTextString", "textString", "labelText", "supportText", "tactileAudioText"}
)
_FILES = frozenset({"fileHref"})
_SIGNED = {"signFileASL": "ase"}
_OUTSIDE = frozenset({f"{{{QTI}}}qti-assessment-item"})  # its language is not that of a translation


def convert_accommodations(root: Element) -> None:
    """Move all access elements into one `qti-catalog-info` behind the body."""
    holders = [element for element in root.iter(etree.Element) if local(element) == "apipAccessibility"]
    if not holders:
        return
    catalogues = made("qti-catalog-info", holders[0])
    targets = {str(element.get("id")): element for element in root.iter(f"{{{QTI}}}*") if element.get("id")}
    for number, (target, accesses) in enumerate(_by_target(holders).items(), 1):
        cards = [card for access in accesses for card in _cards(access)]
        if target in targets and cards:
            catalogue = made("qti-catalog", accesses[0], id=f"apip-{number}")
            catalogue.extend(cards)
            catalogues.append(catalogue)
            targets[target].set("data-catalog-idref", f"apip-{number}")
    for holder in holders:
        remove_keeping_tail(holder)
    if len(catalogues):
        root.append(catalogues)


def _by_target(holders: list[Element]) -> dict[str, list[Element]]:
    """The access elements of each id of the content, in the order of the file."""
    found: dict[str, list[Element]] = defaultdict(list)
    for holder in holders:
        for access in holder.iter("{*}accessElement"):
            for link in access.iter("{*}contentLinkInfo"):
                found[link.get("qtiLinkIdentifierRef", "")].append(access)
    return found


def _cards(access: Element) -> Iterator[Element]:
    for element in access.iter(etree.Element):
        support = _SUPPORTS.get(local(element))
        if support is None:
            continue
        card = made("qti-card", element, support=support)
        card.extend(_entries(element))
        if len(card) or support == "keyword-emphasis":
            yield card


def _entries(holder: Element) -> Iterator[Element]:
    for element in holder.iter(etree.Element):
        if local(element) in _TEXTS and text_of(element):
            yield _in_language(element, _content(element))
        elif local(element) in _FILES and text_of(element):
            file = made("qti-file-href", element)
            file.text = text_of(element)
            yield _in_language(element, file)


def _content(element: Element) -> Element:
    content = made("qti-html-content", element)
    content.text = text_of(element)
    return content


def _in_language(element: Element, content: Element) -> Element:
    """The content; within an entry of its own where a language is said."""
    around = [element, *(outer for outer in element.iterancestors() if outer.tag not in _OUTSIDE)]
    said = (outer.get(_LANGUAGE) or _SIGNED.get(local(outer)) for outer in around)
    language = next((name for name in said if name), None)
    if not language:
        return content
    entry = made("qti-card-entry", element)
    entry.set(_LANGUAGE, language)
    entry.append(content)
    return entry
