"""What head motion by text is worth, on seen and on held-out compositions, beside rows that make figures readable."""

from pathlib import Path

from mien.motion.options import EvaluateMotionOptions
from stages.paths import MODELS, MOTION_EVALUATION, MOTIONS
from stages.shell import StageRun, run


def evaluate_motion(options: EvaluateMotionOptions, stage: StageRun) -> None:
    """Measure, show, and register the model; `champion` moves to it when its overall figure is the best so far."""
    from mien.motion.evaluate.evaluate import evaluate_motion as evaluate
    from mien.motion.system import SERVED
    from mien.tracking.values import Figure

    folder = MODELS / "head_motion"
    cache = Path(".cache/text")
    figures = evaluate(MOTIONS, folder, MODELS / "motion_judge", options, MOTION_EVALUATION, stage.log, cache)
    stage.metrics(figures)
    stage.artifact(MOTION_EVALUATION)
    model = SERVED.registered(folder)
    overall = figures[figures["evaluated"]["row"]]["overall"]
    # The evaluation's fingerprint is part of the name: the champion of another corpus, of other options or another
    # judge is not beaten or kept by a figure that means something else.
    name = f"overall.{figures['evaluated']['fingerprint']}"
    stage.register(model, Figure(name, float("nan") if overall is None else overall, True))


if __name__ == "__main__":
    run(evaluate_motion)
