"""Answers on paper, keyed by teachers: what can be keyed, what a cell holds, how it comes into a session."""
