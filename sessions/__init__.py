"""Sessions: one pupil's sitting of one delivery, live in Redis."""
