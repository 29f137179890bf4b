"""The protocol told a second time, as values and pure functions: what a session is, what a player's outbox does."""
