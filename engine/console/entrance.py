"""The doors: sign-in and out, language, static files."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from starlette.responses import RedirectResponse, Response

from engine.archive.operators import Operator, Visit
from engine.console.call import Call
from engine.console.gate import LANGUAGE, VISIT
from pages.languages import LANGUAGES

DEVICE = "__Host-operator-device"
DEVICE_SECONDS = 180 * 86_400
COOKIE: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "strict"}
NAME_MAX = 16


async def login_page(call: Call) -> Response:
    """The form; whoever is signed in goes on."""
    if call.visit is not None:
        return RedirectResponse("/operator", 303)
    return await _login_page(call)


async def login(call: Call) -> Response:
    """Check id, password and one-time code: one word for whatever is wrong; wrong ones are slowed."""
    accounts, name = call.console.accounts, call.form.get("operator", "").strip().lower()[:NAME_MAX]
    account = await accounts.get(name)
    counted = _counted(call, name)
    if wait_ms := await accounts.wait_ms(counted, call.now_ms):
        response = await _login_page(call, 429, "login_wait", name, max(1, round(wait_ms / 1000)))
        response.headers["retry-after"] = str(-(-wait_ms // 1000))
        return response
    if account is None or not await _is_right(call, account):
        if account is None:
            await call.console.credentials.matches("", call.form.get("password", "")[:100])
        await accounts.wrong(counted, account.id if account else "other", call.now_ms)
        return await _login_page(call, 401, "login_wrong", name)
    await accounts.right(counted)
    visit = await accounts.enter(account, call.now_ms, "password")
    return let_in(call, visit, RedirectResponse("/operator", 303))


def let_in(call: Call, visit: Visit, response: Response) -> Response:
    """`response` with the cookies of a sign-in: its own, and the one that this browser is known by later."""
    response.set_cookie(VISIT, visit.token, **COOKIE)
    mark = secrets.token_urlsafe(12)
    value = f"{mark}.{_device_seal(call, visit.operator, mark)}"
    response.set_cookie(DEVICE, value, max_age=DEVICE_SECONDS, **COOKIE)
    return response


async def logout(call: Call) -> Response:
    """End this sign-in."""
    assert call.visit is not None
    await call.console.accounts.leave(call.visit, call.now_ms, call.console.idle_ms)
    response = RedirectResponse("/operator/login", 303)
    response.delete_cookie(VISIT, **COOKIE)
    return response


async def language(call: Call) -> Response:
    """Remember the language, go back to the page it was chosen on."""
    wanted, back = call.form.get("language", ""), call.form.get("back", "")
    response = RedirectResponse(back if back.startswith("/operator") else "/operator", 303)
    if wanted in LANGUAGES:
        response.set_cookie(LANGUAGE, wanted, max_age=180 * 86_400, **COOKIE)
    return response


async def _login_page(
    call: Call, status: int = 200, error: str = "", name: str = "", wait: int = 0
) -> Response:
    provider = bool(call.console.settings.oidc_issuer)
    return await call.page("login.html", status, error=error, name=name, wait=wait, provider=provider)


async def _is_right(call: Call, account: Operator) -> bool:
    """Both proofs are looked at whatever the first one says; a one-time code is used up."""
    console = call.console
    is_right = await console.credentials.matches(account.hash, call.form.get("password", "")[:100])
    typed = call.form.get("totp", "")[:20]
    step = console.credentials.step_of(account.id, account.totp, typed, call.now_ms)
    if not is_right or not step or account.disabled_ms:
        return False
    return await console.accounts.use_step(account.id, step)


def _counted(call: Call, name: str) -> tuple[str, ...]:
    """What wrong tries are counted by: a browser that this operator has used, else address and id."""
    mark, _, seal = call.request.cookies.get(DEVICE, "")[:200].partition(".")
    if mark and hmac.compare_digest(seal.encode(), _device_seal(call, name, mark).encode()):
        return (f"device|{name}|{mark}",)
    address = call.request.client.host if call.request.client else ""
    return f"{name}|{address}", f"anywhere|{name}"


def _device_seal(call: Call, name: str, mark: str) -> str:
    key = call.console.keyring.console_key()
    return hmac.digest(key, f"passation/1|device|{name}|{mark}".encode(), "sha256").hex()[:32]
