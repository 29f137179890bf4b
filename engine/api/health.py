"""`/healthz`: this process runs. `/readyz`: it can acknowledge an answer."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.respond import reply_json
from engine.services import Services

READY_WITHIN_MS = 5_000
"""Five missed beats: then the balancer sends pupils elsewhere."""


@dataclass(slots=True)
class Beat:
    """When Redis last took a write of this worker, in ms; 0 before the first."""

    at_ms: int = 0


def health_routes(services: Services, beat: Beat) -> list[Route]:
    """The two addresses that a balancer asks."""

    async def alive(_: Request) -> Response:
        return reply_json({"alive": True})

    async def ready(_: Request) -> Response:
        is_ready = services.clock() - beat.at_ms <= READY_WITHIN_MS
        response = reply_json({"ready": is_ready})
        response.status_code = 200 if is_ready else 503
        return response

    return [Route("/healthz", alive, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]
