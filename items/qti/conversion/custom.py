"""Portable custom interactions, from the two spellings that QTI 2 wraps them in to that of QTI 3.

    customInteraction > portableCustomInteraction > properties > entry      qti-portable-custom-interaction
                                                  > resources or modules    > qti-interaction-modules
                                                  > markup                  > qti-interaction-markup

Properties become `data-` attributes; a list of properties writes its path with `__`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from items.qti.conversion.names import hyphenated
from items.qti.tree import QTI, Element, child, children, local, made, put_in_place, text_of

PCI = (
    "http://www.imsglobal.org/xsd/portableCustomInteraction",
    "http://www.imsglobal.org/xsd/portableCustomInteraction_v1",
)
_NOT_IN_NAMES = re.compile(r"[^a-z0-9._-]+")


def convert_custom_interactions(root: Element) -> None:
    """Each that is portable; others keep the name `qti-custom-interaction` and are told so."""
    for outer in list(root.iter(f"{{{QTI}}}qti-custom-interaction")):
        inner = next((one for one in outer if local(one) == "portableCustomInteraction"), None)
        if inner is not None:
            put_in_place(_converted(outer, inner), outer)


def _converted(outer: Element, inner: Element) -> Element:
    new = made("qti-portable-custom-interaction", outer)
    for element in (outer, inner):
        for name, value in element.attrib.items():
            if not str(name).startswith("{") and name != "hook":
                new.set(hyphenated(str(name)), str(value))
    properties = child(inner, "properties")
    if properties is not None:
        for name, value in _properties(properties, ()):
            new.set(f"data-{name}", value)
    modules = _modules(inner, new)
    if len(modules):
        new.append(modules)
    new.append(_markup(inner, new))
    return new


def _properties(properties: Element, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for inner in children(properties, "entry", "properties"):
        key = _NOT_IN_NAMES.sub("-", hyphenated(inner.get("key", "")))
        if local(inner) == "properties":
            yield from _properties(inner, (*path, key))
        elif key:
            yield "__".join((*path, key)), text_of(inner)


def _modules(inner: Element, new: Element) -> Element:
    """The files of its program: the hook of the first edition, the modules of the second."""
    modules = made("qti-interaction-modules", inner)
    if hook := inner.get("hook"):
        name = hook.removesuffix(".js")
        modules.append(made("qti-interaction-module", inner, id=name, primary_path=hook))
        new.set("module", name)
    for module in inner.iter("{*}module", "{*}lib"):
        name = module.get("id") or module.get("name") or ""
        if not name:
            continue
        path = module.get("primaryPath") or module.get("primary-path") or f"{name}.js"
        modules.append(made("qti-interaction-module", module, id=name, primary_path=path))
        fallback = module.get("fallbackPath") or module.get("fallback-path")
        if fallback:
            modules[-1].set("fallback-path", fallback)
    if not new.get("module") and len(modules):
        new.set("module", modules[0].get("id", ""))
    return modules


def _markup(inner: Element, new: Element) -> Element:
    markup = made("qti-interaction-markup", inner)
    found = child(inner, "markup")
    if found is not None:
        markup.text = found.text
        markup.extend(list(found))
    return markup
