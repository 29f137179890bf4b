"""What a command or a page may end with in one sentence; anything else is a defect.

AuthorityProblem
├── SettingsProblem    a setting is missing or out of bounds
├── KeyProblem         a key file is missing, damaged or open to others
├── Destroyed          the register was destroyed; nobody reads it again (410)
├── Conflict           the register says no: somebody was faster, or the step comes too early or too late
├── BadList            a class list that cannot be read
└── BadTakeout         a take-out that is not whole, not signed, or not of this campaign
"""

from __future__ import annotations


class AuthorityProblem(Exception):
    """Base of all; the message names what to do."""


class SettingsProblem(AuthorityProblem):
    """A setting is missing or out of bounds."""


class KeyProblem(AuthorityProblem):
    """A key file is missing, damaged or open to others."""


class Destroyed(AuthorityProblem):
    """The register was destroyed."""


class Conflict(AuthorityProblem):
    """The register says no; `reason` is a word that the pages know, the message is for the command line."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class BadList(AuthorityProblem):
    """A class list that cannot be read; `reason` is a word that the pages know."""

    def __init__(self, reason: str, message: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.reason = reason
        self.line = line


class BadTakeout(AuthorityProblem):
    """A take-out that is not whole, not signed, or not of this campaign."""
