"""Modules of ours from memory, compiled once; one of them with a mistake in it.

A mutant lives in a process of its own, forked from one that has everything loaded: it forgets what knows the
changed module, and has it again in some hundredths of a second.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[2]
OURS = ("classroom", "engine", "items", "planning", "sessions", "simulation", "tests")


class Memory(importlib.abc.MetaPathFinder):
    """Finds the modules of ours that were loaded when it was made, each as it was compiled then."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[ModuleSpec, CodeType]] = {}
        for name, module in _ours():
            spec = module.__spec__
            if spec and isinstance(spec.loader, SourceFileLoader) and (code := spec.loader.get_code(name)):
                self._found[name] = spec, code

    def change(self, module: str, source: str) -> None:
        """From now on `module` has this source."""
        spec, _ = self._found[module]
        self._found[module] = spec, compile(source, str(spec.origin), "exec")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._found:
            return None
        spec, code = self._found[fullname]
        return importlib.util.spec_from_file_location(
            fullname,
            spec.origin,
            loader=_Compiled(fullname, str(spec.origin), code),
            submodule_search_locations=spec.submodule_search_locations,
        )


class _Compiled(SourceFileLoader):
    def __init__(self, fullname: str, path: str, code: CodeType) -> None:
        super().__init__(fullname, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code


def path_of(module: str) -> Path:
    """The file of a module, or of a script."""
    path = ROOT.joinpath(*module.split("."))
    return path.with_suffix(".lua" if path.parent.name == "lua" else ".py")


def forget(*packages: str) -> None:
    """Have the modules of these packages, or all of ours, loaded again when next they are asked for."""
    for name, _ in _ours(packages or OURS):
        if not __name__.startswith(name):
            del sys.modules[name]


def _ours(packages: Sequence[str] = OURS) -> list[tuple[str, ModuleType]]:
    return [(name, module) for name, module in sys.modules.items() if name.partition(".")[0] in packages]
