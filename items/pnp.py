"""A personal needs and preferences file (AfA PNP 3.0, the profile of QTI 3), read for its features alone.

What such a file says of a person (ids, appointments, medical environment) is not looked at. Reasons never
leave the authority, so this is for the authority's side and for the operator who checks a profile by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from items.problems import Findings, Problem, Refused
from items.qti.documents import Element, child, children, line, local, read_document, text_of
from items.qti.limits import Limits

_ROOT: Final = "access-for-all-pnp"
_SETS: Final = frozenset({"activate-as-option-set", "activate-at-initialization-set"})
_PROHIBITED: Final = "prohibit-set"
_TIME: Final = "additional-testing-time"
_UNREAD: Final = frozenset({"environment", "language-of-interface"})


class Profile(NamedTuple):
    """The features that a person is to have, by their AfA names; `factor` multiplies the time."""

    features: frozenset[str]
    factor: float


def read_profile(file: str, data: bytes) -> Profile:
    """The features of one profile, without those it prohibits; Refused with the reasons if it is none."""
    findings = Findings()
    document = read_document(file, data, findings, Limits())
    findings.stop_if_refused()
    assert document is not None
    root = document.root
    if local(root) != _ROOT:
        several = local(root) == f"{_ROOT}-records"
        message = (
            "The file holds the profiles of several people: give the profile of one."
            if several
            else f"Expected <{_ROOT}> of AfA PNP 3.0, found <{local(root)}>."
        )
        raise Refused([Problem(file, line(root), "not_a_profile", message)])
    prohibited = {local(feature) for part in children(root, _PROHIBITED) for feature in part}
    features = frozenset(_features(root)) - prohibited - _UNREAD - {_TIME}
    return Profile(features, 1.0 if _TIME in prohibited else _factor(root))


def _features(root: Element) -> Iterator[str]:
    for element in root:
        if local(element) in _SETS:
            yield from (local(feature) for feature in element)
        elif local(element) != _PROHIBITED:
            yield local(element)


def _factor(root: Element) -> float:
    """The multiplier of the time, where one is given."""
    time = child(root, _TIME)
    written = None if time is None else child(time, "time-multiplier")
    try:
        return 1.0 if written is None else float(text_of(written))
    except ValueError as error:
        message = "time-multiplier is not a number: correct it."
        raise Refused([Problem("", line(root), "not_a_profile", message)]) from error
