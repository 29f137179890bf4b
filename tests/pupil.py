"""A pupil for tests: speaks the API as the player does, one call a method, and looks at what comes back."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, ClassVar

import httpx2
import orjson

from items.seal import unseal
from tests.patience import PATIENCE_S


class Refused(Exception):
    """The server refused; `code` is its word for why."""

    def __init__(self, reply: httpx2.Response) -> None:
        self.status = reply.status_code
        self.error: dict[str, Any] = reply.json()["error"] if reply.content else {"code": "overloaded"}
        self.code: str = self.error["code"]
        super().__init__(f"{self.status} {self.code}")


class PupilClient:
    """One pupil at one device; the fixture `close_clients` closes its connections after each test."""

    clients: ClassVar[list[httpx2.Client]] = []

    def __init__(self, url: str, code: str = "") -> None:
        self.code = code
        self.token = ""
        self.session = ""
        self.n = 0
        self.order: list[dict[str, Any]] = []
        self.acknowledged: dict[int, str] = {}
        self.http = httpx2.Client(base_url=url, timeout=PATIENCE_S, verify=False)
        self.clients.append(self.http)

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> dict[str, Any]:
        """Any call with this pupil's token; Refused if the server refuses."""
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        reply = self.http.request(method, path, content=body, headers=headers)
        if reply.status_code != 200:
            raise Refused(reply)
        document: dict[str, Any] = reply.json()
        if "token" in document:
            self.token = document["token"]
        if "session" in document:
            self.session = document["session"]["id"]
        return document

    def post(self, path: str, document: Any) -> dict[str, Any]:
        """POST a JSON document."""
        return self.call("POST", path, orjson.dumps(document), **{"Content-Type": "application/json"})

    def login(self, **more: str) -> dict[str, Any]:
        return self.post("/api/v1/login", {"code": self.code, **more})

    def start(self) -> dict[str, Any]:
        started = self.post("/api/v1/start", {})
        self.order = started["order"]
        return started

    def resume(self) -> dict[str, Any]:
        return self.call("GET", "/api/v1/session")

    def fragments(self, started: dict[str, Any]) -> dict[str, str]:
        """The items of the sealed form, opened with the key that the start brought."""
        sealed = self.http.get(f"/content/{started['session']['form']}").content
        _, frames = unseal(sealed, key=base64.b64decode(started["content_key"]))
        items = [frame for frame in frames if frame.header.get("kind") == "item"]
        return {frame.header["id"]: frame.data.decode() for frame in items}

    def answer(self, **responses: Any) -> dict[str, Any]:
        """The next batch: item=response, each the whole response object of the item."""
        self.n += 1
        return self.send(self.batch(self.n, **responses))

    def batch(self, n: int, /, full: bool = False, age_ms: int = 0, **responses: Any) -> bytes:
        """The bytes of a batch."""
        answers = [
            {"item": item, "response": response, "elapsed_ms": 1000, "age_ms": age_ms}
            for item, response in responses.items()
        ]
        return orjson.dumps({"n": n, "answers": answers} | ({"full": True} if full else {}))

    def send(self, body: bytes) -> dict[str, Any]:
        """Send these very bytes, and remember what was acknowledged."""
        reply = self.call("POST", "/api/v1/answers", body, **{"Content-Type": "application/json"})
        n = orjson.loads(body)["n"]
        if n <= reply["last"]:
            self.acknowledged[n] = hashlib.sha256(body).hexdigest()
        return reply

    def post_raw(self, body: bytes) -> dict[str, Any]:
        """Send any bytes as a batch."""
        return self.call("POST", "/api/v1/answers", body)

    def submit(self) -> dict[str, Any]:
        return self.post("/api/v1/submit", {"last": self.n})
