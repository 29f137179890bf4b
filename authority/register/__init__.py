"""The register: schools, classes, pupils, codes, sign-ins, audit log, in SQL; the one door to SQLAlchemy."""

from authority.register.register import Register
from authority.register.values import Class, Code, Credential, Pupil, School, Visit

__all__ = ["Class", "Code", "Credential", "Pupil", "Register", "School", "Visit"]
