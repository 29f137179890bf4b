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

from engine.keying.cells import ABSENT
from engine.results.drafts import draft
from engine.results.opening import Names, Opened, attempts_of
from engine.results.xmltext import element, text
from engine.scorerecord import is_missing, kind_of
from items.scoring.records import typed_number

NAMESPACES: Final = {
    3: "http://www.imsglobal.org/xsd/imsqti_result_v3p0",
    2: "http://www.imsglobal.org/xsd/imsqti_result_v2p2",
}
SESSIONS_EACH = 10_000
ABSENT_OUTCOME = "ABSENT"
"""True of an item for which the pupil was absent, and of the test for one who was absent throughout; false of
an item that nobody keyed. It stands beside a SCORE without a value."""
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
        places = self._places(session)
        items = (self._item(session, places.get(entry["item"]), entry) for entry in session.items)
        root = {"xmlns": NAMESPACES[self._version]}
        body = element("assessmentResult", root, [context, self._test(session), *items])
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'

    def _test(self, session: Opened) -> str:
        ended_ms = session.ended_ms or session.scored_ms
        duration_ms = ended_ms - session.started_ms if session.started_ms else 0
        sums: dict[str, Any] = {"SCORE": session.score, "MAXSCORE": session.max_score}
        outcomes = sums | session.record.get("test", {}).get("outcomes", {})
        if session.was_away:
            outcomes[ABSENT_OUTCOME] = True
        told = [_outcome(name, _guessed(value), value) for name, value in outcomes.items()]
        about = {"identifier": self._names.delivery.id, "datestamp": stamp(ended_ms)}
        return element("testResult", about, [_built_in("duration", "duration", seconds(duration_ms)), *told])

    def _item(self, session: Opened, place: str | None, entry: Mapping[str, Any]) -> str:
        answer = entry["answer"]
        sat_ms = answer["received_ms"] if answer else session.ended_ms or session.scored_ms
        about = {
            "identifier": self._names.key.authored(entry["item"]),
            "sequenceIndex": place,
            "datestamp": stamp(sat_ms),
            "sessionStatus": "pendingResponseProcessing" if entry["marking"] else "final",
        }
        parts = (self._responses(entry), self._variants(entry), self._outcomes(entry))
        inside = [variable for part in parts for variable in part]
        if comment := entry.get("comment"):
            inside.append(element("candidateComment", {}, text(comment)))
        return element("itemResult", about, inside)

    def _places(self, session: Opened) -> dict[str, str]:
        """Where each item stood in this session's test, as far as the record tells."""
        order = session.record.get("test", {}).get("order")
        if order is None:
            order = [] if self._names.is_shuffled else [entry["item"] for entry in session.items]
        return {item: str(place) for place, item in enumerate(order, 1)}

    def _responses(self, entry: Mapping[str, Any]) -> Iterator[str]:
        answer, key = entry["answer"], self._names.key
        yield _built_in("numAttempts", "integer", str(attempts_of(entry)))
        yield _built_in("duration", "duration", seconds(answer["elapsed_ms"] if answer else 0))
        declared = key.declarations(entry["item"])["responses"]
        for name, value in key.responses_in_authored(entry["item"], answer and answer["response"]).items():
            inner = [element("candidateResponse", {}, _values(declared[name], value))]
            right = declared[name].get("correct") if self._correct else None
            if right is not None:
                inner.insert(0, element("correctResponse", {}, _values(declared[name], right)))
            yield element("responseVariable", _declared(name, declared[name]), inner)

    def _variants(self, entry: Mapping[str, Any]) -> Iterator[str]:
        """The template variables of a sitting's own variant."""
        declared = self._names.key.declarations(entry["item"])["templates"]
        for name, value in entry.get("variant", {}).items():
            yield element("templateVariable", _declared(name, declared[name]), _values(declared[name], value))

    def _outcomes(self, entry: Mapping[str, Any]) -> Iterator[str]:
        is_there = not is_missing(entry)
        status = "completed" if entry["answer"] and is_there else "not_attempted"
        outcomes = {"completionStatus": status, **entry["outcomes"]}
        if not is_there:  # the specification has no word for it
            outcomes |= {"SCORE": None, ABSENT_OUTCOME: kind_of(entry) == ABSENT}
        declared = self._names.key.declarations(entry["item"])["outcomes"]
        for name, value in outcomes.items():
            yield _outcome(name, declared.get(name) or _guessed(value), value, self._version)


def _guessed(value: Any) -> dict[str, str]:
    """What a variable is that no item declares: an outcome of the test, or one that the engine adds."""
    several = isinstance(value, list | tuple)
    one = value[0] if several and value else value
    kinds = {bool: "boolean", int: "integer", float: "float", type(None): "float"}
    return {
        "cardinality": "multiple" if several else "single",
        "base_type": kinds.get(type(one), "identifier"),
    }


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
    if entry.get("cardinality") == "record" and isinstance(value, str):
        value = {name: field for name, field in (typed_number(value) or {}).items() if field is not None}
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
