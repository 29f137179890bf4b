"""The people, the papers and the rooms of one school's day, for `tests/browser/test_school_day.py`."""
