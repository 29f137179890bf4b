"""The calls: each authenticates, decodes, calls one thing, encodes."""
