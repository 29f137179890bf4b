"""Proof by simulation: the protocol as a pure state machine, whole days under faults, and a checker of promises."""
