"""How long `mien --help` and `mien talk` take, against a Python that only imports the libraries they are made of.

    python benchmarks/start_up.py [--runs 9]
    python benchmarks/start_up.py --runs 3 --image photo.jpg --speech voice.wav --model models/talking_face

Both are started as processes by turns, the fastest of each counting. With `--image` and `--speech`, which are made
480 × 360 pixels large and 3 s long, `mien talk` is measured too: what it takes beyond real time, 3 s, is compared with
`import torch, mediapipe`, in seconds of the CPU, so that other work on the machine matters less.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import Row, print_table

PLAIN = [sys.executable, "-c", "import typer, rich"]
OURS = [sys.executable, "-m", "mien.commands.cli", "--help"]
LIBRARIES = [sys.executable, "-c", "import torch, mediapipe"]
SPEECH_SECONDS, PHOTO = 3.0, (480, 360)
MOST_IMPORTS = 1.6
"""Times the import of torch and mediapipe that `mien talk` may take beyond real time."""


def seconds(command: list[str]) -> float:
    """Wall-clock seconds of a command, from its start to its end."""
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - started


def cpu_seconds(command: list[str]) -> float:
    """Seconds of the CPU that a command and its processes take, in all threads."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def talk_row(image: Path, speech: Path, model: Path, runs: int) -> tuple[str, Row]:
    """A note, and the row of `mien talk` on a photo of 480 × 360 pixels and 3 s of speech."""
    import cv2
    import numpy as np
    import soundfile

    with tempfile.TemporaryDirectory() as folder:
        photo, sound, out = (str(Path(folder) / name) for name in ("photo.png", "speech.wav", "out.mp4"))
        picture = cv2.imread(str(image))
        if picture is None:
            raise SystemExit(f"{image} is no picture")
        cv2.imwrite(photo, cv2.resize(picture, PHOTO, interpolation=cv2.INTER_AREA))
        samples, hz = soundfile.read(str(speech))
        soundfile.write(sound, np.resize(samples, round(SPEECH_SECONDS * hz)), hz)
        talk = [sys.executable, "-m", "mien.commands.cli", "talk", "-i", photo, "-s", sound, "--model", str(model)]
        talk += ["-o", out, "--force"]
        measured = [(cpu_seconds(LIBRARIES), cpu_seconds(talk)) for _ in range(runs)]
    libraries, talked = (min(column) for column in zip(*measured, strict=True))
    note = f"`mien talk`, 3 s of speech: {talked:.2f} CPU s; `import torch, mediapipe` {libraries:.2f} CPU s"
    ratio = max(0.0, talked - SPEECH_SECONDS) / libraries
    return note, Row("`mien talk` beyond real time / import torch, mediapipe", ratio, MOST_IMPORTS, True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="starts of each")
    parser.add_argument("--quick", action="store_true", help="two starts of each")
    parser.add_argument("--image", type=Path, help="a photo with a face; measures `mien talk` too")
    parser.add_argument("--speech", type=Path, help="a recording; with --image")
    parser.add_argument("--model", type=Path, default=Path("models/talking_face"), help="a trained talking face")
    options = parser.parse_args()
    if (options.image is None) != (options.speech is None):
        parser.error("--image and --speech go together")
    count = 2 if options.quick else options.runs
    runs = [(seconds(PLAIN), seconds(OURS)) for _ in range(count)]
    plain, ours = (min(column) for column in zip(*runs, strict=True))
    notes = [f"`mien --help` {ours:.2f} s, Python with typer and rich {plain:.2f} s"]
    rows = [Row("`mien --help` / Python with typer and rich", ours / plain, 4, True)]
    if options.image is not None:
        note, row = talk_row(options.image, options.speech, options.model, count)
        notes.append(note)
        rows.append(row)
    print_table("start of the command", notes, rows)


if __name__ == "__main__":
    main()
