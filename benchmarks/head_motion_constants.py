"""How the measures of head motion follow what the embedded corpus's heads really did.

    python benchmarks/head_motion_constants.py [data]

A linear fit over all frames of the shards in `data/faces` against the truth in `data/corpus/truth`, within each clip;
the slopes are the constants in `mien/talking/generate/head_motion.py`.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from mien.faces.alignment import transform_points
from mien.faces.measures import FACE_POSE, face_pose
from mien.heads.performance import EXPRESSION_INDEX, Performance

CAUSES = ("yaw", "pitch", "roll", "x", "y", "z", "gaze yaw", "gaze pitch", "blink")
BLINK, LIDS = CAUSES.index("blink"), FACE_POSE.index("lids")


def inverse(transforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """The transforms (T, 2, 3) that undo (T, 2, 3)."""
    square = np.zeros((len(transforms), 3, 3))
    square[:, :2], square[:, 2, 2] = transforms, 1
    return np.linalg.inv(square)[:, :2]


def clip_rows(clip: h5py.Group, truth: Performance) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Causes (T, 9) and measures (T, 9) of a clip, each relative to its median, but for blinks and lids."""
    transforms = clip["transform"][:]
    fixed = np.median(transforms, 0)  # one crop for the whole clip: alignment would hide half of the motion
    points = [transform_points(transform_points(clip[name][:][..., :2], inverse(transforms)), fixed)
              for name in ("landmarks", "mesh")]  # fmt: skip
    measures = face_pose(points[0], clip["video"].shape[1], points[1])
    lids = truth.expression[:, [EXPRESSION_INDEX["eyeBlinkLeft"], EXPRESSION_INDEX["eyeBlinkRight"]]].mean(1)
    own = np.concatenate([truth.neck, truth.translation, truth.gaze, lids[:, None]], 1)
    times = np.arange(len(measures)) / float(Fraction(clip.attrs["fps"])) * float(truth.fps)
    causes = np.stack([np.interp(times, np.arange(len(own)), column) for column in own.T], 1)
    rest, usual = np.median(causes, 0), np.median(measures, 0)
    rest[BLINK], usual[LIDS] = 0, 0
    return causes - rest, measures - usual


def main(data: Path) -> None:
    causes, measures = [], []
    for shard in sorted((data / "faces").glob("shard-*.h5")):
        with h5py.File(shard) as file:
            for clip_id in file:
                truth = data / "corpus" / "truth" / f"{clip_id}.npz"
                if truth.exists():
                    cause, measure = clip_rows(file[clip_id], Performance.load(truth))
                    causes.append(cause)
                    measures.append(measure)
    if not causes:
        raise SystemExit(f"{data} holds no shards of the embedded corpus: run `dvc repro align` first")
    x, y = np.concatenate(causes), np.concatenate(measures)
    design = np.column_stack([x, np.ones(len(x))])
    slopes = np.linalg.lstsq(design, y, rcond=None)[0]
    explained = 1 - (y - design @ slopes).var(0) / y.var(0)
    print(f"{len(causes)} clips, {len(x)} frames; slopes of the measures for each cause")
    print(" " * 10 + "".join(f"{name:>9}" for name in FACE_POSE))
    for name, row in zip(CAUSES, slopes, strict=False):
        print(f"{name:10}" + "".join(f"{value:9.2f}" for value in row))
    print(f"{'explained':10}" + "".join(f"{value:9.2f}" for value in explained))
    print(f"lids where they are closed: {np.median(y[x[:, BLINK] > 0.95, LIDS]):.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("data"))
