"""Files that appear under their names whole or not at all, readable by their owner alone."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.results.texts import safe

Rows = Iterable[Sequence[Any]]


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """A name to write to; what is written gets the name `path` when the block ends well."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield unfinished
        handle = os.open(unfinished, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def table(path: Path, header: Sequence[str], bom: bool = False) -> Iterator[Callable[[Rows], None]]:
    """A CSV file; gives what writes rows to it, safe to open in a spreadsheet."""
    with (
        draft(path) as unfinished,
        unfinished.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(header)
        yield lambda rows: writer.writerows(map(safe, row) for row in rows)
