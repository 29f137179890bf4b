"""Pages that anybody may read: where each kind of person belongs, what is held about whom, manuals."""
