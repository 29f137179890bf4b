"""Slows down those who guess codes, without ever locking out a school that shares one address.

A wrong code names nobody, so it is counted per browser: by a signed cookie that the log-in page gives.
Browsers without it share one small bucket. An empty bucket refuses before the code is looked at; it fills by
itself. The counts live in each worker: with N workers a guesser has N buckets, against 29^11 codes.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict

from engine.errors import Problem

COOKIE = "passation_device"
BROWSERS_MAX = 50_000
SHARED = "shared"
SHARED_FACTOR = 10
"""The bucket of all browsers without a cookie holds so many times that of one browser."""


class Guessing:
    """Token buckets of wrong codes; `wrong` also counts for the whole worker, for the alarm."""

    def __init__(self, key: bytes, *, per_minute: int) -> None:
        self._key = key
        self._per_minute = per_minute
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self.wrong_total = 0

    def new_device(self) -> str:
        """A cookie value for a browser that has none."""
        name = secrets.token_hex(8)
        return f"{name}.{self._mac(name)}"

    def device(self, cookie: str) -> str:
        """Whose bucket a request uses: the browser of a cookie that we signed, else the shared one."""
        name, _, mac = cookie.partition(".")
        return name if hmac.compare_digest(mac.encode(), self._mac(name).encode()) else SHARED

    def check(self, device: str, now_ms: int) -> None:
        """Problem `slow_down` while the bucket of `device` is empty."""
        level = self._level(device, now_ms)
        if level < 1:
            raise Problem(
                "slow_down", retry_after_ms=int((1 - level) * 60_000 / self._capacity(device)) + 500
            )

    def wrong(self, device: str, now_ms: int) -> None:
        """Count one wrong code."""
        self.wrong_total += 1
        self._buckets[device] = (self._level(device, now_ms) - 1, now_ms)
        self._buckets.move_to_end(device)
        while len(self._buckets) > BROWSERS_MAX:
            self._buckets.popitem(last=False)

    def _level(self, device: str, now_ms: int) -> float:
        capacity = self._capacity(device)
        level, since_ms = self._buckets.get(device, (capacity, now_ms))
        return min(capacity, level + (now_ms - since_ms) * capacity / 60_000)

    def _capacity(self, device: str) -> int:
        return self._per_minute * (SHARED_FACTOR if device == SHARED else 1)

    def _mac(self, name: str) -> str:
        return hmac.digest(self._key, b"device|" + name.encode(), "sha256")[:12].hex()
