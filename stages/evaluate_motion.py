"""What head motion by text is worth, on seen and on held-out compositions, beside rows that make figures readable."""

from pathlib import Path

from mien.motion.options import EvaluateMotionOptions
from stages.paths import MODELS, MOTION_EVALUATION, MOTIONS
from stages.shell import StageRun, run


def evaluate_motion(options: EvaluateMotionOptions, stage: StageRun) -> None:
    """Measure, show, and register the model; `champion` moves to it when its overall figure is the best so far."""
    from mien.motion.evaluate.evaluate import evaluate_motion as evaluate
    from mien.motion.generate.serving import served_example, served_inputs, served_outputs
    from mien.tracking.values import Figure, ServedModel

    folder = MODELS / "head_motion"
    cache = Path(".cache/text")
    figures = evaluate(MOTIONS, folder, MODELS / "motion_judge", options, MOTION_EVALUATION, stage.log, cache)
    row = figures["evaluated"]["row"]
    headline = {
        "motion": f"{row}.overall",
        "motion_seen": f"{row}.val.exact",
        "motion_new": f"{row}.held_out.exact",
        "motion_fid": f"{row}.held_out.frechet",
    }
    stage.metrics(figures, headline)
    stage.artifact(MOTION_EVALUATION)
    model = ServedModel(
        "head_motion", folder, "mien.motion.generate.serving", served_inputs(), served_outputs(), served_example()
    )
    overall = figures[row]["overall"]
    # The evaluation's fingerprint is part of the name: the champion of another corpus, of other options or another
    # judge is not beaten or kept by a figure that means something else.
    name = f"overall.{figures['evaluated']['fingerprint']}"
    stage.register(model, Figure(name, float("nan") if overall is None else overall, True))


if __name__ == "__main__":
    run(evaluate_motion)
