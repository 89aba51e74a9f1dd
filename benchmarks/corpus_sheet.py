"""A sheet of people and feelings from a corpus of clips in CREMA-D's layout.

`python benchmarks/corpus_sheet.py data/corpus sheet.jpg`: a column for each emotion, rows of actors, the frame in the
middle of each clip. Actors who lack an emotion are left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from mien.clips import EMOTIONS, Clip, read_clips
from mien.media.video import decode_frames


def middle_frame(clip: Clip, side: int) -> Image.Image:
    """The frame in the middle of a clip, its middle square, `side` pixels wide."""
    frames = list(decode_frames(Path(clip.path)))
    frame = Image.fromarray(np.asarray(frames[len(frames) // 2]))
    edge = min(frame.size)
    left, top = (frame.width - edge) // 2, (frame.height - edge) // 2
    return frame.crop((left, top, left + edge, top + edge)).resize((side, side), Image.Resampling.LANCZOS)


def main() -> None:
    """Draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="folder with clips.csv; run from the repository's root")
    parser.add_argument("sheet", type=Path, help="picture to write")
    parser.add_argument("--rows", type=int, default=6, help="actors")
    parser.add_argument("--side", type=int, default=150, help="of each picture, pixels")
    options = parser.parse_args()
    by_actor: dict[str, dict[str, Clip]] = {}
    for clip in read_clips(options.corpus / "clips.csv"):
        if clip.ok and clip.actor and clip.emotion:
            by_actor.setdefault(clip.actor, {}).setdefault(clip.emotion, clip)
    whole = [feelings for _, feelings in sorted(by_actor.items()) if len(feelings) == len(EMOTIONS)][: options.rows]
    sheet = Image.new("RGB", (options.side * len(EMOTIONS), options.side * len(whole)))
    for row, feelings in enumerate(whole):
        for column, emotion in enumerate(EMOTIONS):
            picture = middle_frame(feelings[emotion], options.side)
            sheet.paste(picture, (column * options.side, row * options.side))
    sheet.save(options.sheet, quality=85)


if __name__ == "__main__":
    main()
