"""Where and with what a run was made: machine, versions, commit. No host name, no account, no address."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGES = ("passation", "locust", "gevent", "uvicorn", "uvloop", "starlette", "redis")


def circumstances() -> dict[str, Any]:
    """What another person must know to judge a figure, or to make it again."""
    return {
        "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "commit": commit(),
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count() or 0,
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3, 1),
            "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(),
        },
        "packages": {name: found for name in PACKAGES if (found := installed(name))},
    }


def commit() -> str:
    """The commit of the code, with "+" where files differ from it; "" where it is not a checkout."""
    found = _git("rev-parse", "--short=12", "HEAD")
    return found and found + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def processor() -> str:
    """The model of the processor, as Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def installed(name: str) -> str:
    """The version of a package, "" where there is none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
