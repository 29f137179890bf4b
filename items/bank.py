"""Compiled forms on disk: content where the server reads it, keys in another folder.

    bank/<form>/content.json, schema.json, media/     what pupils see, what the server checks
    key/<form>.json                                   right answers and rules, for the scorer alone

A form is written once and never changed: everything goes to a temporary folder, is synced, and
appears by one rename. The key comes first, so a form that can be seen can be scored.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from items.model import Content, Form, encode

NAME = re.compile(r"[0-9a-f]{64}")


class UnknownForm(LookupError):
    """The bank holds no form of this name."""


class Bank:
    """The forms below one data folder."""

    def __init__(self, root: Path) -> None:
        self._forms = root / "bank"
        self._keys = root / "key"

    def add(self, form: Form) -> Path:
        """Write a form durably; adding it again changes nothing."""
        target = self._forms / form.form
        if target.is_dir():
            return target
        self._forms.mkdir(parents=True, exist_ok=True)
        self._keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write_key(form)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=self._forms))
        try:
            _write(draft / "content.json", encode(form.content.to_json()))
            _write(draft / "schema.json", encode(form.schema))
            (draft / "media").mkdir()
            for medium in form.content.media:
                _write(draft / "media" / medium.id, medium.data)
            _sync(draft / "media")
            _sync(draft)
            _rename(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _sync(self._forms)
        return target

    def _write_key(self, form: Form) -> None:
        handle, draft = tempfile.mkstemp(prefix=".draft-", dir=self._keys)
        with open(handle, "wb") as file:  # mkstemp: readable by its owner alone
            file.write(encode(form.key))
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(self._keys / f"{form.form}.json")
        _sync(self._keys)

    def forms(self) -> list[str]:
        """The names of all forms."""
        if not self._forms.is_dir():
            return []
        return sorted(path.name for path in self._forms.iterdir() if NAME.fullmatch(path.name))

    def content(self, form: str) -> Content:
        folder = self._folder(form)
        value = json.loads((folder / "content.json").read_bytes())
        media = {entry["id"]: (folder / "media" / entry["id"]).read_bytes() for entry in value["media"]}
        return Content.from_json(value, media)

    def about(self, form: str) -> dict[str, Any]:
        """Title, language, number of items and seconds (or None) of a form, without reading its media."""
        value = json.loads((self._folder(form) / "content.json").read_bytes())
        return {name: value[name] for name in ("title", "language", "duration_s")} | {
            "items": len(value["items"])
        }

    def schema(self, form: str) -> dict[str, Any]:
        schema: dict[str, Any] = json.loads((self._folder(form) / "schema.json").read_bytes())
        return schema

    def key(self, form: str) -> dict[str, Any]:
        self._folder(form)
        key: dict[str, Any] = json.loads((self._keys / f"{form}.json").read_bytes())
        return key

    def _folder(self, form: str) -> Path:
        folder = self._forms / form
        if not NAME.fullmatch(form) or not folder.is_dir():
            raise UnknownForm(f"there is no form {form!r} in {self._forms}")
        return folder


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _rename(draft: Path, target: Path) -> None:
    draft.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:
        if not target.is_dir():  # else somebody added the same form at the same moment
            raise
