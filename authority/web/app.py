"""The application: the table of routes behind its gates, and nothing beside it."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from authority.web.call import Services
from authority.web.gate import Gate
from authority.web.routes import ROWS
from pages.headers import secured


def make_app(services: Services) -> Starlette:
    """The ASGI application of one register."""

    async def not_found(request: Request, _error: Exception) -> Response:
        return secured(Response("404", 404, media_type="text/plain"), services.settings.engine_origin)

    async def not_allowed(request: Request, _error: Exception) -> Response:
        return secured(Response("405", 405, media_type="text/plain"), services.settings.engine_origin)

    routes = [Route(row.path, Gate(row, services).answer, methods=[row.method]) for row in ROWS]
    handlers: dict[int, object] = {404: not_found, 405: not_allowed}
    return Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]
