"""One table of everything that a run can vary; each entry is an option of the command lines."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from loadtest.levels import shares_of


def _option(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Scenario:
    """The table: `python -m loadtest --think-s 30`, or `locust -f loadtest/locustfile.py --think-s 30`."""

    seconds: float = _option(120.0, "length of the run, from the first log-in to the last hand-in")
    shape: str = _option(
        "bell",
        "bell: all start together; ramp: one after the other; storm: most come while others answer; "
        "wave: a bell for each school and time zone; soak: some come, some go; step: more and more",
    )
    arrive_s: float = _option(0.0, "time over which pupils log in; 0: a fifth of the run, 300 s at most")
    start_window_s: float = _option(5.0, "bell, storm: how far apart a class clicks on start")
    early_share: float = _option(
        0.9, "bell: have logged in before it, the others come with it; storm: answer already when it breaks"
    )
    zones: int = _option(3, "wave: time zones")
    zone_apart_s: float = _option(20.0, "wave: how much later the bells of the next zone ring")
    school_spread_s: float = _option(10.0, "wave: how far apart the bells of one zone ring")
    stay_s: float = _option(0.0, "soak: how long each pupil sits; 0: a quarter of the run")
    steps: int = _option(5, "step: how many, each with as many more pupils")
    levels: str = _option("", "classes of which levels, with shares: cp:2,sixieme:1,quatrieme:1,seconde:1")
    think_s: float = _option(20.0, "mean time between two saves of a pupil")
    think_spread: float = _option(0.5, "how far a pause may be from think_s, as a share of it")
    answers_each: int = _option(1, "answers that a pupil gives between two saves")
    long_share: float = _option(0.02, "saves that carry a long text, where the form asks for one")
    long_characters: int = _option(3000, "length of such a text")
    reload_share: float = _option(0.01, "pupils who load the page anew, once")
    takeover_share: float = _option(0.01, "pupils who go on at another device, once")
    watch_s: float = _option(10.0, "teachers look at their rooms, operators at the server, so often")
    extend_share: float = _option(0.02, "looks at which a teacher gives somebody five minutes more")
    hand_in_window_s: float = _option(10.0, "the last hand-ins fall so close together")
    hand_in_again_share: float = _option(0.05, "pupils who hand in twice; both receipts must be the same")
    content: str = _option("head", "the form of each pupil: get, head, or once (one pupil of each process)")
    heartbeat_s: float = _option(25.0, "a pupil who sent nothing for so long (and up to 5 s more) says so")
    timeout_s: float = _option(12.0, "a call is given up after so long, as the player does")
    patience_s: float = _option(60.0, "after the end, pupils go on trying to bring their answers in so long")
    seed: int = _option(1, "the same seed gives the same timetable")

    @property
    def arrival_s(self) -> float:
        """The time over which pupils log in."""
        return self.arrive_s or min(300.0, self.seconds / 5)

    @property
    def hand_in_spread_s(self) -> float:
        """The hand-ins fall within so long of the end."""
        return min(self.hand_in_window_s, self.seconds / 5)

    @property
    def last_bell_s(self) -> float:
        """How much later than the first the last bell of a wave may ring."""
        return (self.zones - 1) * self.zone_apart_s + self.school_spread_s

    @property
    def sitting_s(self) -> float:
        """How long a pupil of a soak sits."""
        return self.stay_s or self.seconds / 4


CONTENTS = ("get", "head", "once")
SHAPES = ("bell", "ramp", "storm", "wave", "soak", "step")
FILE_MEANING = "file (TOML) with entries of this table; what is typed as well wins over it"


def checked(scenario: Scenario) -> Scenario:
    """The scenario, or ValueError with what is wrong."""
    if scenario.shape not in SHAPES:
        raise ValueError(f"shape is one of {', '.join(SHAPES)}, not {scenario.shape!r}")
    if scenario.content not in CONTENTS:
        raise ValueError(f"content is one of {', '.join(CONTENTS)}")
    if scenario.seconds <= scenario.arrival_s + scenario.start_window_s:
        raise ValueError("the run is over before the last pupil has started: give it more seconds")
    needed_s = {"wave": scenario.last_bell_s, "soak": scenario.sitting_s}.get(scenario.shape, 0.0)
    if scenario.seconds <= scenario.arrival_s + scenario.start_window_s + needed_s:
        raise ValueError(f"a {scenario.shape} of this size needs more seconds")
    shares_of(scenario.levels)
    if not 0 <= scenario.think_spread < 1 or not 0 <= scenario.early_share <= 1:
        raise ValueError("think_spread is at least 0 and less than 1, early_share from 0 to 1")
    positive = ("think_s", "answers_each", "timeout_s", "zones", "steps", "watch_s")
    if min(getattr(scenario, name) for name in positive) <= 0:
        raise ValueError(f"{', '.join(positive)} are more than 0")
    return scenario


class Option(NamedTuple):
    """One entry of the table."""

    name: str
    default: Any
    meaning: str

    @property
    def flag(self) -> str:
        """As it is typed."""
        return "--" + self.name.replace("_", "-")


def options(file: Mapping[str, Any] | None = None) -> list[Option]:
    """The entries of the table, for the command lines; those of a scenario's file are its defaults."""
    chosen = file or {}
    return [
        Option(entry.name, chosen.get(entry.name, entry.default), entry.metadata["meaning"])
        for entry in fields(Scenario)
    ]


def entry_of(name: str, value: Any) -> Any:
    """A value for the entry `name`, in its type; ValueError if there is no such entry, or it is no such."""
    defaults = {entry.name: entry.default for entry in fields(Scenario)}
    if name not in defaults:
        raise ValueError(f"a scenario has no {name!r}; its entries are {', '.join(defaults)}")
    kind: type = type(defaults[name])
    try:
        if isinstance(value, bool) or (isinstance(value, str) and kind is not str and not value.strip()):
            raise ValueError  # a truth or a blank is no number
        found = kind(value)
    except (TypeError, ValueError) as error:
        wanted = {float: "a number", int: "a whole number", str: "a text"}[kind]
        raise ValueError(f"{name} is {wanted}, not {value!r}") from error
    if kind is not str and not isfinite(found):
        raise ValueError(f"{name} is a number, not {value!r}")
    if isinstance(value, float) and found != value:
        raise ValueError(f"{name} is a whole number, not {value!r}")
    return found


def read_scenario(path: Path) -> dict[str, Any]:
    """The entries of a scenario's file, or ValueError with what is wrong with it."""
    try:
        entries = tomllib.loads(path.read_text())
        return {name: entry_of(name, value) for name, value in entries.items()}
    except OSError as error:
        raise ValueError(f"the scenario cannot be read: {error.strerror}: {path}") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def file_among(arguments: Sequence[str] | None, otherwise: str = "") -> dict[str, Any]:
    """The entries of the file that the command line names, {} if none; ValueError as `read_scenario`."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--scenario", default=otherwise)
    given, _ = parser.parse_known_args(arguments)
    return read_scenario(Path(given.scenario)) if given.scenario else {}


def scenario_of(given: Any) -> Scenario:
    """The scenario that parsed arguments ask for, or ValueError."""
    return checked(Scenario(**{option.name: getattr(given, option.name) for option in options()}))
