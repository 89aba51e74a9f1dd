"""Frames a second of aligning, against decoding and finding the landmarks alone (the bound), in one process.

    python benchmarks/align.py CLIP...

The clips are files of a constant frame rate; both measurements run over all of them in turn, three times, and the
fastest time of each counts. Prints frames a second of both and their ratio.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mien.clips import Clip
from mien.faces.align import AlignOptions, align_clips
from mien.faces.aligned_clip import TrackOptions, make_aligned_clip
from mien.faces.landmarks import open_detector
from mien.media.ffmpeg import probe
from mien.media.video import decode_frames
from mien.parallel import Execution


def _fastest(function: Callable[[], object], times: int = 3) -> float:
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def main(paths: list[Path]) -> None:
    """Measure and print."""
    clips = [Clip(f"clip-{index}", "benchmark", str(path), fps=probe(path).fps) for index, path in enumerate(paths)]
    with tempfile.TemporaryDirectory() as folder, open_detector() as detector:
        frames = sum(sum(1 for _ in decode_frames(path)) for path in paths)

        def bound() -> None:
            for path in paths:
                detector.reset()
                for frame in decode_frames(path):
                    detector.detect(frame)

        def align() -> None:
            for index, clip in enumerate(clips):
                make_aligned_clip(clip, TrackOptions(), Path(folder), Path(folder) / f"{index}.h5")

        bound()
        align()
        bound_seconds, align_seconds = _fastest(bound), _fastest(align)
        options = AlignOptions(max_rejected_fraction=1)
        cache, out = Path(folder) / "cache", Path(folder) / "faces"
        align_clips(clips, options, out, cache, Execution(workers=1))
        started = time.perf_counter()
        align_clips(clips, options, out, cache, Execution(workers=1))
        cached_seconds = time.perf_counter() - started
    print(f"{len(paths)} clips, {frames} frames")
    print(f"decode and landmarks  {frames / bound_seconds:7.1f} frames/s")
    ratio = bound_seconds / align_seconds
    print(f"aligned clip          {frames / align_seconds:7.1f} frames/s, {ratio:.2f} of the bound")
    print(f"again, from the cache {cached_seconds:7.2f} s with starting the worker and writing the shards")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
