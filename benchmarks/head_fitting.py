"""The fit of the embedded head to landmarks: how its tables were made, and what it is worth.

    python benchmarks/head_fitting.py calibrate          # prints the tables of mien/heads/fitting/points.py
    python benchmarks/head_fitting.py measure [--part val]
    python benchmarks/head_fitting.py compare [--part val] [--clips 12] MODEL.task

`measure` holds the fit of the aligned clips in `data/faces` against the truth in `data/corpus/truth`: for the part's
actors, whom no calibration saw. `compare` sets MediaPipe's blendshapes beside it, on the videos of the same clips.
The calibration lies in `benchmarks/head_fitting_calibration.py`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from mien.clips import read_clips
from mien.execution import Execution
from mien.faces.detectors.blendshapes import measure_blendshapes
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.fitting.fit import fit_head
from mien.heads.head import rotation
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.media.video import decode_frames
from mien.motion.corpus.measured import measure_shards, track_video
from mien.motion.data.features import resample

Array = NDArray[np.float64]

SIGNS: Mapping[str, tuple[str, ...]] = {
    "jaw": ("jawOpen",),
    "smile": ("mouthSmileLeft", "mouthSmileRight"),
    "blink": ("eyeBlinkLeft", "eyeBlinkRight"),
    "eyes wide": ("eyeWideLeft", "eyeWideRight"),
    "squint": ("eyeSquintLeft", "eyeSquintRight"),
    "inner brows up": ("browInnerUp",),
    "brows down": ("browDownLeft", "browDownRight"),
    "outer brows up": ("browOuterUpLeft", "browOuterUpRight"),
    "frown": ("mouthFrownLeft", "mouthFrownRight"),
    "pucker": ("mouthPucker",),
    "funnel": ("mouthFunnel",),
    "upper lip up": ("mouthUpperUpLeft", "mouthUpperUpRight"),
    "lower lip down": ("mouthLowerDownLeft", "mouthLowerDownRight"),
    "stretch": ("mouthStretchLeft", "mouthStretchRight"),
    "sneer": ("noseSneerLeft", "noseSneerRight"),
}
"""What is reported, and the expressions whose mean it is."""


def degrees_between(one: NDArray[np.floating], other: NDArray[np.floating]) -> Array:
    """Degrees (T,) of the rotation that leads from neck angles (T, 3) to others."""
    first, second = (rotation(*torch.as_tensor(a).double().unbind(1)) for a in (one, other))
    trace = (first.transpose(1, 2) @ second).diagonal(dim1=1, dim2=2).sum(-1)
    return np.asarray(np.degrees(((trace - 1) / 2).clamp(-1, 1).acos().numpy()))


def truth_of(data: Path, clip_id: str, frames: int) -> Performance:
    """What the clip's head really did, at 25 frames a second, `frames` long."""
    whole = resample(Performance.load(data / "corpus/truth" / f"{clip_id}.npz"), Fraction(25))
    keep = np.minimum(np.arange(frames), len(whole) - 1)
    return Performance(whole.fps, whole.expression[keep], whole.neck[keep], whole.translation[keep], whole.gaze[keep])


def clips_of(data: Path, part: str) -> list[str]:
    """The ids of the split's part."""
    split = pd.read_csv(data / "split/split.csv")
    return sorted(split.loc[split["part"] == part, "clip_id"].astype(str))


def correlation(truth: Array, found: Array) -> float:
    """Pearson's; nan where one of them does not move."""
    return float(np.corrcoef(truth, found)[0, 1]) if truth.std() > 1e-6 and found.std() > 1e-6 else float("nan")


def expression_table(truths: list[Performance], columns: Mapping[str, list[NDArray[np.float32]]]) -> None:
    """Print for each sign the correlation over all frames, and that of the deviations from each clip's median."""
    print(f"{'':16s}" + "".join(f"{name + ' all':>16s}{'in a clip':>12s}{'slope':>8s}" for name in columns))
    for sign, names in SIGNS.items():
        chosen = [EXPRESSION_INDEX[name] for name in names]
        truth = [one.expression[:, chosen].mean(1) for one in truths]
        line = f"{sign:16s}"
        for found in columns.values():
            values = [one[:, chosen].mean(1) for one in found]
            inside = [np.concatenate([v - np.median(v) for v in series]) for series in (truth, values)]
            every = [np.concatenate(series).astype(np.float64) for series in (truth, values)]
            slope = np.polyfit(every[0], every[1], 1)[0] if every[0].std() > 1e-6 else float("nan")
            line += f"{correlation(*every):16.3f}{correlation(*inside):12.3f}{slope:8.2f}"
        print(line)


