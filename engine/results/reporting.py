"""QTI Results Reporting: one `assessmentResult` a session, in the namespace of QTI 3.0 or of 2.x.

results-0001.zip holds <session>.xml of ten thousand sessions, and so on: no folder likes as many files as a
year group has pupils. What came too late to count is not in them; `responses.csv` has it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from engine.results.drafts import draft
from engine.results.opening import Names, Opened
from engine.results.xmltext import element, text

NAMESPACES: Final = {
    3: "http://www.imsglobal.org/xsd/imsqti_result_v3p0",
    2: "http://www.imsglobal.org/xsd/imsqti_result_v2p2",
}
SESSIONS_EACH = 10_000
FILES = ("results-0001.zip",)
_START = datetime(1970, 1, 1, tzinfo=UTC)


@contextmanager
def result_files(
    folder: Path, names: Names, *, version: int = 3, correct: bool = False, each: int = SESSIONS_EACH
) -> Iterator[Callable[[Opened], None]]:
    """The zip files, named when the block ends well; gives what writes one session into them."""
    report = Report(names, version=version, correct=correct)
    with ExitStack() as files, ExitStack() as current:
        count = 0
        archive: zipfile.ZipFile | None = None

        def write(session: Opened) -> None:
            nonlocal count, archive
            if archive is None or count % each == 0:
                current.close()
                path = files.enter_context(draft(folder / f"results-{count // each + 1:04}.zip"))
                archive = current.enter_context(zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED))
            count += 1
            # A ZipInfo of its own: the same results give the same bytes, whenever they are written.
            entry = zipfile.ZipInfo(f"{session.session}.xml")
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, report.document(session))

        yield write


class Report:
    """Writes the document of one session after the other."""

    def __init__(self, names: Names, *, version: int = 3, correct: bool = False) -> None:
        self._names = names
        self._version = version
        self._correct = correct

    def document(self, session: Opened) -> str:
        """The whole document; `correctResponse` stands in it only where it was asked for."""
        delivery = self._names.delivery
        identifier = {"sourceID": "delivery", "identifier": delivery.id}
        context = element("context", {"sourcedId": session.session}, element("sessionIdentifier", identifier))
        items = (self._item(session, number, entry) for number, entry in enumerate(session.items, 1))
        root = {"xmlns": NAMESPACES[self._version]}
        body = element("assessmentResult", root, [context, self._test(session), *items])
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'

    def _test(self, session: Opened) -> str:
        about = {
            "identifier": self._names.delivery.id,
            "datestamp": stamp(session.ended_ms or session.scored_ms),
        }
        duration_ms = session.ended_ms - session.started_ms if session.started_ms and session.ended_ms else 0
        return element(
            "testResult",
            about,
            [
                _built_in("duration", "duration", seconds(duration_ms)),
                _outcome("SCORE", {"cardinality": "single", "base_type": "float"}, session.score),
                _outcome("MAXSCORE", {"cardinality": "single", "base_type": "float"}, session.max_score),
            ],
        )

    def _item(self, session: Opened, number: int, entry: Mapping[str, Any]) -> str:
        answer = entry["answer"]
        sat_ms = answer["received_ms"] if answer else session.ended_ms or session.scored_ms
        about = {
            "identifier": self._names.sat.authored(entry["item"]),
            "sequenceIndex": None if self._names.is_shuffled else str(number),
            "datestamp": stamp(sat_ms),
            "sessionStatus": "pendingResponseProcessing" if entry["marking"] else "final",
        }
        return element(
            "itemResult", about, [*self._responses(entry), *self._templates(entry), *self._outcomes(entry)]
        )

    def _responses(self, entry: Mapping[str, Any]) -> Iterator[str]:
        answer, sat = entry["answer"], self._names.sat
        yield _built_in("numAttempts", "integer", "1" if answer else "0")
        yield _built_in("duration", "duration", seconds(answer["elapsed_ms"] if answer else 0))
        declared = sat.declarations(entry["item"])["responses"]
        corrected = self._names.key.declarations(self._names.judged(entry["item"]))["responses"]
        given = sat.responses_in_authored(entry["item"], answer and answer["response"])
        for name, value in given.items():
            inner = [element("candidateResponse", {}, _values(declared[name], value))]
            right = corrected[name].get("correct") if self._correct else None
            if right is not None:
                inner.insert(0, element("correctResponse", {}, _values(corrected[name], right)))
            yield element("responseVariable", _declared(name, declared[name]), inner)

    def _templates(self, entry: Mapping[str, Any]) -> Iterator[str]:
        declared = self._names.sat.declarations(entry["item"])["templates"]
        for name, value in (entry.get("templates") or {}).items():
            if name in declared:
                yield element(
                    "templateVariable", _declared(name, declared[name]), _values(declared[name], value)
                )

    def _outcomes(self, entry: Mapping[str, Any]) -> Iterator[str]:
        status = "completed" if entry["answer"] else "not_attempted"
        yield _outcome("completionStatus", {"cardinality": "single", "base_type": "identifier"}, status)
        declared = self._names.key.declarations(self._names.judged(entry["item"]))["outcomes"]
        for name, value in entry["outcomes"].items():
            if name != "completionStatus":
                yield _outcome(name, declared.get(name, _number()), value, self._version)


def _number() -> dict[str, str]:
    """What SCORE is where an item forgot to declare it."""
    return {"cardinality": "single", "base_type": "float"}


def _declared(name: str, entry: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        "identifier": name,
        "cardinality": entry["cardinality"],
        "baseType": entry.get("base_type") or None,
    }


def _built_in(name: str, base_type: str, value: str) -> str:
    about = {"identifier": name, "cardinality": "single", "baseType": base_type}
    return element("responseVariable", about, element("candidateResponse", {}, element("value", {}, value)))


def _outcome(name: str, entry: Mapping[str, Any], value: Any, version: int = 2) -> str:
    bounds = {
        "normalMaximum": _bound(entry.get("normal_maximum")),
        "normalMinimum": _bound(entry.get("normal_minimum")),
        "externalScored": entry.get("external_scored") if version == 3 else None,
    }
    return element("outcomeVariable", _declared(name, entry) | bounds, _values(entry, value))


def _bound(value: Any) -> str | None:
    return None if value is None else _word(float(value))


def _values(entry: Mapping[str, Any], value: Any) -> list[str]:
    """The `value` elements of a variable; none for NULL."""
    if value is None or (value == "" and entry.get("base_type") != "string"):
        return []
    if isinstance(value, Mapping):
        return [
            element("value", {"fieldIdentifier": name, "baseType": _kind(inner)}, text(_word(_plain(inner))))
            for name, inner in value.items()
        ]
    members = value if isinstance(value, list | tuple) else [value]
    return [element("value", {}, text(_word(member))) for member in members]


def _plain(field: Any) -> Any:
    """A record's field as declared, {"base_type", "value"}, or as computed."""
    return field["value"] if isinstance(field, Mapping) else field


def _kind(field: Any) -> str:
    if isinstance(field, Mapping):
        return str(field["base_type"])
    return {bool: "boolean", int: "integer", float: "float"}.get(type(field), "string")


def _word(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def stamp(at_ms: int) -> str:
    """A moment as XML Schema writes it, in UTC."""
    moment = (_START + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def seconds(duration_ms: int) -> str:
    return f"{duration_ms / 1000:.3f}"
