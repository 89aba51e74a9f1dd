"""The picture of docs/heads.md: every head that opens, doing the same.

    python benchmarks/head_sheet.py OUT.jpg [--heads FOLDER] [--side 176]

FOLDER holds ict/, flame/ and gnm/; a head that does not open is said and left out. Each is another person.
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from mien.files import atomic_file
from mien.heads.appearance import Appearance
from mien.heads.catalogue import HEAD_NAMES, open_head
from mien.heads.head import HeadError
from mien.heads.performance import Performance, expression_vector
from mien.heads.render.playback import render_head
from mien.heads.render.render import Camera

ACTIONS: tuple[tuple[str, dict[str, float], tuple[float, float, float], tuple[float, float]], ...] = (
    ("still", {}, (0, 0, 0), (0, 0)),
    ("jawOpen", {"jawOpen": 0.8}, (0, 0, 0), (0, 0)),
    ("mouthSmile", {"mouthSmileLeft": 1, "mouthSmileRight": 1, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5},
     (0, 0, 0), (0, 0)),
    ("eyeBlinkLeft", {"eyeBlinkLeft": 1}, (0, 0, 0), (0, 0)),
    ("yaw 30°", {}, (np.pi / 6, 0, 0), (0, 0)),
    ("gaze 23°", {"browInnerUp": 0.6}, (-0.2, 0, 0.12), (0.4, 0)),
)  # fmt: skip

LOOKS = {
    "embedded": Appearance(),
    "ict": Appearance(),
    "flame": Appearance(
        skin=(0.66, 0.46, 0.36), lips=(0.58, 0.32, 0.30), hair=(0.07, 0.05, 0.04), brows=(0.08, 0.06, 0.05),
        eyes=(0.30, 0.20, 0.12)
    ),
    "gnm": Appearance(
        skin=(0.90, 0.73, 0.64), hair=(0.45, 0.32, 0.20), brows=(0.38, 0.28, 0.19), eyes=(0.36, 0.47, 0.36)
    ),
}  # fmt: skip
PERSON = {"flame": 5, "gnm": 11}


def performance() -> Performance:
    """One frame of each action."""
    still = np.zeros((len(ACTIONS), 3))
    expression = np.stack([expression_vector(weights) for _, weights, _, _ in ACTIONS])
    neck, gaze = (np.array([action[i] for action in ACTIONS], float) for i in (2, 3))
    return Performance(Fraction(25), expression, neck, still, gaze)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--heads", type=Path, help="folder with ict/, flame/ and gnm/ (default: where mien heads looks)"
    )
    parser.add_argument("--side", type=int, default=176, help="pixels of one picture's side")
    options = parser.parse_args()
    side, names, rows = options.side, [], []
    for name in HEAD_NAMES:
        try:
            head = open_head(name, options.heads / name if options.heads and name != "embedded" else None)
        except HeadError as error:
            print(f"left out: {error}")
            continue
        person = torch.zeros(len(head.identity_names))
        if name in PERSON:
            drawn = np.random.default_rng(PERSON[name]).normal(0, 0.9, 24)
            person[:24] = torch.from_numpy(drawn).float()
        camera = Camera(height=1.42, centre=(0.0, -0.05))
        frames = render_head(head, person, performance(), (side, side), camera, appearance=LOOKS[name])
        rows.append(np.concatenate(list(frames), axis=1))
        names.append(name)
    sheet = Image.fromarray(np.concatenate(rows))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for row, name in enumerate(names):
        draw.text((5, row * side + 3), name, fill="white", font=font)
    for column, (action, *_) in enumerate(ACTIONS):
        draw.text((column * side + 5, side - 19), action, fill="white", font=font)
    with atomic_file(options.out) as beside:
        sheet.save(beside, quality=88, optimize=True)


if __name__ == "__main__":
    main()
