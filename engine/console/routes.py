"""Every route of the console and the right it needs. The tests drive this table; there is no other way in."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import Route

from engine.archive import Archive
from engine.assets import Assets, Folder
from engine.console import auditpages, daypages, deliverypages, entrance, formpages, oidcpages, proposalpages
from engine.console.call import Console
from engine.console.gate import Gate
from engine.console.prometheus import metrics_route
from engine.console.rights import ANYBODY
from engine.console.table import PACKAGE_BYTES_MAX, Row
from engine.keyring import KeyRing
from engine.services import Services
from sessions.store import Store

STATIC = Path(__file__).parent / "static"
_DELIVERY = "/operator/deliveries/{delivery}"
_PROPOSAL = "/operator/proposals/{proposal}"

ROWS: tuple[Row, ...] = (
    Row("GET", "/operator/login", ANYBODY, entrance.login_page),
    Row("POST", "/operator/login", ANYBODY, entrance.login),
    Row("GET", "/operator/oidc", ANYBODY, oidcpages.leave_for_provider),
    Row("GET", "/operator/oidc/back", ANYBODY, oidcpages.come_back),
    Row("POST", "/operator/logout", "leave", entrance.logout),
    Row("POST", "/operator/language", ANYBODY, entrance.language),
    Row("GET", "/operator", "look", daypages.day_page),
    Row("GET", "/operator/day", "look", daypages.day, json=True),
    Row("GET", "/operator/deliveries", "look", deliverypages.deliveries),
    Row("POST", "/operator/deliveries", "plan", deliverypages.create, bytes_max=64 * 1024),
    Row("GET", "/operator/deliveries/new", "plan", deliverypages.new),
    Row("GET", _DELIVERY, "check", deliverypages.delivery),
    Row("GET", f"{_DELIVERY}/rooms", "rooms", deliverypages.rooms),
    Row("POST", f"{_DELIVERY}/rooms/renewal", "renew", deliverypages.renew),
    Row("GET", "/operator/forms", "check", formpages.forms),
    Row("POST", "/operator/forms", "import", formpages.upload, bytes_max=PACKAGE_BYTES_MAX),
    Row("GET", "/operator/proposals", "check", proposalpages.proposals),
    Row("POST", "/operator/proposals", "propose", proposalpages.propose),
    Row("POST", f"{_PROPOSAL}/approval", "decide", proposalpages.approve),
    Row("POST", f"{_PROPOSAL}/refusal", "decide", proposalpages.refuse),
    Row("POST", f"{_PROPOSAL}/withdrawal", "withdraw", proposalpages.withdraw),
    Row("GET", "/operator/audit", "audit", auditpages.audit),
)


def console_routes(services: Services, archive: Archive, store: Store, keyring: KeyRing) -> list[Route]:
    """The console's routes, its files, and the figures for Prometheus."""
    console = Console(services, archive, store, keyring)
    routes = [Route(row.path, Gate(row, console).answer, methods=[row.method]) for row in ROWS]
    static = Route("/operator/static/{name}", Folder(Assets(STATIC)), methods=["GET"])
    return [*routes, static, metrics_route(console)]
