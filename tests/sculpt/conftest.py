"""Models that several tests of sculpt share, trained once, also for several workers."""

from __future__ import annotations

from pathlib import Path

import pytest
from clip_making import painted_corpus
from made_once import made_once
from tiny import a_run, tiny

from mien.sculpt.clip.train import train_head_clip
from mien.sculpt.options import HeadPriorOptions
from mien.sculpt.prior.train import train_head_prior
from mien.text.options import TextOptions
from mien.training.options import TrainingOptions

PRIOR = HeadPriorOptions(
    training=TrainingOptions(
        samples=40_960, batch=128, lr=8e-3, weight_decay=1e-4, ema_decay=0.95, precision="float32"
    ),
    captions=8000, width=32, hidden=32, text=TextOptions(width=32, layers=0),
)  # fmt: skip
"""A prior of half the size, trained for about ten seconds."""


@pytest.fixture(scope="session")
def prior_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prior after a short training."""
    run = a_run(tmp_path_factory.mktemp("prior") / "resume")
    return made_once(tmp_path_factory, "sculpt_head_prior", lambda out: train_head_prior(PRIOR, out, run))


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus whose pictures are coloured fields."""
    return made_once(tmp_path_factory, "sculpt_small_corpus", lambda out: painted_corpus(out, 48, 16))


@pytest.fixture(scope="session")
def clip_folder(small_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A guide and a judge that have learned next to nothing."""
    run = a_run(tmp_path_factory.mktemp("clip") / "resume")
    return made_once(
        tmp_path_factory, "sculpt_head_clip", lambda out: train_head_clip(small_corpus, tiny("head_clip"), out, run)
    )
