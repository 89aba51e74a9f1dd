"""Evaluation of head motion from text, on combinations inside and outside the training set."""

from pathlib import Path

from mien.motion.options import EvaluateMotionOptions
from stages.paths import MODELS, MOTION_EVALUATION, MOTIONS
from stages.shell import StageRun, run


def evaluate_motion(options: EvaluateMotionOptions, stage: StageRun) -> None:
    """Measure, report, and register the model; see `mien.tracking.registry` for which version is champion."""
    from mien.motion.evaluate.evaluate import evaluate_motion as evaluate
    from mien.motion.registration import SERVED
    from mien.systems.evaluation.evaluate import deciding_figure

    folder = MODELS / "head_motion"
    cache = Path(".cache/text")
    figures = evaluate(MOTIONS, folder, MODELS / "motion_judge", options, MOTION_EVALUATION, stage.log, cache)
    headline = {
        "motion": "generated.overall",
        "motion_seen": "generated.val.exact",
        "motion_new": "generated.held_out.exact",
        "motion_fid": "generated.held_out.frechet",
    }
    stage.metrics(figures, headline)
    stage.artifact(MOTION_EVALUATION)
    stage.register(SERVED.registered(folder), deciding_figure(figures))


if __name__ == "__main__":
    run(evaluate_motion)
