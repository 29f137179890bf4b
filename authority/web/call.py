"""One request on its way through the program: who asks, in which language, with which form."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from authority.keys import Keys
from authority.passwords import Passwords
from authority.problems import Destroyed
from authority.register import Class, Register, Visit
from authority.settings import Settings
from pages.rendering import Pages


@dataclass(frozen=True, slots=True)
class Services:
    """What the handlers are given."""

    settings: Settings
    opened: Register | None
    """Nothing when the program starts after the destruction: it then only says so."""
    keys: Keys
    passwords: Passwords
    pages: Pages
    clock: Callable[[], int]
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """One list is read at a time: a hostile file takes a hundred megabytes of memory while it is refused."""

    @property
    def register(self) -> Register:
        if self.opened is None:
            raise Destroyed("this register was destroyed")
        return self.opened


DIGITS_MAX = 15
"""Every time in milliseconds and every version fits; a database has numbers of 64 bits."""


@dataclass(slots=True)
class Call:
    """One request, admitted: the gate has checked role, scope and origin before a handler sees it."""

    request: Request
    services: Services
    now_ms: int
    language: str
    visit: Visit | None
    csrf: str = ""
    form: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=dict)
    upload: bytes = b""
    of_class: Class | None = None

    @property
    def who(self) -> str:
        """The identifier that signed in, for the audit log."""
        return self.visit.login if self.visit else "nobody"

    @property
    def here(self) -> Class:
        """The class that the address names; the gate has found it to be the visitor's."""
        assert self.of_class is not None
        return self.of_class

    @property
    def school(self) -> str:
        assert self.visit is not None
        return self.visit.school

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        """A field that holds a whole number, or -1: what no page of ours sends fits nothing."""
        text = self.form.get(name, "")
        return int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else -1

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page in the visitor's language."""
        shared = {
            "visit": self.visit,
            "csrf": self.csrf,
            "said": self.request.query_params.get("said", ""),
            "path": self.request.url.path,
        }
        return self.services.pages.render(template, self.language, status, **(shared | values))

    def ask(
        self, what: str, back: str, *, sent: Mapping[str, object] | None = None, **values: object
    ) -> Response:
        """The page that asks before something is done for good; it posts `sent` to its own address.

        `what` begins its words: `what_ask`, `what_text`, `what`; `back` is where it was asked for.
        """
        asked = {"title": f"{what}_ask", "text": f"{what}_text", "go": what}
        return self.page(
            "confirm.html", here=self.here, back=back, asked=asked, sent=sent or {}, values=values
        )


Handler = Callable[[Call], Awaitable[Response]]
