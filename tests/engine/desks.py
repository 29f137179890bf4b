"""People at the operator's console: accounts made beside a running engine, and what their browsers ask."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

import httpx2
import pyotp

from engine.archive import Archive
from engine.archive.operators import Accounts, Operator
from engine.archive.proposals import Proposal, Proposals
from engine.clock import now_ms
from engine.console.credentials import Credentials, new_id
from engine.console.gate import VISIT, csrf_token
from engine.keyring import KeyRing
from engine.settings import Settings
from tests.served import Served

MEMORY_KIB = 64
Value = TypeVar("Value")


class Proof(NamedTuple):
    """What somebody was handed to sign in with."""

    operator: str
    password: str
    totp: pyotp.TOTP


class Desk:
    """One browser at the console."""

    def __init__(self, engine: Served, role: str = "", operator: str = "") -> None:
        self.engine = engine
        self.operator = operator
        self.token = ""
        self.cookies: dict[str, str] = {}
        if role or operator:
            self.operator = operator or account(engine, role).operator
            self.token = entered(engine, self.operator)
            self.cookies[VISIT] = self.token

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """A page, or what a module asks."""
        return self._call("GET", path, headers=headers)

    def post(self, path: str, form: dict[str, str] | None = None, **given: Any) -> httpx2.Response:
        """A form of ours, with its token."""
        data = {"csrf": csrf_token(self.token) if self.token else "", **(form or {})}
        headers = given.pop("headers", {"Origin": self.engine.url})
        return self._call("POST", path, data=data, headers=headers, **given)

    def propose(self, act: str, delivery: str = "", **form: str) -> str:
        """Propose an act; gives the proposal's id."""
        reply = self.post("/operator/proposals", {"act": act, "delivery": delivery, **form})
        assert reply.status_code == 303, reply.text
        newest = of_archive(self.engine.settings, lambda archive: Proposals(archive.database).newest(1))
        return newest[0].id

    def approve(self, proposal: str) -> httpx2.Response:
        return self.post(f"/operator/proposals/{proposal}/approval")

    def sign_in(self, proof: Proof, *, code: str = "", password: str = "") -> httpx2.Response:
        """As a person does; `code` and `password` stand for what they type instead."""
        form = {"operator": proof.operator, "password": password or proof.password}
        return self.post("/operator/login", form | {"totp": code or proof.totp.now()})

    def _call(self, method: str, path: str, headers: dict[str, str], **given: Any) -> httpx2.Response:
        """One call over a connection of its own: a desk may outlive many tests."""
        with httpx2.Client(base_url=self.engine.url, timeout=30) as http:
            return self._keep(http.request(method, path, headers=headers | self.own(), **given))

    def own(self) -> dict[str, str]:
        """The header with its cookies."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookies} if cookies else {}

    def _keep(self, reply: httpx2.Response) -> httpx2.Response:
        """Cookies that are for TLS alone: a browser keeps them on the loopback as well."""
        for line in reply.headers.get_list("set-cookie"):
            name, value = re.match(r"([^=]+)=([^;]*)", line).groups()  # type: ignore[union-attr]
            self.cookies[name] = value.strip('"')
        if VISIT in self.cookies:
            self.token = self.cookies[VISIT]
        return reply


def account(engine: Served, role: str) -> Proof:
    """An account as `passation operators add` makes it, with a hash that takes no time."""
    key = KeyRing.of(engine.settings).console_key()
    credentials = Credentials(key, MEMORY_KIB)
    name, (password, hashed) = new_id(), credentials.new_password()
    address, sealed = credentials.new_secret(name)
    made = Operator(name, role, hashed, sealed, created_ms=now_ms())

    async def add(archive: Archive) -> None:
        await Accounts(archive.database, key).add(made, who="tests", now_ms=now_ms())

    of_archive(engine.settings, add)
    totp = pyotp.parse_uri(address)
    assert isinstance(totp, pyotp.TOTP)
    return Proof(name, password, totp)


def entered(engine: Served, operator: str) -> str:
    """The cookie of a sign-in."""
    key = KeyRing.of(engine.settings).console_key()

    async def enter(archive: Archive) -> str:
        accounts = Accounts(archive.database, key)
        found = await accounts.get(operator)
        assert found is not None
        return (await accounts.enter(found, now_ms(), "tests")).token

    return of_archive(engine.settings, enter)


def proposal_of(engine: Served, name: str) -> Proposal:
    """A proposal as it stands."""
    return of_archive(engine.settings, lambda archive: Proposals(archive.database).get(name))


def of_archive(settings: Settings, ask: Callable[[Archive], Awaitable[Value]]) -> Value:
    """What the archive says to `ask`."""

    async def asked() -> Value:
        archive = await Archive.open(settings.archive_address)
        try:
            return await ask(archive)
        finally:
            await archive.close()

    return asyncio.run(asked())
