"""Text → head motion: the diffusion transformer, and the MLP baseline beside it."""

from pathlib import Path

from mien.motion.options import HeadMotionOptions
from stages.paths import MODELS, MOTIONS
from stages.shell import StageRun, run


def head_motion(options: HeadMotionOptions, stage: StageRun) -> None:
    """Train on motions with words."""
    from mien.motion.train import train_head_motion

    figures = train_head_motion(MOTIONS, options, MODELS / "head_motion", stage.training, cache=Path(".cache/text"))
    stage.metrics(figures)


if __name__ == "__main__":
    run(head_motion, distributed=True)
