"""Files that pupils handed in or drew, beside the batch of the marker who judges them, by marking id.

    batch-01/MARKING-ID.png      a marker's row says `MARKING-ID.png`
    batch-01/MARKING-ID-2.pdf    the second file of an item that takes several

Neither the id of a file nor that of a session stands in a name; what an answer names and nobody can read is
said in its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.filecipher import FileCipher, Owner, Place, Unreadable
from engine.files import FileStore
from engine.results.drafts import draft
from engine.results.marking.ids import LETTERS, Allocation
from items.filetypes import ENDINGS, file_type
from items.responses import Shapes

UNREADABLE = "(file missing / fichier absent)"


class Handed:
    """The files of one delivery; without a store or a folder they are named and not written."""

    def __init__(self, delivery: str, schema: Mapping[str, Any], store: FileStore | None = None) -> None:
        self._delivery = delivery
        self._uploads = frozenset(Shapes(schema).uploads)
        self._store = store
        self._folder: Path | None = None
        self._allocation = Allocation(1)
        self.written = 0
        self.unreadable = 0

    def below(self, folder: Path, allocation: Allocation) -> Handed:
        """The same, written into the folders of their batches."""
        self._folder, self._allocation, self.written, self.unreadable = folder, allocation, 0, 0
        return self

    def shown(
        self, sid: bytes, key: bytes, item: str, response: Mapping[str, Any], marking_id: str
    ) -> dict[str, Any]:
        """The response with names of files that mean something to the marker in place of their ids."""
        named = dict(response)
        files = [name for name in sorted(response) if response[name] and (item, name) in self._uploads]
        for number, name in enumerate(files, 1):
            title = marking_id if number == 1 else f"{marking_id}-{number}"
            place = Place(item, name, response[name])
            named[name] = self._write(Owner(self._delivery, sid), key, place, title)
        return named

    def _write(self, owner: Owner, key: bytes, place: Place, title: str) -> str:
        if self._store is None or self._folder is None:
            return title
        try:
            data = self._store.read(owner, place, FileCipher(key, owner))
        except (OSError, Unreadable):
            self.unreadable += 1
            return UNREADABLE
        name = f"{title}.{ENDINGS.get(file_type(data), 'bin')}"
        for number in self._allocation.of(title[:LETTERS]):
            with draft(self._folder / f"batch-{number:02}" / name) as unfinished:
                unfinished.write_bytes(data)
        self.written += 1
        return name
