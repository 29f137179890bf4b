"""One round of a preview: the package as it is now, opened as a delivery of its own, and what was answered.

A change of the package begins another round, with other names and another code. When the package cannot be
compiled, the round before goes on and the reasons are told beside it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.archive import Archive
from engine.attempts.history import response_of
from engine.attempts.rulebook import sitting_seed
from engine.demonstration import open_form
from engine.keyring import KeyRing
from engine.needs import SUPPORTS
from engine.settings import Settings
from items.compile import compile_form
from items.model import Form
from items.package import read_package
from items.problems import Problem, Refused
from items.scorer import Scorer
from sessions.model import Ticket
from sessions.store import Store

OPEN_SINCE_MS = 60_000
"""Just after an opening the player spreads its starts; an author starts alone."""
SUPPORTS_OF_ALL = tuple(SUPPORTS)
"""An author sees and hears every card."""
WAIT_S = 20.0
"""How long the panel's question waits for something new."""


@dataclass(slots=True)
class Round:
    """A compiled form, open under one code; `answers` are those the server acknowledged."""

    form: Form
    scorer: Scorer
    delivery: str
    code: str
    order: list[str] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    attempts: dict[str, list[Any]] = field(default_factory=dict)
    seed: bytes = b""  # of the author's sitting, once it has begun

    def items(self) -> list[dict[str, Any]]:
        """What the author sees of each item, in the order of the sitting once it is known."""
        return [self._item(item) for item in self.order or self.scorer.items()]

    def _item(self, item: str) -> dict[str, Any]:
        scorer, response, seed = self.scorer, self.answers.get(item), self.seed
        made = self.attempts.get(item, [])
        settled = scorer.settle(item, made, None if made and response == made[-1] else response, seed)
        traced = scorer.trace(item, settled.response, seed, made[: max(0, settled.attempts - 1)])
        shapes = self.form.schema["items"][item]
        return {
            "item": item,
            "authored": scorer.authored(item),
            "title": scorer.title(item),
            "domain": scorer.domain(item),
            "kinds": [shape["kind"] for shape in shapes.values()],
            "is_answered": item in self.answers,
            "responses": scorer.responses_in_authored(item, response),
            "correct": scorer.correct(item, seed),
            "outcomes": settled.outcomes,
            "max": scorer.max_score(item, seed),
            "needs_marking": scorer.needs_marking(item),
            "rubric": scorer.rubric(item),
            "trace": traced.steps,
            "is_whole": traced.is_whole,
        }


class Preview:
    """The rounds of one package, and whoever waits for news of them."""

    def __init__(
        self, package: Path, settings: Settings, archive: Archive, store: Store, keyring: KeyRing
    ) -> None:
        self.package = package
        self._parts = (settings, archive, store, keyring)
        self._news = asyncio.Condition()
        self.version = 0
        self.number = 0
        self.round: Round | None = None
        self.is_over = False
        self.problems: Sequence[Problem] = ()

    async def begin(self) -> None:
        """Read the package again: another round, or the reasons why there can be none."""
        try:
            form = await asyncio.to_thread(_compiled, self.package)
        except Refused as refused:
            self.problems = refused.problems
        else:
            prepared = await open_form(*self._parts, form, 1, OPEN_SINCE_MS, SUPPORTS_OF_ALL)
            self.round = Round(form, Scorer(form.key), prepared.delivery, prepared.codes[0])
            self.problems = ()
            self.number += 1
        await self.tell()

    async def tell(self) -> None:
        """Something is new."""
        async with self._news:
            self.version += 1
            self._news.notify_all()

    async def end(self) -> None:
        """Let everybody go who waits for news."""
        self.is_over = True
        await self.tell()

    async def news(self, after: int) -> dict[str, Any]:
        """The state, as soon as it is newer than `after`, or after a while all the same."""
        try:
            async with asyncio.timeout(WAIT_S), self._news:
                await self._news.wait_for(lambda: self.version > after or self.is_over)
        except TimeoutError:
            pass
        return self.state()

    def state(self) -> dict[str, Any]:
        """All that the panel shows."""
        found: dict[str, Any] = {
            "version": self.version,
            "round": self.number,
            "package": self.package.name,
            "problems": [problem._asdict() for problem in self.problems],
        }
        if self.round is not None:
            form = self.round.form
            found |= {"code": self.round.code, "title": form.title, "language": form.language}
            found |= {"remarks": [remark._asdict() for remark in form.remarks], "items": self.round.items()}
        return found

    async def started(self, ticket: Ticket, order: Sequence[Mapping[str, Any]]) -> None:
        """The pupil's page was given its order."""
        delivery = ticket.delivery
        if self.round is not None and delivery == self.round.delivery:
            self.round.seed = sitting_seed(self._parts[-1].delivery(delivery).kek, ticket.sid)
            self.round.order = [entry["item"] for section in order for entry in section["items"]]
            await self.tell()

    async def answered(self, delivery: str, answers: Sequence[Mapping[str, Any]]) -> None:
        """The server acknowledged answers; those of an earlier round are nobody's business any more."""
        if self.round is None or delivery != self.round.delivery or not answers:
            return
        known = {entry["item"]: response_of(entry) for entry in answers}
        self.round.answers |= {item: known[item] for item in known if item in self.round.scorer.items()}
        for entry in answers:
            if entry.get("attempt") is True:
                self.round.attempts.setdefault(entry["item"], []).append(response_of(entry))
        await self.tell()


def _compiled(package: Path) -> Form:
    return compile_form(read_package(package), seed=secrets.token_bytes(32))
