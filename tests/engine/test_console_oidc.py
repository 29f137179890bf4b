"""Signing in by the ministry's own provider: a small one on the loopback, that really signs."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from engine.app import running
from engine.archive import Archive
from engine.archive.operators import Accounts, Operator
from engine.clock import now_ms
from engine.console.credentials import new_id
from engine.console.gate import VISIT
from engine.console.oidc import subject_digest
from engine.console.oidcpages import JOURNEY
from engine.keyring import KeyRing
from engine.settings import Settings, SettingsError
from tests.engine.desks import of_archive
from tests.served import Served

CLIENT, SECRET = "passation", "s3cret-of-the-tests"
ORIGIN = "http://127.0.0.1:1"


class Ministry:
    """The provider: its address, and what it will say of the next one who comes."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.claims: dict[str, Any] = {}
        self.challenge = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def says(self, nonce: str, /, **more: Any) -> None:
        """What the next token will hold."""
        now_s = now_ms() // 1000
        own = {"iss": self.url, "aud": CLIENT, "sub": "agent-0042", "iat": now_s, "exp": now_s + 60}
        self.claims = {**own, "nonce": nonce, **more}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _handler(ministry: Ministry) -> type[BaseHTTPRequestHandler]:
    """What answers for it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = ministry.url
            said: dict[str, dict[str, Any]] = {
                "/.well-known/openid-configuration": {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "jwks_uri": f"{url}/keys",
                },
                "/keys": {"keys": [ministry.key.as_dict(private=False)]},
            }
            self._say(said[self.path])

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            is_known = self.headers["authorization"] == f"Basic {basic}"
            proves = _challenge(form["code_verifier"]) == ministry.challenge
            token = jwt.encode({"alg": "ES256", "kid": "one"}, ministry.claims, ministry.key)
            good = {"access_token": "x", "token_type": "Bearer", "id_token": token}
            is_good = is_known and proves and form["code"] == "right"
            self._say(*((good, 200) if is_good else ({"error": "invalid_grant"}, 400)))

        def _say(self, document: dict[str, Any], status: int = 200) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def ministry() -> Iterator[Ministry]:
    made = Ministry()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def settings(engine: Served, ministry: Ministry, tmp_path: Path) -> Settings:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    given: dict[str, Any] = {
        "oidc_issuer": ministry.url,
        "oidc_client": CLIENT,
        "oidc_secret_file": str(secret),
    }
    return replace(engine.settings, **given, oidc_back=ORIGIN).checked()


def _account(settings: Settings, ministry: Ministry) -> str:
    key = KeyRing.of(settings).console_key()
    subject = subject_digest(key, ministry.url, "agent-0042")
    made = Operator(new_id(), "operator", subject=subject, created_ms=now_ms())

    async def add(archive: Archive) -> None:
        await Accounts(archive.database, key).add(made, who="tests", now_ms=now_ms())

    of_archive(settings, add)
    return made.id


@asynccontextmanager
async def _console(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser at the application, which has not yet asked the provider for anything."""
    async with running(settings) as application:
        transport = httpx2.ASGITransport(app=application)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as http:
            yield http


async def _journey(
    http: httpx2.AsyncClient, ministry: Ministry, *, code: str = "right", state: str = "", **claims: Any
) -> httpx2.Response:
    """Away to the provider and back; `claims`, `code`, `state` are what goes wrong on the way."""
    left = await http.get("/operator/oidc")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(left.headers["location"]).query).items()}
    assert asked["scope"] == "openid"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ORIGIN}/operator/oidc/back"
    ministry.challenge = asked["code_challenge"]
    ministry.says(asked["nonce"], **claims)
    journey = left.headers["set-cookie"].partition(";")[0]
    assert journey.startswith(f"{JOURNEY}=")
    return await http.get(
        f"/operator/oidc/back?code={code}&state={state or asked['state']}", headers={"Cookie": journey}
    )


@pytest.mark.long
async def test_whom_the_ministry_signs_in_is_let_in_and_nobody_else(
    settings: Settings, ministry: Ministry
) -> None:
    """An account for that subject is needed; a token for others, of others or over is worth nothing."""
    wrong: list[dict[str, Any]] = [
        {"sub": "agent-0043"},
        {"aud": "another"},
        {"iss": "https://evil.test"},
        {"nonce": "another"},
        {"exp": 1},
        {"code": "wrong"},
        {"state": "another"},
    ]
    async with _console(settings) as http:
        assert (await _journey(http, ministry)).status_code == 401  # known there, and not here
        await asyncio.to_thread(_account, settings, ministry)
        entered = await _journey(http, ministry)
        assert entered.status_code == 200, entered.text
        assert any(line.startswith(f"{VISIT}=") for line in entered.headers.get_list("set-cookie"))
        for one in wrong:
            assert (await _journey(http, ministry, **one)).status_code == 401, one
    ministry.key = ECKey.generate_key("P-256", {"kid": "one"})
    async with _console(settings) as http:
        assert (await _journey(http, ministry)).status_code == 200  # it may rotate its keys


def test_the_settings_of_the_provider_go_together(settings: Settings) -> None:
    """Half of them, a provider in clear text, a secret that a backup would carry: refused at the start."""
    inside = str(settings.data_dir / "secret")
    for given in ({"oidc_client": ""}, {"oidc_issuer": "http://evil.test"}, {"oidc_secret_file": inside}):
        with pytest.raises(SettingsError):
            replace(settings, **given).checked()  # type: ignore[arg-type]
