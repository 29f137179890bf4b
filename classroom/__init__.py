"""What a teacher works with, the same on both origins: room, keying grid and results as ES modules; a manual.

The engine serves them for its own page, with pupils by number; the authority for its pages, with names that
never leave the browser. They know no server: the page that mounts them gives them their calls.
"""

from pathlib import Path

STATIC = Path(__file__).parent / "static"
