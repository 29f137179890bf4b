"""`passation-authority serve`: A.S.P. on an address of its own."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Annotated, Any

import typer
import uvicorn

from authority.clock import now_ms
from authority.keys import Keys
from authority.passwords import Passwords
from authority.register import Register
from authority.settings import Settings
from authority.web.app import make_app
from authority.web.call import Services
from authority.web.pages import pages_of


class Announced(uvicorn.Server):
    """Says a sentence once connections are taken, and not before: whoever waits for it may come in."""

    def __init__(self, config: uvicorn.Config, sentence: str) -> None:
        super().__init__(config)
        self._sentence = sentence

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        print(self._sentence, flush=True)


def serve(port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None) -> None:
    """Serve the schools' pages until Ctrl-C."""
    found = Settings.load(os.environ, port=port)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    asyncio.run(serving(found))


async def serving(found: Settings) -> None:
    """Serve until told to stop; after the destruction every page says that the campaign is over."""
    keys = Keys(found.keys_dir)
    opened = None if keys.destroyed_ms is not None else await Register.open(found.address, keys)
    try:
        title = (await opened.campaign()).title if opened else ""
        pages = pages_of(found, title)
        app = make_app(Services(found, opened, keys, Passwords(), pages, now_ms))
        # No access log: addresses of pages are nobody's business, the gate logs routes.
        config = uvicorn.Config(
            app,
            host=found.host,
            port=found.port,
            access_log=False,
            server_header=False,
            proxy_headers=found.behind_proxy,
            log_level="warning",
            lifespan="off",
        )
        await Announced(config, f"serving at {found.own_origin}").serve()
    finally:
        if opened is not None:
            await opened.close()
