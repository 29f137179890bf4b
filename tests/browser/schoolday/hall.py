"""The engine's side: an operator who never learns a name, from the form to the end of the keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authority.keys import public_pem
from engine.cli import main
from tests.browser.deliveries import Delivered, apart
from tests.browser.schoolday.terminal import Terminal
from tests.engine.desks import of_archive
from tests.served import Served, environment

LOOKS = 300
"""Each look is a run of the command; the drain closes and scores in its own time."""
THRESHOLDS: dict[str, Any] = {
    "groups": [
        {"id": "needs", "fr": "À besoins", "en": "Needs support"},
        {"id": "fragile", "fr": "Fragile", "en": "Fragile"},
        {"id": "sound", "fr": "Satisfaisant", "en": "Satisfactory"},
    ],
    "bounds": [0.2, 0.6],
    "domains": {},
}


class Hall:
    """What an operator does beside a running engine."""

    def __init__(self, engine: Served, folder: Path) -> None:
        folder.mkdir()
        self.engine, self.folder = engine, folder
        self.terminal = Terminal("passation", main, environment(engine.settings))
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._signing = folder / "takeout.pem"
        self._signing.write_bytes(private)
        self.public_key = folder / "takeout.pub.pem"
        self.public_key.write_bytes(public_pem(key.public_key()))

    def delivers(self, form: Path, codes: Path, *options: object) -> Delivered:
        """A form imported, a delivery of it opened to the sessions of a signed file."""
        name = self.terminal.json("items", "import", form)["form"]
        delivery = str(self.terminal.json("deliveries", "create", name, *options)["id"])
        key = self.engine.settings.keys_dir / "signing.pub.pem"
        given = (codes, "--delivery", delivery, "--authority-key", key)
        self.terminal.json("codes", "import", *given)
        self.terminal.json("deliveries", "open", delivery)
        record = apart(lambda: of_archive(self.engine.settings, lambda archive: archive.delivery(delivery)))
        return Delivered(self.engine, record, [])

    def closes(self, *deliveries: str) -> None:
        for delivery in deliveries:
            self.terminal.json("deliveries", "close", delivery)

    def backs_up(self) -> Path:
        """A backup, which a stranger might find."""
        folder = self.folder / "backup"
        self.terminal.json("backup", "create", folder)
        return folder

    def publishes(self, delivery: str) -> None:
        """Results for an hour, in groups, beside the national figures."""
        thresholds = self.folder / "thresholds.json"
        thresholds.write_text(json.dumps(THRESHOLDS), encoding="utf-8")
        dates = ("--opens", "now", "--closes", "+1h")
        self.terminal.json("results", "publish", delivery, *dates, "--thresholds", thresholds, "--national")

    def takes_out(self, delivery: str) -> Path:
        """The signed take-out of a closed delivery, once everybody who sat it is scored."""
        out = self.folder / f"takeout-{delivery}"
        given = (delivery, "--out", out, "--sign", self._signing, "--format", "csv,qti3")
        for _ in range(LOOKS):
            status = self.terminal.json("deliveries", "status", delivery)["deliveries"][0]["sessions"]
            exported = self.terminal.json("results", "export", *given)
            if not (status.get("running") or status.get("paused") or exported["missing"]):
                return out
        raise AssertionError(f"not all of {delivery} are scored: {status}, {exported}")

    def finishes(self, *receipts: Path) -> dict[str, Any]:
        """The end, rehearsed first."""
        given = [part for receipt in receipts for part in ("--receipt", receipt)]
        rehearsed = self.terminal.json("finish", *given, "--dry-run")
        assert rehearsed["ready"], rehearsed
        done: dict[str, Any] = self.terminal.json("finish", *given, "--yes")
        return done
