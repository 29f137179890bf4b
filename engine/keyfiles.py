"""How key files are written: whole and synced before anybody sees them, and gone for good when they go."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def write_new(path: Path, data: bytes) -> None:
    """Write `path` whole, or FileExistsError: a key that exists is never replaced by accident."""
    _publish(path, data, lambda temporary: os.link(temporary, path))


def write_over(path: Path, data: bytes) -> None:
    """Replace `path` at once; the bytes of the file before are overwritten afterwards."""
    former = os.open(path, os.O_RDWR) if path.exists() else None
    try:
        _publish(path, data, lambda temporary: os.replace(temporary, path))
        if former is not None:
            _scribble(former)
    finally:
        if former is not None:
            os.close(former)


def erase(path: Path) -> None:
    """Overwrite a file, then remove it."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        _scribble(descriptor)
    finally:
        os.close(descriptor)
    path.unlink()


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _publish(path: Path, data: bytes, rename: Callable[[Path], None]) -> None:
    """Write beside `path`, sync, then let it appear under its name at once."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        rename(temporary)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _scribble(descriptor: int) -> None:
    os.pwrite(descriptor, secrets.token_bytes(os.fstat(descriptor).st_size), 0)
    os.fsync(descriptor)
