"""One file a revision, each after the one before; none is changed once it has been used."""
