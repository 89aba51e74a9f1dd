"""Where a movement comes from: a video, a file of poses, or a built-in motion; and its repair and lifting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np

from mien.bodies.detectors.detect import FEWEST_FRAMES, LOOKED_AT, detect_poses, open_detector
from mien.bodies.detectors.frames import VideoFrames, open_frames
from mien.bodies.detectors.skeletons.colours import is_black, looks_drawn
from mien.bodies.keypoints import JOINTS, PoseError, PoseTrack, PoseVideo
from mien.bodies.lifting.lifter import Lifted
from mien.bodies.motions.catalogue import motion
from mien.bodies.motions.picture import framed, to_picture
from mien.bodies.poses.choosing import choose_people
from mien.bodies.poses.files import is_poses, read_poses
from mien.bodies.poses.tracking import PeopleTracker
from mien.bodies.repair.repair import mend, repair
from mien.follow.generate.movement import Movement, Mover, gap_notes
from mien.follow.generate.request import DEFAULT_SECONDS, PoseOptions
from mien.progress import counted
from mien.systems.errors import RequestError

Lift = Callable[[PoseTrack, Fraction], Lifted]
"""(poses, frames a second) → joints in space, see `Lifter.lift`."""

MOTION_FPS = Fraction(25)
MOTION_SIDE = 512
"""Side in pixels of the square picture of a built-in motion."""


YAWS = {"walk": 1.0, "run": 1.0, "kick": 0.8, "sit": 0.6, "squat": 0.5}
YAW = 0.2
"""Angles in radians from which built-in motions are seen, where they show best."""


@dataclass(frozen=True)
class People:
    """The poses of the chosen people of a file, `repairs`: a line for each of them, and `notes` for the user."""

    poses: PoseVideo
    repairs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def followed(path: Path, options: PoseOptions, lift: Lift, progress: bool) -> Movement:
    """The movement of the chosen people in a video or a file of poses.

    Raises RequestError in one sentence for a file without usable poses.
    """
    people = read_people(path, options, progress)
    movers = lifted(people.poses, lift)
    still = (
        f"only the upper part of {named(track, people.poses)} is seen: the arms hang and the rest of the figure stands"
        for track, mover in zip(people.poses.people, movers, strict=True)
        if mover.standing
    )
    lost = (
        note
        for track, mover in zip(people.poses.people, movers, strict=True)
        for note in gap_notes(mover.shown, people.poses.fps, named(track, people.poses))
    )
    video = None if is_poses(path) else path
    return Movement(people.poses, movers, video, people.repairs, (*people.notes, *still, *lost))


def lifted(poses: PoseVideo, lift: Lift) -> tuple[Mover, ...]:
    """The people of poses with joints in space, such as by `Lifter.lift`."""
    found = ((track, lift(track, poses.fps)) for track in poses.people)
    return tuple(Mover(one.joints, one.hands, one.present, track.person, one.standing) for track, one in found)


def read_people(path: Path, options: PoseOptions, progress: bool) -> People:
    """The poses of the chosen people in a file, repaired unless that is switched off.

    Raises RequestError in one sentence for a file without usable poses.
    """
    try:
        found = read_poses(path) if is_poses(path) else _detected(path, options, progress)
        found = shortened(found, options.seconds)
        chosen = choose_people(found, options.person)
    except PoseError as error:
        raise RequestError(str(error)) from error
    if not options.repair:
        return People(chosen, (), _notes(found, chosen))
    size = (chosen.width, chosen.height)
    mended = [mend(track, chosen.fps, size) for track in chosen.people]
    poses = chosen.only(tuple(track for track, _ in mended))
    repairs = tuple(f"{named(track, poses)}: {report.line()}" for track, report in mended)
    return People(poses, repairs, _notes(found, poses))


def _detected(path: Path, options: PoseOptions, progress: bool) -> PoseVideo:
    """The poses of all people of a video; of its start alone where only that is asked for, since detectors are slow."""
    if options.seconds is None:
        return detect_poses(path, options.detector, options.weights, progress, boxes=options.boxes)
    frames = open_frames(path)
    wanted = max(1, round(options.seconds * frames.fps))
    detector, tracker = open_detector(_detector(frames, options), options.weights, boxes=options.boxes), PeopleTracker()
    try:
        shown = counted(islice(frames, wanted), "poses", min(wanted, frames.expected), "frames", progress)
        for frame in shown:
            tracker.add(detector.detect(frame), frame)
    finally:
        detector.close()
    tracks = tracker.tracks(min(FEWEST_FRAMES, max(1, tracker.frames // 2)))
    return PoseVideo(frames.width, frames.height, frames.fps, tracks, tracker.frames)


def _detector(frames: VideoFrames, options: PoseOptions) -> str:
    """The name of the detector; for `auto` as `detect_poses` chooses."""
    if options.detector != "auto":
        return options.detector
    first = next((frame for frame in islice(frames, LOOKED_AT) if not is_black(frame)), None)
    return "skeleton" if first is not None and looks_drawn(first) else "mediapipe"


def shortened(poses: PoseVideo, seconds: float | None) -> PoseVideo:
    """The first `seconds` of poses, at least one frame; all of them for None."""
    frames = poses.frames if seconds is None else min(poses.frames, max(1, round(seconds * poses.fps)))
    people = tuple(PoseTrack(track.points[:frames], track.confidence[:frames], track.person) for track in poses.people)
    return replace(poses, people=people, frames=frames)


def repaired(poses: PoseVideo) -> PoseVideo:
    """The same poses with outliers, short gaps and exchanged sides repaired."""
    size = (poses.width, poses.height)
    return poses.only(tuple(repair(track, poses.fps, size) for track in poses.people))


def flat(track: PoseTrack, _fps: Fraction) -> Lifted:
    """Joints without depth, for those who draw skeletons only."""
    joints = np.concatenate([track.points, np.zeros_like(track.points[..., :1])], axis=2)
    return Lifted(joints, np.zeros((len(track), 2), np.bool_), track.present())


def built_in(name: str, seconds: float | None, seed: int, kind: str) -> Movement:
    """A built-in motion. kind: of the figure, whose proportions it has if it is a person."""
    body = kind if kind in ("woman", "man", "child") else None
    moved = motion(name, seconds or DEFAULT_SECONDS, MOTION_FPS, seed, body)
    joints = to_picture(moved, framed(moved, MOTION_SIDE, MOTION_SIDE, YAWS.get(name, YAW)))
    frames = len(joints)
    known = np.ones((frames, len(JOINTS)), np.float32)
    poses = PoseVideo(MOTION_SIDE, MOTION_SIDE, MOTION_FPS, (PoseTrack(joints[..., :2].copy(), known),), frames)
    return Movement(poses, (Mover(joints, np.ones((frames, 2), np.bool_), np.ones(frames, np.bool_)),))


def _notes(found: PoseVideo, poses: PoseVideo) -> tuple[str, ...]:
    present = [track for track in found.people if track.present().any()]
    if len(present) <= len(poses.people):
        return ()
    numbers = ", ".join(str(track.person) for track in present)
    followed = poses.people[0].person
    return (
        f"{len(present)} people are seen ({numbers}) and person {followed} is followed: --person all, or a number, "
        "chooses others",
    )


def named(track: PoseTrack, poses: PoseVideo) -> str:
    """How a note calls a person."""
    return f"person {track.person}" if len(poses.people) > 1 else "the person"
