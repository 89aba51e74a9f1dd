"""A tiny untrained model of figures that follow, videos of nobody, and a detector that finds somebody in them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY, JOINTS, PoseTrack, PoseVideo
from mien.bodies.lifting.network import KIND as LIFTER_KIND
from mien.bodies.lifting.network import LifterNetwork
from mien.bodies.lifting.options import LifterOptions
from mien.bodies.motions.catalogue import motion
from mien.bodies.motions.picture import framed, to_picture
from mien.bodies.poses.found import Found
from mien.follow.diffusion.network import KIND as DIFFUSION_KIND
from mien.follow.diffusion.network import VideoUNet
from mien.follow.look.network import KIND as LOOK_KIND
from mien.follow.look.network import LookNetwork
from mien.follow.model import DIFFUSION, LIFTER, LOOK
from mien.follow.scenes.data import compose, vocabulary_of_captions
from mien.follow.scenes.network import SceneNetwork
from mien.follow.scenes.prior import KIND
from mien.media.ffmpeg import ffmpeg_exe
from mien.media.video import write_video
from mien.training.model_folder import ModelFiles, save_models

Frames = NDArray[np.uint8]


def save_model(folder: Path) -> Path:
    """The parts of the real classes, without any training."""
    torch.manual_seed(0)
    vocabulary = vocabulary_of_captions(compose(200, 0))
    parts = {
        "": (KIND, SceneNetwork(vocabulary, 8, 8)),
        LIFTER: (LIFTER_KIND, LifterNetwork(16, (1,))),
        LOOK: (LOOK_KIND, LookNetwork(4)),
        DIFFUSION: (DIFFUSION_KIND, VideoUNet(8, 4, 8)),
    }
    configs = {
        "": {"model": parts[""][1].config()}, LIFTER: {"model": {"width": 16, "dilations": [1]}},
        LOOK: {"model": {"width": 4}}, DIFFUSION: {"model": {"side": 8, "window": 4, "width": 8}},
    }  # fmt: skip
    files = {
        name: ModelFiles(kind, network, configs[name], LifterOptions(), "d", {}, lambda _: "# tiny\n")
        for name, (kind, network) in parts.items()
    }
    save_models(folder, files)
    return folder


def dancing(frames: int = 12, fps: Fraction = Fraction(25), width: int = 96, height: int = 128) -> PoseVideo:
    """The key points of a built-in dance in a picture of this size."""
    moved = motion("dance", float(frames / fps), fps, seed=3, body="woman")
    joints = to_picture(moved, framed(moved, width, height))
    confidence = np.ones((len(joints), len(JOINTS)), np.float32)
    return PoseVideo(width, height, fps, (PoseTrack(joints[..., :2].copy(), confidence),), len(joints))


def two_people(frames: int = 8, width: int = 128, height: int = 96) -> PoseVideo:
    """Two dancers side by side: person 0 is larger and stands lower in the picture than person 1."""
    one = dancing(frames, width=height, height=height).people[0]
    tracks = tuple(
        PoseTrack(
            (one.points * scale + shift).astype(np.float32), one.confidence, number
        )
        for number, (scale, shift) in enumerate(((0.8, (-8, 16)), (0.6, (60, 10))))
    )  # fmt: skip
    return PoseVideo(width, height, Fraction(25), tracks, frames)


def without(poses: PoseVideo, start: int, stop: int) -> PoseVideo:
    """The same poses, of which nothing is known from one frame to another."""
    people = []
    for track in poses.people:
        confidence = track.confidence.copy()
        confidence[start:stop] = 0
        people.append(PoseTrack(track.points, confidence, track.person))
    return poses.only(tuple(people))


class Finder:
    """A detector that finds the same person in every frame, in the middle and as high as the picture; or nobody."""

    def __init__(self, somebody: bool = True, closed: Callable[[], None] = lambda: None) -> None:
        self.somebody, self.closed, self.frames = somebody, closed, 0

    def detect(self, frame: Frames) -> list[Found]:
        self.frames += 1
        if not self.somebody:
            return []
        height, width = frame.shape[:2]
        moved = motion("idle", 0.04, 25, seed=0, body="man")
        points = to_picture(moved, framed(moved, width, height))[0, :, :2]
        confidence = np.zeros(len(JOINTS), np.float32)
        confidence[: len(BODY)] = 0.9
        return [Found(points, confidence)]

    def close(self) -> None:
        self.closed()


def a_video(
    path: Path, frames: int, fps: Fraction = Fraction(25), size: tuple[int, int] = (64, 48), sound: bool = False
) -> Path:
    """A grey video, with a tone of 440 Hz if asked for."""
    pictures = (np.full((size[1], size[0], 3), 40 + 4 * (number % 40), np.uint8) for number in range(frames))
    seconds = float(frames / fps)
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * 16000)) / 16000)).astype(np.float32)
    write_video(path, pictures, fps, tone if sound else None)
    return path


def turned(path: Path, out: Path, degrees: int = 90) -> Path:
    """The same video with a tag that says that it is to be shown turned."""
    command = [ffmpeg_exe(), "-loglevel", "error", "-display_rotation", str(degrees), "-i", str(path), "-c", "copy"]
    subprocess.run([*command, str(out)], check=True)
    return out
