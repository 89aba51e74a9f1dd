"""`mien pose`: the poses of a video as a file to be edited, or as a video of skeletons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from mien.bodies.keypoints import BODY_COUNT, PoseVideo
from mien.bodies.poses.drawing import draw_skeleton, skeleton_frames
from mien.bodies.poses.files import is_poses, write_poses
from mien.follow.generate.request import ALL, PoseOptions, person_of
from mien.follow.generate.sound import HZ, read_track
from mien.follow.generate.sources import read_people
from mien.follow.generate.strips import strip, strip_numbers
from mien.media.video import write_video
from mien.progress import counted
from mien.systems.errors import RequestError
from mien.systems.files import check_writable
from mien.systems.output import write_picture
from mien.systems.placement import staged

OUTPUTS = {
    ".npz": "poses, exactly",
    ".json": "poses as OpenPose writes them",
    ".mp4": "a video of skeletons, with the sound of the video",
    ".png": "a few of its skeletons side by side",
}
"""Suffix → what is written."""


class PoseRequest(PoseOptions):
    """A video and how its poses are found."""

    video: Path = Field(description="A video, or poses: .npz, OpenPose JSON, BVH")
    person: Annotated[str, BeforeValidator(person_of)] = Field(
        default=ALL, description="Whose poses: all, largest, or the number of a person, from 0"
    )


@dataclass(frozen=True)
class SavedPoses:
    """What was written to `path`, `repairs`: what was mended, and `notes` for the user."""

    path: Path
    poses: PoseVideo
    repairs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        poses, people = self.poses, len(self.poses.people)
        known = sum(float(track.known()[:, :BODY_COUNT].mean()) for track in poses.people) / max(1, people)
        who = "1 person" if people == 1 else f"{people} people"
        saved = (
            f"{self.path}: {who}, {poses.frames} frames of {poses.width}×{poses.height}, {poses.seconds:.2f} s, "
            f"{known:.0%} of the points of the body known"
        )
        return "\n".join([saved, *self.repairs])


def save_poses(
    request: PoseRequest | Mapping[str, object], out: Path, force: bool = False, progress: bool = True
) -> SavedPoses:
    """Find the poses of a video and write them to `out` atomically; its suffix, one of OUTPUTS, decides the format.

    Raises RequestError for every error that the user can correct.
    """
    asked = request if isinstance(request, PoseRequest) else PoseRequest.of(dict(request))
    if out.suffix not in OUTPUTS:
        raise RequestError(f"the output must be named {', '.join(OUTPUTS)}, not {out.name!r}")
    if not asked.video.exists():
        raise RequestError(f"the video {asked.video} is not there")
    check_writable(out, [asked.video], force)
    people = read_people(asked.video, asked, progress)
    try:
        with staged(out, force) as path:
            _write(path, people.poses, None if is_poses(asked.video) else asked.video, progress)
    except OSError as error:
        raise RequestError(f"{out} could not be made: {error.strerror or error}") from error
    return SavedPoses(out, people.poses, people.repairs, people.notes)


def _write(out: Path, poses: PoseVideo, video: Path | None, progress: bool) -> None:
    if out.suffix == ".mp4":
        sound = None if video is None else read_track(video, poses.seconds)
        frames = counted(skeleton_frames(poses), "skeletons", poses.frames, "frames", progress)
        write_video(out, frames, poses.fps, sound, HZ)
    elif out.suffix == ".png":
        write_picture(out, strip(draw_skeleton(poses, number) for number in strip_numbers(poses.frames)), {})
    else:
        write_poses(out, poses)
