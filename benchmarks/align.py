"""Frames a second of aligning, against decoding and finding the landmarks alone (the bound), in one process.

    python benchmarks/align.py CLIP...

The clips are files of a constant frame rate; both measurements run over all of them in turn, three times, and the
fastest time of each counts. Prints frames a second of both and their ratio, by the clock and by the processor's time,
which other work on the machine disturbs less.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mien.clips import Clip
from mien.execution import Execution
from mien.faces.align import align_clips
from mien.faces.aligned_clip import make_aligned_clip
from mien.faces.detectors.open import open_detector
from mien.faces.options import AlignOptions, TrackOptions
from mien.media.ffmpeg import probe
from mien.media.video import decode_frames


def _fastest(function: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Seconds by the clock and of processor time, the least of each."""
    seconds, processor = [], []
    for _ in range(times):
        started, used = time.perf_counter(), time.process_time()
        function()
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    return min(seconds), min(processor)


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
        (bound_seconds, bound_cpu), (align_seconds, align_cpu) = _fastest(bound), _fastest(align)
        options = AlignOptions(max_rejected_fraction=1)
        cache, out = Path(folder) / "cache", Path(folder) / "faces"
        align_clips(clips, options, out, cache, Execution(workers=1))
        started = time.perf_counter()
        align_clips(clips, options, out, cache, Execution(workers=1))
        cached_seconds = time.perf_counter() - started
    print(f"{len(paths)} clips, {frames} frames")
    print("                       frames/s   frames/s of processor time")
    print(f"decode and landmarks  {frames / bound_seconds:9.1f}  {frames / bound_cpu:9.1f}")
    print(f"aligned clips         {frames / align_seconds:9.1f}  {frames / align_cpu:9.1f}")
    print(f"of the bound          {bound_seconds / align_seconds:9.2f}  {bound_cpu / align_cpu:9.2f}")
    print(f"again, from the cache {cached_seconds:7.2f} s with starting the worker and writing the shards")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
