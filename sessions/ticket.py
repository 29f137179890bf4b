"""The token: a signed ticket, and the lease: the server's signed last word to a device.

A token is the state that the server last told the pupil (session, partition, seat epoch, version, status,
start, deadline), 81 bytes, 108 signs of base64url, signed with HMAC-SHA-256 cut to 16 bytes. It is
verified without asking Redis, so a forged one costs nobody else anything. Keys have numbers, several may
live at once; taking a number away ends its tokens.

Signatures are compared in constant time. Tokens that were verified are remembered (a bounded number), for
the same pupil comes back with the same token; the look-up goes by Python's keyed hash of the whole token,
which tells a forger nothing about the signature.
"""

from __future__ import annotations

import binascii
import hmac
import struct
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import NamedTuple, TypeVar

from sessions.keys import partition_of
from sessions.model import Ticket
from sessions.states import NUMBERS, STATUSES

Key = TypeVar("Key", bytes, blake2b)

VERSION = 1
_TOKEN = struct.Struct(">BBHBQIQQQ16s8s")
_LEASE = struct.Struct(">BBQQ6s")
_TOKEN_MAC = 16
_LEASE_MAC = 12
_TOKEN_SIGNS = (_TOKEN.size + _TOKEN_MAC) * 4 // 3
_LEASE_SIGNS = (_LEASE.size + _LEASE_MAC) * 4 // 3
"""Both are multiples of three bytes: no padding and no spare bits, so a token has one spelling only."""

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/", b"+/!!")


class Lease(NamedTuple):
    """What the server told a device last, and when. `sid_prefix` ties it to the session."""

    issued_ms: int
    deadline_ms: int
    sid_prefix: bytes


class Signer:
    """Signs with key `current`, reads what any of `keys` signed. Keys have numbers 0 to 255 and 32 bytes."""

    def __init__(
        self, keys: Mapping[int, bytes], current: int, *, partitions: int = 64, remembered: int = 16_384
    ) -> None:
        self._partitions = partitions
        self._remembered = remembered
        self.renew(keys, current)

    def renew(self, keys: Mapping[int, bytes], current: int) -> None:
        """From now on sign with key `current` and read what any of `keys` signed, and nothing else."""
        if current not in keys:
            raise ValueError(f"there is no key number {current}")
        if any(not 0 <= kid <= 255 or len(key) < 32 for kid, key in keys.items()):
            raise ValueError("keys are numbered 0 to 255 and have at least 32 bytes")
        self._token_keys = {
            kid: hmac.digest(key, b"passation/1|token", "sha256") for kid, key in keys.items()
        }
        self._lease_keys = {
            kid: blake2b(key=hmac.digest(key, b"passation/1|lease", "sha256"), digest_size=_LEASE_MAC)
            for kid, key in keys.items()
        }
        self._current = current
        self._young: dict[str, Ticket] = {}
        self._old: dict[str, Ticket] = {}

    def sign(self, ticket: Ticket, issued_ms: int) -> str:
        """`ticket` as a token."""
        delivery = ticket.delivery.encode("ascii")
        if len(delivery) != 8 or len(ticket.sid) != 16:
            raise ValueError("a delivery id has 8 ASCII characters, a session id 16 bytes")
        payload = _TOKEN.pack(
            VERSION,
            self._current,
            partition_of(ticket.sid, self._partitions),
            NUMBERS[ticket.status],
            ticket.epoch,
            ticket.version,
            ticket.started_ms,
            ticket.deadline_ms,
            issued_ms,
            ticket.sid,
            delivery,
        )
        return _spelled(payload + _token_mac(self._token_keys[self._current], payload))

    def read(self, token: str) -> Ticket | None:
        """The ticket in `token`, or None if we did not sign it."""
        if known := self._young.get(token):
            return known
        ticket = self._old.get(token) or self._verify(token)
        if ticket is not None:
            self._remember(token, ticket)
        return ticket

    def lease(self, issued_ms: int, deadline_ms: int, sid: bytes) -> str:
        """The server's word to the device of session `sid`, given now."""
        payload = _LEASE.pack(VERSION, self._current, issued_ms, deadline_ms, sid[:6])
        return _spelled(payload + _lease_mac(self._lease_keys[self._current], payload))

    def read_lease(self, text: str) -> Lease | None:
        """The lease in `text`, or None if we did not sign it."""
        payload = _authentic(text, _LEASE_SIGNS, _LEASE_MAC, self._lease_keys, _lease_mac)
        return None if payload is None else Lease(*_LEASE.unpack(payload)[2:])

    def _verify(self, token: str) -> Ticket | None:
        payload = _authentic(token, _TOKEN_SIGNS, _TOKEN_MAC, self._token_keys, _token_mac)
        if payload is None:
            return None
        _, _, _, status, epoch, version, started, deadline, _, sid, delivery = _TOKEN.unpack(payload)
        return Ticket(sid, delivery.decode("ascii"), epoch, version, STATUSES[status - 1], started, deadline)

    def _remember(self, token: str, ticket: Ticket) -> None:
        # Two generations instead of an exact order of use: one dictionary write, never above the bound.
        if len(self._young) >= self._remembered // 2:
            self._old, self._young = self._young, {}
        self._young[token] = ticket


def _spelled(signed: bytes) -> str:
    return binascii.b2a_base64(signed, newline=False).translate(_TO_URL).decode("ascii")


def _token_mac(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, payload, "sha256")[:_TOKEN_MAC]


def _lease_mac(keyed: blake2b, payload: bytes) -> bytes:
    # One for each answer saved: BLAKE2's own keyed mode, begun already, costs a fifth of an HMAC.
    mac = keyed.copy()
    mac.update(payload)
    return mac.digest()


def _authentic(
    text: str, signs: int, mac_size: int, keys: Mapping[int, Key], mac_of: Callable[[Key, bytes], bytes]
) -> bytes | None:
    """The payload of `text` if one of `keys` signed it."""
    if len(text) != signs or not text.isascii():
        return None
    try:
        signed = binascii.a2b_base64(text.encode().translate(_FROM_URL), strict_mode=True)
    except binascii.Error:
        return None
    payload, mac = signed[:-mac_size], signed[-mac_size:]
    key = keys.get(payload[1])
    if payload[0] != VERSION or key is None:
        return None
    return payload if hmac.compare_digest(mac_of(key, payload), mac) else None
