"""`passation serve`, `passation demo`, `passation doctor`."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from engine import demonstration
from engine.archive import Archive
from engine.assertion import authority_key
from engine.embedded import redis_binary
from engine.keyring import KeyRing
from engine.logs import set_up
from engine.recovery import publish
from engine.settings import Settings
from engine.stores import store_of
from engine.supervisor import Supervisor, for_ever, until_told, wait_until_ready
from sessions.codes import pretty
from sessions.routes import rights

Port = Annotated[int | None, typer.Option(help="Port to listen on.")]
DEMO_CODES_EACH = 6


class RightsProblem(RuntimeError):
    """The application's user in Redis may do too little, or too much."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Port = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    tls_cert: Annotated[str | None, typer.Option(help="Certificate chain (PEM).")] = None,
    tls_key: Annotated[str | None, typer.Option(help="Private key of the certificate (PEM).")] = None,
    behind_proxy: Annotated[bool | None, typer.Option(help="A proxy in front terminates TLS.")] = None,
) -> None:
    """Start Redis, the drain and the workers, keep them running, stop them in order."""
    settings = Settings.load(
        os.environ,
        host=host,
        port=port,
        workers=workers,
        tls_cert=tls_cert,
        tls_key=tls_key,
        behind_proxy=behind_proxy,
    )
    set_up(settings.log_level)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    make_folders(settings)
    check_keys(settings)
    supervisor = Supervisor(settings)
    with until_told():
        try:
            await supervisor.start_store()
            await republish(settings)
            supervisor.start_servers()
            await wait_until_ready(supervisor)
            print(f"serving at {address(settings)}", flush=True)
            await for_ever()
        finally:
            await supervisor.stop()


def demo(
    port: Port = None,
    folder: Annotated[Path, typer.Option(help="Where the demonstration keeps its data.")] = Path("var/demo"),
    fresh: Annotated[bool, typer.Option(help="Forget an earlier demonstration.")] = False,
) -> None:
    """The main job on embedded defaults: three open tests, codes to type, results to export."""
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    environ = {"PASSATION_DATA_DIR": str(folder / "data"), "PASSATION_KEYS_DIR": str(folder / "keys")}
    settings = Settings.load({"PASSATION_LOG_LEVEL": "error"} | environ | dict(os.environ), port=port)
    set_up(settings.log_level)
    asyncio.run(_demo(settings))


async def _demo(settings: Settings) -> None:
    make_folders(settings)
    KeyRing.of(settings).ensure()
    supervisor = Supervisor(settings)
    console = Console(stderr=True)
    with until_told():
        try:
            with console.status("starting Redis, preparing three tests ..."):
                await supervisor.start_store()
                await republish(settings)
                prepared = await demonstration.open_or_make(settings, DEMO_CODES_EACH)
                supervisor.start_servers()
                await wait_until_ready(supervisor)
            show_demo(settings, prepared)
            await for_ever()
        finally:
            await supervisor.stop()


def show_demo(settings: Settings, prepared: list[demonstration.Prepared]) -> None:
    """Print what a person, or a script, needs to try it."""
    print(f"pupil page: {address(settings)}\n")
    for test in prepared:
        print(f"{test.title} ({test.language}), delivery {test.delivery}")
        for code in test.codes:
            print(pretty(code))
        print()
    print("Every second code has all supports: listening, translations, plainer words.")
    data, keys = settings.data_dir, settings.keys_dir
    command = f"PASSATION_DATA_DIR={data} PASSATION_KEYS_DIR={keys} {sys.executable} -m engine"
    print(f"console: {address(settings)}operator, an account for it: {command} operators add")
    print(f"results: {command} results export DELIVERY --out var/results")
    print("ready", flush=True)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Check what can be checked before the day: keys, folders, Redis, archive."""
    settings = Settings.load(os.environ)
    findings = asyncio.run(_examine(settings))
    if as_json:
        print(json.dumps(findings))
    else:
        for name, finding in findings.items():
            print(f"{'ok  ' if finding == 'ok' else 'LOOK'} {name}: {finding}")
    if any(finding != "ok" for finding in findings.values()):
        raise typer.Exit(1)


async def _examine(settings: Settings) -> dict[str, str]:
    keyring = KeyRing.of(settings)

    async def archive_opens() -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        await (await Archive.open(settings.archive_address)).close()

    async def redis_answers() -> None:
        if not settings.redis_url:
            redis_binary()
            return
        store = store_of(settings)
        try:
            await store.meet()
        finally:
            await store.aclose()

    async def keys_present() -> None:
        keyring.token_keys()
        keyring.pepper()
        if settings.authority_origin:
            authority_key(settings.keys_dir)

    checks = {
        "keys": keys_present,
        "redis": redis_answers,
        "redis user": lambda: check_redis_user(settings),
        "archive": archive_opens,
    }
    findings = {}
    for name, check in checks.items():
        try:
            await check()
            findings[name] = "ok"
        except Exception as error:  # each finding is told, none hides the next
            findings[name] = str(error)
    return findings


async def check_redis_user(settings: Settings) -> None:
    """RightsProblem if our user may do too little, or too much, in a Redis of the operator's own."""
    if not settings.redis_url:
        return
    for address, (lacking, excess) in (await rights(settings.redis_url)).items():
        if lacking:
            raise RightsProblem(
                f"{address}: the user may not do {', '.join(lacking)}: `passation redis acl` prints its rule"
            )
        if excess:
            raise RightsProblem(
                f"{address}: the user may do {', '.join(excess)}, which it never needs: give it the rule "
                "that `passation redis acl` prints"
            )


def make_folders(settings: Settings) -> None:
    """The data folder and what lies in it."""
    for folder in (settings.data_dir, settings.data_dir / "content", settings.redis_folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def check_keys(settings: Settings) -> None:
    """On the very first start the keys are made; once there is data, missing keys are an error."""
    keyring = KeyRing.of(settings)
    if not (settings.data_dir / "archive.sqlite").exists() and not settings.archive_url:
        keyring.ensure()
    keyring.token_keys()
    keyring.pepper()
    keyring.ensure_console_key()
    if settings.authority_origin:
        authority_key(settings.keys_dir)


async def republish(settings: Settings) -> None:
    """Fill Redis from the archive where it lacks something; what it holds stays as it is."""
    archive = await Archive.open(settings.archive_address)
    store = store_of(settings)
    try:
        await publish(archive, store, KeyRing.of(settings))
    finally:
        await store.aclose()
        await archive.close()


def address(settings: Settings) -> str:
    """The address that a person on this machine types."""
    scheme = "https" if settings.tls_cert else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{scheme}://{host}:{settings.port}/"
