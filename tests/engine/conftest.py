"""How examples are drawn here: as in `tests.items`."""

from tests.items import conftest

__all__ = ["conftest"]
