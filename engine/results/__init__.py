"""Results: what leaves the archive for the authority, and how scores are judged again."""

from engine.results.export import Export, Exported, export

__all__ = ["Export", "Exported", "export"]
