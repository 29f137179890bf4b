"""A corrected key: found, checked against what pupils saw, and applied to their answers as they gave them.

The corrected form is another compilation, with other opaque names. Items and responses are matched by the
author's identifiers, and only when pupils were shown the same; otherwise the answers would be scored as if
they had been given to other questions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.archive import Conflict, Delivery
from engine.counting import Answer, Held
from engine.results.marking.outcomes import Bounds, marked_outcomes
from items.bank import NAME, Bank
from items.compile import compile_form
from items.package import read_package
from items.problems import Refused
from items.sameness import Compiled, differences
from items.scorer import Scorer

MOST_REASONS = 20


class Correction:
    """From answers in the names of the form that pupils sat to those of the form whose key judges.

    Items have the same names in both, since both number them as authored and show them in the same order;
    choices have others.
    """

    def __init__(self, sat: Scorer, key: Scorer) -> None:
        self._sat = sat
        self._key = key
        self._due = {item: marked_outcomes(key.declarations(item)) for item in key.items()}

    def held(self, held: Mapping[str, Held]) -> dict[str, Held]:
        """What counts of a session, as if its pupil had sat the other form."""
        if self._sat is self._key:
            return dict(held)
        return {item: Held(*(self._part(part) for part in parts)) for item, parts in held.items()}

    def _part(self, part: Any) -> Any:
        """An answer, several of them, or none."""
        if isinstance(part, Answer):
            response = self._translated(part.item, part.response)
            return part._replace(response=response, keyed=self._renamed(part.item, part.keyed))
        return tuple(map(self._part, part)) if isinstance(part, tuple) else part

    def _translated(self, item: str, response: Mapping[str, Any] | None) -> dict[str, Any]:
        return self._key.opaque(item, self._sat.responses_in_authored(item, response))

    def _renamed(self, item: str, keyed: Mapping[str, str]) -> dict[str, str]:
        """What was keyed, by the responses' names in the other form."""
        names = self._sat.response_names(item)
        authored = {names[response]: kind for response, kind in keyed.items()}
        theirs = self._key.response_names(item).items()
        return {response: authored[name] for response, name in theirs if name in authored}

    def due(self, item: str) -> Mapping[str, Bounds]:
        """What a person gives for an item, by the key that judges."""
        return self._due[item]


def corrected_form(bank: Bank, delivery: Delivery, key: str) -> str:
    """The form whose key shall judge, by its name or as a package; Conflict with every reason against it.

    A package is compiled with chance that depends on the delivery's form alone, so that the same package is
    the same form each time.
    """
    form = _form_named(bank, key) or _form_compiled(bank, delivery, Path(key))
    reasons = differences(_compiled(bank, delivery.compiled), _compiled(bank, form))
    if reasons:
        shown = "".join(f"\n  {reason}" for reason in reasons[:MOST_REASONS])
        raise Conflict(
            f"this key is not for what the pupils of {delivery.id} saw, nothing was changed:{shown}"
        )
    return form


def _form_named(bank: Bank, key: str) -> str | None:
    """A form of the bank, by the beginning of its name."""
    found = [form for form in bank.forms() if len(key) >= 6 and form.startswith(key)]
    if len(found) > 1:
        raise Conflict(f"several forms begin with {key}: give more of the name")
    return found[0] if found else None


def _form_compiled(bank: Bank, delivery: Delivery, package: Path) -> str:
    if NAME.fullmatch(str(package)) or not package.exists():
        raise Conflict(f"there is no form and no package {package}: `passation items list` names the forms")
    salt = str(bank.key(delivery.compiled).get("salt", ""))
    seed = hashlib.sha256(b"corrected key|" + salt.encode()).digest()
    try:
        form = compile_form(read_package(package), seed=seed)
    except Refused as refused:
        shown = "".join(f"\n  {problem}" for problem in refused.problems[:MOST_REASONS])
        raise Conflict(f"{package} cannot be compiled:{shown}") from refused
    bank.add(form)
    return form.form


def _compiled(bank: Bank, form: str) -> Compiled:
    return Compiled(bank.content(form), bank.schema(form), bank.key(form))
