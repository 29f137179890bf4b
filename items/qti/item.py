"""One item, read: its declarations, the passages it shares, and its body written as a fragment."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from items.qti import markup
from items.qti.assessment import XML_LANG
from items.qti.catalogs import Catalogs
from items.qti.documents import Document, Element, child, children, line, local, text_of
from items.qti.dynamic import MODAL, Dynamic
from items.qti.interactions import WRITERS
from items.qti.page import Declared, Page
from items.qti.render import Renderer, direction, placeholder
from items.qti.testplan import CONTROL, Control

# What stands beside the body and is not for the browser, or is the scorer's to judge.
BESIDE = frozenset(
    {
        "qti-assessment-stimulus-ref",
        "qti-catalog-info",
        "qti-context-declaration",
        "qti-item-body",
        "qti-outcome-declaration",
        "qti-response-declaration",
        "qti-response-processing",
        "qti-template-declaration",
        "qti-template-processing",
    }
)


class StimulusReference(NamedTuple):
    identifier: str
    href: str
    line: int


def stimulus_references(document: Document) -> list[StimulusReference]:
    found = children(document.root, "qti-assessment-stimulus-ref")
    return [StimulusReference(e.get("identifier", ""), e.get("href", ""), line(e)) for e in found]


def declarations(document: Document) -> Mapping[str, Declared]:
    """The responses an interaction may be bound to."""
    return {
        element.get("identifier", ""): Declared(element.get("cardinality", ""), element.get("base-type", ""))
        for element in children(document.root, "qti-response-declaration")
    }


def write_item(document: Document, page: Page, language: str, control: Control = CONTROL) -> str:
    """The fragment; `page` holds afterwards what was bound, used and refused, and what moves in the item."""
    root, renderer = document.root, Renderer(page, WRITERS)
    body = child(root, "qti-item-body")
    if body is None:
        page.refuse(root, "no_body", "The item has no <qti-item-body>: there is nothing to show.")
        return ""
    language = body.get(XML_LANG) or root.get(XML_LANG) or language
    page.dynamic = dynamic = Dynamic(document, page, control, language)
    page.catalogs = Catalogs(root, page)
    _look_beside(root, page, control)
    towards = direction(body if body.get("dir") else root, language)
    written = renderer.content(body)
    for modal in children(root, MODAL):
        renderer.element(modal)
    passages = "".join(placeholder(name) for name in page.stimuli.values())
    page.stimuli = {}
    lang = f' lang="{escape(language)}"' if language else ""
    styled = " data-vocabulary" if page.has_vocabulary else ""
    start = f"<div{renderer.classes(body, 'qti-item')}{lang}{towards}{styled}{dynamic.attribute}>"
    return f"{start}{passages}{written}</div>"


def _look_beside(root: Element, page: Page, control: Control) -> None:
    if root.get("adaptive", "").strip() in ("true", "1") and not control.individual:
        message = (
            "In a part of simultaneous submission an adaptive item has one attempt, at hand-in: "
            "give the part the individual submission mode."
        )
        page.remark(root, message)
    for element in children(root):
        name = local(element)
        if name == MODAL or name in BESIDE:
            continue  # a modal feedback is written after the body
        if name in markup.FEEDBACK:
            page.remark(element, f"<{name}> belongs into the body: it is not shown here.")
        elif name in markup.LEFT_OUT:
            page.remark(element, f"<{name}>: {markup.LEFT_OUT[name]}")
        elif name == "qti-companion-materials-info":
            message = (
                "Companion materials (calculator, ruler, tables) are not supported yet: remove the element."
            )
            page.refuse(element, "unsupported_element", message)
        else:
            page.refuse(element, "unsupported_element", f"<{name}> has no place in an item: remove it.")


def write_stimulus(document: Document, page: Page) -> str:
    """A shared passage; it asks nothing, so it holds no interaction."""
    body = child(document.root, "qti-stimulus-body")
    if body is None:
        page.refuse(
            document.root, "no_body", "The passage has no <qti-stimulus-body>: there is nothing to show."
        )
        return ""
    renderer, page.catalogs = Renderer(page, {}), Catalogs(document.root, page)
    said = body if body.get(XML_LANG) or body.get("dir") else document.root
    language = said.get(XML_LANG) or ""
    lang = f' lang="{escape(language)}"' if language else ""
    towards = direction(said, language)
    classes, written = renderer.classes(body, "qti-stimulus-body"), renderer.content(body)
    styled = " data-vocabulary" if page.has_vocabulary else ""
    return f"<div{classes}{lang}{towards}{styled}>{written}</div>"


def scorers_rubric(document: Document) -> str:
    """What stands in the item for those who mark it, as text; pupils never see it."""
    blocks = document.root.iter("{*}qti-rubric-block")
    meant = [block for block in blocks if "scorer" in (block.get("view") or "").split()]
    lines = [line for block in meant for line in (list(block.iter("{*}p", "{*}li")) or [block])]
    return "\n".join(text for text in map(text_of, lines) if text)


def write_rubric(block: Element, page: Page) -> str:
    """A text for the pupils that stands above items or before the test."""
    return Renderer(page, {}).rubric(block)
