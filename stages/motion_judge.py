"""The motion judge: joint embeddings of texts and motions for evaluation, trained independently of every model."""

from mien.motion.options import MotionEvaluatorOptions
from stages.paths import MODELS, MOTIONS
from stages.shell import StageRun, run


def motion_judge(options: MotionEvaluatorOptions, stage: StageRun) -> None:
    """Train the judge on real motions."""
    from mien.motion.judge.train import train_motion_evaluator

    stage.metrics(train_motion_evaluator(MOTIONS, options, MODELS / "motion_judge", stage.training))


if __name__ == "__main__":
    run(motion_judge, distributed=True)
