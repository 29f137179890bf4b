"""Somebody at the engine's terminal.

Commands of `passation` run in this process: Python then starts once and not twenty times. The one door to the
engine, and nothing but its command line.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from demonstration.problems import DemonstrationProblem
from demonstration.programs import PREFIXES
from engine.cli import EXPECTED, app


class Operator:
    """Types commands; `settings` are the engine's, as its program has them."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        for name in [name for name in os.environ if name.startswith(PREFIXES)]:
            del os.environ[name]
        os.environ.update({name: str(value) for name, value in settings.items()})

    def do(self, *arguments: object) -> Any:
        """What `passation ARGUMENTS --json` prints, or DemonstrationProblem with what it complains of."""
        words, said = [str(word) for word in arguments], io.StringIO()
        try:
            with redirect_stdout(said), redirect_stderr(io.StringIO()):
                app([*words, "--json"], standalone_mode=False)
        except EXPECTED as error:
            raise DemonstrationProblem(f"passation {' '.join(words[:2])}: {error}") from error
        return json.loads(said.getvalue())
