"""The sheet of the README: eight sentences, each with its head from the front and from the side.

    python -m benchmarks.sculpt_sheet docs/images/sculpt.jpg [--without-text]

Needs the trained models of `dvc repro evaluate_sculpt`. Every head is the first one for its sentence with seed 0.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.heads.catalogue import open_head
from mien.heads.export.turntable import turntable_frames
from mien.heads.latents.person import Person
from mien.sculpt.generate.outputs import Sculpture
from mien.sculpt.generate.sculptor import Sculptor
from mien.systems.evaluation.pictures import caption

SENTENCES = (
    "an old man with a grey beard and round glasses, smiling",
    "ginger, square specs, looks bored",
    "shaved head and a long black beard",
    "a young woman with long wavy blond hair and freckles",
    "granny with white hair in a bun and rosy cheeks",
    "a black woman with an afro, gold glasses and red lipstick",
    "chubby bald man with a moustache, angry, in a green turtleneck",
    "a young man with blue hair, big ears and a long nose, surprised",
)

SIDE, COLUMNS = 256, 2


def cell(sculptor: Sculptor, text: str, label: str) -> NDArray[np.uint8]:
    """A sentence over its head from the front and from the side."""
    person = Person(sculptor.sculpt(text).row(0), text)
    one = Sculpture.of(person, open_head("embedded"))
    views = list(turntable_frames(*one.parts, 8, (SIDE, SIDE), expression=one.expression))
    pair = np.concatenate([views[0], views[7]], axis=1)
    return np.concatenate([caption(pair.shape[1], 28, [(0, label)]), pair])


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--without-text", action="store_true", help="letters in place of the sentences")
    options = parser.parse_args()
    sculptor = Sculptor.load(Path("models/head_prior"), Path("models/head_clip"))
    cells = [
        cell(sculptor, text, chr(ord("A") + number) if options.without_text else text)
        for number, text in enumerate(SENTENCES)
    ]
    rows = [np.concatenate(cells[start : start + COLUMNS], axis=1) for start in range(0, len(cells), COLUMNS)]
    Image.fromarray(np.concatenate(rows)).save(options.out, quality=88)


if __name__ == "__main__":
    main()
