"""Engine: the server that delivers a form to pupils and carries their answers to the archive."""

__version__ = "0.1.0"
