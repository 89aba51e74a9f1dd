"""The stages of dvc.yaml, one module each."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def _run_in_the_environment() -> None:
    """Run `python -m stages.NAME` again with `.venv/bin/python` where this Python lacks the project's packages.

    dvc.yaml says `python`, which is another one when `.venv/bin/dvc` is called without activating the environment.
    """
    if find_spec("pydantic") and find_spec("psutil"):
        return
    python = Path(__file__).resolve().parents[1] / ".venv" / "bin" / "python"
    if sys.orig_argv[1:2] == ["-m"] and python.is_file() and Path(sys.prefix) != python.parents[1]:
        os.execv(python, [str(python), *sys.orig_argv[1:]])
    sys.exit(f"{sys.executable} lacks the project's packages: make setup, then source .venv/bin/activate")


_run_in_the_environment()
