"""`python -m mien`: the command line."""

from mien.commands.cli import main

main()
