"""`python -m safelinks`."""

from safelinks.cli import main

main(prog_name="safelinks")
