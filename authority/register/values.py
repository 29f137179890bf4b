"""What the register gives: frozen values, opened from their seals."""

from __future__ import annotations

from typing import Any, NamedTuple


class Pupil(NamedTuple):
    """One pupil of a class. `born` is an ISO date or empty, `ine` the national number or empty."""

    id: str
    class_id: str
    family: str
    first: str
    born: str = ""
    ine: str = ""
    factor_permille: int = 1000
    needs: tuple[str, ...] = ()
    version: int = 1

    @property
    def name(self) -> str:
        return f"{self.family} {self.first}"

    def sealed_part(self) -> dict[str, Any]:
        """What only the key of names opens."""
        record = self._asdict()
        return {name: record[name] for name in ("family", "first", "born", "ine", "factor_permille", "needs")}


class School(NamedTuple):
    """One school by its national number (UAI)."""

    id: str
    title: str


class Class(NamedTuple):
    """One class: `room` is what the engine knows it by."""

    id: str
    school: str
    label: str
    room: str
    version: int
    validated_ms: int | None
    pupils: int = 0


class Credential(NamedTuple):
    """Who may sign in: a head for a school, a teacher for a class (then `class_id` is set)."""

    login: str
    role: str
    school: str
    class_id: str
    hash: str


class Visit(NamedTuple):
    """A sign-in that lives now; `token` stays in the browser's cookie, the register holds its digest."""

    token: str
    login: str
    role: str
    school: str
    class_id: str


class Code(NamedTuple):
    """One session with its two codes; a reserve code has no pupil until it is given."""

    session: str
    class_id: str
    pupil: str
    number: int
    is_reserve: bool
    short: str
    long: str
    revoked_ms: int | None
    exported_ms: int | None
