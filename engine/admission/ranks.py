"""What comes first (DESIGN P5): the rank of a call, by its address alone, before anything of it is read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Rank(IntEnum):
    """0 comes first. A rank is cut only when there is nothing left to take from those after it."""

    ANSWERS = 0
    SUBMIT = 1
    RESUME = 2
    START = 3
    ATTEMPTS = 4
    LOGIN = 5
    PAGES = 6
    EXPORTS = 7


BUDGETS: Mapping[Rank, tuple[float, float]] = {
    Rank.ANSWERS: (1.0, 100.0),
    Rank.SUBMIT: (3.0, 50.0),
    Rank.RESUME: (6.0, 20.0),
    Rank.START: (4.0, 20.0),
    Rank.ATTEMPTS: (4.0, 10.0),
    Rank.LOGIN: (4.0, 10.0),
    Rank.PAGES: (4.0, 10.0),
    Rank.EXPORTS: (40.0, 1.0),
}
"""By rank: the cost of a call in saves (measured: a save 46 us of the worker, a log-in 167, a start 181),
and how many calls a second of one worker are never refused for load, so that no rank is shut for good."""

LOGIN_PATH = b"/api/v1/login"
_BY_PATH = {
    b"/api/v1/answers": Rank.ANSWERS,
    b"/api/v1/submit": Rank.SUBMIT,
    b"/api/v1/session": Rank.RESUME,
    b"/api/v1/files": Rank.RESUME,
    b"/api/v1/start": Rank.START,
    b"/api/v1/attempts": Rank.ATTEMPTS,
    LOGIN_PATH: Rank.LOGIN,
    b"/api/v1/opening": Rank.LOGIN,
    b"/api/v1/time": Rank.LOGIN,
    b"/": Rank.LOGIN,
}
_BY_FOLDER = (
    (b"/content/", Rank.START),
    (b"/static/", Rank.START),
    (b"/api/v1/files/", Rank.RESUME),
    (b"/api/v1/rooms/", Rank.PAGES),  # by the folder: a room may be called as it likes
)
_ALWAYS = frozenset((b"/healthz", b"/readyz", b"/metrics", b"/sw.js"))
"""Who looks after the server must see it, above all when it has too much to do."""
_EXPORTS = (b"/ledger", b"/export", b"/results", b"/report")


def rank_of(path: bytes) -> Rank | None:
    """The rank of a call of `path`, decoded and without a query; None: it is never refused for load."""
    rank = _BY_PATH.get(path)
    if rank is not None:
        return rank
    if path in _ALWAYS:
        return None
    for folder, rank in _BY_FOLDER:
        if path.startswith(folder):
            return rank
    return Rank.EXPORTS if any(word in path for word in _EXPORTS) else Rank.PAGES
