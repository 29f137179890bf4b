"""The authority's program: class lists, codes, sheets, and every page that shows a name (see README.md)."""
