"""`--table` on the command line: what is stopped says how it goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

STOPPED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started the tests with it ignored
from mien.commands import cli
from mien.systems.system import System

number = int(sys.argv.pop())

def run_table(*_, **__):
    os.kill(os.getpid(), number)
    signal.pause()

System.run_table = run_table
cli.main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    "arguments", [["batch", "t.csv", "-o", "videos"], ["shapes", "--table", "t.csv", "-o", "videos"]]
)
def test_a_stopped_batch_says_that_the_same_command_goes_on(
    arguments: list[str], number: signal.Signals, tmp_path: Path
) -> None:
    told = subprocess.run(
        [sys.executable, "-c", STOPPED, *arguments, str(int(number))], cwd=tmp_path, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert told.returncode == 128 + number
    assert told.stderr == "stopped; what is made stays in videos, and the same command goes on with the rest\n"
