"""Catalogues: what else may be shown or said of a word, a picture or a question, as cards (QTI 3, 2.8).

The content names its catalogue; the fragment gets the catalogue's drawn name in `data-catalog`, and what its
cards say travels beside the fragment, fetched by the player when a pupil wants it:

    <div data-card="bcdf"><div data-support="glossary-on-screen" lang="fr" dir="auto">…</div>…</div>

Cards are written by the same lists as the text. Names are drawn and catalogues sorted by them, since numbers
would tell in which order choices were authored. What is in feedback has no cards: they would come before it.
A card that cannot be shown is left out with a remark; the question is whole without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Final, NamedTuple

from items.problems import Findings
from items.qti.assessment import XML_LANG
from items.qti.documents import Element, child, children, local, text_of
from items.qti.page import Page
from items.qti.players import write_recording
from items.qti.render import Renderer
from items.qti.tree import made

SUPPORTS: Final = frozenset(
    {
        "additional-directions",
        "audio-description",
        "glossary-on-screen",
        "high-contrast",
        "keyboard-directions",
        "keyword-emphasis",
        "keyword-translation",
        "linguistic-guidance",
        "long-description",
        "sign-language",
        "simplified-graphics",
        "simplified-language-portions",
        "spoken",
        "transcript",
    }
)
"""The supports of QTI 3 that a screen can give, and the emphasis that APIP asks for without any words."""
_OTHER_NAMES: Final = {
    "ext:reveal-alternative-representation": "long-description",
    "glossary": "glossary-on-screen",
}
_PAPER: Final = frozenset({"braille", "tactile"})
_FAMILIES: Final = {
    "image": ("gif", "jpeg", "jpg", "png", "svg", "webp"),
    "audio": ("aac", "m4a", "mp3", "oga", "ogg", "wav"),
    "video": ("m4v", "mp4", "ogv", "webm"),
}


class _Entry(NamedTuple):
    support: str
    language: str
    is_default: bool
    holder: Element


class Catalogs:
    """The catalogues of one page, and which of them its content has named so far."""

    def __init__(self, root: Element, page: Page) -> None:
        self._page = page
        self._entries: dict[str, list[_Entry]] = {}
        self._names: dict[str, str] = {}
        self._is_closed = False
        for catalog in root.iter("{*}qti-catalog"):
            identifier = catalog.get("id") or ""
            entries = [entry for card in children(catalog, "qti-card") for entry in self._entries_of(card)]
            self._entries.setdefault(identifier, []).extend(entries)

    def mark(self, element: Element) -> str:
        """The attribute that names the element's catalogues, or nothing."""
        wanted = (element.get("data-catalog-idref") or "").split()
        if not wanted:
            return ""
        if self._is_closed:
            self._page.remark(element, "A catalogue inside feedback or inside a card is not shown.")
            return ""
        for identifier in wanted:
            if identifier not in self._entries:
                self._page.remark(
                    element, f"No catalogue is named '{identifier}': declare it or correct the name."
                )
        names = [self._name(identifier) for identifier in wanted if self._entries.get(identifier)]
        return f' data-catalog="{" ".join(names)}"' if names else ""

    @contextmanager
    def closed(self) -> Iterator[None]:
        """While what is written may name no catalogue: feedback, and cards themselves."""
        outer, self._is_closed = self._is_closed, True
        yield
        self._is_closed = outer

    def written(self) -> str:
        """The cards of all catalogues that the content has named."""
        with self.closed():
            found = {name: self._written(self._entries[known]) for known, name in self._names.items()}
        return "".join(
            f'<div data-card="{name}">{found[name]}</div>' for name in sorted(found) if found[name]
        )

    def _name(self, identifier: str) -> str:
        if identifier not in self._names:
            self._names[identifier] = self._page.drawn_name()
        return self._names[identifier]

    def _entries_of(self, card: Element) -> Iterator[_Entry]:
        said = (card.get("support") or "").strip()
        support = _OTHER_NAMES.get(said, said)
        if support not in SUPPORTS:
            reason = "A screen cannot give it" if support in _PAPER else "The player does not know it"
            self._page.remark(card, f"The card '{said}' is left out. {reason}.")
            return
        for holder in children(card, "qti-card-entry") or [card]:
            if holder.get("data-reading-type") == "screen-reader":
                self._page.remark(
                    holder, "An entry for screen readers alone is left out: they read the text itself."
                )
                continue
            content = child(holder, "qti-html-content")
            inner = None if content is None else content.get(XML_LANG)
            language = holder.get(XML_LANG) or inner or card.get(XML_LANG) or ""
            yield _Entry(support, language, holder.get("default") == "true", holder)

    def _written(self, entries: list[_Entry]) -> str:
        return "".join(self._entry(entry) for entry in entries)

    def _entry(self, entry: _Entry) -> str:
        """One card, or nothing with the reason among the remarks."""
        page, outer = self._page, self._page.findings
        kept = list(page.media)
        page.findings = tried = Findings(outer.older)
        inner = self._content(entry)
        page.findings = outer
        for problem in tried.refusals:
            outer.remark(
                problem.file, problem.line, f"The card '{entry.support}' is left out: {problem.message}"
            )
        if tried.refusals or not (inner or entry.support == "keyword-emphasis"):
            page.media[:] = kept
            return ""
        outer.remarks += tried.remarks
        language = f' lang="{escape(entry.language)}"' if entry.language else ""
        default = " data-default" if entry.is_default else ""
        return f'<div data-support="{entry.support}"{language} dir="auto"{default}>{inner}</div>'

    def _content(self, entry: _Entry) -> str:
        renderer = Renderer(self._page, {})
        parts = []
        for part in children(entry.holder, "qti-html-content", "qti-file-href"):
            parts.append(
                self._file(part) if local(part) == "qti-file-href" else renderer.content(part).strip()
            )
        return "".join(parts)

    def _file(self, part: Element) -> str:
        """A picture, a sound or a film of its own; `mime-type` tells which, or the ending of its name."""
        href = text_of(part)
        family = (part.get("mime-type") or "").split("/")[0]
        ending = href.rpartition(".")[2].lower()
        if family not in _FAMILIES:
            family = next((name for name, endings in _FAMILIES.items() if ending in endings), "")
        if family == "image":
            return self._page.picture(made("img", part, src=href), "")
        if not family:
            message = "Its file is neither picture, sound nor film: put text into qti-html-content."
            self._page.refuse(part, "unsupported_media", message)
            return ""
        return write_recording(made(family, part, src=href, aria_label=" "), self._page)
