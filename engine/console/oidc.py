"""OpenID Connect, the authorisation-code flow with PKCE; the one door to Authlib and joserfc.

The provider's addresses and keys come from its own document, over TLS. Everything here blocks and runs in a
thread; it is only done when an operator signs in.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from engine.clock import now_ms
from engine.logs import logger
from engine.settings import Settings

LOG = logger("console")
PATIENCE_S = 10
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
LEEWAY_S = 60


class Provider:
    """The ministry's provider, as this engine's client."""

    def __init__(self, settings: Settings, back: str) -> None:
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._client = settings.oidc_client
        self._secret_file = Path(settings.oidc_secret_file)
        self._back = settings.oidc_back + back

    def leave(self) -> tuple[str, str]:
        """Where to send the browser, and what it keeps until it is back."""
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        with self._session() as session:
            place = self._document(session)["authorization_endpoint"]
            address, state = session.create_authorization_url(place, nonce=nonce, code_verifier=verifier)
        journey = base64.urlsafe_b64encode(json.dumps([state, nonce, verifier]).encode()).decode()
        return str(address), journey

    def subject(self, query: str, journey: str) -> str:
        """What the provider calls who has come back; empty if anything about it is not as it should be."""
        try:
            state, nonce, verifier = json.loads(base64.urlsafe_b64decode(journey))
            given = {name: values[0] for name, values in parse_qs(query).items()}
            if not hmac.compare_digest(given.get("state", "").encode(), str(state).encode()):
                return ""
            return self._subject(given["code"], nonce, verifier)
        except (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, TypeError) as error:
            LOG.warning("sign-in refused", extra={"fields": {"why": type(error).__name__}})
            return ""

    def digest(self, key: bytes, subject: str) -> bytes:
        """As what the archive knows a subject: nothing can be read from it."""
        return subject_digest(key, self._issuer, subject)

    def _subject(self, code: str, nonce: str, verifier: str) -> str:
        with self._session() as session:
            document = self._document(session)
            token = session.fetch_token(
                document["token_endpoint"],
                code=code,
                code_verifier=verifier,
                grant_type="authorization_code",
                timeout=PATIENCE_S,
            )
            keys = session.get(document["jwks_uri"], withhold_token=True, timeout=PATIENCE_S).json()
        read = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        options = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client},
        }
        claims = CodeIDToken(read.claims, read.header, options, {"nonce": nonce, "client_id": self._client})
        claims.validate(now=now_ms() // 1000, leeway=LEEWAY_S)
        return str(claims["sub"])

    def _document(self, session: OAuth2Session) -> dict[str, Any]:
        place = f"{self._issuer}/.well-known/openid-configuration"
        document: dict[str, Any] = session.get(place, withhold_token=True, timeout=PATIENCE_S).json()
        if document.get("issuer", "").rstrip("/") != self._issuer:
            raise ValueError("another issuer")
        return document

    def _session(self) -> OAuth2Session:
        return OAuth2Session(
            self._client,
            self._secret_file.read_text(encoding="utf-8").strip(),
            scope="openid",
            redirect_uri=self._back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",
        )


def subject_digest(key: bytes, issuer: str, subject: str) -> bytes:
    """A keyed digest of what an issuer calls a person."""
    text = json.dumps([issuer.rstrip("/"), subject])
    return hmac.digest(hmac.digest(key, b"passation/1|subject", "sha256"), text.encode(), "sha256")
