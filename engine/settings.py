"""Every setting of the engine: one table, read once, from `PASSATION_*` variables or a TOML file.

A variable wins over the file, the file over the default. A name that is not in the table is an error, so that
a mistyped setting never means "the default, silently, on the day".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "PASSATION_"
_ORIGIN = re.compile(r"https?://([0-9a-z.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
"""As browsers write it: in small letters, and nothing behind it."""
CONTACT_MAX = 200


class SettingsError(ValueError):
    """A setting cannot be used; the message names it and says what it takes."""


def _setting(default: Any, meaning: str, *, is_secret: bool = False) -> Any:
    return field(default=default, metadata={"meaning": meaning}, repr=not is_secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """The table. Times carry their unit in the name; an empty address means the embedded server."""

    data_dir: Path = _setting(Path("var/data"), "forms, sealed contents, embedded Redis and SQLite")
    keys_dir: Path = _setting(Path("var/keys"), "keys and pepper; never inside the data folder or a backup")
    keys_file: str = _setting("", "file with the key that wraps all key files; elsewhere, on a stick or so")
    keys_wrapping: str = _setting("", "the same key in the environment itself", is_secret=True)
    keys_command: str = _setting("", "program that prints it: a vault's or an HSM's client")
    redis_url: str = _setting(
        "", "redis://, rediss://, unix://, redis+cluster:// or redis+sentinel://; empty: embedded"
    )
    archive_url: str = _setting("", "SQLAlchemy address of the archive; empty: SQLite in the data folder")
    host: str = _setting("127.0.0.1", "address to listen on; outside the loopback TLS or a proxy is required")
    port: int = _setting(8080, "port to listen on")
    workers: int = _setting(2, "server processes")
    tls_cert: str = _setting("", "certificate chain (PEM); with tls_key the server speaks TLS itself")
    tls_key: str = _setting("", "private key of the certificate (PEM)")
    behind_proxy: bool = _setting(False, "a proxy on this machine or network terminates TLS")
    partitions: int = _setting(64, "hash-tagged partitions; fixed once codes are imported")
    group_max: int = _setting(128, "operations in one commit; past the knee only latency grows")
    answers_pending_max: int = _setting(4096, "batches waiting in one worker before it answers 503")
    others_pending_max: int = _setting(2048, "log-ins, starts, hand-ins waiting in one worker before 503")
    connections_max: int = _setting(18_000, "open connections of one worker")
    request_seconds: float = _setting(20.0, "time a client has to send one whole request")
    keep_alive_seconds: int = _setting(75, "an idle connection is kept so long")
    shutdown_seconds: int = _setting(20, "time given to requests under way when a worker stops")
    flush_after_ms: int = _setting(4000, "how long a player gathers answers before it sends them, at rest")
    delay_target_ms: int = _setting(
        100, "calls wait so long before log-ins and pages are refused; answers and hand-ins 2.5 times that"
    )
    pages_pending_max: int = _setting(64, "pages for people under way in one worker before 503")
    exports_pending_max: int = _setting(4, "exports and ledgers under way in one worker before 503")
    wrong_codes_per_minute: int = _setting(5, "wrong codes of one browser before it is slowed")
    file_mib: int = _setting(20, "the largest file that a pupil may hand in, in MiB")
    session_files_mib: int = _setting(100, "all files of one session together, in MiB")
    files_pending_max: int = _setting(256, "chunks of files under way in one worker before 503, 256 KiB each")
    files_reserve_mib: int = _setting(512, "free disk that files leave to the answers, in MiB")
    authority_origin: str = _setting(
        "", "origin of the authority's pages, which may ask for rooms; empty: none may"
    )
    contact: str = _setting("", "whom families ask about what is held: an address; empty: the school")
    approval_minutes: int = _setting(
        15, "a proposal on the operator's console waits so long for its approval"
    )
    single_operator: bool = _setting(
        False, "one person may propose and approve; said on every page of the console"
    )
    operator_idle_minutes: int = _setting(30, "an operator who does nothing for so long is signed out")
    oidc_issuer: str = _setting("", "the ministry's own sign-in (OpenID Connect) for operators; empty: none")
    oidc_client: str = _setting("", "what this engine is called there")
    oidc_secret_file: str = _setting("", "file with the secret that goes with it; outside the data folder")
    oidc_back: str = _setting("", "this engine's address as the operators' browsers see it, for the way back")
    replicas_wait: int = _setting(0, "replicas that must hold a write before it is acknowledged")
    log_level: str = _setting("info", "debug, info, warning or error")

    @classmethod
    def load(cls, environ: Mapping[str, str], **given: Any) -> Settings:
        """Settings from `given` options, then the environment, then the file that PASSATION_CONFIG names."""
        values = dict(_from_file(environ.get(f"{PREFIX}CONFIG", "")))
        for name, text in environ.items():
            if name.startswith(PREFIX) and name != f"{PREFIX}CONFIG":
                values[name.removeprefix(PREFIX).lower()] = text
        values |= {name: value for name, value in given.items() if value is not None}
        return cls(**_typed(values)).checked()

    def checked(self) -> Settings:
        """These settings, or SettingsError: bounds, and the rules that involve two of them."""
        for name, low, high in _BOUNDS:
            if not low <= getattr(self, name) <= high:
                raise SettingsError(f"{PREFIX}{name.upper()} must lie between {low} and {high}")
        if bool(self.tls_cert) != bool(self.tls_key):
            raise SettingsError("PASSATION_TLS_CERT and PASSATION_TLS_KEY go together: give both or neither")
        if not self.is_loopback and not (self.tls_cert or self.behind_proxy):
            raise SettingsError(
                f"refusing to listen on {self.host} in clear text: give --tls-cert and --tls-key, or "
                "--behind-proxy if a proxy terminates TLS in front of this server"
            )
        if self.authority_origin and not _ORIGIN.fullmatch(self.authority_origin):
            raise SettingsError("PASSATION_AUTHORITY_ORIGIN must be an origin like https://asp.example.fr")
        if len(self.contact) > CONTACT_MAX or not self.contact.isprintable():
            raise SettingsError(f"PASSATION_CONTACT must be one line of at most {CONTACT_MAX} characters")
        self._check_keys()
        self._check_oidc()
        return self

    def _check_oidc(self) -> None:
        """SettingsError where the ministry's sign-in is set by halves, or its secret would be in a backup."""
        given = (self.oidc_issuer, self.oidc_client, self.oidc_secret_file, self.oidc_back)
        if any(given) and not all(given):
            names = "PASSATION_OIDC_ISSUER, _CLIENT, _SECRET_FILE and _BACK"
            raise SettingsError(f"{names} go together: give all or none")
        if self.oidc_back and not _ORIGIN.fullmatch(self.oidc_back):
            raise SettingsError("PASSATION_OIDC_BACK must be an origin like https://passation.example.fr")
        if self.oidc_issuer and not _is_safe(self.oidc_issuer):
            raise SettingsError("PASSATION_OIDC_ISSUER must begin with https://")
        if self.oidc_secret_file and _lies_in(self.oidc_secret_file, self.data_dir):
            raise SettingsError(
                "PASSATION_OIDC_SECRET_FILE lies in the data folder: a backup would carry the secret"
            )

    def _check_keys(self) -> None:
        """SettingsError where a backup of the data would carry keys, or it is not clear which wrap them."""
        if self.keys_dir.resolve().is_relative_to(self.data_dir.resolve()):
            raise SettingsError("PASSATION_KEYS_DIR lies in the data folder: a backup would carry the keys")
        if sum(map(bool, (self.keys_file, self.keys_wrapping, self.keys_command))) > 1:
            raise SettingsError(
                "PASSATION_KEYS_FILE, PASSATION_KEYS_WRAPPING, PASSATION_KEYS_COMMAND: give one of them"
            )
        if self.keys_file and _lies_in(self.keys_file, self.data_dir):
            raise SettingsError("PASSATION_KEYS_FILE lies in the data folder: a backup would carry the key")

    @property
    def is_loopback(self) -> bool:
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    @property
    def redis_folder(self) -> Path:
        return self.data_dir / "redis"

    @property
    def files_folder(self) -> Path:
        return self.data_dir / "files"

    @property
    def redis_address(self) -> str:
        """Where Redis is: the given address, else the embedded server's socket."""
        return self.redis_url or f"unix://{(self.redis_folder / 'redis.sock').resolve()}"

    @property
    def archive_address(self) -> str:
        """Where the archive is: the given address, else SQLite in the data folder."""
        return self.archive_url or f"sqlite+aiosqlite:///{(self.data_dir / 'archive.sqlite').resolve()}"

    def to_environ(self) -> dict[str, str]:
        """The same settings as variables, for the processes that the supervisor starts."""
        return {f"{PREFIX}{entry.name.upper()}": str(getattr(self, entry.name)) for entry in fields(self)}


