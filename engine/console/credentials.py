"""How operators prove who they are: a password that we draw (Argon2id) and a one-time code (TOTP, RFC 6238).

The one door to argon2 and pyotp in this program. A password is a code of twelve symbols (53 bits) in the
pupils' own alphabet; Argon2id with 19 MiB and two passes is the floor of OWASP. One hash at a time in a
thread of low priority: pupils on the same processor come first, and whoever floods the door waits at it.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import Problem
from sessions import codes

WAITING_MAX = 8
STEP_S = 30
STEPS_OFF = 1
"""A telephone's clock may be half a minute off."""
NONCE_BYTES = 12
ISSUER = "Passation"


class Credentials:
    """Makes and checks them; `key` lies outside the archive, `memory_kib` is smaller in tests alone."""

    def __init__(self, key: bytes, memory_kib: int = 19 * 1024) -> None:
        self._key = hmac.digest(key, b"passation/1|totp", "sha256")
        self._hasher = PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(1, "argon2", initializer=_step_back)
        self._waiting = 0
        self._nobody = self._hasher.hash(secrets.token_hex())

    def new_password(self) -> tuple[str, str]:
        """A password as it is printed, and its hash."""
        password = codes.generate(secrets.token_bytes)
        return password, self._hasher.hash(password)

    async def matches(self, stored: str, typed: str) -> bool:
        """Whether `typed` is the password; as slow for an id that does not exist. Problem `overloaded`."""
        try:
            password = codes.normalise(typed)
        except codes.CodeTypo:
            password = ""
        if self._waiting >= WAITING_MAX:
            raise Problem("overloaded")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            right = await loop.run_in_executor(self._threads, self._verify, stored or self._nobody, password)
        finally:
            self._waiting -= 1
        return right and bool(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    # --- one-time codes -----------------------------------------------------------------------------------

    def new_secret(self, operator: str) -> tuple[str, bytes]:
        """The address that an authenticator takes (as a QR code), and the secret as it is kept."""
        secret = pyotp.random_base32()
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(self._key).encrypt(nonce, secret.encode(), operator.encode())
        return pyotp.TOTP(secret).provisioning_uri(name=operator, issuer_name=ISSUER), sealed

    def step_of(self, operator: str, sealed: bytes, typed: str, now_ms: int) -> int:
        """The time step whose code was typed, 0 if it is none of now: a step is good once."""
        digits = "".join(typed.split())
        if len(digits) != 6 or not digits.isascii() or not digits.isdecimal():
            return 0
        try:
            secret = AESGCM(self._key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], operator.encode())
        except (InvalidTag, ValueError):
            return 0
        totp, step = pyotp.TOTP(secret.decode()), now_ms // 1000 // STEP_S
        near = range(step - STEPS_OFF, step + STEPS_OFF + 1)
        return max((one for one in near if hmac.compare_digest(totp.generate_otp(one), digits)), default=0)


def new_id() -> str:
    """An opaque id: no name is asked for, none can be typed."""
    return "op-" + "".join(secrets.choice("bcdfghjkmnpqrstvwxz23456789") for _ in range(6))


def _step_back() -> None:
    """The thread yields to everybody else on the processor (Linux gives each thread its own priority)."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
