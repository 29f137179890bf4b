"""The doors: portal, what is held about whom, manuals, sign-in and out, language, static files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import JSONResponse, RedirectResponse, Response

import classroom
import pages
from authority.inventory import INVENTORY
from authority.web.call import Call
from authority.web.manual import MANUAL
from classroom.manual import MANUAL as TEACHERS
from pages.languages import LANGUAGES

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STATIC = {
    path.name: path
    for folder in (pages.STATIC, classroom.STATIC, Path(__file__).parent / "static")
    for path in sorted(folder.iterdir())
    if path.suffix in TYPES
}
COOKIE = {"path": "/", "secure": True, "httponly": True, "samesite": "strict"}
LOGIN_MAX = 24
POINTS = ("names", "apart", "reads", "until_when")
"""What a family reads first."""


async def portal(call: Call) -> Response:
    """Where each kind of person belongs."""
    engine = call.services.settings.engine_origin
    doors = {
        "head": [("sign_in", "/login"), ("manual", "/manual/head")],
        "teacher": [("sign_in", "/login"), ("manual", "/manual/teacher")],
        "pupil": [("portal_pupil_go", f"{engine}/")] if engine else [],
        "family": [("portal_family_go", "/privacy")],
        "operator": [("portal_operator_go", f"{engine}/operator")] if engine else [],
    }
    return call.page("portal.html", doors=doors.items())


async def privacy(call: Call) -> Response:
    """What is held, by whom, for how long, who reads it: from the inventory."""
    settings = call.services.settings
    families = "/familles" if call.language == "fr" else "/families"
    further = {"apart": settings.engine_origin + families} if settings.engine_origin else {}
    return call.page(
        "held.html", points=POINTS, further=further, inventory=INVENTORY, contact=settings.contact
    )


async def head_manual(call: Call) -> Response:
    return call.page("manual.html", manual=MANUAL[call.language])


async def teacher_manual(call: Call) -> Response:
    return call.page("manual.html", manual=TEACHERS[call.language])


async def login_page(call: Call) -> Response:
    if call.visit is not None:
        return RedirectResponse(home(call.visit.role, call.visit.class_id), 303)
    return call.page("login.html", error="", login="", wait=0)


async def login(call: Call) -> Response:
    """Check identifier and password; wrong ones are slowed, per identifier and address."""
    doors, settings = call.services.register.doors, call.services.settings
    login = "".join(call.form.get("login", "").split()).upper()[:LOGIN_MAX]
    address = call.request.client.host if call.request.client else ""
    wait_ms = await doors.wait_ms(login, address, call.now_ms)
    if wait_ms:
        response = call.page(
            "login.html", 429, error="login_wait", login=login, wait=max(1, round(wait_ms / 1000))
        )
        response.headers["retry-after"] = str(-(-wait_ms // 1000))
        return response
    credential = await doors.credential(login)
    right = await call.services.passwords.matches(
        credential.hash if credential else None, call.form.get("password", "")[:100]
    )
    visit = await doors.enter(credential, call.now_ms) if credential and right else None
    if visit is None:
        await doors.wrong(login, address, settings.tries, call.now_ms)
        return call.page("login.html", 401, error="login_wrong", login=login, wait=0)
    await doors.right(login, address)
    response = RedirectResponse(home(visit.role, visit.class_id), 303)
    response.set_cookie("__Host-visit", visit.token, **COOKIE)  # type: ignore[arg-type]
    return response


async def logout(call: Call) -> Response:
    assert call.visit is not None
    lives_ms = call.services.settings.visit_minutes * 60_000
    await call.services.register.doors.leave(call.visit, call.now_ms, lives_ms)
    response = RedirectResponse("/", 303)
    response.delete_cookie("__Host-visit", **COOKIE)  # type: ignore[arg-type]
    response.headers["clear-site-data"] = '"cache"'
    return response


async def language(call: Call) -> Response:
    """Remember the language, go back to the page it was chosen on."""
    wanted, back = call.form.get("language", ""), call.form.get("back", "/")
    safe = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    response = RedirectResponse(safe, 303)
    if wanted in LANGUAGES:
        response.set_cookie("__Host-language", wanted, max_age=180 * 86_400, **COOKIE)  # type: ignore[arg-type]
    return response


async def health(call: Call) -> Response:
    """For the supervisor: the program answers; `destroyed` when the campaign is over."""
    return JSONResponse({"status": "ok", "destroyed": call.services.keys.destroyed_ms is not None})


async def static(call: Call) -> Response:
    path = STATIC.get(call.path("name"))
    if path is None:
        return Response("404", 404, media_type="text/plain")
    data = path.read_bytes()
    tag = f'"{hashlib.sha256(data).hexdigest()[:20]}"'
    headers = {"etag": tag, "cache-control": "public, no-cache"}
    if call.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=TYPES[path.suffix], headers=headers)


def home(role: str, class_id: str) -> str:
    return "/school" if role == "head" else f"/classes/{class_id}"
