"""The authority: its program behind a recorder, its commands, the papers that it posts."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from authority.cli import main
from tests.browser.schoolday.names import SCHOOL, UAI
from tests.browser.schoolday.paper import Letter, Strip, letters, strips
from tests.browser.schoolday.recorder import Recorder
from tests.browser.schoolday.terminal import Ended, Terminal
from tests.served import ROOT

CAMPAIGN = "day-2026"
TITLE = "Évaluations de l’école"
GIVEN_TO_THE_ENGINE = ("pepper.json", "signing.pub.pem")


class Office:
    """One campaign of one school; `recorder` stands in front of the pages."""

    def __init__(self, folder: Path, recorder: Recorder, engine: str) -> None:
        self.folder, self.recorder = folder, recorder
        given: dict[str, Any] = {
            "DATA_DIR": folder / "data",
            "KEYS_DIR": folder / "keys",
            "PORT": recorder.target,
            "ORIGIN": recorder.url,
            "ENGINE_ORIGIN": engine,
        }
        self._environment = os.environ | {f"AUTHORITY_{name}": str(value) for name, value in given.items()}
        self.terminal = Terminal("passation-authority", main, self._environment)
        self.log = folder / "log"

    def opens(self) -> Letter:
        """A campaign with its keys, a school, and the letter to its head."""
        named = ("--campaign", CAMPAIGN, "--title", TITLE, "--birth-year", 2015)
        self.terminal.json("init", *named)
        schools = self.folder / "schools.csv"
        schools.write_text(f"uai;nom\n{UAI};{SCHOOL}\n", encoding="utf-8")
        self.terminal.json("schools", "import", schools)
        (letter,) = self.posts()
        return letter

    def posts(self, *more: str) -> list[Letter]:
        """Letters, read by those who receive them."""
        out = self.folder / "letters.pdf"
        self.terminal.json("schools", "letters", "--out", out, *more)
        return letters(out.read_bytes())

    def posts_to_teachers(self) -> dict[str, Letter]:
        """By class."""
        return {letter.label: letter for letter in self.posts("--teachers")}

    def hands_keys_to(self, keys: Path) -> None:
        """The two files that the engine's operator is given, once."""
        keys.mkdir(mode=0o700, parents=True)
        for name in GIVEN_TO_THE_ENGINE:
            shutil.copy(self.folder / "keys" / name, keys / name)

    def makes_codes(self, name: str) -> Path:
        """Codes for all validated classes that have none, and the signed file of them."""
        self.terminal.json("codes", "make")
        out = self.folder / f"{name}.ndjson"
        self.terminal.json("export", "codes", "--out", out)
        return out

    def prints(self) -> list[Strip]:
        """The sheets of the school once more, as the authority prints them."""
        out = self.folder / "sheets.pdf"
        self.terminal.json("codes", "sheets", UAI, "--out", out)
        return strips(out.read_bytes())

    def signs_for(self, takeout: Path, engine_key: Path) -> Path:
        """The proof that a take-out is whole."""
        proof = self.folder / f"{takeout.name}.proof.json"
        given = (takeout, "--engine-key", engine_key, "--proof", proof)
        record = self.terminal.json("takeout", "check", *given)
        assert record["whole"], record
        return proof

    def destroys(self) -> None:
        """The end of the names."""
        assert self.terminal.json("destroy", "--yes")["destroyed"]

    def tries(self, *arguments: object) -> Ended:
        return self.terminal.run(*arguments)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """`passation-authority serve`, a process of its own."""
        with self.log.open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "authority", "serve"],
                cwd=ROOT,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            assert process.stdout is not None
            with process.stdout as said:
                try:
                    assert said.readline().startswith("serving at")
                    yield
                finally:
                    process.send_signal(signal.SIGTERM)
                    process.wait()
