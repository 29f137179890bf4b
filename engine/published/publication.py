"""What the authority has decided to show, and when: one file a delivery, beside the forms.

    DATA/published/DELIVERY.json   {"delivery", "version", "opens_ms", "closes_ms", "thresholds", "national"}

Written whole or not at all. Without it, before `opens_ms` and from `closes_ms` on there are no results
to see.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from engine.archive import Conflict
from engine.published.mastery import Mastery, read_mastery
from engine.results.drafts import draft

_DELIVERY = re.compile(r"[a-z0-9][a-z0-9-]{7}")


class Publication(NamedTuple):
    """The results of a delivery in one score version, open between two moments."""

    delivery: str
    version: int
    opens_ms: int
    closes_ms: int
    mastery: Mastery
    national: dict[str, Any] | None

    def is_open(self, now_ms: int) -> bool:
        """Whether anybody may look."""
        return self.opens_ms <= now_ms < self.closes_ms

    def to_json(self) -> dict[str, Any]:
        """As it lies in its file."""
        fields = self._asdict()
        fields["thresholds"] = fields.pop("mastery").to_json()
        return fields


class Publications:
    """The folder of them."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "published"

    def put(self, publication: Publication) -> Path:
        """Write one, in the place of a former one."""
        if not publication.opens_ms < publication.closes_ms:
            raise Conflict("results open before they close")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(publication.delivery)
        with draft(path) as unfinished:
            unfinished.write_text(json.dumps(publication.to_json()) + "\n")
        return path

    def get(self, delivery: str) -> Publication | None:
        """That of a delivery; None if nothing was published."""
        try:
            record = json.loads(self._path(delivery).read_bytes())
        except FileNotFoundError:
            return None
        fields = {name: value for name, value in record.items() if name != "thresholds"}
        return Publication(mastery=read_mastery(record["thresholds"]), **fields)

    def drop(self, delivery: str) -> None:
        """Nothing is published any more."""
        self._path(delivery).unlink(missing_ok=True)

    def _path(self, delivery: str) -> Path:
        if not _DELIVERY.fullmatch(delivery):
            raise Conflict(f"{delivery!r} is no delivery")
        return self._folder / f"{delivery}.json"
