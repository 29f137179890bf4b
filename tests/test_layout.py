"""The shape of the repository, kept by tests and not by good intentions."""

from __future__ import annotations

import ast
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "engine",
    "items",
    "sessions",
    "authority",
    "classroom",
    "pages",
    "loadtest",
    "planning",
    "benchmarks",
    "simulation",
    "faults",
    "demonstration",
)


def _sources(*suffixes: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name.endswith(suffixes) and (ROOT / name).is_file()]


@pytest.mark.parametrize("name", PACKAGES)
def test_our_package_is_the_one_imported(name: str) -> None:
    """`engine`, `items` and `sessions` are common words; nobody else's may answer to them."""
    assert Path(str(import_module(name).__file__)).parent == ROOT / name


def test_a_file_fits_in_the_head() -> None:
    """Past 400 lines a file is two files."""
    sizes = {path: len(path.read_text().splitlines()) for path in _sources(".py", ".js", ".lua", ".css")}
    assert sizes
    assert {str(path): size for path, size in sizes.items() if size > 400} == {}


def test_a_function_fits_on_a_screen() -> None:
    """Past 40 lines a function is two functions."""
    long = []
    for path in _sources(".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 40:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {length}")
    assert long == []


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is the machine's business; hashes say which they are."""
    words = ("index-url", "find-links", "trusted-host", "pypi.org", "registry.npmjs")
    named = [
        f"{path.name}: {word}"
        for path in _sources(".txt", ".toml", ".in", ".cfg", ".json", ".sh")
        for word in words
        if word in path.read_text()
    ]
    assert named == []


def test_every_pinned_package_has_a_hash() -> None:
    """A package that is not the one we tested is not installed."""
    for name in ("run.txt", "dev.txt"):
        lines = (ROOT / "requirements" / name).read_text().splitlines()
        pins = [
            number for number, line in enumerate(lines) if "==" in line and not line.startswith((" ", "#"))
        ]
        assert pins
        assert all("--hash=sha256:" in lines[number + 1] for number in pins)
