"""A small git and DVC repository with a diamond of stages that run through the real stages/shell.py."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

STAGE = '''"""A toy stage."""
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from stages.shell import StageRun, run


class {model}(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float = Field(1.0, ge=0, le=100, description="what is added")
    seconds: float = Field(0.0, ge=0, description="how long the stage sleeps")
    fail: bool = Field(False, description="whether the stage fails")


def {name}(options: {model}, stage: StageRun) -> None:
    resume = stage.training.resume  # as a training does
    resume.mkdir(parents=True, exist_ok=True)
    (resume / "state").write_text("")
    total = options.value + sum(float(Path(p).read_text()) for p in {inputs})
    for step in range(1, 6):
        stage.curves({{"loss": total / step}}, step)
        time.sleep(options.seconds / 5)
        print(f"{name} step {{step}}", flush=True)
    if options.fail:
        raise RuntimeError("the toy was told to fail")
    Path("data").mkdir(exist_ok=True)
    Path("data/{name}.txt").write_text(str(total))
    stage.metrics({{"total": total, "rows": {{"first": total}}}}, {{"{name}_total": "total"}})
{extra}

if __name__ == "__main__":
    run({name})
'''
PICTURE = """    from PIL import Image

    Path("data/sheet").mkdir(exist_ok=True)
    Image.effect_mandelbrot((320, 240), (-2.0, -1.5, 2.0, 1.5), 60).save("data/sheet/contact_sheet.png")
    stage.artifact(Path("data/sheet"))
"""
DIAMOND: dict[str, list[str]] = {"source": [], "left": ["source"], "right": ["source"], "both": ["left", "right"]}


def environment() -> dict[str, str]:
    """The environment of a command in the toy repository: this Python first, nothing of MLflow's or ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "MIEN_", "DVC_", "GIT_"))}
    # Not resolved: a virtual environment's python is a link, and its folder holds dvc.
    binaries = str(Path(sys.executable).parent)
    return kept | {
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([".", str(ROOT)]),  # a copy of the code goes before this one
        "DVC_NO_ANALYTICS": "true",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }


def command(
    repository: Path, *words: str, check: bool = True, seconds: float = 120, tracking: str = "on"
) -> subprocess.CompletedProcess[str]:
    """Run a command in the toy repository; tracking: `off` spares each stage seconds where no run is looked at."""
    settings = {**environment(), "MIEN_TRACKING": tracking}
    answer = subprocess.run(
        words, cwd=repository, env=settings, capture_output=True, text=True, check=False, timeout=seconds
    )
    if check and answer.returncode:
        raise AssertionError(f"{words} exited {answer.returncode}:\n{answer.stdout}\n{answer.stderr}")
    return answer


def _reached(name: str) -> set[str]:
    """The modules of stages/ that the module `name` needs, itself included."""
    found: set[str] = set()
    left = [name]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            text = (ROOT / "stages" / f"{one}.py").read_text()
            left += re.findall(r"^ *from stages\.(\w+) import", text, re.MULTILINE)
    return found


def make_repository(folder: Path) -> Path:
    """A committed git repository with DVC and the diamond source → left, right → both."""
    (folder / "stages").mkdir(parents=True)
    for name, inputs in DIAMOND.items():
        paths = [f"data/{upstream}.txt" for upstream in inputs]
        text = STAGE.format(
            name=name, model=f"{name.title()}Options", inputs=paths, extra=PICTURE if name == "both" else ""
        )
        (folder / "stages" / f"{name}.py").write_text(text)
    for shared in sorted(_reached("shell") | _reached("inputs")):
        (folder / "stages" / f"{shared}.py").write_text((ROOT / "stages" / f"{shared}.py").read_text())
    (folder / "stages" / "__init__.py").write_text("")
    (folder / "dvc.yaml").write_text(_definition())
    (folder / "params.yaml").write_text("".join(f"{name}:\n  value: 1.0\n  seconds: 0\n" for name in DIAMOND))
    ignored = (ROOT / ".gitignore").read_text()
    (folder / ".gitignore").write_text(ignored)
    command(folder, "git", "init", "-q", "-b", "main")
    command(folder, "git", "config", "user.email", "toy@example.org")
    command(folder, "git", "config", "user.name", "Toy")
    command(folder, "dvc", "init", "-q")
    command(folder, "dvc", "config", "core.analytics", "false")
    command(folder, "git", "add", "-A")
    command(folder, "git", "commit", "-q", "-m", "toy")
    return folder


def _definition() -> str:
    lines = ["stages:"]
    for name, inputs in DIAMOND.items():
        lines += [f"  {name}:", f"    cmd: python -m stages.{name}", "    deps:", f"      - stages/{name}.py"]
        lines += [f"      - data/{upstream}.txt" for upstream in inputs]
        lines += ["    params:", f"      - {name}", "    outs:", f"      - data/{name}.txt"]
        lines += ["      - data/sheet"] if name == "both" else []
        lines += [f"      - metrics/details/{name}.json"]
        lines += ["    metrics:", f"      - metrics/{name}.json"]
        lines += ["    plots:", f"      - plots/{name}.csv:", "          x: step"]
    return "\n".join(lines) + "\n"
