"""The stage motion_clips: motions with texts from three sources, in one store.

Sources: the embedded corpus (computed), the aligned clips and a folder of videos (both measured). Aligned clips have
the split of their actors; videos are split by a hash of their names.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mien.corpora.split import read_split
from mien.execution import Execution
from mien.files import atomic_directory
from mien.motion.corpus.embedded import embedded_motions
from mien.motion.corpus.measured import MeasuredClip, measure_shards, measure_videos
from mien.motion.data.store import MotionClip, write_motions
from mien.motion.options import MotionClipsOptions
from mien.progress import progress_bar

VIDEO_VAL_FRACTION = 0.05
"""Fraction of the videos in the split val."""


def make_motion_clips(
    options: MotionClipsOptions, faces: Path, split: Path, out: Path, execution: Execution
) -> dict[str, Any]:
    """Write the store and `rejected.csv` to `out`; return counts by source and split, minutes and median residual.

    faces: folder of face shards; split: the split table; both for `options.aligned`. Raises ValueError if there is no
    motion, ShardError or SplitError if the inputs cannot be read.
    """
    rejected: list[MeasuredClip] = []
    residuals: list[float] = []

    def measured() -> Iterator[MotionClip]:
        if options.aligned:
            parts = read_split(split)
            for clip in measure_shards(faces, execution=execution):
                yield from _kept(clip, "aligned", parts.get(clip.clip_id, "train"))
        if options.videos is not None:
            for clip in measure_videos(options.videos, execution=execution, blendshapes=options.blendshapes):
                yield from _kept(clip, "videos", video_part(clip.clip_id))

    def _kept(clip: MeasuredClip, source: str, part: str) -> Iterator[MotionClip]:
        if clip.performance is None or not clip.texts:
            rejected.append(clip)
            return
        if clip.quality is not None:
            residuals.append(clip.quality)
        yield MotionClip(f"{source}-{clip.clip_id}", source, part, clip.texts, clip.performance)

    def computed() -> Iterator[MotionClip]:
        corpus = options.embedded
        total = corpus.train + corpus.val + corpus.held_out
        if not total:
            return
        with progress_bar("motions", total, "sequences") as advance:
            for clip in embedded_motions(corpus.train, corpus.val, corpus.held_out, corpus.seed):
                yield clip
                advance(1)

    def all_motions() -> Iterator[MotionClip]:
        yield from computed()
        yield from measured()

    with atomic_directory(out) as folder:
        index = write_motions(folder, all_motions())
        _write_rejected(folder / "rejected.csv", rejected)
    counts = Counter(zip(index["source"], index["part"], strict=True))
    return {
        "motions": len(index),
        "rejected": len(rejected),
        "minutes": round(float(index["frames"].sum()) / 25 / 60, 2),
        "residual": round(float(np.median(residuals)), 4) if residuals else None,
        **{f"{source}_{part}": int(count) for (source, part), count in sorted(counts.items())},
    }


def video_part(clip_id: str) -> str:
    """`val` for one video in twenty, else `train`; depends on the name only."""
    digest = hashlib.sha256(clip_id.encode()).digest()
    return "val" if int.from_bytes(digest[:4], "little") < VIDEO_VAL_FRACTION * 2**32 else "train"


def _write_rejected(path: Path, rejected: list[MeasuredClip]) -> None:
    rows = [
        (clip.clip_id, clip.reason, clip.detail)
        if clip.performance is None
        else (clip.clip_id, "no_text", "the clip has no text")
        for clip in rejected
    ]
    pd.DataFrame(rows, columns=["clip_id", "reason", "detail"]).to_csv(path, index=False, lineterminator="\n")
