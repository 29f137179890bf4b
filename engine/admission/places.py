"""The waiting room at log-in: a signed place, an honest estimate, first come first served.

A place is the moment at which it was given, signed. So it needs no list: it is good at every worker and every
machine of an installation, through reloads and restarts, and who comes back early loses nothing and gains
nothing. What a worker keeps is how many places it gave in each second; the moment up to which places are
called moves on as fast as log-ins are let in.

Places bear no name and no code. One may be handed on; it then lets one pupil pass another, and the number of
log-ins a second stays what it is.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from collections import deque
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

SIGNS = 24
_TIME_BYTES, _MAC_BYTES = 8, 10
SLOT_MS = 1000
SLOTS_MAX = 600
"""A crowd of ten minutes; beyond it the last slot takes all who come."""
WAIT_LOW_MS, WAIT_HIGH_MS = 2_000, 30_000
"""A player comes back within this time, so that what it tells the pupil stays true."""
FUTURE_MS = 60_000
"""So far may the clock of another machine be ahead."""
GOOD_MS = 2 * 3600 * 1000
"""A place that was given longer ago is none: it lay in a tab that nobody closed."""
HASTE_MAX = 16.0
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/", b"+/!!")


class Turn(NamedTuple):
    """What somebody is told who has to wait."""

    place: bytes
    number: int
    """How many are before him, himself included."""
    wait_ms: int
    """When his turn should come."""
    back_ms: int
    """When to ask again."""


@dataclass(slots=True)
class _Slot:
    """Places given within one second."""

    begin_ms: int
    given: int = 0
    called: float = 0.0


class Places:
    """The waiting room of one worker; `key` is common to all. Times are handed in."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._slots: deque[_Slot] = deque()
        self._called_ms = inf  # places up to this moment are called; everybody while nobody waits
        self._rate = inf
        self._haste = 1.0
        self._waiting = 0.0
        self._known: tuple[bytes, int | None] = (b"", None)  # a place is looked at twice in one call

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return not self._slots

    @property
    def waiting(self) -> int:
        """Places given and not yet called."""
        return round(self._waiting)

    def is_called(self, place: bytes, now_ms: int) -> bool:
        """Whether the bearer of `place` (b"": of none) may log in before those who wait."""
        if self.is_empty:
            return True
        issued_ms = self.read(place, now_ms)
        return issued_ms is not None and issued_ms <= self._called_ms

    def turn(self, place: bytes, now_ms: int, spread: float) -> Turn:
        """The place in the room, a new one if there was none; `spread`: 0 to 1, drawn by the caller."""
        issued_ms = self.read(place, now_ms)
        if issued_ms is None:
            issued_ms = now_ms
            place = self._given(now_ms)
        number = self._ahead(issued_ms) + 1
        wait_ms = 0 if self._rate == inf else int(number / max(self._rate, 0.1) * 1000)
        back_ms = int(min(WAIT_HIGH_MS, max(WAIT_LOW_MS, wait_ms)) * (1 + spread / 4))
        return Turn(place, number, wait_ms, back_ms)

    def advance(self, passed_s: float, rate: float, admitted: float) -> None:
        """Time goes on: `rate` log-ins a second may come in, `admitted` did lately."""
        self._rate = rate
        # Who was called and does not come must not cost the others their turn.
        slack = rate != inf and not self.is_empty and admitted < rate / 2
        self._haste = min(HASTE_MAX, self._haste * 1.01) if slack else max(1.0, self._haste * 0.95)
        left = inf if rate == inf else rate * self._haste * passed_s
        while self._slots and left > 0:
            slot = self._slots[0]
            calls = min(left, slot.given - slot.called)
            slot.called += calls
            self._waiting -= calls
            left -= calls
            self._called_ms = slot.begin_ms + SLOT_MS * slot.called / slot.given
            if slot.called < slot.given:
                return
            self._slots.popleft()
        if not self._slots:
            self._called_ms, self._waiting = inf, 0.0

    def sign(self, issued_ms: int) -> bytes:
        """The place given at this moment, as it travels."""
        payload = issued_ms.to_bytes(_TIME_BYTES, "big")
        return binascii.b2a_base64(payload + self._mac(payload), newline=False).translate(_TO_URL)

    def read(self, place: bytes, now_ms: int) -> int | None:
        """When a place was given; None if we did not sign it."""
        if place == self._known[0]:
            return self._known[1]
        self._known = place, self._read(place, now_ms)
        return self._known[1]

    def _read(self, place: bytes, now_ms: int) -> int | None:
        if len(place) != SIGNS:
            return None
        try:
            signed = binascii.a2b_base64(place.translate(_FROM_URL), strict_mode=True)
        except binascii.Error:
            return None
        payload = signed[:_TIME_BYTES]
        if not hmac.compare_digest(self._mac(payload), signed[_TIME_BYTES:]):
            return None
        issued_ms = int.from_bytes(payload, "big")
        return issued_ms if now_ms - GOOD_MS <= issued_ms <= now_ms + FUTURE_MS else None

    def _given(self, now_ms: int) -> bytes:
        if not self._slots:
            self._called_ms = now_ms - 1
        begin_ms = now_ms - now_ms % SLOT_MS
        if not self._slots or (self._slots[-1].begin_ms < begin_ms and len(self._slots) < SLOTS_MAX):
            self._slots.append(_Slot(begin_ms))
        self._slots[-1].given += 1
        self._waiting += 1
        return self.sign(now_ms)

    def _ahead(self, issued_ms: int) -> int:
        """Places before this one that are not yet called."""
        ahead = 0.0
        for slot in self._slots:
            if slot.begin_ms > issued_ms:
                break
            part = min(1.0, (issued_ms - slot.begin_ms) / SLOT_MS)
            ahead += max(0.0, slot.given * part - slot.called)
        return int(ahead)

    def _mac(self, payload: bytes) -> bytes:
        return hashlib.blake2b(payload, key=self._key, digest_size=_MAC_BYTES).digest()
