"""Text → head motion: training of the diffusion transformer and of its MLP baseline."""

from pathlib import Path

from mien.motion.options import HeadMotionOptions
from stages.paths import MODELS, MOTIONS
from stages.shell import StageRun, run


def head_motion(options: HeadMotionOptions, stage: StageRun) -> None:
    """Train on head motions with texts."""
    from mien.motion.train import train_head_motion

    figures = train_head_motion(MOTIONS, options, MODELS / "head_motion", stage.training, cache=Path(".cache/text"))
    stage.metrics(figures)


if __name__ == "__main__":
    run(head_motion, distributed=True)
