"""Scoring: QTI response processing, compiled once at import to a small program and run for every response.

`compile` reads XML and refuses what it cannot score; `run` knows no XML and cannot fail on
what a pupil sends. Between them lies a program of plain lists and strings, kept as JSON in
the form's key. The decisions where the specification leaves room are in README.md.
"""
