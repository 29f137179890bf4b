"""How long tests wait, on a machine that may stand still for seconds: only what never comes takes so long."""

from __future__ import annotations

import pytest

PATIENCE_S = 600


@pytest.fixture(autouse=True)
def patient_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that stands still for some seconds with the whole machine is no node that is frozen."""
    for module in ("partitions", "store"):
        monkeypatch.setattr(f"sessions.{module}.TICK_S", PATIENCE_S)
