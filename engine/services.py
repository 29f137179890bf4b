"""What a request can reach: made once by the composition root, passed to every call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.admission.gate import Gate
from engine.attempts.rulebook import Rulebooks
from engine.catalog import Catalog
from engine.errors import Problem
from engine.files import FileStore
from engine.guessing import Guessing
from engine.settings import Settings
from engine.writer import Writer
from sessions.cipher import SessionCipher, unwrap_key
from sessions.model import CodeEntry, Glance, Operation, Reply, SessionState
from sessions.ticket import Signer

RANK_SUBMIT, RANK_RESUME, RANK_START, RANK_ATTEMPT, RANK_LOGIN = range(5)
"""Ranks of the second writer; answers have a writer, and a connection to Redis, of their own."""
CIPHERS_MAX = 32_768
"""Session keys held ready in one worker, about 1 KiB each; the next request of a forgotten one asks Redis."""


class Ciphers:
    """The ciphers of the sessions that this worker has seen last."""

    def __init__(self) -> None:
        self._ciphers: OrderedDict[bytes, SessionCipher] = OrderedDict()

    def get(self, sid: bytes) -> SessionCipher | None:
        """The cipher of a session, if it is held."""
        return self._ciphers.get(sid)

    def remember(self, state: SessionState, kek: bytes) -> SessionCipher:
        """Unwrap the session's key and hold its cipher."""
        key = unwrap_key(kek, state.wrapped_key, state.sid, state.delivery)
        cipher = SessionCipher(key, state.sid, state.delivery)
        self._ciphers[state.sid] = cipher
        if len(self._ciphers) > CIPHERS_MAX:
            self._ciphers.popitem(last=False)
        return cipher


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one worker."""

    settings: Settings
    clock: Callable[[], int]
    catalog: Catalog
    signer: Signer
    pepper: bytes
    guessing: Guessing
    ciphers: Ciphers
    files: FileStore
    answers: Writer[Operation, Reply]
    others: Writer[Operation, Reply]
    codes: Writer[bytes, CodeEntry | None]
    glances: Writer[bytes, Glance | None]
    rulebooks: Rulebooks
    gate: Gate


def refusal(reply: Reply) -> Problem:
    """The refusal that a verdict stands for; `repeated` and the like are not refusals and never come here."""
    extras: dict[str, object] = {}
    if reply.verdict in ("gap", "fork"):
        extras["last"] = reply.state.last
    code = _CODES.get(str(reply.verdict), "internal")
    return Problem(code, retry_after_ms=reply.retry_after_ms or None, **extras)


_CODES = {
    name: name
    for name in (
        "gap",
        "fork",
        "seat_moved",
        "seat_wait",
        "not_started",
        "handed_in",
        "session_closed",
        "too_many",
    )
} | {"unknown": "store_away"}
"""A signed ticket whose session Redis does not know: Redis is being filled again from the archive."""
ACCEPTED: Sequence[str] = ("ok", "repeated")
