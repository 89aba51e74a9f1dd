"""What a result offers besides its file: the person of a sculpted head, the motion of a moved one, poses; and what a

browser shows in place of a file that it cannot play. Everything comes from what the system has made, nothing is made
twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mien.systems.output import write_clip, write_picture
from mien.systems.request import Request
from mien.systems.system import Loaded, Made

if TYPE_CHECKING:
    from torch import Tensor

    from mien.bodies.keypoints import PoseVideo
    from mien.heads.appearance import Appearance
    from mien.heads.performance import Performance

PICTURE_SIDE = 640
"""Side of the picture of a sculpted head: enough for `mien talk --image`."""

PLAYED_SIDE = 320
PLAYED_SECONDS = 20
"""Size of a video that is rendered only to be looked at, and the length after which it ends."""

OF_BROWSERS = (".mp4", ".gif", ".png", ".glb")
"""Formats that a browser plays, .glb by a script of the studio."""


@dataclass(frozen=True)
class Companions:
    """files: role → path. play: what a browser plays in place of the file, or, where it plays the file itself, a video

    from which it is shown in a list. picture: what shows it in a list.
    """

    files: dict[str, Path] = field(default_factory=dict)
    play: Path | None = None
    picture: Path | None = None


def companions(folder: Path, loaded: Loaded, request: Request, made: Made, suffix: str) -> Companions:
    """Write what belongs to a result into `folder`. made: of `request`, as a file with this suffix."""
    writer = _WRITERS.get(loaded.system.command)
    if type(made) is Made:  # a file alone, such as of a maker that loads no torch: the writers would import it
        return Companions()
    return Companions() if writer is None else writer(folder, loaded, request, made, suffix)


def _sculpt(folder: Path, loaded: Loaded, _request: Request, made: Made, suffix: str) -> Companions:
    """person.json and front.png of each variant; a .glb where the file is no moving head itself."""
    from mien.heads.catalogue import open_head
    from mien.heads.export.glb import write_head_glb
    from mien.heads.export.turntable import turntable_frames
    from mien.heads.sculpture import Sculpture
    from mien.sculpt.generate.sculpt import Sculpted

    if not isinstance(made, Sculpted) or not made.people:
        return Companions()
    head = open_head("embedded")
    files: dict[str, Path] = {}
    play = None
    for number, person in enumerate(made.people, 1):
        end = "" if number == 1 else f"-{number}"
        tags = loaded.tags(seed=person.seed, prompt=person.prompt)
        one = Sculpture.of(person, head)
        files[f"person{end}"], files[f"picture{end}"] = folder / f"person{end}.json", folder / f"front{end}.png"
        replace(person, tags=tags).save(files[f"person{end}"])
        size = (PICTURE_SIDE, PICTURE_SIDE)
        front = next(turntable_frames(*one.parts, 1, size, expression=one.expression))
        write_picture(files[f"picture{end}"], front, tags)
        if number == 1 and suffix not in OF_BROWSERS:
            play = folder / "play.glb"
            write_head_glb(play, *one.parts, resting=one.expression, tags=tags, person=person.to_json())
    return Companions(files, play, files["picture"])


def _move(folder: Path, loaded: Loaded, request: Request, made: Made, suffix: str) -> Companions:
    from mien.heads.embedded.people import sample_actor
    from mien.motion.generate.move import GeneratedMotion
    from mien.motion.generate.request import MoveRequest

    if not isinstance(made, GeneratedMotion) or not isinstance(request, MoveRequest):
        return Companions()
    if request.person_file is not None:
        look = _look(request.person_file)
    else:
        identity, appearance, _ = sample_actor(request.person_number)
        look = identity, appearance
    return _motion(folder, loaded, made.performance, suffix, look)


def _talk(folder: Path, loaded: Loaded, request: Request, made: Made, suffix: str) -> Companions:
    from mien.talking.generate.request import TalkRequest
    from mien.talking.generate.talk import GeneratedVideo

    if not isinstance(made, GeneratedVideo) or made.performance is None or not isinstance(request, TalkRequest):
        return Companions()  # what moves in a photo is no motion of a head in space
    assert request.person is not None
    return _motion(folder, loaded, made.performance, suffix, _look(request.person))


def _look(person: Path) -> tuple[Tensor, Appearance]:
    """Identity and appearance of a sculpted person on the embedded head."""
    from mien.heads.catalogue import open_head
    from mien.heads.sculpture import Sculpture
    from mien.systems.person import read_person

    one = Sculpture.of(read_person(person), open_head("embedded"))
    return one.identity, one.appearance


def _motion(
    folder: Path, loaded: Loaded, performance: Performance, suffix: str, look: tuple[Tensor, Appearance]
) -> Companions:
    """The motion in numbers, which the result itself may be; what is no video is rendered as one."""
    from mien.heads.catalogue import open_head
    from mien.heads.render.playback import render_head

    identity, appearance = look
    tags = loaded.tags()
    files: dict[str, Path] = {}
    if suffix != ".npz":
        files["motion"] = folder / "motion.npz"
        performance.save(files["motion"], tags)
    if suffix in (".mp4", ".gif"):
        return Companions(files)
    most = round(PLAYED_SECONDS * performance.fps)
    shown = performance.map(lambda values: values[:most])
    play = folder / "play.mp4"
    frames = render_head(open_head("embedded"), identity, shown, (PLAYED_SIDE, PLAYED_SIDE), appearance=appearance)
    write_clip(play, frames, shown.fps, tags)
    return Companions(files, play)


def _follow(folder: Path, loaded: Loaded, _request: Request, made: Made, suffix: str) -> Companions:
    """The poses in numbers; for files of numbers, a video of them."""
    from mien.bodies.poses.drawing import skeleton_frames
    from mien.bodies.poses.files import write_poses
    from mien.follow.generate.follow import Followed

    poses: PoseVideo | None = made.poses if isinstance(made, Followed) else None
    if poses is None:
        return Companions()
    files: dict[str, Path] = {}
    if suffix != ".npz":
        files["poses"] = folder / "poses.npz"
        write_poses(files["poses"], poses)
    if suffix in OF_BROWSERS:
        return Companions(files)
    play = folder / "play.mp4"
    write_clip(play, skeleton_frames(poses), Fraction(poses.fps), loaded.tags())
    return Companions(files, play)


_WRITERS: dict[str, Callable[[Path, Loaded, Request, Made, str], Companions]] = {
    "sculpt": _sculpt, "move": _move, "talk": _talk, "follow": _follow,
}  # fmt: skip
