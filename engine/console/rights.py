"""Who may do what on the console: one table of roles and rights. A route names one right (`routes`).

Two things the table cannot say stand in `engine.archive.proposals`: nobody approves what they proposed
themselves, and nobody withdraws what another one proposed.
"""

from __future__ import annotations

from collections.abc import Mapping

OPERATOR, APPROVER, AUDITOR, STATISTICS = "operator", "approver", "auditor", "statistics"
ROLES = (OPERATOR, APPROVER, AUDITOR, STATISTICS)
ANYBODY = "anybody"
"""The right of routes that need no sign-in."""

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "look": ROLES,  # figures of the whole, never of a room
    "rooms": (OPERATOR, APPROVER, AUDITOR),
    "check": (OPERATOR, APPROVER, AUDITOR),
    "import": (OPERATOR,),
    "plan": (OPERATOR,),
    "renew": (OPERATOR,),
    "propose": (OPERATOR,),
    "decide": (OPERATOR, APPROVER),
    "withdraw": (OPERATOR,),
    "audit": (OPERATOR, APPROVER, AUDITOR),
    "leave": ROLES,
}
"""Right -> roles that have it."""


def may(role: str, right: str) -> bool:
    """Whether a role has a right."""
    return role in RIGHTS[right]
