"""`passation items preview`: a form as pupils see it, with its author's panel beside it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from engine.logs import set_up
from engine.preview.serving import previewing
from engine.supervisor import for_ever, until_told

PORT = 8300


def preview(
    package: Annotated[Path, typer.Argument(exists=True, help="A QTI package: zip or folder, or one item.")],
    port: Annotated[int, typer.Option(help="Port of the loopback to listen on.")] = PORT,
) -> None:
    """Show a form exactly as pupils see it, with responses, scores and the scoring rules beside it.

    It is served to this computer alone, reads the package again when it changes, and keeps nothing.
    """
    set_up("error")
    asyncio.run(_preview(package, port))


async def _preview(package: Path, port: int) -> None:
    with until_told():
        async with previewing(package, port) as address:
            print(f"preview: {address}", flush=True)
            await for_ever()
