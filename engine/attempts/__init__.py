"""Attempts and variants: what an item shows one pupil, decided by the server, replayed at scoring."""
