"""Tests of the demonstration; it is shown whole in `tests/browser/test_pictures.py`."""
