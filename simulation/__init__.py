"""Proof by simulation: the protocol as a state machine, whole days under faults, a checker of promises."""
