"""Steps that many tests take: a question answered, a test handed in and looked for in the export."""

from __future__ import annotations

from pathlib import Path

from tests.browser.answers import Exported, Response, plausible
from tests.browser.mouse import answer
from tests.browser.sitting import Sitting

ANSWERS = "**/api/v1/answers"


def give(sitting: Sitting, number: int, pick: int = 1) -> dict[str, Response]:
    """Go to a question and answer it."""
    sitting.go(number)
    item = sitting.items[number - 1]
    response = plausible(sitting.delivered, item, pick)
    answer(sitting, response)
    return {item: response}


def arrived(sitting: Sitting, given: dict[str, Response], folder: Path) -> None:
    """Hand in; the export holds what was given, and nothing else."""
    sitting.finish()
    exported = Exported(sitting.delivered, sitting.seat, folder)
    assert exported.answers() == exported.expected(given)
