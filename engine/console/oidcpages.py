"""Sign-in by the ministry's own provider: away to it, and back with what it says (`oidc`)."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from engine.console.call import Call
from engine.console.entrance import COOKIE, let_in
from engine.errors import Problem
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.console.oidc import Provider

JOURNEY = "__Host-oidc"
JOURNEY_SECONDS = 600
BACK = "/operator/oidc/back"


async def leave_for_provider(call: Call) -> Response:
    """To the provider, with what will be compared when the browser comes back."""
    provider = _provider(call.console.settings)
    address, journey = await asyncio.to_thread(provider.leave)
    response = RedirectResponse(address, 303)
    # Lax: the way back begins at the provider's site.
    attributes = COOKIE | {"samesite": "lax", "max_age": JOURNEY_SECONDS}
    response.set_cookie(JOURNEY, journey, **attributes)
    return response


async def come_back(call: Call) -> Response:
    """From the provider: let in whoever has an account for what it calls them; one word for all else."""
    console, journey = call.console, call.request.cookies.get(JOURNEY, "")[:500]
    provider = _provider(console.settings)
    subject = await asyncio.to_thread(provider.subject, str(call.request.url.query)[:4000], journey)
    known = provider.digest(console.keyring.console_key(), subject) if subject else b""
    account = await console.accounts.of_subject(known) if known else None
    if account is None or account.disabled_ms:
        await console.archive.audit(
            "visit.refused", who="nobody", now_ms=call.now_ms, way="oidc", operator="other"
        )
        response = await call.page("problem.html", 401, key="oidc_refused", detail="")
    else:
        visit = await console.accounts.enter(account, call.now_ms, "oidc")
        # Not a redirect: a browser keeps a Strict cookie back while it is still on its way from another site.
        response = let_in(call, visit, await call.page("entered.html"))
    response.delete_cookie(JOURNEY, **(COOKIE | {"samesite": "lax"}))
    return response


def _provider(settings: Settings) -> Provider:
    if not settings.oidc_issuer:
        raise Problem("not_found")
    return _made(settings)


@lru_cache(maxsize=4)
def _made(settings: Settings) -> Provider:
    from engine.console import oidc  # its libraries are heavy: only where the setting asks for them

    return oidc.Provider(settings, BACK)
