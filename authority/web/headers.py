"""Headers of every reply: nothing is kept by a cache, nothing loads from elsewhere, nobody frames a page."""

from __future__ import annotations

from starlette.responses import Response

from authority.settings import Settings


def policy(engine_origin: str) -> str:
    """The pages' rules. The engine is the one other host that a page of ours ever calls."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            f"connect-src 'self' {engine_origin}".strip(),
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def secured(response: Response, settings: Settings) -> Response:
    """`response` with the headers; static files keep a cache line of their own."""
    response.headers["content-security-policy"] = policy(settings.engine_origin)
    response.headers["x-content-type-options"] = "nosniff"
    # same-origin, not no-referrer: that one would make browsers send `Origin: null` with our own forms.
    response.headers["referrer-policy"] = "same-origin"
    response.headers["cross-origin-opener-policy"] = "same-origin"
    response.headers["cross-origin-resource-policy"] = "same-origin"
    response.headers["permissions-policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    response.headers["strict-transport-security"] = "max-age=63072000"
    response.headers.setdefault("cache-control", "no-store")
    return response
