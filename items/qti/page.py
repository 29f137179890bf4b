"""One fragment in the making: what it has declared, bound, drawn and refused so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from items.draws import Draws
from items.model import Media
from items.problems import Findings
from items.qti.documents import Element, line, local
from items.qti.media import Shelf, Shelved

if TYPE_CHECKING:
    from items.qti.catalogs import Catalogs
    from items.qti.dynamic import Dynamic

BLANKS = re.compile(r"[ \t\r\n]+")
WHOLE = re.compile(r"\d{1,6}")


class Declared(NamedTuple):
    """A response declaration of the item."""

    cardinality: str
    base_type: str


@dataclass(slots=True)
class Bound:
    """A response, bound to its interaction: its opaque name, its choices, what an answer to it looks like."""

    id: str
    authored: str
    kind: str
    cardinality: str
    base_type: str
    choices: dict[str, str] = field(default_factory=dict)
    shape: dict[str, Any] = field(default_factory=dict)
    groups: list[list[tuple[str, bool]]] = field(default_factory=list)
    base: int = 10  # of the whole numbers that pupils type
    place: str = ""  # the part that comes and goes in which its interaction stands


class Page:
    """The state of rendering one item, passage or rubric."""

    def __init__(
        self,
        source: str,
        declared: Mapping[str, Declared],
        shelf: Shelf,
        draws: Draws,
        findings: Findings,
        stimuli: Mapping[str, str] | None = None,
    ) -> None:
        self.source = source
        self.draws = draws
        self.findings = findings
        self.bound: dict[str, Bound] = {}  # by opaque name
        self.media: list[str] = []
        self.stimuli = dict(stimuli or {})  # authored identifier -> opaque name, until placed
        self.inside = ""  # the interaction being written
        self.parts: dict[str, Callable[[Element], str]] = {}  # how it writes its gaps or hot words
        self.preformatted = False
        self.has_vocabulary = False  # whether a class of the shared vocabulary came out
        self.dynamic: Dynamic | None = None  # an item's moving parts; a passage has none
        self.catalogs: Catalogs | None = None  # what its cards say; a rubric of a test has none
        self._declared = declared
        self._shelf = shelf
        self._taken: set[str] = set()

    def refuse(self, element: Element, code: str, message: str) -> None:
        self.findings.refuse(self.source, line(element), code, message)

    def remark(self, element: Element, message: str) -> None:
        self.findings.remark(self.source, line(element), message)

    def text(self, text: str | None) -> str:
        if not text:
            return ""
        return escape(text if self.preformatted else BLANKS.sub(" ", text), quote=False)

    def picture(self, element: Element, alt: str) -> str:
        """The `<img>` of an `img` or `object`, or nothing with the reason among the findings."""
        href = element.get("src") or element.get("data") or ""
        shelved = self._shelved(element, href, "image")
        if shelved is None:
            return ""
        width, height = size_of(element, shelved.width, shelved.height)
        size = f' width="{width}" height="{height}"' if width and height else ""
        return f'<img data-media="{shelved.media.id}" alt="{escape(alt)}"{size}>'

    def media_of(self, element: Element, href: str, family: str) -> Media | None:
        """The sound, film, picture or captions that `href` means, which travel with the page now."""
        shelved = self._shelved(element, href, family)
        return shelved.media if shelved else None

    def holds(self, file: str) -> bool:
        """Whether the package has this file."""
        return self._shelf.holds(file)

    def data(self, file: str) -> bytes:
        """A file of the package as it is."""
        return self._shelf.data(file)

    def own(self, kind: str, data: bytes) -> Media:
        """A module's file, which travels with the page now, under an opaque name like all media."""
        media = self._shelf.own(kind, data)
        if media.id not in self.media:
            self.media.append(media.id)
        return media

    def _shelved(self, element: Element, href: str, family: str) -> Shelved | None:
        shelved = self._shelf.add(self.source, line(element), href, self.findings, family)
        if shelved is not None and shelved.media.id not in self.media:
            self.media.append(shelved.media.id)
        return shelved

    def bind(
        self, element: Element, kind: str, cardinalities: tuple[str, ...], base_types: tuple[str, ...]
    ) -> Bound | None:
        """Give the interaction its response, or say why it cannot have it."""
        authored = element.get("response-identifier", "")
        declared = self._declared.get(authored)
        if declared is None:
            message = f"No qti-response-declaration is named '{authored}': declare it or correct the name."
            self.refuse(element, "unknown_response", message)
        elif not self._may_bind(authored):
            message = (
                f"The response '{authored}' belongs to another interaction already: declare one for each."
            )
            self.refuse(element, "duplicate_response", message)
        elif not _fits(declared, cardinalities, base_types):
            message = (
                f"<{local(element)}> takes a response of cardinality {' or '.join(cardinalities)} and "
                f"base type {' or '.join(base_types)}, not {declared.cardinality} {declared.base_type}."
            )
            self.refuse(element, "wrong_declaration", message)
        else:
            name = f"r{len(self.bound) + 1}"
            self.bound[name] = Bound(
                name, authored, kind, declared.cardinality, declared.base_type, place=self._place
            )
            return self.bound[name]
        return None

    @property
    def _place(self) -> str:
        return self.dynamic.place if self.dynamic is not None else ""

    def _may_bind(self, authored: str) -> bool:
        """Once; but parts that come and go may each ask for the same response in their own way."""
        taken = [bound.place for bound in self.bound.values() if bound.authored == authored]
        return not taken or ("" not in (*taken, self._place) and self._place not in taken)

    def opaque(self, bound: Bound, element: Element) -> str:
        """A drawn name for a choice or gap; the key remembers whose it is."""
        authored = element.get("identifier", "")
        if not authored or authored in bound.choices.values():
            message = f"The identifier '{authored}' is empty or used twice here: give each choice its own."
            self.refuse(element, "duplicate_identifier", message)
        name = self.drawn_name()
        bound.choices[name] = authored
        if self.dynamic is not None:
            self.dynamic.choice(element, name)
        return name

    def drawn_name(self) -> str:
        """Four letters that nothing else on this page has."""
        return self.draws.identifier(self._taken)

    def number(self, element: Element, attribute: str, default: int) -> int:
        """A whole number, not negative."""
        value = element.get(attribute)
        if value is None:
            return default
        if WHOLE.fullmatch(value.strip()):
            return int(value)
        self.refuse(element, "bad_attribute", f"{attribute}='{value}' is not a whole number: correct it.")
        return default


def _fits(declared: Declared, cardinalities: tuple[str, ...], base_types: tuple[str, ...]) -> bool:
    """A record has no base type of its own: its fields have."""
    is_typed = declared.cardinality == "record" or declared.base_type in base_types
    return is_typed and declared.cardinality in cardinalities


def size_of(element: Element, width: int, height: int) -> tuple[int, int]:
    """The size in the page: as authored, else the picture's own; one given side keeps the proportions."""
    wanted = [_pixels(element.get(side, "")) for side in ("width", "height")]
    if not (width and height):
        return wanted[0], wanted[1]
    if wanted[0] and not wanted[1]:
        return wanted[0], round(height * wanted[0] / width)
    if wanted[1] and not wanted[0]:
        return round(width * wanted[1] / height), wanted[1]
    return wanted[0] or width, wanted[1] or height


def _pixels(value: str) -> int:
    match = re.fullmatch(r"(\d{1,5})(\.\d+)?(px)?", value.strip())
    return int(match[1]) if match else 0
