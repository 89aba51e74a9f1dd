"""How fast clips are resampled, against decoding them alone: `python benchmarks/resample_speed.py FOLDER [REPEATS]`.

CPU seconds of this process and its children are counted, so that other work on the machine changes little.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import av

from mien.clips import Clip
from mien.media.ffmpeg import ffmpeg_exe, probe
from mien.media.resample import ResampleOptions, _resample


def cpu_seconds() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def decode(path: Path) -> None:
    """Pictures alone, in this process, one thread, no colour conversion: the bound."""
    with av.open(str(path)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for _ in container.decode(video=0):
            pass


def ffmpeg_null(path: Path) -> None:
    """ffmpeg's own start, decoding of picture and sound, nothing written."""
    command = [ffmpeg_exe(), "-loglevel", "error", "-threads", "1", "-i", str(path), "-f", "null", "-"]
    subprocess.run(command, check=True)


def main() -> None:
    folder, repeats = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".mpg", ".mp4", ".flv", ".mkv", ".avi"))
    frames = repeats * sum(probe(path).frames or 0 for path in paths)

    def resample(path: Path) -> None:
        with tempfile.TemporaryDirectory() as cache:
            _resample(Clip(path.stem, "benchmark", str(path)), ResampleOptions(), Path(cache))

    steps: dict[str, Callable[[Path], object]] = {
        "decode pictures": decode,
        "probe": probe,
        "ffmpeg, decode to nothing": ffmpeg_null,
        "resample, whole": resample,
    }
    for name, step in steps.items():
        started = cpu_seconds()
        for _ in range(repeats):
            for path in paths:
                step(path)
        spent = cpu_seconds() - started
        print(f"{name:28} {frames / spent:8.0f} source frames per CPU second, {1000 * spent / frames:6.3f} ms a frame")


if __name__ == "__main__":
    main()
