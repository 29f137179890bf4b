"""The switches of the player: listed, read from a profile, and told to the page."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from engine.cli.codes import app
from engine.needs import NEEDS, problem_with, switches_of


def test_the_command_lists_every_switch() -> None:
    listed = CliRunner().invoke(app, ["needs"]).output
    assert all(f"  {name} " in listed for name in NEEDS)
    assert json.loads(CliRunner().invoke(app, ["needs", "--json"]).output) == dict(NEEDS)


def test_a_profile_comes_to_switches(tmp_path: Path) -> None:
    """What no switch stands for is said, not passed over; a second colour theme gives way."""
    path = tmp_path / "pnp.xml"
    path.write_text("<access-for-all-pnp><spoken/><braille/><line-reader/></access-for-all-pnp>")
    told = json.loads(CliRunner().invoke(app, ["needs", "--pnp", str(path), "--json"]).output)
    assert told == {"needs": ["line-reader", "spoken"], "factor": 1.0, "without_switch": ["braille"]}
    assert problem_with(told["needs"]) is None
    assert switches_of(["high-contrast", "invert-display-polarity"]) == (["high-contrast"], [])


def test_every_switch_is_a_plain_word_that_redis_can_keep_in_one_field() -> None:
    """They are joined by commas, and all of them together fit a line of the codes file."""
    assert all(name.replace("-", "").isalpha() and name.isascii() for name in NEEDS)
    assert len(json.dumps(list(NEEDS))) < 600
