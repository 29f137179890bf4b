"""Faults planted on purpose, each at a seam of a world, to see whether the checker catches them."""
