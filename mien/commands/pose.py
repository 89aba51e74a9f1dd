"""`mien pose`: save and show the poses of a video."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mien.commands.system_command import Force, refuse
from mien.systems.errors import RequestError


def pose(
    video: Annotated[Path, typer.Argument(help="A video, or poses: .npz, OpenPose JSON, BVH.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The output: .npz, .json (OpenPose), .mp4 (skeletons), .png (a strip).")
    ],
    detector: Annotated[
        str | None,
        typer.Option(help="auto (default), mediapipe, mmpose, vitpose, or skeleton: the video shows drawn skeletons."),
    ] = None,
    weights: Annotated[str | None, typer.Option(help="Name or folder of the weights of the detector.")] = None,
    boxes: Annotated[
        str | None, typer.Option(help="Detector of objects of transformers that finds people for mmpose and vitpose.")
    ] = None,
    person: Annotated[str | None, typer.Option(help="Whose poses: all, largest, or a number from 0.")] = None,
    seconds: Annotated[str | None, typer.Option(help="Only the first seconds.")] = None,
    repair: Annotated[bool, typer.Option(help="Repair outliers, gaps and exchanged sides.")] = True,
    force: Force = False,
) -> None:
    """Find the poses of the people in a video: to edit and give to `mien follow`, or as a video of skeletons.

    mien pose dance.mp4 -o poses.npz

    mien pose dance.mp4 --person largest -o skeleton.mp4
    """
    from mien.follow.generate.posing import save_poses

    given = {
        "detector": detector, "weights": weights, "boxes": boxes, "person": person, "seconds": seconds,
        "repair": repair,
    }  # fmt: skip
    values = {name: value for name, value in given.items() if value is not None}
    try:
        saved = save_poses({"video": video, **values}, out, force)
    except RequestError as error:
        refuse(error)
    for note in saved.notes:
        print(note, file=sys.stderr)
    print(saved)
