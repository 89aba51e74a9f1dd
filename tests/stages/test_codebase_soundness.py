"""Whatever changes the output of a script changes its table of code: random projects are run after random edits."""

from __future__ import annotations

import random
from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from toy_codebase import LIBRARY, SCRIPTS, Writer, run_script, write_project
from toy_edits import edits

from stages.codebase.project import Project
from stages.codebase.table import CodeTables

JOBS = ("job0", "job1", "job2")


def tables(folder: Path) -> dict[str, object]:
    found = CodeTables(Project(folder, (LIBRARY, SCRIPTS), ()), {})
    return {job: found.table(f"{SCRIPTS}.{job}") for job in JOBS}


def runnable(seed: int, folder: Path) -> tuple[random.Random, dict[str, str], dict[str, str]]:
    """(randomness, files, what each script prints) of a random project in `folder` whose scripts run."""
    for attempt in count():
        source = random.Random(f"{seed} {attempt}")
        files = Writer(source, dynamic=seed % 4 == 0).project(modules=10, scripts=len(JOBS))
        write_project(folder, files)
        printed = {job: text for job in JOBS if (text := run_script(folder, job)) is not None}
        if len(printed) == len(JOBS):  # else modules import each other in a circle
            return source, files, printed
    raise AssertionError


@pytest.mark.parametrize("seed", range(8))
def test_an_edit_that_changes_an_output_changes_the_table(seed: int, tmp_path: Path) -> None:
    source, files, printed = runnable(seed, tmp_path)
    known = tables(tmp_path)
    seen: Counter[tuple[bool, bool]] = Counter()
    for _ in range(40):
        name = source.choice([n for n in files if files[n].strip()])
        kind, text = next(edits(files[name], source))
        (tmp_path / name).write_text(text)
        now = tables(tmp_path)
        for job in JOBS:
            output = run_script(tmp_path, job)
            if output is None:
                continue  # a stage that fails makes no outs
            changed, listed = output != printed[job], now[job] != known[job]
            assert listed or not changed, f"{kind} in {name} changes {job} unseen:\n{text}"
            seen[changed, listed] += 1
        (tmp_path / name).write_text(files[name])
    assert seen[True, True], "some edits change outputs"
    if seed % 4:
        assert seen[False, False], "and some change no table"
