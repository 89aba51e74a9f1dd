"""The sheet of the README: eight sentences in two languages, each with four frames of a figure that follows a motion.

    python -m benchmarks.follow_sheet docs/images/follow.jpg

Needs the trained model of `dvc repro follow`. Every figure is the first for its sentence with seed 0; the motions are
the built-in ones, so no recording of a person is behind the pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.follow.generate.frames import render_frames
from mien.follow.generate.sources import built_in
from mien.follow.model import FollowModel
from mien.systems.evaluation.pictures import caption

SENTENCES = (
    ("Trump ở trên biển", "walk"),
    ("Gấu trúc trên mặt nước", "dance"),
    ("Cô gái nhảy trên núi", "jump"),
    ("Cô gái nhảy múa trên cát", "dance"),
    ("co gai mac ao dai do doi non la tren pho", "wave"),
    ("a man in a green coat runs through the snow", "run"),
    ("a robot in a striped shirt kicks, on stage", "kick"),
    ("a child with curly hair in yellow shorts, in a forest at sunset", "clap"),
)

SIDE, FRAMES, COLUMNS = 192, 4, 2


def cell(model: FollowModel, text: str, motion: str) -> NDArray[np.uint8]:
    """A sentence over four frames."""
    scenes = model.scenes.sample(text).scenes
    movement = built_in(motion, 2.4, 0, scenes[0].kind)
    numbers = [int(one) for one in np.linspace(0, movement.frames - 1, FRAMES + 1)[:-1].round()]
    strip = np.concatenate(list(render_frames(movement, scenes, SIDE, SIDE, numbers)), axis=1)
    return np.concatenate([caption(strip.shape[1], 26, [(0, text)]), strip])


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    model = FollowModel.load(Path("models/follow"))
    cells = [cell(model, text, motion) for text, motion in SENTENCES]
    rows = [np.concatenate(cells[start : start + COLUMNS], axis=1) for start in range(0, len(cells), COLUMNS)]
    Image.fromarray(np.concatenate(rows)).save(options.out, quality=85)


if __name__ == "__main__":
    main()
