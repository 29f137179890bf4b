"""Headers of every page: nothing is kept by a cache, nothing loads from elsewhere, nobody frames a page."""

from __future__ import annotations

from starlette.responses import Response

_HEADERS = {
    "x-content-type-options": "nosniff",
    # same-origin, not no-referrer: that one would make browsers send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "strict-transport-security": "max-age=63072000",
    "cache-control": "no-store",
}


def policy(other_origin: str = "") -> str:
    """The rules of a page; `other_origin` is the one other host that it may call."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            f"connect-src 'self' {other_origin}".strip(),
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def secured(response: Response, other_origin: str = "") -> Response:
    """`response` with the headers; one that the handler gave stays as it is."""
    response.headers.setdefault("content-security-policy", policy(other_origin))
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
