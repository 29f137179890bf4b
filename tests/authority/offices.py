"""An authority for tests: a register of its own with two schools, and visitors at its door."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx2

from authority.credentials import issue
from authority.keys import Keys
from authority.passwords import Passwords
from authority.register import Class, Credential, Pupil, Register, School
from authority.settings import Settings
from authority.web.app import make_app
from authority.web.call import Services
from authority.web.pages import pages_of

NOON_MS = 1_790_000_000_000
ORIGIN = "https://asp.test"
ENGINE = "https://engine.test"
COLETTE = School("0750001A", "Collège Colette")
MOULIN = School("0690002B", "Collège Jean-Moulin")
CHEAP = Passwords(memory_kib=64)


class Office(NamedTuple):
    """A register with its keys and settings; `clock` is a list so that tests can move the time."""

    settings: Settings
    keys: Keys
    register: Register
    clock: list[int]

    def services(self) -> Services:
        pages = pages_of(self.settings, "Évaluations 2026")
        return Services(self.settings, self.register, self.keys, CHEAP, pages, lambda: self.clock[0])

    async def credential(self, login: str, role: str, school: School, class_id: str = "") -> str:
        """A password for a head or a teacher."""
        wanted = [(Credential(login, role, school.id, class_id, ""), school, "")]
        (letter,) = await issue(self.register, CHEAP, wanted, self.clock[0], "test")
        return letter.password

    async def with_class(self, label: str = "6e A", count: int = 3, school: School = COLETTE) -> Class:
        """A class of pupils named Nom0, Nom1, ..., not validated yet."""
        pupils = [Pupil("", "", f"Nom{'abcdefghijklmnop'[n]}", "Zoé", "2015-03-12") for n in range(count)]
        await self.register.lists.import_lists(school.id, {label: pupils}, "", self.clock[0], "test")
        return next(one for one in await self.register.lists.classes(school.id) if one.label == label)

    async def with_codes(self, label: str = "6e A", count: int = 3, school: School = COLETTE) -> Class:
        """The same, validated and with codes."""
        one = await self.with_class(label, count, school)
        await self.register.lists.validate(one.id, one.version, self.clock[0], "test")
        await self.register.codebook.make(self.clock[0], "test")
        return one


@asynccontextmanager
async def office(folder: Path, database: str = "") -> AsyncIterator[Office]:
    """An empty register of one campaign with two schools."""
    given: dict[str, Any] = {"data_dir": folder / "data", "keys_dir": folder / "keys", "database": database}
    settings = Settings.load({}, origin=ORIGIN, engine_origin=ENGINE, **given)
    keys = Keys(settings.keys_dir)
    keys.ensure()
    register = await Register.open(settings.address, keys)
    try:
        await register.start("test-2026", "Évaluations 2026", 2015, NOON_MS)
        await register.lists.add_schools([COLETTE, MOULIN], NOON_MS, "test")
        yield Office(settings, keys, register, [NOON_MS])
    finally:
        await register.close()


async def own_database(pg_url: str) -> str:
    """An empty database on that server, and nobody else's: its address."""
    connection = await asyncpg.connect(pg_url)
    await connection.execute("DROP DATABASE IF EXISTS register")
    await connection.execute("CREATE DATABASE register")
    await connection.close()
    return urlunsplit(urlsplit(pg_url)._replace(path="/register"))


class Visitor:
    """A browser without scripts: keeps cookies, sends forms with the token that their page carried."""

    def __init__(self, of: Office) -> None:
        transport = httpx2.ASGITransport(app=make_app(of.services()), client=("192.0.2.7", 1))
        self.http = httpx2.AsyncClient(transport=transport, base_url=ORIGIN)
        self.csrf = ""

    async def get(self, path: str) -> httpx2.Response:
        reply = await self.http.get(path)
        if found := re.search(r'name="csrf" value="([0-9a-f]+)"', reply.text):
            self.csrf = found[1]
        return reply

    async def post(self, path: str, form: dict[str, Any] | None = None, **options: Any) -> httpx2.Response:
        """Send a form as one of our pages does."""
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"} | options.pop("headers", {})
        data = {"csrf": self.csrf} | (form or {})
        return await self.http.post(path, data=data, headers=headers, **options)

    async def enter(self, login: str, password: str) -> httpx2.Response:
        reply = await self.post("/login", {"login": login, "password": password})
        if reply.status_code == 303:
            await self.get(reply.headers["location"])
        return reply

    async def close(self) -> None:
        await self.http.aclose()


@asynccontextmanager
async def visitor(of: Office, login: str = "", password: str = "") -> AsyncIterator[Visitor]:
    """A visitor, signed in if a login is given."""
    one = Visitor(of)
    try:
        if login:
            assert (await one.enter(login, password)).status_code == 303
        yield one
    finally:
        await one.close()
