"""The attributes of a test's elements, with their types: flags, numbers, time limits, session control."""

from __future__ import annotations

from typing import Any

from items.problems import Findings
from items.qti.documents import Element, child, children, line
from items.qti.testplan import Control, TimeLimits
from items.scoring.values import read_number

LONGEST_S = 1e6
MOST = 1_000
FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Attributes:
    """Reads attributes of one file; what is wrong goes among the findings, and the default stands in."""

    def __init__(self, source: str, findings: Findings) -> None:
        self._source = source
        self._findings = findings

    def flag(self, element: Element, name: str, default: bool) -> bool:
        text = element.get(name)
        if text is None:
            return default
        value = FLAGS.get(text.strip())
        if value is None:
            self._refuse(element, f"{name}='{text}' is neither true nor false: correct it.")
            return default
        return value

    def choice(self, element: Element, name: str, default: str, *others: str) -> str:
        text = element.get(name, default).strip()
        if text not in (default, *others):
            self._refuse(element, f"{name}='{text}' is none of {', '.join((default, *others))}: correct it.")
            return default
        return text

    def whole(self, element: Element, name: str, default: int) -> int:
        """A whole number from 0 to a thousand."""
        text = element.get(name, "").strip()
        if name not in element.attrib:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > MOST:
            self._refuse(element, f"{name}='{text}' is no whole number from 0 to {MOST}: correct it.")
            return default
        return int(text)

    def time_limits(self, element: Element) -> TimeLimits | None:
        limits = child(element, "qti-time-limits")
        if limits is None:
            return None
        least, most = self._milliseconds(limits, "min-time"), self._milliseconds(limits, "max-time")
        if least and most and least > most:
            self._refuse(limits, "min-time is longer than max-time: correct one of them.")
        late = self.flag(limits, "allow-late-submission", False)
        return TimeLimits(least, most, late) if least or most else None

    def _milliseconds(self, limits: Element, name: str) -> int | None:
        text = limits.get(name)
        if text is None:
            return None
        seconds = read_number(text)
        # No least time is what 0 means; no time at all would be a test that nobody can sit.
        if seconds is None or not (0 <= seconds < LONGEST_S and (seconds or name == "min-time")):
            self._refuse(limits, f"{name} is a number of seconds: correct it.")
            return None
        return max(1, round(seconds * 1000)) if seconds else None

    def control(self, element: Element, around: Control) -> Control:
        """What the element says about its item sessions, over what holds around it."""
        said = child(element, "qti-item-session-control")
        if said is None:
            return around
        changed: dict[str, Any] = {}
        for name in Control._fields:
            attribute = name.replace("_", "-")
            if attribute not in said.attrib:
                continue
            if name == "max_attempts":
                changed[name] = self.whole(said, attribute, around.max_attempts)
            else:
                changed[name] = self.flag(said, attribute, getattr(around, name))
        return around._replace(**changed)

    def weights(self, element: Element) -> dict[str, float]:
        weights = {}
        for weight in children(element, "qti-weight"):
            value = read_number(weight.get("value", ""))
            if value is None:
                self._refuse(weight, "The value of a weight is a number: correct it.")
            else:
                weights[weight.get("identifier", "")] = value
        return weights

    def mappings(self, element: Element) -> dict[str, str]:
        """`qti-variable-mapping`: the name that the test uses to the item's own."""
        return {
            mapping.get("target-identifier", ""): mapping.get("source-identifier", "")
            for mapping in children(element, "qti-variable-mapping")
        }

    def _refuse(self, element: Element, message: str) -> None:
        self._findings.refuse(self._source, line(element), "bad_attribute", message)
