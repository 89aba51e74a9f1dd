"""The command line, called in this process."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from mien.commands.cli import app


def mien(*arguments: object) -> Result:
    """The result of `mien` with these arguments."""
    return CliRunner(env={"COLUMNS": "100", "TERM": "dumb"}).invoke(app, [str(one) for one in arguments])
