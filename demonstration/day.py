"""The day, step by step: what the authority, an operator, pupils and teachers do before `ready`.

authority demo --day ──▶ pepper, public key ──▶ engine's keys folder
                    └──▶ five signed codes files ──▶ passation codes import
"""

from __future__ import annotations

import csv
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

from demonstration.crowd import SEED, Class, Keyer, key_papers, sit
from demonstration.note import FORMAT, Note, read
from demonstration.ownfolder import empty
from demonstration.problems import DemonstrationProblem
from demonstration.programs import HOST, Program
from demonstration.pupils import Paper
from demonstration.terminal import Operator

CONTENT = Path(__file__).parent.parent / "items" / "content"
FORMS = {
    "maths": "maths-6e",
    "results": "francais-6e",
    "english": "maths-6e-en",
    "french": "francais-6e",
    "paper": "maths-cp",
}
"""What each test of the day asks."""
ABSENT = 2
"""Pupils of a class with results who were not there."""
FREE = 4
"""Codes of the class that sits which are left for people, besides those with supports."""
HANDED_IN = 7
KEYERS = ("aaaaaaaa", "bbbbbbbb")
"""The devices of two teachers."""
MEANS = (0.62, 0.5, 0.42)
"""How well the classes with results did."""
MINUTES = {"paper": 20}
THRESHOLDS = {
    "groups": [
        {"id": "needs", "fr": "À besoins", "en": "Needs support"},
        {"id": "fragile", "fr": "Fragile", "en": "Fragile"},
        {"id": "satisfactory", "fr": "Satisfaisant", "en": "Satisfactory"},
    ],
    "bounds": [0.45, 0.7],
    "domains": {},
}
EXPORTS_MAX = 200


