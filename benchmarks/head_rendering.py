"""Frames a second of every head that opens here, and what its parts cost.

    python benchmarks/head_rendering.py [--heads FOLDER] [--seconds 4]

FOLDER holds ict/, flame/ and gnm/ as $MIEN_HEADS does; without it heads are looked for where `mien heads` looks. The
head talks and turns; one thread. Written by default for one core: run it with OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from measuring import Row, print_table, rate

from mien.heads.catalogue import HEAD_NAMES, open_head
from mien.heads.head import Head, HeadError
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.heads.render.playback import posed_frames, render_head

FRAMES = 40
GOAL = 30.0


def talking(frames: int = FRAMES) -> Performance:
    """A head that turns, nods, opens its mouth, smiles and blinks."""
    t = np.arange(frames) / 25
    expression = np.zeros((frames, 52))
    for name, weight in (
        ("jawOpen", 0.4 + 0.4 * np.sin(9 * t)),
        ("mouthSmileLeft", 0.5 + 0.5 * np.sin(2 * t)),
        ("mouthSmileRight", 0.5 + 0.5 * np.sin(2 * t)),
        ("eyeBlinkLeft", np.clip(3 * np.sin(4 * t) - 2, 0, 1)),
        ("eyeBlinkRight", np.clip(3 * np.sin(4 * t) - 2, 0, 1)),
    ):
        expression[:, EXPRESSION_INDEX[name]] = np.clip(weight, 0, 1)
    neck = np.stack([0.5 * np.sin(2 * t), 0.15 * np.sin(5 * t), 0.1 * np.cos(3 * t)], axis=1)
    gaze = np.stack([0.2 * np.sin(3 * t), 0 * t], axis=1)
    return Performance(Fraction(25), expression, neck, np.zeros((frames, 3)), gaze)


def measured(head: Head, seconds: float) -> list[Row]:
    """Frames a second of the vertices alone and of pictures at 256² and 512²."""
    performance, person = talking(), torch.zeros(len(head.identity_names))
    rows = [
        Row(
            f"{head.name}: vertices, frames/s",
            rate(lambda: list(posed_frames(head, person, performance)), FRAMES, seconds),
        )
    ]
    for side in (256, 512):

        def play(size: int = side) -> None:
            for _ in render_head(head, person, performance, (size, size)):
                pass

        goal = GOAL if side == 256 else None
        rows.append(Row(f"{head.name}: pictures of {side} x {side}, frames/s", rate(play, FRAMES, seconds), goal))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--heads", type=Path, help="folder with ict/, flame/ and gnm/ (default: where mien heads looks)"
    )
    parser.add_argument("--seconds", type=float, default=4.0, help="about how long each figure is measured")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows, notes = [], [f"{os.cpu_count()} cores, one of them used; numba renderer, {FRAMES} frames a run"]
    for name in HEAD_NAMES:
        path = options.heads / name if options.heads and name != "embedded" else None
        try:
            head = open_head(name, path)
        except HeadError as error:
            notes.append(f"left out: {error}")
            continue
        notes.append(f"{name}: {head.vertex_count} vertices, {len(head.faces)} triangles")
        rows += measured(head, options.seconds)
    print_table("Playing a head", notes, rows)


if __name__ == "__main__":
    main()
