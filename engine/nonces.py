"""Random nonces, drawn from the system by the hundred: the call costs half as much as the seal it is for."""

from __future__ import annotations

import os
from collections.abc import Iterator

from sessions.cipher import NONCE_BYTES

DRAWN = 256


def random_nonces() -> Iterator[bytes]:
    """Fresh nonces of NONCE_BYTES without end. A process that forks must make its own (ours do not fork)."""
    while True:
        drawn = os.urandom(DRAWN * NONCE_BYTES)
        for place in range(0, len(drawn), NONCE_BYTES):
            yield drawn[place : place + NONCE_BYTES]
