"""Pictures of the corpus of figures as examples for a detector of poses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mien.bodies.keypoints import BODY_COUNT, PoseError
from mien.bodies.training.examples import ExamplesInMemory, PosePictures
from mien.follow.corpus.store import FiguresCorpus


def pose_examples(
    folder: Path, parts: Sequence[str] = ("judge_train", "train"), every: int = 1
) -> tuple[ExamplesInMemory, ExamplesInMemory, str]:
    """The pictures of clips to train on, those of `judge_val` to check with, and the digest of the corpus.

    parts: of the corpus, to train on. every: every how manieth frame of a clip. About 28 KB a picture of 96 pixels are
    kept in memory. Raises PoseError for a corpus without such clips, ClipStoreError for a folder without a corpus.
    """
    corpus = FiguresCorpus(folder)
    return _examples(corpus, parts, every), _examples(corpus, ["judge_val"], every), corpus.digest


def _examples(corpus: FiguresCorpus, parts: Sequence[str], every: int) -> ExamplesInMemory:
    numbers = [int(number) for part in parts for number in corpus.numbers(part)]
    if not numbers:
        raise PoseError(
            f"the corpus of figures has no clips of {', '.join(parts)}: run the stage figures_corpus with some"
        )
    frames, points, known = [], [], []
    for number in numbers:
        track = corpus.poses(number)
        frames.append(corpus.frames(number)[::every])
        points.append(track.points[::every, :BODY_COUNT])
        known.append(track.confidence[::every, :BODY_COUNT] > 0)
    return ExamplesInMemory(PosePictures(np.concatenate(frames), np.concatenate(points), np.concatenate(known)))
