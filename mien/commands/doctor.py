"""`mien doctor`: checks of this machine's requirements, each with its remedy."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from mien.bundled.contents import is_compact

LEAST_FREE_GIGABYTES = 5.0
PORTS = {5000: "MLflow", 4200: "Prefect"}
FAN_WEIGHTS = ("s3fd-619a316812.pth", "2DFAN4-11f355bf06.pth.tar")

OPTIONAL = (
    ("poses: vitpose", "transformers", "--detector vitpose"),
    ("animatediff, wan_vace", "diffusers", "mien follow --architecture animatediff or wan_vace"),
)
"""Thing, its package, and what it is for."""

State = Literal["ok", "missing", "note"]


@dataclass(frozen=True)
class Finding:
    """One line of the table. `essential`: without it the pipeline on the embedded corpus does not run."""

    thing: str
    state: State
    found: str
    remedy: str = ""
    essential: bool = False


def _python() -> Finding:
    right = sys.version_info[:2] == (3, 11)
    remedy = "" if right else "install Python 3.11 and run `make setup PYTHON=/its/path`"
    return Finding("Python", "ok" if right else "missing", platform.python_version(), remedy, essential=True)


def _torch() -> Finding:
    import torch

    threads = f"{torch.__version__}, {torch.get_num_threads()} CPU threads"
    if torch.cuda.is_available():
        gigabytes = torch.cuda.get_device_properties(0).total_memory / 2**30
        return Finding(
            "torch", "ok", f"{threads}, {torch.cuda.get_device_name(0)}, {gigabytes:.0f} GiB", essential=True
        )
    built = "a CPU build" if torch.version.cuda is None else "CUDA is built in, but no device answers"
    return Finding(
        "torch", "note", f"{threads}, no GPU ({built})",
        "nothing to do for the embedded corpus; for CREMA-D install a CUDA build of torch and its driver",
        essential=True,
    )  # fmt: skip


def _ffmpeg() -> Finding:
    from mien.media.ffmpeg import ffmpeg_exe

    line = subprocess.run([ffmpeg_exe(), "-version"], capture_output=True, text=True, timeout=30, check=True).stdout
    words = line.splitlines()[0].split()
    encoders = subprocess.run(
        [ffmpeg_exe(), "-hide_banner", "-encoders"], capture_output=True, text=True, timeout=30, check=True
    ).stdout
    lacking = [name for name in ("libx264", " aac ", " flv ") if name not in encoders]
    if lacking:
        remedy = "unset IMAGEIO_FFMPEG_EXE, or point it to an ffmpeg with these encoders"
        return Finding("ffmpeg", "missing", f"without {', '.join(lacking)}", remedy, essential=True)
    return Finding("ffmpeg", "ok", f"{words[2]} (imageio-ffmpeg)", essential=True)


def _mediapipe() -> Finding:
    import numpy as np

    from mien.faces.detectors.open import open_detector

    with open_detector("mediapipe", max_faces=1, tracking=False) as detector:
        detector.detect(np.zeros((64, 64, 3), dtype=np.uint8))
    return Finding("landmarks: mediapipe", "ok", f"{_version('mediapipe')}, weights in the package", essential=True)


def _face_alignment() -> Finding:
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "torch"
    folder = Path(os.environ.get("TORCH_HOME", default)) / "hub" / "checkpoints"
    lacking = [name for name in FAN_WEIGHTS if not (folder / name).is_file()]
    version = _version("face-alignment")
    if lacking:
        remedy = (
            f"only for align.detector=face-alignment: put {' and '.join(lacking)} into {folder}, or let it download"
        )
        return Finding("landmarks: face-alignment", "note", f"{version}, without weights", remedy)
    return Finding("landmarks: face-alignment", "ok", f"{version}, weights in {folder}")


def _speech() -> Finding:
    from mien.media.speech.engines import synthesiser
    from mien.media.speech.interface import SpeechUnavailable, Voice

    remedy = "pip install -c constraints.txt -e '.[speech]': the embedded corpus and `mien talk --text` need a voice"
    try:
        engine = synthesiser()
        seconds = engine.speak("Good morning.", Voice()).seconds
        languages = []
        for language in ("en-us", "en-gb", "vi", "de", "fr", "es"):
            try:
                engine.speak("a", Voice(language=language))
                languages.append(language)
            except ValueError:
                continue
    except SpeechUnavailable as error:
        return Finding("speech voices", "missing", " ".join(str(error).split()), remedy, essential=True)
    words = f"espeak-ng: {', '.join(languages)} and others" if seconds > 0 else "espeak-ng is mute"
    return Finding("speech voices", "ok" if seconds > 0 else "missing", words, "" if seconds > 0 else remedy, True)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    enough = free >= LEAST_FREE_GIGABYTES
    remedy = "" if enough else f"free at least {LEAST_FREE_GIGABYTES:g} GB (`dvc gc --workspace` drops old results)"
    return Finding("free disk", "ok" if enough else "missing", f"{free:.0f} GB here", remedy, essential=True)


def _port(number: int, server: str) -> Finding:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            if number in _own_ports():
                return Finding(f"port {number}", "ok", f"{server}, started by `make ui`")
            remedy = f"end what listens there, or let `make ui` take another port for {server}"
            return Finding(f"port {number}", "note", "taken by another program", remedy)
    return Finding(f"port {number}", "ok", f"free for {server}")


def _own_ports() -> set[int]:
    """Ports of the servers that `make ui` started in this checkout."""
    try:
        services = json.loads((Path.cwd() / ".mien" / "ui.json").read_text())
        return {int(port) for entry in services.values() if (port := urlsplit(str(entry.get("address"))).port)}
    except (OSError, ValueError, AttributeError):
        return set()


def _git() -> Finding:
    git = shutil.which("git")
    if git is None:
        return Finding("git", "missing", "not there", "install git", essential=True)
    done = subprocess.run([git, "--version"], capture_output=True, text=True, timeout=30, check=True)
    return Finding("git", "ok", done.stdout.strip().removeprefix("git version "), essential=True)


def _version(package: str) -> str:
    return importlib.metadata.version(package)


def _package(package: str) -> Finding:
    return Finding(package, "ok", _version(package), essential=True)


def _model(thing: str, folder: Path) -> Finding:
    if is_compact(folder):
        return Finding(thing, "ok", f"the one that comes with mien, {folder}", "`make repro` trains your own")
    if (folder / "config.json").is_file():
        return Finding(thing, "ok", str(folder))
    return Finding(thing, "note", "not trained yet", "make repro")


def _heads() -> Finding:
    from mien.heads.catalogue import HEAD_NAMES, head_path

    there = [name for name in HEAD_NAMES if name == "embedded" or head_path(name).exists()]
    lacking = [name for name in HEAD_NAMES if name not in there]
    found = f"{', '.join(there)}; no files of {', '.join(lacking)}" if lacking else ", ".join(there)
    return Finding("heads", "ok", found, "`mien heads` says how to get the others" if lacking else "")


def _poses() -> Finding:
    from mien.bodies.detectors.mediapipe_people import MediaPipePeople

    MediaPipePeople(1).close()
    return Finding("poses: mediapipe", "ok", f"{_version('mediapipe')}, weights in the package")


def _mmpose() -> Finding:
    from mien.bodies.detectors.mmpose_library import missing_mmpose

    missing = missing_mmpose()
    if missing is not None:
        return Finding("poses: mmpose", "note", "only for --detector mmpose and the stage pose", missing)
    return Finding("poses: mmpose", "ok", f"{_version('mmpose')}, with weights of the stage pose or your own")


def _optional(thing: str, package: str, use: str) -> Finding:
    """A package that only some requests need, which says how to install it."""
    try:
        return Finding(thing, "ok", f"{package} {_version(package)}, with weights by name or folder")
    except importlib.metadata.PackageNotFoundError:
        return Finding(thing, "note", f"without {package}", f"only for {use}: pip install {package}")


def _looked_at(thing: str, look: Callable[[], Finding], essential: bool) -> Finding:
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - whatever is broken on this machine is a finding, never a traceback
        words = " ".join(str(error).split())[:120] or type(error).__name__
        return Finding(thing, "missing", words, "make setup", essential)


def diagnose(models: Mapping[str, Path]) -> list[Finding]:
    """Run all checks; `models`: name of the modelled thing → folder. Never raises."""
    looks: list[tuple[str, Callable[[], Finding], bool]] = [
        ("Python", _python, True),
        ("torch", _torch, True),
        ("ffmpeg", _ffmpeg, True),
        ("landmarks: mediapipe", _mediapipe, True),
        ("landmarks: face-alignment", _face_alignment, False),
        ("speech voices", _speech, True),
        ("free disk", _disk, True),
        *[(f"port {port}", lambda port=port, name=name: _port(port, name), False) for port, name in PORTS.items()],  # type: ignore[misc]
        ("git", _git, True),
        *[(name, lambda name=name: _package(name), True) for name in ("dvc", "prefect", "mlflow")],  # type: ignore[misc]
        *[
            (f"model of {what}", lambda what=what, folder=folder: _model(f"model of {what}", folder), False)  # type: ignore[misc]
            for what, folder in models.items()
        ],
        ("heads", _heads, False),
        ("poses: mediapipe", _poses, False),
        ("poses: mmpose", _mmpose, False),
        *[(row[0], lambda row=row: _optional(*row), False) for row in OPTIONAL],  # type: ignore[misc]
    ]
    return [_looked_at(*look) for look in looks]


def show(findings: list[Finding]) -> None:
    """Print the table on stdout."""
    marks = {"ok": "[green]✓[/]", "missing": "[red]✗[/]", "note": "[yellow]·[/]"}
    table = Table(title="What this machine has and lacks", title_justify="left")
    for heading in ("", "what", "found", "remedy"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        table.add_row(marks[finding.state], finding.thing, finding.found, finding.remedy)
    Console().print(table)
    lacking = [finding.thing for finding in findings if finding.state == "missing" and finding.essential]
    print(f"essential and missing: {', '.join(lacking)}" if lacking else "nothing essential is missing")