def _lies_in(name: str, folder: Path) -> bool:
    return Path(name).resolve().is_relative_to(folder.resolve())


def _is_safe(address: str) -> bool:
    """Encrypted, or on this machine."""
    return address.startswith(("https://", "http://127.0.0.1:", "http://localhost:"))


_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("port", 1, 65_535),
    ("workers", 1, 256),
    ("partitions", 1, 4096),
    ("group_max", 1, 4096),
    ("answers_pending_max", 1, 1_000_000),
    ("others_pending_max", 1, 1_000_000),
    ("connections_max", 1, 1_000_000),
    ("request_seconds", 0.1, 600),
    ("keep_alive_seconds", 1, 3600),
    ("shutdown_seconds", 1, 600),
    ("flush_after_ms", 250, 600_000),
    ("delay_target_ms", 5, 10_000),
    ("pages_pending_max", 1, 65_536),
    ("exports_pending_max", 1, 1024),
    ("wrong_codes_per_minute", 1, 1000),
    ("file_mib", 1, 1024),
    ("session_files_mib", 1, 16_384),
    ("files_pending_max", 1, 65_536),
    ("files_reserve_mib", 0, 16_777_216),
    ("approval_minutes", 1, 240),
    ("operator_idle_minutes", 1, 240),
    ("replicas_wait", 0, 16),
)


def _from_file(name: str) -> dict[str, Any]:
    if not name:
        return {}
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot read the settings file {name}: {error}") from error


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    known = {entry.name: entry for entry in fields(Settings)}
    for name in values.keys() - known.keys():
        raise SettingsError(f"{PREFIX}{name.upper()} is not a setting; engine/README.md lists them all")
    return {name: _convert(name, value, type(known[name].default)) for name, value in values.items()}


def _convert(name: str, value: Any, kind: type[Any]) -> Any:
    if kind is bool:
        words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}
        if str(value).lower() not in words:
            raise SettingsError(f"{PREFIX}{name.upper()} takes true or false, not {value!r}")
        return words[str(value).lower()]
    if issubclass(kind, Path):
        return Path(value)
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"{PREFIX}{name.upper()} takes a {kind.__name__}, not {value!r}") from error
