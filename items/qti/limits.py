"""How big a package may be. Past a limit it is refused before its bytes are unpacked."""

from __future__ import annotations

from typing import NamedTuple

MIB = 1024 * 1024


class Limits(NamedTuple):
    """A form of eighty items with pictures is some 10 MiB in 300 files: these leave room for ten of it."""

    archive_bytes: int = 100 * MIB
    unpacked_bytes: int = 100 * MIB
    file_bytes: int = 16 * MIB
    document_bytes: int = 4 * MIB  # one XML file; a tree in memory is ten times as big
    files: int = 5_000
    items: int = 500  # of one test, each time an item is asked counted
    ratio: int = 200  # unpacked to packed; XML reaches 50, a bomb 1,000
    elements: int = 50_000  # of one XML file
    test_elements: int = 500_000  # of all items of one test, each time an item is asked counted
    all_elements: int = 1_000_000  # of all XML files that are read, drawings too
    pixels: int = 50_000_000  # of one picture; a school computer unpacks them all
    depth: int = 100
    attributes: int = 200  # of one element
    documents: int = 2_000  # XML files read for one test, each time one is read
    choices: int = 500  # of one interaction; the largest seen has 40
    cells: int = 250_000  # of one item: the sum of the squares of those
