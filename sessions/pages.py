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
    UNREADABLE,
    BatchLine,
    Damaged,
    Entry,
    JournalLine,
    MissingLine,
    Opened,
    PassedLine,
    Where,
    damaged_entry,
    damaged_key,
    opened,
    owner_of,
    rare_line,
)
from sessions.packing import WrongOwner, unpacked_all

LOST, PASSED = b"\xd9\x00", b"\xdc\x00\x00"
"""In place of the bytes of a batch: an empty string and an empty array of msgpack.

Known by identity, for a damaged key may hold the same; the interpreter keeps one of each string of one byte.
"""

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
    page = RawPage([], [], [], [])
    for where, labels, lines, named in _entries(found, lines_max):
        for column, more in zip(page, ([where] * len(lines), labels, lines, named), strict=True):
            column += more  # type: ignore[operator]  # each its own kind
        while len(page.lines) >= page_max:
            yield RawPage(*(column[:page_max] for column in page))  # type: ignore[arg-type]
            page = RawPage(*(column[page_max:] for column in page))  # type: ignore[arg-type]
    if page.lines:
        yield page


def _entries(found: Iterable[tuple[int, Sequence[Entry]]], lines_max: int) -> Iterator[Opened]:
    count = 0
    for partition, entries in found:
        for entry in entries:
            if count >= lines_max:
                return
            read = opened(partition, entry)
            count += len(read.lines)
            yield read


class Page:
    """Lines of the journal: all of them in order by iterating, or rows of batches apart from all others."""

    __slots__ = ("_batches", "_others", "_rows", "_wheres")

    def __init__(self, raw: RawPage, values: Sequence[bytes | None]) -> None:
        """`values`: the bytes under the keys that `raw` names, in the order of these lines.

        None for a batch that is lost, PASSED for one that the archive has. WrongOwner if a key holds another
        batch than the one that it names, Damaged if it holds none.
        """
        self._wheres = raw.wheres
        packed = [LOST if value is None else value for value in values]
        if not all(raw.names_key):
            found = iter(packed)
            packed = [
                next(found) if is_named else line if label in LABELS else PASSED
                for is_named, label, line in zip(raw.names_key, raw.labels, raw.lines, strict=True)
            ]
        try:
            self._batches, self._rows, self._others = _read(raw, packed)
        except UNREADABLE as error:
            raise next(filter(None, map(_damage, *raw, packed))) from error

    def __len__(self) -> int:
        return len(self._wheres)

    def __iter__(self) -> Iterator[JournalLine]:
        rows, others = iter(self._rows), iter(self._others)
        for where, batch in zip(self._wheres, self._batches, strict=True):
            yield BatchLine(*where[:2], *next(rows)) if batch else next(others)

    def reached(self) -> Iterator[tuple[int, str]]:
        """The entries whose lines these are, in their order: partition and stream id."""
        return (where[:2] for where, _ in groupby(self._wheres))

    def rows(self) -> list[Row]:
        """The accepted batches whose bytes are here, in their order."""
        return self._rows

    def others(self) -> list[JournalLine]:
        """What else stands here, in its order."""
        return self._others


def _read(raw: RawPage, packed: Sequence[bytes]) -> tuple[Sequence[Any], list[Row], list[JournalLine]]:
    """All batches, those whose bytes are here as rows, and all other lines; an error of UNREADABLE."""
    wheres, labels, lines, named = raw
    batches = unpacked_all(packed)
    _look_at_owners(lines, batches, named)
    if all(batches):
        return batches, _rows(batches, wheres, labels), []
    here = [list(compress(column, batches)) for column in (batches, wheres, labels)]
    rest = zip(wheres, labels, lines, packed, batches, strict=True)
    others = [_other(where, label, line, value) for where, label, line, value, batch in rest if not batch]
    return batches, _rows(*here), others


def _rows(batches: Sequence[Any], wheres: Sequence[Where], labels: Sequence[bytes]) -> list[Row]:
    if not batches:
        return []
    sids, epochs, ns, fulls, ages, digests, bodies = zip(*batches, strict=True)
    lates, in_pauses = zip(*map(LABELS.__getitem__, labels), strict=True)
    received = [where[2] for where in wheres]
    columns = (received, lates, map(bool, fulls), in_pauses, ages, bodies)
    return list(zip(sids, epochs, ns, digests, *columns, strict=True))


def _other(where: Where, label: bytes, line: bytes, value: bytes) -> JournalLine:
    if value is LOST:
        return MissingLine(*where, *owner_of(line))
    if value is not PASSED:
        raise ValueError("nothing that counts")
    return PassedLine(*where) if label in LABELS else rare_line(where, label, line)


def _look_at_owners(lines: Sequence[bytes], batches: Sequence[Any], named: Sequence[bool]) -> None:
    """Every value names its owner: what a key names, and what lies under it, must be the same batch."""
    for line, batch, is_named in zip(lines, batches, named, strict=True):
        if is_named and batch and not line.endswith(b":%b:%d" % (hexlify(batch[0]), batch[2])):
            raise WrongOwner(f"{line.decode()} in Redis holds another batch than the one that it names")


def _damage(where: Where, label: bytes, line: bytes, is_named: bool, value: bytes) -> Damaged | None:
    """Why this line cannot be read by itself."""
    try:
        _read(RawPage([where], [label], [line], [is_named]), [value])
    except UNREADABLE as error:
        return damaged_key(line, error) if is_named else damaged_entry(*where[:2], error)
    return None
