"""The embedded corpus: how fast it is rendered, whether faces are found in it, whether mouths open as they were driven.

    python benchmarks/embedded_corpus.py [--actors 12] [--clips-per-actor 13] [--workers 2] [--folder FOLDER]

Renders the corpus into FOLDER (by default a temporary one; a folder that holds a corpus is measured as it is), then
looks at every frame of every clip with MediaPipe. The mouth's opening is the distance of the inner lips over that of
the outer eye corners; it is compared, clip by clip, with the jaw's drive in `truth/`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile
from measuring import processor_seconds
from numpy.typing import NDArray

from mien.acting.acting import mouth_drive
from mien.corpora.embedded.corpus import render_corpus
from mien.corpora.options import EmbeddedOptions
from mien.execution import Execution
from mien.faces.detectors.open import open_detector
from mien.heads.performance import Performance
from mien.media.video import decode_frames
from mien.parallel import map_clips

UPPER_LIP, LOWER_LIP, RIGHT_EYE, LEFT_EYE = 13, 14, 33, 263  # of MediaPipe's mesh: inner lips, outer eye corners


@dataclass(frozen=True)
class Seen:
    """What a clip shows: frames, frames with a face, the correlation of opening and drive, loudness and peak."""

    clip_id: str
    frames: int
    found: int
    correlation: float
    lag: int
    dbfs: float
    peak: float


def opening(mesh: NDArray[np.float32]) -> float:
    """Distance of the inner lips over that of the outer eye corners."""
    lips = np.linalg.norm(mesh[UPPER_LIP] - mesh[LOWER_LIP])
    return float(lips / np.linalg.norm(mesh[RIGHT_EYE] - mesh[LEFT_EYE]))


def look(video: Path) -> Seen:
    """Detect in every frame of a clip of a corpus and compare with its truth and its sound."""
    clip_id, root = video.stem, video.parents[1]
    drive = mouth_drive(Performance.load(root / "truth" / f"{clip_id}.npz"))
    openings = []
    with open_detector("mediapipe", max_faces=1) as detector:
        for frame in decode_frames(video):
            faces = detector.detect(frame)
            openings.append(opening(faces[0].mesh) if faces and faces[0].mesh is not None else np.nan)
    seen = np.array(openings)
    if len(seen) != len(drive):
        raise ValueError(f"{clip_id} has {len(seen)} frames, its truth {len(drive)}")
    found = ~np.isnan(seen)
    correlations = {
        lag: _correlation(np.roll(seen, -lag), np.roll(found, -lag), drive, abs(lag)) for lag in range(-3, 4)
    }
    sound, _ = soundfile.read(root / "AudioWAV" / f"{clip_id}.wav")
    return Seen(
        clip_id,
        len(seen),
        int(found.sum()),
        correlations[0],
        max(correlations, key=lambda lag: correlations[lag]),
        float(10 * np.log10((sound**2).mean())),
        float(np.abs(sound).max()),
    )


def _correlation(seen: NDArray[np.float64], found: NDArray[np.bool_], drive: NDArray[np.float32], edge: int) -> float:
    inner = found.copy()
    inner[:edge] = False
    inner[len(inner) - edge :] = False
    return float(np.corrcoef(seen[inner], drive[inner])[0, 1]) if inner.sum() > 3 else float("nan")


def main() -> None:
    """Render where needed, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--actors", type=int, default=12)
    parser.add_argument("--clips-per-actor", type=int, default=None)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        execution = Execution(workers=arguments.workers)
        options = EmbeddedOptions(actors=arguments.actors, clips_per_actor=arguments.clips_per_actor)
        seconds, cpu = 0.0, 0.0
        if not (folder / "SentenceFilenames.csv").exists():
            folder.mkdir(parents=True, exist_ok=True)
            started, before = time.monotonic(), processor_seconds()
            render_corpus(options, folder, execution)
            seconds, cpu = time.monotonic() - started, processor_seconds() - before
        videos = sorted((folder / "VideoFlash").glob("*.flv"))
        outcomes = map_clips(look, videos, execution, "looking")
        report([_value(outcome) for outcome in outcomes], seconds, cpu, sum(video.stat().st_size for video in videos))


def _value(outcome: object) -> Seen:
    value = getattr(outcome, "value", None)
    if not isinstance(value, Seen):
        raise SystemExit(str(outcome))
    return value


def report(seen: list[Seen], seconds: float, cpu: float, size: int) -> None:
    """Print what was measured."""
    frames = sum(clip.frames for clip in seen)
    found = sum(clip.found for clip in seen)
    correlations = np.array([clip.correlation for clip in seen])
    worst = seen[int(np.nanargmin(correlations))]
    length = float(frames / Fraction(30000, 1001))
    print(f"clips {len(seen)}, frames {frames}, {length:.0f} s of video, {size / 1e6:.1f} MB")
    if seconds:
        print(f"rendered in {seconds:.1f} s: {len(seen) / seconds:.2f} clips/s, {frames / seconds:.1f} frames/s")
        print(f"CPU time {cpu:.1f} s: {1000 * cpu / frames:.1f} ms a frame, starting the processes included")
    print(f"frames with a face: {found / frames:.4%}; worst clip {min(c.found / c.frames for c in seen):.2%}")
    print(
        f"opening against drive: mean {np.nanmean(correlations):.3f}, median {np.nanmedian(correlations):.3f}, "
        f"worst {worst.correlation:.3f} ({worst.clip_id}), clips of at least 0.9: {np.mean(correlations >= 0.9):.1%}"
    )
    lags = np.array([clip.lag for clip in seen])
    print(f"best lag in frames: {dict(zip(*np.unique(lags, return_counts=True), strict=True))}")
    by_emotion: dict[str, list[float]] = defaultdict(list)
    for clip in seen:
        by_emotion[clip.clip_id.split("_")[2]].append(clip.correlation)
    print("by emotion: " + ", ".join(f"{name} {np.mean(values):.3f}" for name, values in sorted(by_emotion.items())))
    levels, peaks = [clip.dbfs for clip in seen], [clip.peak for clip in seen]
    print(f"loudness {min(levels):.1f} … {max(levels):.1f} dBFS RMS, greatest peak {max(peaks):.2f}")


if __name__ == "__main__":
    main()
