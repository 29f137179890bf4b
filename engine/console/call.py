"""One request on its way through the console: who asks, in which language, with which form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from engine.archive import Archive
from engine.archive.operators import Accounts, Visit
from engine.archive.proposals import Proposals
from engine.console.acts import Actor
from engine.console.credentials import Credentials
from engine.console.day import Watch
from engine.console.rights import RIGHTS
from engine.console.words import WORDS
from engine.keyring import KeyRing
from engine.portal.addresses import ADDRESSES, OPERATOR, foot
from engine.services import Services
from pages.rendering import Pages
from sessions.store import Store


def _manual_address(language: str) -> str:
    return ADDRESSES[OPERATOR][language]


def _foot(language: str) -> list[tuple[str, str]]:
    return [*foot(language), ("manual", _manual_address(language))]


LINKS = {"foot": _foot, "manual_address": _manual_address}
"""From the console to the pages that anybody may read."""


class Console:
    """What the handlers are given; keys are not read, and no page is made, before somebody asks for one."""

    def __init__(self, services: Services, archive: Archive, store: Store, keyring: KeyRing) -> None:
        self.services = services
        self.settings = services.settings
        self.clock = services.clock
        self.archive = archive
        self.store = store
        self.keyring = keyring
        self.proposals = Proposals(archive.database)
        self.actor = Actor(archive, store, services.settings.partitions)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.archive.database, self.keyring.console_key())

    @cached_property
    def credentials(self) -> Credentials:
        return Credentials(self.keyring.console_key())

    @cached_property
    def pages(self) -> Pages:
        return Pages(Path(__file__).parent / "templates", WORDS, static="/pages", root="/operator", **LINKS)

    @cached_property
    def watch(self) -> Watch:
        return Watch(self.archive, self.store, self.settings)

    @property
    def idle_ms(self) -> int:
        """An operator who does nothing for so long is signed out."""
        return self.settings.operator_idle_minutes * 60_000


@dataclass(slots=True)
class Call:
    """One request, admitted: the gate has checked its right and where it comes from."""

    request: Request
    console: Console
    now_ms: int
    language: str
    visit: Visit | None = None
    csrf: str = ""
    form: dict[str, str] = field(default_factory=dict)
    upload: UploadFile | None = None

    @property
    def who(self) -> str:
        """The operator, for the audit log."""
        return self.visit.operator if self.visit else "nobody"

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def may(self, right: str) -> bool:
        """Whether who asks has a right: pages show what can be done and nothing else."""
        return self.visit is not None and self.visit.role in RIGHTS[right]

    async def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page in the visitor's language, under the bar that all of them share."""
        waiting, frozen_ms = 0, 0
        if self.visit is not None:
            newest = await self.console.proposals.newest()
            waiting = sum(one.is_open(self.now_ms) for one in newest)
            frozen_ms = await self.console.proposals.frozen_since()
        shared = {
            "visit": self.visit,
            "may": self.may,
            "csrf": self.csrf,
            "said": self.request.query_params.get("said", ""),
            "path": self.request.url.path,
            "alone": self.console.settings.single_operator,
            "waiting": waiting,
            "frozen_ms": frozen_ms,
            "now_ms": self.now_ms,
        }
        return self.console.pages.render(template, self.language, status, **(shared | values))

    def plain_page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page that needs no archive: for when there is none."""
        shared: dict[str, Any] = {"visit": None, "may": lambda _: False, "csrf": "", "said": ""}
        shared |= {"path": "/operator", "alone": False, "waiting": 0, "frozen_ms": 0, "now_ms": self.now_ms}
        return self.console.pages.render(template, self.language, status, **(shared | values))


Handler = Callable[[Call], Awaitable[Response]]