def report(truths: list[Performance], found: list[Performance]) -> None:
    """Print the errors of rotation, translation and gaze, and the table of expressions."""
    necks = np.concatenate([p.neck for p in truths]), np.concatenate([p.neck for p in found])
    error = degrees_between(*necks)
    print(f"rotation error: mean {error.mean():.2f} degrees, 95 % below {np.percentile(error, 95):.2f}")
    away = np.degrees(necks[1] - necks[0])
    clips = np.cumsum([0] + [len(p) for p in truths])
    inside = np.concatenate([away[a:b] - away[a:b].mean(0) for a, b in pairwise(clips)])
    for axis, name in enumerate(("yaw", "pitch", "roll")):
        same = correlation(necks[0][:, axis].astype(np.float64), necks[1][:, axis].astype(np.float64))
        error, own = np.abs(away[:, axis]).mean(), np.abs(inside[:, axis]).mean()
        bias = away[:, axis].mean()
        print(f"{name:6s} bias {bias:5.2f}, mean error {error:.2f}, within a clip {own:.2f} degrees, r {same:.3f}")
    for index, name in enumerate(("gaze yaw", "gaze pitch")):
        pair = [np.concatenate([p.gaze[:, index] for p in side]).astype(np.float64) for side in (truths, found)]
        print(
            f"{name}: mean error {np.degrees(np.abs(pair[1] - pair[0]).mean()):.2f} degrees, r {correlation(*pair):.3f}"
        )
    moved = [np.concatenate([p.translation - np.median(p.translation, 0) for p in side]) for side in (truths, found)]
    print("translation x, y, z: r " + ", ".join(f"{correlation(moved[0][:, i], moved[1][:, i]):.3f}" for i in range(3)))
    expression_table(truths, {"fit": [p.expression for p in found]})


def measure(data: Path, part: str) -> None:
    """The fit of all clips of a part against the truth, and how long it takes."""
    wanted = clips_of(data, part)
    clips = [
        clip
        for clip in measure_shards(data / "faces", execution=Execution(workers=1, retries=0), only=wanted)
        if clip.performance is not None
    ]
    found = [clip.performance for clip in clips if clip.performance is not None]
    truths = [truth_of(data, clip.clip_id, len(p)) for clip, p in zip(clips, found, strict=True)]
    print(f"{len(found)} clips of {part} actors, {sum(map(len, found))} frames")
    report(truths, found)
    print(f"residual: median {np.median([clip.quality for clip in clips]):.4f} inter-ocular distances")


def compare(data: Path, part: str, count: int, model: Path) -> None:
    """MediaPipe's blendshapes beside the fit, both from the pictures."""
    head, table = EmbeddedHead(), {clip.clip_id: clip for clip in read_clips(data / "faces/clips.csv")}
    chosen = clips_of(data, part)
    chosen = chosen[:: max(1, len(chosen) // count)][:count]
    truths, found, scores, spent = [], [], [], 0.0
    for clip_id in chosen:
        path = Path(table[clip_id].path)
        track, frames, size = track_video(path)
        assert track is not None
        started = time.process_time()
        found.append(fit_head(head, track.landmarks, track.mesh, size).performance)
        spent += time.process_time() - started
        scores.append(measure_blendshapes(decode_frames(path), model))
        truths.append(truth_of(data, clip_id, frames))
    frames = sum(map(len, found))
    print(f"{len(found)} clips, {frames} frames; a fit of 75 frames takes {75 * spent / frames:.2f} s of one core")
    expression_table(truths, {"fit": [p.expression for p in found], "blendshapes": scores})


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"))
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("calibrate").add_argument("--people", type=int, default=40)
    measuring, comparing = what.add_parser("measure"), what.add_parser("compare")
    for command in (measuring, comparing):
        command.add_argument("--part", default="val", choices=("train", "val", "test"))
    comparing.add_argument("--clips", type=int, default=12)
    comparing.add_argument("model", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.what == "calibrate":
        from head_fitting_calibration import print_tables

        print_tables(given.people)
    elif given.what == "measure":
        measure(given.data, given.part)
    else:
        compare(given.data, given.part, given.clips, given.model)


if __name__ == "__main__":
    main()
