"""Marking by people: what only a person can judge goes out under marking ids, and comes back as marks."""
