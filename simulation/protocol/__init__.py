"""The protocol told a second time, as values: what a session is, what a player's outbox does."""
