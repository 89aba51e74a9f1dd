"""The moving picture of the README: one photo, one sentence, four feelings.

    python benchmarks/sample_clip.py docs/images/talking.webp

Takes a neutral reference of an actor whom the model never saw from a finished run (`models/talking_face`, `data/`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from mien.corpora.split import read_split
from mien.faces.shards import FaceShards
from mien.media.video import decode_frames
from mien.talking import Talker

FEELINGS = ("NEU", "HAP", "ANG", "SAD")
TEXT = "I would like a new alarm clock."


def main() -> None:
    """Read the command line, and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the .webp to write")
    parser.add_argument("--actor", default=None, help="one of the val actors (default: the first)")
    parser.add_argument("--side", type=int, default=176, help="pixels of each face")
    parser.add_argument("--quality", type=int, default=60)
    arguments = parser.parse_args()
    parts, index = read_split(Path("data/split/split.csv")), FaceShards(Path("data/faces")).index
    neutral = [
        str(clip)
        for clip, row in index.iterrows()
        if parts.get(str(clip)) == "val" and row["emotion"] == "NEU" and arguments.actor in (None, row["actor"])
    ]
    picture = next(iter(decode_frames(Path("data/resampled") / f"{neutral[0]}.mkv")))
    talker = Talker.load(Path("models/talking_face"))
    videos = []
    for feeling in FEELINGS:
        frames = talker.talk(
            picture, TEXT, emotion=feeling, intensity=0.9, voice="f4", paste_back=False, size=arguments.side, seed=1
        )
        videos.append(list(frames))
    length = min(map(len, videos))
    pictures = [Image.fromarray(np.hstack([video[number] for video in videos])) for number in range(0, length, 2)]
    pictures[0].save(
        arguments.out,
        save_all=True,
        append_images=pictures[1:],
        duration=80,
        loop=0,
        quality=arguments.quality,
        method=6,
    )
    print(f"{arguments.out}: {len(pictures)} pictures, {arguments.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
