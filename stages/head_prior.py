"""Sculpt: training of the prior, words → a distribution over the latents of a head."""

from pathlib import Path

from mien.sculpt.options import HeadPriorOptions
from stages.paths import MODELS
from stages.shell import StageRun, run


def head_prior(options: HeadPriorOptions, stage: StageRun) -> None:
    """Train on captions that are composed for it; nothing is rendered."""
    from mien.sculpt.prior.train import train_head_prior

    stage.metrics(train_head_prior(options, MODELS / "head_prior", stage.training, cache=Path(".cache/text")))


if __name__ == "__main__":
    run(head_prior, distributed=True)
