"""How long `mien --help` takes, against a Python that only imports the library the command line is made of.

    python benchmarks/start_up.py [--runs 9]

Both are started as processes by turns, the fastest of each counting.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from measuring import Row, print_table

PLAIN = [sys.executable, "-c", "import typer, rich"]
OURS = [sys.executable, "-m", "mien.commands.cli", "--help"]


def seconds(command: list[str]) -> float:
    """Wall-clock seconds of a command, from its start to its end."""
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="starts of each")
    parser.add_argument("--quick", action="store_true", help="two starts of each")
    options = parser.parse_args()
    runs = [(seconds(PLAIN), seconds(OURS)) for _ in range(2 if options.quick else options.runs)]
    plain, ours = (min(column) for column in zip(*runs, strict=True))
    notes = [f"`mien --help` {ours:.2f} s, Python with typer and rich {plain:.2f} s"]
    print_table(
        "start of the command", notes, [Row("`mien --help` / Python with typer and rich", ours / plain, 4, True)]
    )


if __name__ == "__main__":
    main()
