"""The research tables as Parquet, row group by row group; the authority's one door to pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow
from pyarrow import parquet

from authority.files import draft
from authority.takeout.tables import Column

GROUP_ROWS = 50_000
_TYPES: Final = {
    "text": pyarrow.string(),
    "whole": pyarrow.int64(),
    "number": pyarrow.float64(),
    "truth": pyarrow.bool_(),
}


def write_parquet(path: Path, columns: Sequence[Column], rows: Iterator[tuple[Any, ...]]) -> None:
    """One file; each column carries its meaning."""
    schema = pyarrow.schema(
        pyarrow.field(one.name, _TYPES[one.kind], metadata={"meaning": one.meaning}) for one in columns
    )
    with draft(path) as file, parquet.ParquetWriter(file, schema) as writer:
        while group := list(islice(rows, GROUP_ROWS)):
            arrays = [
                pyarrow.array(values, field.type)
                for values, field in zip(zip(*group, strict=True), schema, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), GROUP_ROWS)
