"""What goes into the archive and comes out of it, as frozen values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

import orjson

STATES: dict[tuple[str, str], str] = {
    ("created", "open"): "open",
    ("created", "close"): "closed",
    ("open", "pause"): "paused",
    ("open", "close"): "closed",
    ("paused", "resume"): "open",
    ("paused", "close"): "closed",
}
"""A delivery's states: (state, act) -> next state. What is not here is refused and changes nothing."""


MESSAGE_MAX = 300
"""Characters of a message to everybody, in one language."""


class Conflict(Exception):
    """What was asked does not fit what the archive holds; nothing was changed."""


class ArchiveAway(Exception):
    """The database cannot be reached or opened; whoever asked may ask again."""


class Gone(Exception):
    """There is no such delivery, or its key has been destroyed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A form opened to a population in a window of time. Its truth is here; Redis holds a copy."""

    id: str
    state: str
    form: str
    """SHA-256 of the sealed content: what the player asks for."""
    compiled: str
    """Name of the compiled form in the bank: what the scorer loads."""
    content_id: str
    title: str
    language: str
    login_opens_ms: int
    opens_at_ms: int
    closes_at_ms: int
    intake_ends_ms: int
    duration_ms: int
    grace_ms: int = 10_000
    count_corroborated: bool = True
    count_self_attested: bool = False
    spread_ms: int | None = None
    """How long after the bell the last of those who wait for it starts; None: as the server is measured."""
    message: dict[str, Any] | None = None
    """What the players show: `id`, `fr`, `en`, `until_ms`; None: nothing."""
    version: int = 1
    keyed: bool = False
    """Answered on paper, and keyed by teachers: nobody logs in to it."""
    renewed: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Rooms whose code was withdrawn: how many times, and when last; see `engine.teacherdoor`."""

    def after(self, act: str) -> Delivery:
        """This delivery after `act`, or Conflict."""
        state = STATES.get((self.state, act))
        if state is None:
            raise Conflict(f"delivery {self.id} is {self.state}: `{act}` is not possible now")
        return replace(self, state=state, version=self.version + 1)

    def later(self, by_ms: int) -> Delivery:
        """This delivery with its end so much later, or Conflict: closed is closed."""
        if self.state == "closed":
            raise Conflict(f"delivery {self.id} is closed: `extend` is not possible now")
        return replace(
            self,
            closes_at_ms=self.closes_at_ms + by_ms,
            intake_ends_ms=self.intake_ends_ms + by_ms,
            version=self.version + 1,
        )

    def telling(self, message: dict[str, Any] | None) -> Delivery:
        """This delivery with a message for everybody, or Conflict: nobody would hear it."""
        if self.state == "closed":
            raise Conflict(f"delivery {self.id} is closed: nobody would hear it")
        return replace(self, message=message, version=self.version + 1)

    def renewing(self, room: str, now_ms: int) -> Delivery:
        """This delivery with a new code for a room; whoever came in by the former one is out."""
        times = self.renewed.get(room, (0, 0))[0] + 1
        return replace(self, renewed=self.renewed | {room: (times, now_ms)}, version=self.version + 1)

    def to_record(self) -> dict[str, Any]:
        """A JSON object, as Redis keeps it."""
        return asdict(self)

    def to_json(self) -> bytes:
        return orjson.dumps(self.to_record(), option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_json(cls, text: str | bytes) -> Delivery:
        return cls(**orjson.loads(text))


class SessionRow(NamedTuple):
    """A session as it is imported: nobody has logged in yet."""

    sid: bytes
    delivery: str
    room: str
    factor_permille: int
    needs: tuple[str, ...]
    wrapped_key: bytes


class CodeRow(NamedTuple):
    """A code, known by its digest alone."""

    digest: bytes
    sid: bytes
    room: str
    revoked: bool


class SessionFacts(NamedTuple):
    """A session as the archive knows it now."""

    sid: bytes
    delivery: str
    room: str
    factor_permille: int
    needs: tuple[str, ...]
    wrapped_key: bytes
    status: str
    epoch: int
    version: int
    started_ms: int
    deadline_ms: int
    last: int
    ended_ms: int


class StoredBatch(NamedTuple):
    """A batch as it came, still encrypted."""

    sid: bytes
    epoch: int
    n: int
    digest: bytes
    received_ms: int
    late: str
    is_full: bool
    in_pause: bool
    age_ms: int
    body: bytes


class LedgerRow(NamedTuple):
    """One archived batch for the ledger of load tests: what every pupil was told must be found here."""

    session: str
    epoch: int
    n: int
    sha256: str
