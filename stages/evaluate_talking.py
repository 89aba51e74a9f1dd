"""What the talking face is worth, on actors it never saw, beside rows that make the figures readable."""

from mien.talking.options import EvaluateTalkingOptions
from stages.paths import EVALUATION, FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def evaluate_talking(options: EvaluateTalkingOptions, stage: StageRun) -> None:
    """Measure, show, and register the model; `champion` moves to it when its overall figure is the best so far."""
    from mien.talking.evaluate.evaluate import evaluate_talking as evaluate
    from mien.talking.system import SERVED
    from mien.tracking.values import Figure

    folder = MODELS / "talking_face"
    figures = evaluate(FACES, SPLIT, folder, MODELS / "emotion_judge", options, EVALUATION, stage.log)
    stage.metrics(figures)
    stage.artifact(EVALUATION)
    model = SERVED.registered(folder)
    overall = figures["generated"]["overall"]
    # The evaluation's fingerprint is part of the name: the champion of another corpus, of other options or judges is
    # not beaten or kept by a figure that means something else.
    name = f"generated.overall.{figures['evaluated']['fingerprint']}"
    stage.register(model, Figure(name, float("nan") if overall is None else overall, True))


if __name__ == "__main__":
    run(evaluate_talking)
