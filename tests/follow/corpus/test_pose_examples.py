"""The corpus of figures gives the detector of poses pictures of the parts that are asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from stored_figures import stored_figures

from mien.bodies.keypoints import PoseError
from mien.follow.corpus.store import FiguresCorpus
from mien.follow.pose_examples import pose_examples


def test_pictures_are_of_the_parts_asked_for_with_their_points(tmp_path: Path) -> None:
    folder = stored_figures(tmp_path / "corpus", train=2, val=1, judge_train=1, judge_val=1)
    examples, held_out, digest = pose_examples(folder, ("judge_train", "train"), every=2)
    corpus = FiguresCorpus(folder)
    assert (len(examples), len(held_out), digest) == (9, 3, corpus.digest)
    read = examples.pictures(np.array([0, 4]))
    for row, (part, frame) in enumerate((("judge_train", 0), ("train", 2))):
        clip = corpus[int(corpus.numbers(part)[0])]
        assert np.array_equal(read.frames[row], clip.frames[frame])
        assert np.array_equal(read.points[row], clip.joints[frame, :17, :2])
    assert len(pose_examples(folder, ("judge_train",))[0]) == 6


def test_a_part_without_clips_is_named(tmp_path: Path) -> None:
    folder = stored_figures(tmp_path / "corpus", train=1)
    with pytest.raises(PoseError, match="no clips of judge_val: run the stage figures_corpus"):
        pose_examples(folder, ("train",))
