"""`python -m engine`: the same as the command `passation`."""

from engine.cli import main

main()
