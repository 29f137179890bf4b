"""What a demonstration remembers, so that it can be opened again: credentials of invented people."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from demonstration.pupils import Place

FORMAT = 1
KEPT_MS = 25 * 24 * 3600 * 1000
"""Its tests are open for thirty days."""


class Note(NamedTuple):
    """All that the guide tells and the crowd needs."""

    format: int
    made_ms: int
    authority: dict[str, Any]
    """What `passation-authority demo --day` said."""
    tests: dict[str, dict[str, str]]
    """By test: form, delivery, title, language."""
    doors: dict[str, str]
    """The code of a room at the engine's own door, by room."""
    operators: list[dict[str, str]]
    working: list[Place]

    def classes(self, test: str) -> list[dict[str, Any]]:
        """The classes that have this test, as the authority told of them."""
        return [one for one in self.authority["classes"] if one["test"] == test]

    def write(self, path: Path) -> None:
        """For its owner alone."""
        path.touch(mode=0o600)
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(self._asdict(), ensure_ascii=False, indent=1))
        os.replace(draft, path)


def read(path: Path, now_ms: int) -> Note | None:
    """The note of an earlier demonstration whose tests are still open; None where there is none."""
    if not path.exists():
        return None
    record = json.loads(path.read_text())
    if record.get("format") != FORMAT or now_ms - record["made_ms"] > KEPT_MS:
        return None
    record["working"] = [Place(*place) for place in record["working"]]
    return Note(**record)
