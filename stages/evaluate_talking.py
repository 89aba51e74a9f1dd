"""Evaluation of the talking face, on actors that are in no training set."""

from mien.talking.options import EvaluateTalkingOptions
from stages.paths import EVALUATION, FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def evaluate_talking(options: EvaluateTalkingOptions, stage: StageRun) -> None:
    """Measure, report, and register the model; see `mien.tracking.registry` for which version is champion."""
    from mien.systems.evaluation.evaluate import deciding_figure
    from mien.talking.evaluate.evaluate import evaluate_talking as evaluate
    from mien.talking.system import SERVED

    folder = MODELS / "talking_face"
    figures = evaluate(FACES, SPLIT, folder, MODELS / "emotion_judge", options, EVALUATION, stage.log)
    stage.metrics(figures)
    stage.artifact(EVALUATION)
    stage.register(SERVED.registered(folder), deciding_figure(figures))


if __name__ == "__main__":
    run(evaluate_talking)
