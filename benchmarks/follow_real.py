"""Figures that follow real people: how well, and strips to look at.

    python -m benchmarks.follow_real FOLDER OUT

Needs the trained models of `dvc repro evaluate_follow` and real clips: `asl/*.mkv` (signing), `one-by-one-*.mp4`
(walking), `skeletons/*.mp4` (dancing, as drawn skeletons). Each clip gets the prompts of the seeds in turn. The pose
that is found again in what was generated is compared with the pose that was found in the real clip, in the points that
were found there: PCK at parts of the torso, by the detector of the stage `pose` and by MediaPipe.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.bodies.detectors.detect import detect_poses
from mien.bodies.keypoints import BODY_COUNT, PoseTrack, PoseVideo
from mien.bodies.poses.choosing import choose_people
from mien.bodies.poses.drawing import draw_skeleton
from mien.bodies.training.judge import PoseJudge
from mien.follow.evaluate.finders import MediaPipeFinder
from mien.follow.evaluate.measure import THRESHOLDS, PoseFinder
from mien.follow.evaluate.models import TrainedFollower
from mien.follow.generate.frames import output_size
from mien.follow.model import FollowModel
from mien.metrics.poses import pck, torso_lengths
from mien.systems.evaluation.pictures import caption

PROMPTS = (
    "Trump ở trên biển", "Gấu trúc trên mặt nước", "Cô gái nhảy trên núi", "Cô gái nhảy múa trên cát",
    "Cô gái ở trên ngọn núi",
)  # fmt: skip
"""Those of the seeds."""

SIDE, SHOWN, MOST_FRAMES, JUDGED = 160, 6, 100, 24

Video = NDArray[np.uint8]


def clips(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Kind, path and detector of each real clip."""
    signing = [folder / "asl" / f"{name}.mkv" for name in ("thanks", "school", "again", "walk")]
    for kind, paths, detector in (
        ("signing", signing, "mediapipe"),
        ("walking", sorted(folder.glob("one-by-one-*.mp4")), "mediapipe"),
        ("dancing", sorted(folder.glob("skeletons/*.mp4")), "skeleton"),
    ):
        for path in paths:
            if path.exists():
                yield kind, path, detector


def in_size(pose: PoseVideo, width: int, height: int) -> PoseVideo:
    """The first frames in which somebody is seen, in a picture of another size."""
    track = pose.people[0]
    first = int(np.argmax(track.present()))
    rows = slice(first, first + MOST_FRAMES)
    scale = np.array([width / pose.width, height / pose.height], np.float32)
    people = (PoseTrack(track.points[rows] * scale, track.confidence[rows]),)
    return PoseVideo(width, height, pose.fps, people, len(people[0]))


def measured(video: Video, pose: PoseVideo, finder: PoseFinder) -> dict[str, float | None]:
    """PCK of the pose that is found in a video against the pose that was asked for."""
    rows = np.linspace(0, len(video) - 1, min(JUDGED, len(video))).round().astype(int)
    points, confidence = finder.detect(video[rows])
    track = pose.people[0]
    asked, known = track.points[rows, :BODY_COUNT], track.known()[rows, :BODY_COUNT]
    lengths = torso_lengths(asked, known)
    scale = float(np.nanmedian(lengths)) if np.isfinite(lengths).any() else pose.height / 4
    found = np.where(confidence[..., None] > 0, points, np.nan)
    return {name: pck(found, asked, known, scale, limit) for name, limit in THRESHOLDS.items()}


def strip(pose: PoseVideo, video: Video, text: str) -> Video:
    """Skeletons above the frames that followed them, under a caption."""
    rows = np.linspace(0, len(video) - 1, min(SHOWN, len(video))).round().astype(int)
    lines = [[draw_skeleton(pose, int(row)) for row in rows], [video[row] for row in rows]]
    sheets = [np.concatenate([_fitted(one) for one in line], axis=1) for line in lines]
    return np.concatenate([caption(sheets[0].shape[1], 26, [(0, text)], size=12), *sheets])


def _fitted(picture: Video) -> Video:
    height = SIDE * picture.shape[0] // picture.shape[1]
    return np.asarray(cv2.resize(picture, (SIDE, height), interpolation=cv2.INTER_AREA))


def main() -> None:
    """Measure and write the strips."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("real", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=192, help="shorter side of the videos in pixels")
    options = parser.parse_args()
    follower = TrainedFollower(FollowModel.load(Path("models/follow")))
    finders: Mapping[str, PoseFinder] = {"own": PoseJudge.load(Path("models/pose")), "mediapipe": MediaPipeFinder(384)}
    options.out.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = {}
    for number, (kind, path, detector) in enumerate(clips(options.real)):
        found = choose_people(detect_poses(path, detector), "largest")
        if not found.people:
            print(f"{path.name}: nobody is found")
            continue
        width, height = output_size(found.width, found.height, options.size)
        pose = in_size(found, width, height)
        text = PROMPTS[number % len(PROMPTS)]
        scene = follower.scenes(text, 1, number)[0]
        video = np.stack(list(follower.frames(scene, pose, (width, height))))
        own = {name: measured(video, pose, finder) for name, finder in finders.items()}
        figures[path.stem] = {"kind": kind, "frames": len(video), **own}
        print(path.name, json.dumps(figures[path.stem]))
        Image.fromarray(strip(pose, video, f"{text}: {path.stem} ({kind})")).save(options.out / f"{path.stem}.png")
    (options.out / "figures.json").write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
