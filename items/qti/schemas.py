"""XML Schema, for those who have the files: what `passation items check --xsd DIR` adds.

The schemas of QTI are not ours to give away, and real packages fail them for harmless reasons, so
nothing here is needed to import a package. Imports of one schema by another are looked for by file
name in the same folder; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from lxml import etree

from items.problems import Problem, Refused
from items.qti.archive import Files
from items.qti.conversion.names import version_of
from items.qti.tree import Element, local, namespace

XSD = "http://www.w3.org/2001/XMLSchema"
MOST_ERRORS = 100  # of one file


class Schemas:
    """The schemas of a folder; each is compiled when a file first asks for it."""

    def __init__(self, folder: Path) -> None:
        self._paths = sorted(folder.rglob("*.xsd"))
        self._by_name = {path.name: path for path in self._paths}
        self._compiled: dict[Path, Any] = {}
        self._declared: dict[tuple[str, str], Path] = {}
        for path in self._paths:
            root = _parse(path.read_bytes(), _parser())
            for element in () if root is None else root.iterfind(f"{{{XSD}}}element"):
                key = (root.get("targetNamespace", ""), element.get("name", ""))  # type: ignore[union-attr]
                self._declared.setdefault(key, path)
        if not self._declared:
            message = f"There is no XML Schema in {folder}: put the .xsd files there."
            raise Refused([Problem(str(folder), 0, "no_schema", message)])

    def problems_of(self, files: Files) -> tuple[Problem, ...]:
        """What the schemas say against the XML of a package, as its author wrote it."""
        return tuple(problem for name, data in files.items() for problem in self._problems(name, data))

    def _problems(self, name: str, data: bytes) -> Iterator[Problem]:
        root = _parse(data, _parser()) if name.endswith((".xml", ".qti")) else None
        if root is None:
            return  # what cannot be parsed is told by the reading itself
        path = self._declared.get((namespace(root), local(root)))
        if path is not None:
            schema = self._schema(path)
            if not schema.validate(root.getroottree()):
                for error in list(schema.error_log)[:MOST_ERRORS]:
                    yield Problem(
                        name, error.line, "xsd", f"{error.message} Correct it, or check without --xsd."
                    )
        elif version_of(namespace(root), local(root)):
            message = f"No schema of the folder declares <{local(root)}> of {namespace(root)}: add it."
            yield Problem(name, 0, "no_schema", message)

    def _schema(self, path: Path) -> Any:
        if path not in self._compiled:
            parser = _parser()
            parser.resolvers.add(_Beside(self._by_name))
            try:
                self._compiled[path] = etree.XMLSchema(etree.parse(str(path), parser))
            except etree.XMLSchemaParseError as error:
                message = f"The schema cannot be used ({error}): add the files that it imports."
                raise Refused([Problem(path.name, 0, "bad_schema", message)]) from error
        return self._compiled[path]


class _Beside(etree.Resolver):
    """Finds what a schema imports among the files of the folder, whatever address it gives."""

    def __init__(self, by_name: dict[str, Path]) -> None:
        self._by_name = by_name

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        found, resolver = self._by_name.get(system_url.rpartition("/")[2]), cast(Any, self)
        return resolver.resolve_filename(str(found), context) if found else resolver.resolve_empty(context)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _parse(data: bytes, parser: etree.XMLParser) -> Element | None:
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
