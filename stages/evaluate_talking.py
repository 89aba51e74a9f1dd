"""Evaluation of the talking face, on actors that are in no training set."""

from mien.talking.options import EvaluateTalkingOptions
from stages.paths import EVALUATION, FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def evaluate_talking(options: EvaluateTalkingOptions, stage: StageRun) -> None:
    """Measure, report, and register the model; see `mien.tracking.registry` for which version is champion."""
    from mien.systems.evaluation.evaluate import deciding_figure
    from mien.talking.evaluate.evaluate import evaluate_talking as evaluate
    from mien.talking.registration import SERVED

    folder = MODELS / "talking_face"
    figures = evaluate(FACES, SPLIT, folder, MODELS / "emotion_judge", options, EVALUATION, stage.log)
    headline = {
        "talking": "generated.overall",
        "sync_auc": f"generated.{options.part}.sync_auc",
        "emotion_cnn": f"generated.{options.part}.emotion_accuracy",
        "emotion_hog": f"generated.{options.part}.emotion_accuracy_hog",
        "ssim_mouth": f"real_motion.{options.part}.ssim_mouth",
        "ssim_eyes": f"real_motion.{options.part}.ssim_eyes",
    }
    stage.metrics(figures, headline)
    stage.artifact(EVALUATION)
    stage.register(SERVED.registered(folder), deciding_figure(figures))


if __name__ == "__main__":
    run(evaluate_talking)
