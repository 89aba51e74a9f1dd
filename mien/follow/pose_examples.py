"""Pictures of the corpus of figures as examples for a detector of poses."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mien.bodies.keypoints import BODY_COUNT, PoseError
from mien.bodies.training.examples import ExamplesInMemory, PosePictures
from mien.follow.corpus.store import FiguresCorpus


def pose_examples(folder: Path, every: int = 1) -> tuple[ExamplesInMemory, ExamplesInMemory, str]:
    """The pictures of the judges' clips, to train on and to check with, and the digest of the corpus.

    every: every how manieth frame of a clip. About 28 KB a picture of 96 pixels are kept in memory. Raises PoseError
    for a corpus without clips for judges, ClipStoreError for a folder without a corpus.
    """
    corpus = FiguresCorpus(folder)
    return _part(corpus, "judge_train", every), _part(corpus, "judge_val", every), corpus.digest


def _part(corpus: FiguresCorpus, part: str, every: int) -> ExamplesInMemory:
    numbers = corpus.numbers(part)
    if not len(numbers):
        raise PoseError(f"the corpus of figures has no clips of the part {part}: run the stage figures_corpus with some")
    frames, points, known = [], [], []
    for number in numbers:
        track = corpus.poses(int(number))
        frames.append(corpus.frames(int(number))[::every])
        points.append(track.points[::every, :BODY_COUNT])
        known.append(track.confidence[::every, :BODY_COUNT] > 0)
    return ExamplesInMemory(PosePictures(np.concatenate(frames), np.concatenate(points), np.concatenate(known)))
