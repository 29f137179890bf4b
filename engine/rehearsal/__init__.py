"""Several machines' worth of Redis on one, and what becomes of the pupils when one of them is lost."""
