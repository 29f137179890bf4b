"""The pages as routes: made when somebody first asks, the same for everybody, so without cookie or sign-in.

They need neither Redis nor the archive: who looks for the way finds it also when little else works.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from classroom.manual import MANUAL as TEACHERS
from engine.assets import Asset, made_page, send_asset
from engine.console.manual import MANUAL as OPERATORS
from engine.inventory import INVENTORY
from engine.portal.addresses import ADDRESSES, FAMILIES, OPERATOR, PORTAL, TEACHER, foot
from engine.portal.words import WORDS
from engine.settings import Settings
from pages.rendering import Pages

POINTS = ("nameless", "reads", "until_when", "here")


def portal_routes(settings: Settings) -> list[Route]:
    """Each page in each language."""
    maker = _Maker(settings)
    return [
        Route(address, _Page(name, language, maker), methods=["GET", "HEAD"])
        for name, addresses in ADDRESSES.items()
        for language, address in addresses.items()
    ]


class _Maker:
    """Makes the pages of one installation."""

    def __init__(self, settings: Settings) -> None:
        self._authority = settings.authority_origin
        self._contact = settings.contact
        self._pages = Pages(
            Path(__file__).parent / "templates", WORDS, static="/pages", root="", foot=foot, csrf="", path=""
        )
        self._makers: dict[str, Callable[[str], str]] = {
            PORTAL: self._portal,
            FAMILIES: self._families,
            TEACHER: lambda language: self._text(TEACHER, "manual.html", language, manual=TEACHERS[language]),
            OPERATOR: lambda language: self._text(
                OPERATOR, "manual.html", language, manual=OPERATORS[language]
            ),
        }

    def make(self, name: str, language: str) -> Asset:
        """The page, packed; tens of milliseconds of a processor."""
        return made_page(self._makers[name](language))

    def _portal(self, language: str) -> str:
        manual, head = "manual", self._authority + "/login"
        doors = {
            "pupil": [("portal_pupil_go", "/")],
            "teacher": [("portal_teacher_numbers", "/teacher"), (manual, ADDRESSES[TEACHER][language])],
            "head": [("portal_head_go", head)] if self._authority else [],
            "family": [("portal_family_go", ADDRESSES[FAMILIES][language])],
            "operator": [("portal_operator_go", "/operator"), (manual, ADDRESSES[OPERATOR][language])],
        }
        if self._authority:
            doors["teacher"].insert(0, ("portal_teacher_go", head))
        return self._text(PORTAL, "portal.html", language, doors=doors.items())

    def _families(self, language: str) -> str:
        further = {"nameless": f"{self._authority}/privacy"} if self._authority else {}
        given = {"points": POINTS, "further": further, "inventory": INVENTORY, "contact": self._contact}
        return self._text(FAMILIES, "held.html", language, **given)

    def _text(self, name: str, template: str, language: str, **values: object) -> str:
        values |= {"portal": ADDRESSES[PORTAL][language], "languages": ADDRESSES[name].items()}
        return self._pages.text(template, language, **values)


class _Page:
    """One page in one language."""

    def __init__(self, name: str, language: str, maker: _Maker) -> None:
        self._name = name
        self._language = language
        self._maker = maker
        self._made: Asset | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._made is None:
            self._made = await asyncio.to_thread(self._maker.make, self._name, self._language)
        await send_asset(self._made, scope, send)
