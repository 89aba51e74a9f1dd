"""What the talking face is worth, on actors it never saw, beside rows that make the figures readable."""

from mien.talking.evaluate import EvaluateTalkingOptions
from stages.paths import EVALUATION, FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def evaluate_talking(options: EvaluateTalkingOptions, stage: StageRun) -> None:
    """Measure, show, and register the model."""
    from mien.talking.evaluate import evaluate_talking as evaluate

    figures = evaluate(FACES, SPLIT, MODELS / "talking_face", MODELS / "emotion_judge", options, EVALUATION, stage.log)
    stage.metrics(figures)
    stage.artifact(EVALUATION)


if __name__ == "__main__":
    run(evaluate_talking)
