"""The modules of a portable custom interaction: found in the package, with all that they ask for.

Modules are written for an AMD loader: `define([names], factory)`. Each name must be a module of the
interaction, a file of the package, or what the player itself gives; a name that leads to another host is
refused, since pupils' computers reach none. What the code does is not judged: its frame has no network.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from items.qti.documents import Element, child, children
from items.qti.manifest import outside, resolve
from items.qti.page import Page

GIVEN = frozenset({"require", "exports", "module", "qtiCustomInteractionContext"})
"""What the player's loader answers itself."""
MOST_MODULES = 60
LARGEST_MODULE = 2 * 1024 * 1024
TYPES = {"script": "text/javascript", "text": "text/plain", "css": "text/css"}

_STRING = r"""["']([^"'\n]{1,300})["']"""
_DEFINE = re.compile(
    r"\b(?:define|require)\s{0,9}\(\s{0,99}"
    rf"(?:{_STRING}\s{{0,99}},\s{{0,99}})?\[([^\]]{{0,4000}})\]"
)
_REQUIRE = re.compile(rf"\brequire\s{{0,9}}\(\s{{0,99}}{_STRING}\s{{0,99}}\)")
_HOST = re.compile(r"""["'`](?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)""", re.I)
_NAMESPACES = frozenset({"www.w3.org", "www.imsglobal.org", "purl.imsglobal.org"})


class Module(NamedTuple):
    """A file that the frame may ask for: `needs` maps each name it uses to that of a module."""

    name: str
    kind: str
    media: str
    needs: dict[str, str]


class Modules:
    """Gathers the modules of one interaction."""

    def __init__(self, element: Element, page: Page) -> None:
        self._element = element
        self._page = page
        self._paths: dict[str, list[str]] = {}
        self._base = ""
        self.found: dict[str, Module] = {}

    def gather(self, wanted: str) -> list[Module]:
        """The module called `wanted` and all that it leads to."""
        holder = child(self._element, "qti-interaction-modules")
        if holder is not None:
            self._base = holder.get("primary-configuration", "")
            for configuration in ("primary-configuration", "secondary-configuration"):
                self._configure(holder, holder.get(configuration, ""))
            for entry in children(holder, "qti-interaction-module"):
                paths = [path for name in ("primary-path", "fallback-path") if (path := entry.get(name))]
                if entry.get("id") and paths:
                    self._paths[str(entry.get("id"))] = paths
        for name in dict.fromkeys([wanted, *self._paths]):
            self._take(name, "", required=name == wanted)
        return list(self.found.values())

    def _configure(self, holder: Element, href: str) -> None:
        """The `paths` of a module_resolution file; a later one fills what the first leaves open."""
        file = self._locate(href, "") if href else None
        if file is None:
            return
        try:
            paths = json.loads(self._page.data(file)).get("paths", {})
            for name, path in paths.items():
                self._paths.setdefault(str(name), list(map(str, path if isinstance(path, list) else [path])))
        except (ValueError, AttributeError, RecursionError):
            message = f"{href} is no module configuration in JSON: correct it."
            self._page.refuse(holder, "bad_attribute", message)

    def _take(self, name: str, asker: str, *, required: bool = True) -> str | None:
        """The module that `name` means to the file `asker`; taken in with all that it needs."""
        kind, _, rest = name.partition("!") if "!" in name else ("script", "", name)
        paths = self._paths.get(rest, [rest])
        file = next((found for path in paths if (found := self._locate(path, asker))), None)
        if kind not in TYPES or file is None:
            self._lacking(name, paths, required)
            return None
        known = rest if rest in self._paths else file
        known = known if kind == "script" else f"{kind}!{known}"
        if known not in self.found and len(self.found) < MOST_MODULES:
            self._read(known, kind, file)
        return known if known in self.found else None

    def _read(self, name: str, kind: str, file: str) -> None:
        data = self._page.data(file)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = ""
        if not text or len(data) > LARGEST_MODULE:
            message = f"{file} is empty, too large or no text in UTF-8: correct it."
            self._page.refuse(self._element, "unsupported_media", message)
            return
        media = self._page.own(TYPES[kind], text.encode())
        needs: dict[str, str] = {}
        self.found[name] = Module(
            name, kind, media.id, needs
        )  # before its needs: modules may ask for each other
        if kind != "script":
            return
        self._name_hosts(file, text)
        for need, is_certain in dict(_needs(text)).items():
            if need not in GIVEN and (known := self._take(need, file, required=is_certain)):
                needs[need] = known

    def _locate(self, path: str, asker: str) -> str | None:
        """A file of the package: beside who asks, the item or the configuration, or from the top."""
        source = self._page.source
        for base in (asker, source, posixpath.join(posixpath.dirname(source), self._base), ""):
            for end in (path, f"{path}.js"):
                if (file := _resolved(base, end)) and self._page.holds(file):
                    return file
        return None

    def _lacking(self, name: str, paths: list[str], required: bool) -> None:
        away = next((path for path in paths if _is_outside(path)), None)
        if away:
            message = f"The module {name} is on another host ({away}): put its file into the package."
            self._page.refuse(self._element, "external_resource", message)
        elif required:
            message = f"The module {name} is not in the package: add its file, or correct the name."
            self._page.refuse(self._element, "missing_file", message)

    def _name_hosts(self, file: str, text: str) -> None:
        hosts = sorted({host.lower() for host in _HOST.findall(text)} - _NAMESPACES)
        if hosts:
            message = f"{file} names {', '.join(hosts[:3])}: in a sitting it reaches no host."
            self._page.remark(self._element, message)


def _needs(text: str) -> Iterator[tuple[str, bool]]:
    """The names that a module asks for; those in `require("...")` may stand in a branch that never runs."""
    for name in _REQUIRE.findall(text):
        yield name, False
    for _, names in _DEFINE.findall(text):
        for name in re.findall(_STRING, names):
            yield name, True


def _is_outside(path: str) -> bool:
    try:
        return outside(path)
    except ValueError:  # no address at all
        return False


def _resolved(base: str, path: str) -> str | None:
    try:
        return resolve(base, path)
    except ValueError:
        return None


def described(modules: list[Module]) -> list[dict[str, Any]]:
    """As the player reads it."""
    return [module._asdict() for module in modules]
