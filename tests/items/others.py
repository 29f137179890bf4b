"""Where the material of others lies, on a machine that has it: never in the project, always beside it."""

from __future__ import annotations

from pathlib import Path

_FOLDERS = [above / "shared" / "qti-corpus" for above in Path(__file__).resolve().parents]
CORPUS = next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[3])
WHY_SKIPPED = f"the material of others is not on this machine (no folder {CORPUS})"
