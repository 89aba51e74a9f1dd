"""`dvc repro` with nothing to do, against the import of DVC alone.

    python benchmarks/dvc_noop.py [--rounds 7] [--repository FOLDER]

A copy of this project in a temporary git and DVC repository, its code, its dvc.yaml and its parameters, whose stages
write one small file for each out instead of working; `code` is the real one. After one run everything is up to date.
Then `dvc repro` and `python -c "import dvc.repo"` run by turns, and each one's fastest run counts. With --repository an
existing repository is measured in place of the copy; it has to be up to date.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measuring import Row, print_table

ROOT = Path(__file__).parents[1]
COPIED = ("mien", "stages", "dvc.yaml", "params.yaml", "constraints.txt", ".dvcignore", ".gitignore")
GOAL = 4.5
"""`dvc repro` as a multiple of the import."""
WORK = '''"""Write a small file for each out of a stage."""
import sys
from pathlib import Path
from stages.pipeline_files import PipelineFiles
for out in PipelineFiles(Path.cwd()).outputs(sys.argv[1]):
    path = Path(out) if Path(out).suffix else Path(out) / "clips.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"loss": 1}' if path.suffix == ".json" else f"step,{sys.argv[1]}\\n1,1\\n")
Path("data/split/split.csv").touch() if sys.argv[1] == "split" else None
'''


def dvc(folder: Path, *words: str) -> str:
    """What a dvc command prints."""
    return _run(folder, sys.executable, "-m", "dvc", *words)


def _run(folder: Path, *words: str) -> str:
    ran = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"{' '.join(words)}: {ran.stdout}{ran.stderr}")
    return ran.stdout


def make_repository(folder: Path) -> Path:
    """A copy of the project that is up to date."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    text = (folder / "dvc.yaml").read_text()
    works = re.sub(r"cmd: python -m stages\.(?!code\b|inputs\b)(\w+)", rf"cmd: {sys.executable} work.py \1", text)
    (folder / "dvc.yaml").write_text(works.replace("cmd: python -m", f"cmd: {sys.executable} -m"))
    (folder / "work.py").write_text(WORK)
    (folder / "data" / "raw").mkdir(parents=True)
    _run(folder, "git", "init", "-q")
    dvc(folder, "init", "-q")
    dvc(folder, "config", "core.analytics", "false")
    dvc(folder, "repro", "-q")
    return folder


def seconds(folder: Path, *words: str) -> float:
    """Processor time of a command, which other work on the machine disturbs less than the clock."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(folder, *words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(folder: Path, rounds: int) -> tuple[float, float]:
    """(`dvc repro`, import of DVC) in seconds, each one's fastest."""
    said = dvc(folder, "repro")
    if said.count("Running stage") > 1:  # the stage `inputs` runs each time
        raise SystemExit(f"{folder} was not up to date:\n{said}")
    repro, imported = [], []
    for _ in range(rounds):
        repro.append(seconds(folder, sys.executable, "-m", "dvc", "repro"))
        imported.append(seconds(folder, sys.executable, "-c", "import dvc.repo"))
    return min(repro), min(imported)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="runs of each command")
    parser.add_argument("--repository", type=Path, help="a DVC repository that is up to date")
    parser.add_argument("--quick", action="store_true", help="one run of each: to see that it works")
    arguments = parser.parse_args(argv)
    rounds = 1 if arguments.quick else arguments.rounds
    with tempfile.TemporaryDirectory() as folder:
        repository = arguments.repository or make_repository(Path(folder))
        repro, imported = measure(repository, rounds)
    notes = [f"dvc repro {repro:.2f} s, import dvc.repo {imported:.2f} s of processor time, fastest of {rounds}"]
    print_table("dvc repro with nothing to do", notes, [Row("dvc repro / import", repro / imported, GOAL, True)])


if __name__ == "__main__":
    main()
