"""Figures that follow: words or a picture to a scene, key points to a body in space, and the diffusion baseline."""

from mien.follow.options import FollowOptions
from stages.paths import FIGURES_CORPUS, MODELS
from stages.shell import StageRun, run


def follow(options: FollowOptions, stage: StageRun) -> None:
    """Train the parts of the model, one after the other."""
    from mien.follow.train import train_follow

    stage.metrics(train_follow(FIGURES_CORPUS, options, MODELS / "follow", stage.training))


if __name__ == "__main__":
    run(follow, distributed=True)