class Day:
    """Both programs in one folder, and what happens to them."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder.resolve()
        self.engine_origin, self.authority_origin = (f"http://{HOST}:{port + more}" for more in (0, 1))
        self.engine_settings: dict[str, object] = {
            "PASSATION_DATA_DIR": self.folder / "engine" / "data",
            "PASSATION_KEYS_DIR": self.folder / "engine" / "keys",
            "PASSATION_PORT": port,
            "PASSATION_AUTHORITY_ORIGIN": self.authority_origin,
            "PASSATION_LOG_LEVEL": "warning",
        }
        authority_settings = {
            "AUTHORITY_DATA_DIR": self.folder / "authority" / "data",
            "AUTHORITY_KEYS_DIR": self.folder / "authority" / "keys",
            "AUTHORITY_PORT": port + 1,
            "AUTHORITY_ENGINE_ORIGIN": self.engine_origin,
        }
        self.engine = Program("engine", self.engine_settings, self.folder / "engine.log")
        self.authority = Program("authority", authority_settings, self.folder / "authority.log")
        self.papers = self.folder / "papers"
        self.note_file = self.folder / "demonstration.json"
        self._random = Random(SEED)

    def begin(self, now_ms: int) -> tuple[Note, Class]:
        """The demonstration of an earlier run, opened again, or a new one."""
        note = read(self.note_file, now_ms)
        if note is None:
            empty(self.folder)
            return self._make(now_ms)
        self.engine.start()
        self.authority.start()
        self.engine.wait()
        self.authority.wait()
        room = Class(self.engine_origin, self._paper(note.tests["maths"]["form"]), self._random)
        room.come_back(note.working)
        return note, room

    def end(self) -> None:
        """Neither of them runs any more."""
        self.authority.stop()
        self.engine.stop()

    def _make(self, now_ms: int) -> tuple[Note, Class]:
        operator = Operator(self.engine_settings)
        with ThreadPoolExecutor(1) as aside:
            lists = aside.submit(self.authority.run, "demo", "--day", "--out", str(self.papers))
            forms = {
                name: operator.do("items", "import", CONTENT / name) for name in sorted(set(FORMS.values()))
            }
            made = lists.result()
        self.authority.start()
        self._carry_keys(operator)
        operators = [operator.do("operators", "add", "--role", role) for role in ("operator", "approver")]
        self.engine.start()
        self.engine.wait()
        tests = {test: self._open(operator, test, forms[form], made) for test, form in FORMS.items()}
        note = Note(FORMAT, now_ms, made, tests, self._doors(operator, tests), operators, [])
        room = self._live(note)
        self._publish(operator, note)
        note = note._replace(working=room.places)
        self.authority.wait()
        note.write(self.note_file)
        return note, room

    def _carry_keys(self, operator: Operator) -> None:
        """The two files that the engine's operator is handed by the authority; the engine makes its own."""
        keys = Path(str(self.engine_settings["PASSATION_KEYS_DIR"]))
        keys.mkdir(parents=True, mode=0o700)
        for name in ("pepper.json", "signing.pub.pem"):
            shutil.copy(self.folder / "authority" / "keys" / name, keys / name)
        operator.do("keys", "create")

    def _open(self, operator: Operator, test: str, form: dict[str, Any], made: Any) -> dict[str, str]:
        """A delivery of the form, with the sessions of the authority's file, open for thirty days."""
        keyed = ["--keyed"] if test == "paper" else []
        given = ["--duration", MINUTES.get(test, 45), "--closes", "+30d", *keyed]
        delivery = operator.do("deliveries", "create", form["form"], *given)["id"]
        files = made["files"]
        key = ["--authority-key", files["public key"]]
        operator.do("codes", "import", files[f"codes {test}"], "--delivery", delivery, *key)
        operator.do("deliveries", "open", delivery)
        about = {name: form[name] for name in ("form", "title", "language")}
        return about | {"delivery": delivery}

    def _doors(self, operator: Operator, tests: dict[str, dict[str, str]]) -> dict[str, str]:
        """What teachers type at the engine's own door, by room."""
        rooms = [
            row
            for test in ("maths", "results", "paper")
            for row in operator.do("rooms", "codes", tests[test]["delivery"])["rooms"]
        ]
        return {row["room"]: row["code"] for row in rooms}

    def _live(self, note: Note) -> Class:
        """Two classes have sat, one sits, one is keyed."""
        for one, mean in zip(note.classes("results"), MEANS, strict=True):
            paper = self._paper(note.tests["results"]["form"])
            sit(self.engine_origin, paper, one["codes"][:-ABSENT], self._random, mean)
        (sixth,) = note.classes("maths")
        codes = [code for code in sixth["codes"] if code not in sixth["supported"]][:-FREE]
        paper = self._paper(note.tests["maths"]["form"])
        sit(self.engine_origin, paper, codes[:HANDED_IN], self._random)
        room = Class(self.engine_origin, paper, self._random)
        room.come(codes[HANDED_IN + 1 :], waiting=codes[HANDED_IN])
        (cp,) = note.classes("paper")
        paper = self._paper(note.tests["paper"]["form"])
        keyer, colleague = (
            Keyer(self.engine_origin, cp["room"], note.doors[cp["room"]], device) for device in KEYERS
        )
        key_papers(keyer, colleague, cp["numbers"], paper, self._random)
        return room

    def _publish(self, operator: Operator, note: Note) -> None:
        """Close the test of those who have sat; their results are open for thirty days."""
        delivery = note.tests["results"]["delivery"]
        sat = sum(len(one["codes"]) - ABSENT for one in note.classes("results"))
        for _ in range(EXPORTS_MAX):
            done = operator.do("results", "export", delivery, "--out", self.folder / "results")
            if done["sessions"] >= sat and not done["missing"]:
                break
        else:
            raise DemonstrationProblem(f"the answers are not scored: see {self.folder / 'engine.log'}")
        operator.do("deliveries", "close", delivery)
        self._mark(operator, delivery)
        thresholds = self.folder / "thresholds.json"
        thresholds.write_text(json.dumps(THRESHOLDS, ensure_ascii=False))
        given = ["--opens", "now", "--closes", "+30d", "--thresholds", thresholds, "--national"]
        operator.do("results", "publish", delivery, *given)

    def _mark(self, operator: Operator, delivery: str) -> None:
        """Somebody has read the texts, and gave points between nothing and all."""
        folder = self.folder / "marking"
        operator.do("results", "marking", "export", delivery, "--out", folder)
        (sheet,) = folder.glob("batch-*.csv")
        with sheet.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        marked = [
            row | {"mark": round(self._random.uniform(float(row["lowest"]), float(row["highest"])))}
            for row in rows
        ]
        with sheet.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(marked)
        operator.do("results", "marking", "import", delivery, sheet)

    def _paper(self, form: str) -> Paper:
        return Paper(Path(str(self.engine_settings["PASSATION_DATA_DIR"])), form)
