"""From QTI to HTML by walking the tree: what is not on a list does not come out.

An element we cannot show is refused with its line, never guessed at. The walker writes text and
plain markup itself and hands interactions to `items.qti.interactions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from html import escape

from items.qti import formulas, markup
from items.qti.assessment import XML_LANG, for_candidates
from items.qti.documents import QTI, XHTML, Element, children, local, namespace, text_of
from items.qti.page import Page
from items.qti.players import is_recording, write_recording
from items.qti.speech import open_speech, speech


class Renderer:
    """Walks one page; `interactions` maps an element's name to its writer."""

    def __init__(self, page: Page, interactions: Mapping[str, Callable[[Element, Renderer], str]]) -> None:
        self.page = page
        self._interactions = interactions

    def content(self, element: Element) -> str:
        """All that is inside the element: text and elements in their order."""
        dynamic = self.page.dynamic
        if dynamic is None or not dynamic.is_choice(element):
            return self._content(element)
        with dynamic.inside(element):
            return self._content(element).strip()  # a space left by feedback would tell that there is some

    def _content(self, element: Element) -> str:
        loose = local(element) in markup.ONLY_ELEMENTS
        parts = [] if loose else [self.page.text(element.text)]
        for child in element:
            parts.append(self.element(child))
            if not loose:
                parts.append(self.page.text(child.tail))
            elif child.tail and child.tail.strip():
                self._refuse_loose(child)
        if loose and element.text and element.text.strip():
            self._refuse_loose(element)
        return "".join(parts)

    def _refuse_loose(self, element: Element) -> None:
        message = (
            "A browser would move this loose text out of its table or list: put it into a cell or entry."
        )
        self.page.refuse(element, "loose_text", message)

    def element(self, element: Element) -> str:
        name = local(element)
        if namespace(element) == markup.MATHML:
            return self._math(element, name)
        if namespace(element) in markup.SPEECH:
            return f"{open_speech(element, self.page)}{self.content(element)}</span>"
        if namespace(element) not in (QTI, XHTML):
            return self._refuse(element, name)
        if name in self.page.parts:
            return self.page.parts[name](element)
        if name in self._interactions:
            return self._interaction(element, name)
        if name in markup.PLAIN or name in markup.RENAMED:
            return self._plain(element, name)
        if name in markup.TRANSPARENT:
            return self.content(element)
        return self._special(element, name)

    def _special(self, element: Element, name: str) -> str:
        if name == "img":
            return self._image(element)
        if is_recording(element):
            return write_recording(element, self.page, self.besides(element))
        if name == "object":
            return self._object(element)
        if name == "qti-rubric-block":
            return self.rubric(element) if for_candidates(element) else ""
        if name in markup.FEEDBACK:
            return self._feedback(element, name)
        if name in markup.TEMPLATES and self.page.dynamic is not None:
            return self._template(element, name)
        if name in markup.LEFT_OUT:
            return self._left_out(element, name)
        return self._refuse(element, name)

    def _left_out(self, element: Element, name: str) -> str:
        if reason := markup.LEFT_OUT[name]:
            self.page.remark(element, f"<{name}>: {reason}")
        return ""

    def _refuse(self, element: Element, name: str) -> str:
        if name in markup.TEMPLATES:
            message, code = f"<{name}> belongs into an item, not into a shared text.", "unsupported_template"
        elif name == "qti-custom-interaction":
            message = (
                f"<{name}> is a program of one vendor's player: export it as a portable custom interaction."
            )
            code = "unsupported_interaction"
        elif name.endswith("-interaction"):
            message = (
                f"<{name}> is not supported here: an item takes the interactions of QTI 3, shared text none."
            )
            code = "unsupported_interaction"
        else:
            message, code = f"<{name}> cannot be shown: remove it or use plain markup.", "unsupported_element"
        self.page.refuse(element, code, message)
        return ""

    def _interaction(self, element: Element, name: str) -> str:
        if self.page.inside:
            message = f"<{name}> cannot stand inside <{self.page.inside}>: move it out."
            self.page.refuse(element, "nested_interaction", message)
            return ""
        self.page.inside = name
        written = self._interactions[name](element, self)
        self.page.inside, self.page.parts = "", {}
        return written

    def _plain(self, element: Element, name: str) -> str:
        name = self._tag(element, name)
        if stimulus := self._stimulus(element):
            return stimulus
        if element.get("href"):
            self.page.remark(element, "Links lead nowhere during a sitting: only their words are shown.")
        opening = f"<{name}{self.attributes(element, name)}>"
        if name in markup.VOID:
            if text_of(element) or len(element):
                self.page.refuse(element, "not_empty", f"<{name}> holds nothing: move its content out.")
            return opening
        outer, self.page.preformatted = self.page.preformatted, self.page.preformatted or name == "pre"
        inner = self.content(element)
        self.page.preformatted = outer
        # A browser drops the first line break of a pre.
        first = "\n" if name == "pre" and inner.startswith("\n") else ""
        return f"{opening}{first}{inner}</{name}>"

    def _tag(self, element: Element, name: str) -> str:
        name = markup.RENAMED.get(name, name)
        if name in markup.NO_BLOCK_INSIDE and any(
            local(inner) in markup.BLOCK for inner in element.iterdescendants()
        ):
            return "div"
        return name

    def _stimulus(self, element: Element) -> str:
        name = self.page.stimuli.pop(element.get("data-stimulus-idref", ""), "")
        return placeholder(name) if name else ""

    def rubric(self, element: Element) -> str:
        said = self.language(element) + self.besides(element)
        return f'<div class="qti-rubric"{said}>{self.content(element)}</div>'

    def _image(self, element: Element) -> str:
        alt = element.get("alt")
        if alt is None:
            self.page.remark(element, "The picture has no alt: pupils who do not see it learn nothing of it.")
        return self._marked(self.page.picture(element, alt or ""), element)

    def _object(self, element: Element) -> str:
        if not element.get("type", "").startswith("image/"):
            kind = element.get("type", "") or "without a type"
            self.page.refuse(
                element, "unsupported_media", f"An object {kind} is not supported: use a picture."
            )
            return ""
        return self._marked(self.page.picture(element, text_of(element)), element)

    def _marked(self, picture: str, element: Element) -> str:
        return f"{picture[:-1]}{self.besides(element)}>" if picture else ""

    def _template(self, element: Element, name: str) -> str:
        assert self.page.dynamic is not None
        if name == "qti-printed-variable":
            return self.page.dynamic.printed(element)
        tag = "div" if name == "qti-template-block" else "span"
        return self.page.dynamic.block(element, self.content, tag)

    def _feedback(self, element: Element, name: str) -> str:
        if self.page.dynamic is not None and self.page.dynamic.shows_feedback:
            with self._without_cards():
                return self.page.dynamic.feedback(
                    element, self.content, "span" if "inline" in name else "div"
                )
        if any(local(inner) in self._interactions for inner in element.iterdescendants()):
            message = (
                f"<{name}> asks a question, and the test does not show feedback: move the question into the "
                "body, or set show-feedback='true' in the item session control."
            )
            self.page.refuse(element, "unsupported_feedback", message)
        self.page.remark(element, f"<{name}>: feedback would give the answer away during a sitting.")
        return ""

    def _without_cards(self) -> AbstractContextManager[None]:
        """While feedback is written: what its words name would come before it."""
        catalogs = self.page.catalogs
        return catalogs.closed() if catalogs is not None else nullcontext()

    def _math(self, element: Element, name: str) -> str:
        if name == "semantics":
            return self._semantics(element)
        if formulas.is_content(element):
            return self._meaning(element)
        if name not in markup.MATH_ELEMENTS:
            return self._refuse_formula(element)
        if name == "mi" and self.page.dynamic and (value := self.page.dynamic.letter(text_of(element))):
            return value
        kept = [
            (str(attribute), str(value))
            for attribute, value in element.attrib.items()
            if attribute in markup.MATH_ATTRIBUTES
        ]
        attributes = "".join(f' {attribute}="{escape(value)}"' for attribute, value in kept)
        attributes += self.besides(element)
        return f"<{name}{attributes}>{self.content(element)}</{name}>"

    def _semantics(self, element: Element) -> str:
        """The first child is shown, the others annotate it; of meaning and writing the writing is shown."""
        inside = children(element)
        shown = inside[:1]
        if shown and formulas.is_content(shown[0]):
            written = [part for part in inside[1:] if part.get("encoding", "") in markup.MATH_WRITTEN]
            shown = children(written[0]) if written else shown
        return "".join(map(self.element, shown))

    def _meaning(self, element: Element) -> str:
        try:
            return self.element(formulas.as_presentation(element))
        except formulas.Unwritable as unwritable:
            return self._refuse_formula(unwritable.element)

    def _refuse_formula(self, element: Element) -> str:
        message = (
            f"<{local(element)}> says what a formula means and not how it is written: export the formula as "
            "presentation MathML."
        )
        self.page.refuse(element, "unsupported_element", message)
        return ""

    def template(self, choice: Element) -> str:
        """The attribute of a choice that a template shows and hides."""
        return self.page.dynamic.attribute_of(choice) if self.page.dynamic is not None else ""

    def of_choice(self, choice: Element) -> str:
        """What the opening tag of a choice says besides its name."""
        return self.template(choice) + self.language(choice) + self.besides(choice)

    def besides(self, element: Element) -> str:
        """What else may be shown or said of it: its catalogue, and how it is read aloud."""
        catalogs = self.page.catalogs
        named = catalogs.mark(element) if catalogs is not None else ""
        return named + speech(element, self.page)

    def language(self, element: Element) -> str:
        """`lang` and `dir`, as attributes."""
        language = element.get(XML_LANG) or element.get("lang") or ""
        written = f' lang="{escape(language)}"' if language else ""
        return written + direction(element, language)

    def attributes(self, element: Element, name: str) -> str:
        allowed = markup.EVERYWHERE | markup.ATTRIBUTES.get(name, frozenset())
        written = self.classes(element) + self.language(element) + self.besides(element)
        for attribute, value in sorted((str(key), str(value)) for key, value in element.attrib.items()):
            if attribute in ("lang", "dir") or attribute.startswith("{"):
                continue
            if attribute in allowed:
                written += self._attribute(element, attribute, value)
            elif attribute not in markup.SILENT and not attribute.startswith(("data-", "aria-")):
                self.page.remark(
                    element, f"The attribute {attribute} is not used: the player has its own style."
                )
        return written

    def _attribute(self, element: Element, attribute: str, value: str) -> str:
        if attribute in markup.NUMBERS and not value.strip().lstrip("-").isdecimal():
            self.page.refuse(element, "bad_attribute", f"{attribute}='{value}' is not a number: correct it.")
            return ""
        return f' {attribute}="{escape(value)}"'

    def classes(self, element: Element, *ours: str) -> str:
        """Our own classes and those of QTI's shared vocabulary; an author's own could tell anything."""
        kept = [name for name in element.get("class", "").split() if markup.VOCABULARY.fullmatch(name)]
        self.page.has_vocabulary = self.page.has_vocabulary or bool(kept)
        kept = [*ours, *kept]
        return f' class="{escape(" ".join(kept))}"' if kept else ""

    def prompt(self, element: Element, response: str) -> str:
        """The question of an interaction, with the name its group is labelled by."""
        found = children(element, "qti-prompt")
        if not found:
            return ""
        return f'<div class="qti-prompt" id="x-{response}">{self.content(found[0])}</div>'


def direction(element: Element, language: str) -> str:
    """`dir`, as written, else as the language is: authors write `xml:lang` and forget the other.

    Words of another direction stand apart, so that they do not turn round the full stop behind them.
    """
    wanted = element.get("dir") or ""
    if language and wanted not in markup.DIRECTIONS:
        around = element.getparent()
        outer = around is not None and _is_leftward(around)
        own = language.lower().split("-")[0] in markup.LEFTWARD
        wanted = "rtl" if own else "ltr" if outer else ""
    return f' dir="{wanted}"' if wanted in markup.DIRECTIONS else ""


def _is_leftward(element: Element) -> bool:
    """Whether what stands there runs from right to left: the nearest element that says so tells."""
    for around in (element, *element.iterancestors()):
        if (said := around.get("dir")) in ("ltr", "rtl"):
            return said == "rtl"
        if language := around.get(XML_LANG):
            return language.lower().split("-")[0] in markup.LEFTWARD
    return False


def placeholder(name: str) -> str:
    """Where the player puts a shared passage."""
    return f'<section class="qti-stimulus" data-stimulus="{name}"></section>'
