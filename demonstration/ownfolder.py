"""The folder of a demonstration: emptied only when it is one, for nobody else's files are to go."""

from __future__ import annotations

import shutil
from pathlib import Path

from demonstration.problems import DemonstrationProblem

MARK = "demonstration.mark"
_SAYS = "make demo made this folder, and empties it when it begins anew.\n"


def check_own(folder: Path) -> None:
    """DemonstrationProblem unless `folder` is missing, empty, or a demonstration's."""
    if folder.exists() and not (folder / MARK).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise DemonstrationProblem(
            f"{folder} holds something that no demonstration made: choose an empty folder with --folder"
        )


def empty(folder: Path) -> None:
    """`folder` with nothing in it but the mark; DemonstrationProblem if it is somebody else's."""
    check_own(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / MARK).write_text(_SAYS)
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != MARK:
            entry.unlink()
