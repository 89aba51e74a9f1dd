"""Errors of key points before and after repair, in % of the body's box, where the truth is known.

    python -m benchmarks.pose_repair [--clips 26] [--real FOLDER]

Computed motions are seen by random cameras, with noise as of a detector; points are hidden, thrown off or exchanged.
Rows of the table: what was done to the points. Columns: mean error of the points concerned when the last known place is
held, on straight lines, by PCHIP, and by `mien.bodies.repair`. With FOLDER, clips of real people: what their poses are
like before and after repair.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from mien.bodies.keypoints import BODY_AND_FEET, BODY_COUNT, INDEX, JOINTS, LIMBS, PoseTrack, mirrored_order
from mien.bodies.motions.catalogue import MOTIONS, motion
from mien.bodies.motions.picture import framed, to_picture
from mien.bodies.repair.repair import mend, repair
from mien.bodies.repair.size import body_size, bone_lengths

Mask = NDArray[np.bool_]
FPS = 25
NOISE = 0.003
"""Of the box: deviation of each coordinate of the made-up detector."""
OTHER = mirrored_order()


@dataclass(frozen=True)
class Spoilt:
    """A track with faults, and which of its points (T, 65) are judged."""

    track: PoseTrack
    judged: Mask


Fault = Callable[[PoseTrack, float, np.random.Generator], Spoilt]


def hidden(track: PoseTrack, mask: Mask) -> Spoilt:
    """The track without the points of a mask."""
    mask = mask.copy()
    mask[:, BODY_AND_FEET:] = False
    mask[[0, -1]] = False  # PCHIP has nothing to go by beyond the ends
    return Spoilt(PoseTrack(track.points, np.where(mask, 0, track.confidence).astype(np.float32)), mask)


def random_points(share: float) -> Fault:
    """Each point of each frame by itself."""
    return lambda track, _, rng: hidden(track, rng.random(track.confidence.shape) < share)


def gaps(length: int, names: list[str] | None) -> Fault:
    """Gaps of `length` frames with 30 to 60 frames between them, in one point at a time, in limbs, or of everything."""

    def fault(track: PoseTrack, _: float, rng: np.random.Generator) -> Spoilt:
        mask = np.zeros(track.confidence.shape, bool)
        groups = [[joint] for joint in range(BODY_AND_FEET)] if names is None else []
        if names is not None:
            groups = [[n for n, joint in enumerate(JOINTS) if any(joint.startswith(name) for name in names)]]
            if names == ["limb"]:
                groups = [[INDEX[f"{side}_{one}"] for one in limb] for side in ("left", "right") for limb in CHAINS]
        for group in groups:
            start = int(rng.integers(3, 30))
            while start + length < len(mask) - 3:
                mask[start : start + length, group] = True
                start += length + int(rng.integers(30, 60))
        return hidden(track, mask)

    return fault


CHAINS = (("elbow", "wrist"), ("knee", "ankle", "big_toe", "small_toe", "heel"))


def spikes(track: PoseTrack, box: float, rng: np.random.Generator) -> Spoilt:
    """3 % of the points are 10 to 40 % of the box away."""
    mask = rng.random(track.confidence.shape) < 0.03
    mask[:, BODY_AND_FEET:] = False
    angle, far = rng.uniform(0, 2 * np.pi, mask.shape), box * rng.uniform(0.1, 0.4, mask.shape)
    off = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * far[..., None]
    points = track.points + np.where(mask[..., None], off, 0)
    return Spoilt(PoseTrack(points.astype(np.float32), track.confidence), mask)


def exchanged(names: tuple[str, ...] | None) -> Fault:
    """Left and right exchanged for 1 to 12 frames, three times: the whole body, or points by name."""

    def fault(track: PoseTrack, _: float, rng: np.random.Generator) -> Spoilt:
        points, mask = track.points.copy(), np.zeros(track.confidence.shape, bool)
        which = np.arange(len(JOINTS)) if names is None else np.array([INDEX[f"left_{name}"] for name in names])
        which = np.unique(np.concatenate([which, OTHER[which]]))
        for start in rng.choice(np.arange(5, len(points) - 20, 20), 3, replace=False):
            rows = slice(start, start + int(rng.integers(1, 13)))
            points[rows, which] = points[rows][:, OTHER[which]]
            mask[rows, which] = True
        mask[:, BODY_AND_FEET:] = False
        return Spoilt(PoseTrack(points, track.confidence), mask)

    return fault


FAULTS: dict[str, Fault] = {
    "10 % of the points hidden": random_points(0.1),
    "30 % of the points hidden": random_points(0.3),
    "50 % of the points hidden": random_points(0.5),
    "a point, 2 frames": gaps(2, None),
    "a point, 5 frames": gaps(5, None),
    "a point, 10 frames": gaps(10, None),
    "a limb, 5 frames": gaps(5, ["limb"]),
    "a limb, 10 frames": gaps(10, ["limb"]),
    "whole frames, 2": gaps(2, [""]),
    "whole frames, 5": gaps(5, [""]),
    "whole frames, 10": gaps(10, [""]),
    "spikes, 3 % of the points": spikes,
    "sides exchanged, whole body": exchanged(None),
    "sides exchanged, legs": exchanged(("hip", "knee", "ankle", "big_toe", "small_toe", "heel")),
    "sides exchanged, wrists": exchanged(("wrist",)),
}


def interpolated(track: PoseTrack, kind: str) -> PoseTrack:
    """Unknown points by interpolation in time, each by itself."""
    points, rows = track.points.copy(), np.arange(len(track))
    for joint in range(BODY_AND_FEET):
        known = np.flatnonzero(track.confidence[:, joint] > 0)
        if len(known) in (0, len(rows)):
            continue
        if len(known) == 1 or kind == "hold":
            points[:, joint] = track.points[known[np.maximum(np.searchsorted(known, rows, side="right") - 1, 0)], joint]
        elif kind == "linear":
            for axis in (0, 1):
                points[:, joint, axis] = np.interp(rows, known, track.points[known, joint, axis])
        else:
            curve = PchipInterpolator(known, track.points[known, joint])
            points[:, joint] = curve(np.clip(rows, known[0], known[-1]))
    return PoseTrack(points, track.confidence)


METHODS: dict[str, Callable[[PoseTrack], PoseTrack]] = {
    "as it is": lambda track: track,
    "hold": lambda track: interpolated(track, "hold"),
    "linear": lambda track: interpolated(track, "linear"),
    "PCHIP": lambda track: interpolated(track, "pchip"),
    "repair": lambda track: repair(track, FPS),
}


def clip(number: int) -> tuple[PoseTrack, float]:
    """A motion seen by a camera of its own, 6 seconds long, without noise, and the larger side of its box in pixels."""
    rng = np.random.default_rng([5, number])
    joints = motion(MOTIONS[number % len(MOTIONS)], 6, FPS, 90_000 + number)
    points = to_picture(joints, framed(joints, 256, 256, rng.uniform(0, 2 * np.pi), rng.uniform(-0.1, 0.4)))[..., :2]
    box = float(np.ptp(points[:, :BODY_AND_FEET], axis=1).max(axis=1).mean())
    return PoseTrack(points, np.ones(points.shape[:2], np.float32)), box


def table(clips: int) -> dict[str, dict[str, float]]:
    """Mean errors in % of the box by fault and method."""
    found: dict[str, dict[str, list[float]]] = {fault: {method: [] for method in METHODS} for fault in FAULTS}
    for number in range(clips):
        truth, box = clip(number)
        for fault, spoil in FAULTS.items():
            rng = np.random.default_rng([6, number])
            noise = rng.normal(0, NOISE * box, truth.points.shape).astype(np.float32)
            spoilt = spoil(PoseTrack(truth.points + noise, truth.confidence), box, rng)
            for method, mended in METHODS.items():
                if method == "as it is" and (spoilt.track.confidence[spoilt.judged] == 0).all():
                    continue  # there is nothing before repair
                off = np.linalg.norm(mended(spoilt.track).points - truth.points, axis=-1)[spoilt.judged]
                found[fault][method] += list(100 * off / box)
    return {
        fault: {method: float(np.mean(values)) for method, values in row.items() if values}
        for fault, row in found.items()
    }


def real(folder: Path) -> None:
    """Poses of real clips before and after repair."""
    from mien.bodies.detectors.detect import detect_poses  # needs mediapipe

    print(f"{'clip':28s} {'jumps/s':>16s} {'exchanges':>16s} {'bone variation':>16s} {'frames usable':>16s}")
    for path in sorted((folder / "asl").glob("*.mkv"))[:8]:
        video = detect_poses(path)
        for track in video.people[:1]:
            mended, report = mend(track, video.fps, (video.width, video.height))
            before, after = (quality(one, float(video.fps)) for one in (track, mended))
            swaps = sum(report.exchanged.values()), 0
            pairs = zip((before[0], swaps[0], *before[1:]), (after[0], swaps[1], *after[1:]), strict=True)
            print(f"{path.stem:28s} " + " ".join(f"{a:7.3g} → {b:6.3g}" for a, b in pairs), report.line())


def quality(track: PoseTrack, fps: float) -> tuple[float, float, float]:
    """Jumps a second of body points, variation of the arms' bones, and share of usable frames.

    A jump is over 6 % of the body out of the middle of the neighbours in time; bones: median change of the length from
    frame to frame in % of the body; usable: shoulders, elbows and wrists are known.
    """
    known, size = track.known(), body_size(track.points, track.known(), fps)
    points = track.points / size[:, None, None]
    both = known[2:] & known[1:-1] & known[:-2]
    off = np.linalg.norm(points[1:-1] - (points[2:] + points[:-2]) / 2, axis=-1)
    jumps = float((off[:, :BODY_COUNT] > 0.06)[both[:, :BODY_COUNT]].sum() * fps / max(len(points), 1))
    arms = [number for number, bone in enumerate(LIMBS) if "elbow" in bone[0] + bone[1]]
    change = np.abs(np.diff(bone_lengths(track.points, known)[:, arms], axis=0)) / size[1:, None]
    upper = [INDEX[f"{side}_{name}"] for side in ("left", "right") for name in ("shoulder", "elbow", "wrist")]
    return (
        jumps,
        float(100 * np.nanmedian(change)) if np.isfinite(change).any() else 0.0,
        float(known[:, upper].all(1).mean()),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=26, help="motions to measure on")
    parser.add_argument("--real", type=Path, help="folder with asl/*.mkv")
    options = parser.parse_args()
    print(f"Mean errors in % of the box; {options.clips} clips of 6 s, noise of {100 * NOISE:g} % in each coordinate")
    print(f"{'':30s}" + "".join(f"{method:>10s}" for method in METHODS))
    for fault, row in table(options.clips).items():
        print(
            f"{fault:30s}" + "".join(f"{row[method]:10.2f}" if method in row else f"{'-':>10s}" for method in METHODS)
        )
    if options.real:
        real(options.real)


if __name__ == "__main__":
    main()
