"""The archive: the SQL database behind the journal, SQLite or PostgreSQL, the same code on both.

Deliveries, sessions and codes have their truth here; answers arrive through the drain, in their own time.
Nobody who waits for a pupil waits for SQL. Bodies and scores lie here encrypted, exactly as they came.
"""

from engine.archive.archive import Archive
from engine.archive.records import ArchiveAway, Conflict, Delivery, Gone, SessionRow

__all__ = ["Archive", "ArchiveAway", "Conflict", "Delivery", "Gone", "SessionRow"]
