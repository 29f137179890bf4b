"""Pages of the journal: some hundred lines, column by column, with the bytes of the batches that they name.

Of accepted batches there are as many as saves. What is done to a whole page at once, in the interpreter's own
loops, costs a third of the same done to a line at a time.
"""

from __future__ import annotations

from binascii import hexlify
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, groupby
from typing import Any, NamedTuple

from sessions.journal import (
    LABELS,
    BatchLine,
    Entry,
    JournalLine,
    MissingLine,
    PassedLine,
    Where,
    names_key,
    opened,
    owner_of,
    rare_line,
)
from sessions.packing import WrongOwner, unpacked_all

LOST, PASSED = b"\xc0", b"\x90"
"""In place of the bytes of a batch: nil and an empty array of msgpack."""

Row = tuple[Any, ...]
"""A batch in the order of the archive's columns: a BatchLine without its place in the journal."""


class RawPage(NamedTuple):
    """Lines as they stand in the stream; see `journal.RawLine`."""

    wheres: list[Where]
    labels: list[bytes]
    lines: list[bytes]
    names_key: list[bool]

    def keys(self) -> dict[int, list[bytes]]:
        """The keys that lines name, in their order, by journal."""
        found: defaultdict[int, list[bytes]] = defaultdict(list)
        for where, line in compress(zip(self.wheres, self.lines, strict=True), self.names_key):
            found[where[0]].append(line)
        return found


def raw_pages(
    found: Iterable[tuple[int, Sequence[Entry]]], lines_max: int, page_max: int
) -> Iterator[RawPage]:
    """The lines of the entries that journals gave, at most `page_max` at a time.

    From `lines_max` on no further entry is begun.
    """
    wheres: list[Where] = []
    labels: list[bytes] = []
    lines: list[bytes] = []
    for where, its_labels, its_lines in _entries(found, lines_max):
        wheres += [where] * len(its_lines)
        labels += its_labels
        lines += its_lines
        while len(lines) >= page_max:
            yield _raw_page(wheres[:page_max], labels[:page_max], lines[:page_max])
            del wheres[:page_max], labels[:page_max], lines[:page_max]
    if lines:
        yield _raw_page(wheres, labels, lines)


def _entries(
    found: Iterable[tuple[int, Sequence[Entry]]], lines_max: int
) -> Iterator[tuple[Where, list[bytes], list[bytes]]]:
    count = 0
    for partition, entries in found:
        for entry in entries:
            if count >= lines_max:
                return
            read = opened(partition, entry)
            count += len(read[2])
            yield read


def _raw_page(wheres: list[Where], labels: list[bytes], lines: list[bytes]) -> RawPage:
    return RawPage(wheres, labels, lines, list(map(names_key, labels, lines)))


class Page:
    """Lines of the journal: all of them in order by iterating, or rows of batches apart from all others."""

    __slots__ = ("_batches", "_labels", "_lines", "_wheres")

    def __init__(self, raw: RawPage, values: Sequence[bytes | None]) -> None:
        """`values`: the bytes under the keys that `raw` names, in the order of these lines.

        None for a batch that is lost, PASSED for one that the archive has. WrongOwner if a key holds another
        batch than the one that it names.
        """
        self._wheres, self._labels, self._lines, named = raw
        packed = [LOST if value is None else value for value in values]
        if not all(named):
            found = iter(packed)
            packed = [
                next(found) if is_named else line if label in LABELS else PASSED
                for is_named, label, line in zip(named, self._labels, self._lines, strict=True)
            ]
        self._batches = unpacked_all(packed)
        _look_at_owners(self._lines, self._batches, named)

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[JournalLine]:
        rows = iter(self.rows())
        for place, batch in enumerate(self._batches):
            yield BatchLine(*self._wheres[place][:2], *next(rows)) if batch else self._other(place)

    def reached(self) -> Iterator[tuple[int, str]]:
        """The entries whose lines these are, in their order: partition and stream id."""
        return (where[:2] for where, _ in groupby(self._wheres))

    def rows(self) -> list[Row]:
        """The accepted batches whose bytes are here, in their order."""
        batches: Sequence[Any] = self._batches
        wheres, labels = self._wheres, self._labels
        if not all(batches):
            batches, wheres, labels = (list(compress(it, self._batches)) for it in (batches, wheres, labels))
        if not batches:
            return []
        sids, epochs, ns, fulls, ages, digests, bodies = zip(*batches, strict=True)
        lates, in_pauses = zip(*map(LABELS.__getitem__, labels), strict=True)
        received = [where[2] for where in wheres]
        columns = (received, lates, map(bool, fulls), in_pauses, ages, bodies)
        return list(zip(sids, epochs, ns, digests, *columns, strict=True))

    def others(self) -> list[JournalLine]:
        """What else stands here, in its order."""
        if all(self._batches):
            return []
        return [self._other(place) for place, batch in enumerate(self._batches) if not batch]

    def _other(self, place: int) -> JournalLine:
        where, label, line = self._wheres[place], self._labels[place], self._lines[place]
        if label not in LABELS:
            return rare_line(where, label, line)
        return MissingLine(*where, *owner_of(line)) if self._batches[place] is None else PassedLine(*where)


def _look_at_owners(lines: Sequence[bytes], batches: Sequence[Any], named: Sequence[bool]) -> None:
    """Every value names its owner: what a key names, and what lies under it, must be the same batch."""
    for line, batch, is_named in zip(lines, batches, named, strict=True):
        if is_named and batch and not line.endswith(b":%b:%d" % (hexlify(batch[0]), batch[2])):
            raise WrongOwner("a key holds another batch than the one that it names")
