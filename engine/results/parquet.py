"""Parquet: the tables of `columns` for R, pandas and whatever else reads them; the one door to pyarrow.

Rows are kept only until there are enough for a row group, so a delivery of any size goes through in the same
memory. Each column carries its meaning in the file itself, and a dictionary of all of them lies beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow
from pyarrow import parquet

from engine.results.columns import DICTIONARY, ITEMS, Column, Row, item_rows, tables
from engine.results.drafts import draft, table
from engine.results.opening import Names, Opened

GROUP_ROWS = 50_000
"""Rows of one row group: a few megabytes, and what readers skip or load at once."""

_TYPES: Final = {
    "text": pyarrow.string(),
    "whole": pyarrow.int64(),
    "number": pyarrow.float64(),
    "truth": pyarrow.bool_(),
    "time": pyarrow.timestamp("ms", tz="UTC"),
}
_UNITS: Final = {"time": "UTC, milliseconds"}


@contextmanager
def parquet_tables(folder: Path, names: Names) -> Iterator[Callable[[Opened], None]]:
    """All files and the dictionary; gives what writes one session to them."""
    with ExitStack() as files:
        kept = tables(names)
        writers = [
            (one.rows, files.enter_context(parquet_file(folder / f"{one.name}.parquet", one.columns)))
            for one in kept
        ]
        files.enter_context(parquet_file(folder / "items.parquet", ITEMS))(item_rows(names))
        described = [("items", ITEMS), *((one.name, one.columns) for one in kept)]
        files.enter_context(table(folder / DICTIONARY, ("table", "column", "type", "unit", "meaning")))(
            row for name, columns in described for row in dictionary_rows(name, columns)
        )

        def write(session: Opened) -> None:
            for rows, put in writers:
                put(rows(session))

        yield write


def dictionary_rows(name: str, columns: Sequence[Column]) -> Iterator[Row]:
    """What stands in the dictionary for one table, read off the schema that the file is written with."""
    for field in schema(columns):
        about = field.metadata[b"meaning"].decode()
        kind = next(column.type for column in columns if column.name == field.name)
        unit = "milliseconds" if field.name.endswith("_ms") else _UNITS.get(kind, "")
        yield name, field.name, str(field.type), unit, about


def schema(columns: Sequence[Column]) -> pyarrow.Schema:
    return pyarrow.schema(
        pyarrow.field(one.name, _TYPES[one.type], one.may_miss, {"meaning": one.meaning}) for one in columns
    )


@contextmanager
def parquet_file(
    path: Path, columns: Sequence[Column], group_rows: int = GROUP_ROWS
) -> Iterator[Callable[[Iterable[Row]], None]]:
    """One file; gives what takes rows, of which at most `group_rows` are held at any time."""
    with draft(path) as unfinished, parquet.ParquetWriter(unfinished, schema(columns)) as writer:
        group = _Group(writer, schema(columns), group_rows)
        yield group.put
        group.write()


class _Group:
    """The row group that is being filled."""

    def __init__(self, writer: Any, kept: pyarrow.Schema, rows: int) -> None:
        self._writer = writer
        self._schema = kept
        self._most = rows
        self._rows: list[Row] = []

    def put(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._rows.append(row)
            if len(self._rows) == self._most:
                self.write()

    def write(self) -> None:
        """Write what is held, if anything; an empty table is a file with a schema all the same."""
        if not self._rows:
            return
        columns = zip(*self._rows, strict=True)
        arrays = [
            pyarrow.array(values, field.type) for values, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_table(pyarrow.Table.from_arrays(arrays, schema=self._schema), self._most)
        self._rows.clear()
