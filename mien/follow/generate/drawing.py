"""Who draws the frames of a clip: the rigged figure, the diffusion baseline, or a pipeline of diffusers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from mien.bodies.keypoints import PoseTrack, PoseVideo
from mien.bodies.poses.drawing import draw_skeleton
from mien.bodies.scene import Scene
from mien.follow.adapters.interface import FramePipeline, Guidance, Picture
from mien.follow.generate.frames import render_frames
from mien.follow.generate.looks import read_look
from mien.follow.generate.movement import Movement
from mien.follow.generate.request import FollowRequest
from mien.follow.model import FollowModel
from mien.systems.errors import RequestError


def baseline_frames(
    model: FollowModel, movement: Movement, scenes: Sequence[Scene], width: int, height: int, seed: int
) -> Iterator[Picture]:
    """All frames by the diffusion baseline, which draws one person. Raises RequestError for several."""
    if len(movement.movers) > 1:
        raise RequestError("the diffusion baseline draws one person: choose whom to follow with --person")
    poses = movement.poses
    joints = movement.movers[0].joints * _scale(poses, width, height)
    confidence = poses.people[0].confidence
    return model.diffusion.frames(joints, confidence, scenes[0], (width, height), seed)


def pipeline_frames(
    pipeline: FramePipeline, request: FollowRequest, prompt: str, movement: Movement, width: int, height: int
) -> Iterator[Picture]:
    """All frames by a pipeline of diffusers, which reads the prompt and sees the skeletons of all people."""
    sized: dict[tuple[int, int], PoseVideo] = {}

    def skeleton(number: int, across: int, down: int) -> Picture:
        if (across, down) not in sized:
            sized[across, down] = scaled(movement.poses, across, down)
        return draw_skeleton(sized[across, down], number)

    look = read_look(request.look) if request.look is not None and request.look_file is None else None
    guidance = Guidance(prompt, movement.frames, skeleton, width, height, request.seed, look)
    return pipeline.frames(guidance)


def rigged_frames(
    movement: Movement, scenes: Sequence[Scene], width: int, height: int, numbers: Sequence[int]
) -> Iterator[Picture]:
    """The frames of these numbers by the rigged figure."""
    return render_frames(movement, scenes, width, height, numbers)


def picked(frames: Iterator[Picture], numbers: Sequence[int]) -> Iterator[Picture]:
    """Of all frames those of these numbers, which ascend; one can be asked for several times."""
    wanted = iter(numbers)
    following = next(wanted, None)
    for number, frame in enumerate(frames):
        while following == number:
            yield frame
            following = next(wanted, None)
        if following is None:
            return


def scaled(poses: PoseVideo, width: int, height: int) -> PoseVideo:
    """The same poses in a picture of another size."""
    scale = _scale(poses, width, height)[:2]
    people = tuple(PoseTrack(track.points * scale, track.confidence, track.person) for track in poses.people)
    return replace(poses, width=width, height=height, people=people)


def _scale(poses: PoseVideo, width: int, height: int) -> np.ndarray:
    return np.array([width / poses.width, height / poses.height, width / poses.width], np.float32)
