"""Packages with another key, or another text, than the demonstration form."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.engine.sittings import FORM


def changed(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """The form with `new` for `old` in some files: (file below items/ without suffix, old, new)."""
    package = Path(shutil.copytree(FORM, folder))
    for name, old, new in changes:
        path = package / "items" / f"{name}.xml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return package


def corrected(folder: Path) -> Path:
    """The first item has another right answer."""
    return changed(folder, ("MA-6-001", "<qti-value>forty-thousand<", "<qti-value>four-thousand<"))
