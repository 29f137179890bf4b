"""Item session control: how often an item may be tried, and whether its feedback is shown.

Said at the test part, a section or the item's reference; what stands nearer to the item wins. Attempts need
the individual submission mode: in the simultaneous one all answers are submitted once, at the end.
"""

from __future__ import annotations

from typing import NamedTuple

from items.qti.documents import Element, child, local

HOLDERS = frozenset({"qti-assessment-item-ref", "qti-assessment-section", "qti-test-part"})


class Control(NamedTuple):
    """QTI's defaults: one attempt, no feedback. A lone item is tried as often as it takes."""

    max_attempts: int = 1
    show_feedback: bool = False
    individual: bool = True


LONE = Control()  # of an item that no test refers to


def control_of(reference: Element, outer: Control = LONE) -> Control:
    """The control of an item reference or section; `outer` holds for a file that another one refers to."""
    control = outer
    for holder in (*reversed([*reference.iterancestors()]), reference):
        if local(holder) not in HOLDERS:
            continue
        if local(holder) == "qti-test-part":
            control = control._replace(individual=holder.get("submission-mode") != "simultaneous")
        said = child(holder, "qti-item-session-control")
        if said is not None:
            attempts, feedback = said.get("max-attempts", ""), said.get("show-feedback")
            control = control._replace(
                max_attempts=int(attempts) if attempts.strip().isdecimal() else control.max_attempts,
                show_feedback=control.show_feedback
                if feedback is None
                else feedback.strip() in ("true", "1"),
            )
    return control
