"""The detector of poses by which figures are judged: an estimator of mmpose, trained on rendered figures."""

from mien.bodies.training.options import PoseOptions
from stages.paths import FIGURES_CORPUS, MODELS
from stages.shell import StageRun, run


def pose(options: PoseOptions, stage: StageRun) -> None:
    """Train it on rendered clips and check it on others; it is part of no loss."""
    from mien.bodies.training.train import train_pose
    from mien.follow.pose_examples import pose_examples

    examples, held_out, digest = pose_examples(FIGURES_CORPUS, options.parts, options.every)
    stage.metrics(train_pose(examples, held_out, options, digest, MODELS / "pose", stage.training))


if __name__ == "__main__":
    run(pose, distributed=True)
