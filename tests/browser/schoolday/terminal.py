"""Commands typed at a terminal, of either program, in this process: no second of start-up for each."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple
from unittest.mock import patch

from tests.browser.deliveries import apart


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Terminal:
    """One program, with the variables of one installation."""

    def __init__(self, program: str, main: Callable[[], None], environment: Mapping[str, str]) -> None:
        self._program = program
        self._main = main
        self._environment = dict(environment)
        self.said: list[str] = []
        """Everything that was printed, on either stream."""

    def run(self, *arguments: object) -> Ended:
        """A command, whatever comes of it."""
        return apart(lambda: self._run(list(map(str, arguments))))

    def json(self, *arguments: object) -> Any:
        """What a command that has to succeed prints for machines."""
        ended = self.run(*arguments, "--json")
        assert ended.code == 0, (arguments, ended)
        return json.loads(ended.out)

    def _run(self, arguments: list[str]) -> Ended:
        out, err = io.StringIO(), io.StringIO()
        code: object = 0
        with (
            patch.dict(os.environ, self._environment, clear=True),
            patch.object(sys, "argv", [self._program, *arguments]),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                self._main()
            except SystemExit as ended:
                code = ended.code
        self.said += [out.getvalue(), err.getvalue()]
        return Ended(code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue())
