"""Settings of the authority's program: variables `AUTHORITY_*`, listed in README.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from authority.problems import SettingsProblem

PREFIX = "AUTHORITY_"
CONTACT_MAX = 200
_ORIGIN = re.compile(r"https?://[0-9A-Za-z.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Settings:
    """One value each; the comment is what the README says."""

    data_dir: Path = Path("var/authority/data")
    """The register on SQLite, where no other database is named."""
    keys_dir: Path = Path("var/authority/keys")
    """Keys of names, codes and signature; outside the data folder and outside every backup."""
    database: str = ""
    """`postgresql://...` for a server; empty means SQLite in the data folder."""
    host: str = "127.0.0.1"
    port: int = 8090
    origin: str = ""
    """What browsers call this program, `https://asp.example.fr`; empty means its own address."""
    engine_origin: str = ""
    """The engine that the pages ask for the day's progress; empty means that they say so."""
    pupil_page: str = ""
    """What the QR codes open; empty means the engine's origin."""
    contact: str = ""
    """Whom families ask about what is held: an address; empty means the school."""
    behind_proxy: bool = False
    """A proxy terminates TLS; without it only loopback addresses are served."""
    visit_minutes: int = 60
    """Sign-in ends after so long without a click."""
    tries: int = 5
    """Wrong passwords for one identifier before each next one has to wait, twice as long each time."""

    @classmethod
    def load(cls, environ: Mapping[str, str], **given: Any) -> Settings:
        """Settings from `given` options, then the environment."""
        known = {entry.name: entry for entry in fields(cls)}
        values: dict[str, Any] = {}
        for name, text in environ.items():
            if name.startswith(PREFIX):
                short = name.removeprefix(PREFIX).lower()
                if short not in known:
                    raise SettingsProblem(f"{name} is not a setting; authority/README.md lists them all")
                values[short] = _convert(name, text, type(known[short].default))
        values |= {name: value for name, value in given.items() if value is not None}
        return cls(**values).checked()

    def checked(self) -> Settings:
        """These settings, or SettingsProblem."""
        if not self.is_loopback and not self.behind_proxy:
            raise SettingsProblem(
                f"refusing to listen on {self.host} in clear text: set {PREFIX}BEHIND_PROXY=true if a proxy "
                "terminates TLS in front of this program"
            )
        if self.keys_dir.resolve().is_relative_to(self.data_dir.resolve()):
            raise SettingsProblem(f"{PREFIX}KEYS_DIR lies in the data folder: a backup would carry the keys")
        for name in ("origin", "engine_origin"):
            address = getattr(self, name)
            if address and not _ORIGIN.fullmatch(address):
                raise SettingsProblem(f"{PREFIX}{name.upper()} must be an origin like https://asp.example.fr")
        if len(self.contact) > CONTACT_MAX or not self.contact.isprintable():
            raise SettingsProblem(f"{PREFIX}CONTACT must be one line of at most {CONTACT_MAX} characters")
        for name, low, high in (("port", 1, 65_535), ("visit_minutes", 1, 600), ("tries", 1, 100)):
            if not low <= getattr(self, name) <= high:
                raise SettingsProblem(f"{PREFIX}{name.upper()} must lie between {low} and {high}")
        return self

    @property
    def is_loopback(self) -> bool:
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    @property
    def address(self) -> str:
        """Where the register is."""
        return self.database or f"sqlite:///{(self.data_dir / 'register.sqlite').resolve()}"

    @property
    def own_origin(self) -> str:
        """What browsers call this program."""
        return self.origin or f"http://{self.host}:{self.port}"

    @property
    def codes_page(self) -> str:
        """What a QR code opens; the code follows behind `#` and so reaches no server."""
        return (self.pupil_page or self.engine_origin or "https://passation.invalid").rstrip("/") + "/"


def _convert(name: str, text: str, kind: type[Any]) -> Any:
    if kind is bool:
        if text.lower() not in ("true", "false", "1", "0", ""):
            raise SettingsProblem(f"{name} takes true or false, not {text!r}")
        return text.lower() in ("true", "1")
    try:
        return kind(text)
    except ValueError as error:
        raise SettingsProblem(f"{name} takes a {kind.__name__}, not {text!r}") from error
