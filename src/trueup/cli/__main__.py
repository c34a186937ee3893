"""`python -m trueup.cli`, the same as `trueup`."""

from trueup.cli.main import cli

cli(prog_name="trueup")
