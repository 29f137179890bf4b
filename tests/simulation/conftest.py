"""Stores as a cluster has them wait for their Redis, however slow the machine is."""

from tests.patience import patient_ticks

__all__ = ["patient_ticks"]
