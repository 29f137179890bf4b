"""Forms: what the bank holds, and a package that is checked or imported beside the worker."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from starlette.responses import Response

from engine.console import running
from engine.console.acts import BadAct
from engine.console.call import Call
from items.bank import Bank

PROBLEMS_MAX = 200


async def forms(call: Call) -> Response:
    """The bank, and a form to bring one more in."""
    return await _forms(call)


async def upload(call: Call) -> Response:
    """Check a package or, if that is asked, import it; everything that is wrong is said at once."""
    is_import = call.form.get("do") == "import"
    if call.upload is None or not call.upload.size:
        raise BadAct("file_missing")
    if is_import:
        await call.console.archive.refuse_frozen()
    with tempfile.TemporaryDirectory(prefix="passation-package-") as folder:
        path = Path(folder) / "package.zip"
        await asyncio.to_thread(_copy, call.upload.file, path)
        told = await running.command(call.console.settings, "items", "check", str(path))
        if told.record.get("verdict") == "accepted" and is_import:
            told = await running.command(call.console.settings, "items", "import", str(path))
    if form := told.record.get("form"):
        await call.console.archive.audit("form.import", who=call.who, now_ms=call.now_ms, form=form)
    return await _forms(call, told, is_import)


async def _forms(call: Call, told: running.Told | None = None, is_import: bool = False) -> Response:
    found = await asyncio.to_thread(listed, Bank(call.console.settings.data_dir))
    problems = (told.record.get("problems") or told.record.get("remarks") or []) if told else []
    status = 200 if told is None or told.is_done else 422
    return await call.page(
        "forms.html",
        status,
        forms=found,
        told=told,
        is_import=is_import,
        problems=problems[:PROBLEMS_MAX],
        hidden=max(0, len(problems) - PROBLEMS_MAX),
    )


def listed(bank: Bank) -> list[dict[str, Any]]:
    """The forms of the bank by title."""
    found = [{"form": name, **bank.about(name)} for name in bank.forms()]
    return sorted(found, key=lambda one: (one["title"], one["form"]))


def _copy(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(source, target)
