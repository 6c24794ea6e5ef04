"""`python -m swe`: the same as the command `swe`."""

from swe.cli import main

main()
