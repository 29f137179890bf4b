"""Benchmarks: small, local, repeatable; one question each."""
