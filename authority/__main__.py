"""`python -m authority` is the command `passation-authority`."""

from authority.cli import main

main()
