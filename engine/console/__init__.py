"""The operator's console at `/operator`: accounts, approvals by two persons, the day live, the check."""
