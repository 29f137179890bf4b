"""A module of ours with other source than its file has; as a plugin of pytest, from the environment."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

MODULE, SOURCE = "PASSATION_TEST_MUTANT", "PASSATION_TEST_MUTANT_SOURCE"
OURS = ("simulation", "sessions", "tests")


class Changed(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds one module, and has its source."""

    def __init__(self, module: str, source: str) -> None:
        self._module, self._source = module, source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._module else None

    def get_source(self, fullname: str) -> str:
        return self._source


def path_of(module: str) -> Path:
    """The file of a module."""
    return Path(*module.split(".")).with_suffix(".py")


def install(module: str, source: str) -> None:
    """From now on `module` is imported with this source."""
    sys.meta_path.insert(0, Changed(module, source))


def forget() -> None:
    """Have all of ours imported again."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS and name != __name__]:
        del sys.modules[name]


if MODULE in os.environ:
    install(os.environ[MODULE], Path(os.environ[SOURCE]).read_text())
