"""Figures that follow as a system: pose video + words → video of a figure."""

from __future__ import annotations

from pathlib import Path

from mien.follow.generate.request import FollowRequest
from mien.follow.registration import SERVED
from mien.systems.system import Loaded, Made, Output, System


def _generate(loaded: Loaded, request: FollowRequest, out: Path, progress: bool) -> Made:
    from mien.follow.generate.follow import generate

    return generate(loaded, request, out, progress)


SYSTEM = System(
    name="follow",
    command="follow",
    title="AI-generated figure that follows a pose video",
    help="""Let a figure move as in a video, dressed and placed as words say, in Vietnamese or English.

    The result has the length, the exact frame rate, the proportions and the sound of the pose video. Poses that the
    detector misses or exchanges are repaired; where nobody knows them, it is said. Words that the model does not know
    are named. What the text leaves open is drawn from the seed, once for the whole clip.

    The metadata says that the video is AI-generated, by which model and from which words. It shows a drawn figure and
    nobody's face. `mien pose` shows and saves the poses of a video.""",
    examples=(
        'mien follow --pose dance.mp4 --text "Cô gái nhảy múa trên cát" -o out.mp4',
        'mien follow -t "a man in a red coat waves in the snow" --size 512 -o waves.mp4',
        "mien follow -p dance.mp4 --look photo.jpg --skeleton -o beside.mp4",
        'mien follow -p poses.npz -t "Gấu trúc trên mặt nước" --person all -o panda.gif',
    ),
    request=FollowRequest,
    outputs=(
        Output(".mp4", "the video, with the sound of the pose video"),
        Output(".gif", "the same without sound"),
        Output(".png", "a few of its frames side by side"),
        Output(".npz", "the poses that are followed, to be edited and given as --pose"),
        Output(".json", "the looks and the place, to be edited and given as --look"),
    ),
    generate=_generate,
    served=SERVED,
    needs_model=lambda request: request.needs_model,
)
