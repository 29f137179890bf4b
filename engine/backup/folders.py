"""Folders of a backup as records: a path, the bytes of its file piece by piece, the next path.

["file", relative path, size]   then [bytes] ... until there are as many
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from engine.backup.parts import BackupProblem

PIECE_BYTES = 512 * 1024
MODES = {"content": 0o644}
"""Sealed contents may be served by whoever serves static files; everything else is its owner's."""


def files(root: Path) -> Iterator[Path]:
    """The files below a folder, in order; those under way, which begin with a dot, are left out."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder) / name for name in sorted(names) if not name.startswith("."))


def records(root: Path) -> Iterator[list[Any]]:
    """The files below `root` as records. One that goes away meanwhile was not needed any more."""
    for path in files(root):
        try:
            with path.open("rb") as file:
                left = os.fstat(file.fileno()).st_size
                yield ["file", path.relative_to(root).as_posix(), left]
                while left:
                    piece = file.read(min(left, PIECE_BYTES))
                    if not piece:
                        raise BackupProblem(f"{path} became shorter while it was copied: try again")
                    left -= len(piece)
                    yield [piece]
        except FileNotFoundError:
            continue


def restore(root: Path, found: Iterable[list[Any]], told: Callable[[], None]) -> int:
    """Write the files of `found` below `root`, which has none, durably; gives how many."""
    count, left, handle = 0, 0, None
    try:
        for record in found:
            if left:
                assert handle is not None
                handle.write(record[0])
                left -= len(record[0])
            else:
                handle = _next(root, record[1], handle)
                left = record[2]
                count += 1
                told()
    finally:
        _finish(handle)
    if left:
        raise BackupProblem(f"the last file below {root} is cut short in this backup")
    return count


def _next(root: Path, name: str, former: Any) -> Any:
    _finish(former)
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        raise BackupProblem(f"the backup names {name!r}, which lies outside its folder")
    path = root / relative
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = MODES.get(root.name, 0o600)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")


def _finish(handle: Any) -> None:
    if handle is not None:
        handle.flush()
        os.fsync(handle.fileno())
        handle.close()
