"""Evaluation of figures that follow: whether they move, look and stay as they were asked to."""

from mien.follow.evaluate.options import EvaluateFollowOptions
from stages.paths import FIGURES_CORPUS, FOLLOW_EVALUATION, MODELS
from stages.shell import StageRun, run


def evaluate_follow(options: EvaluateFollowOptions, stage: StageRun) -> None:
    """Measure, report, and register the model; see `mien.tracking.registry` for which version is champion."""
    from mien.follow.evaluate.run import evaluate_follow as evaluate
    from mien.follow.registration import SERVED
    from mien.systems.evaluation.evaluate import deciding_figure

    folder = MODELS / "follow"
    figures = evaluate(
        FIGURES_CORPUS, folder, MODELS / "pose", MODELS / "figure_judge", options, FOLLOW_EVALUATION, stage.log
    )
    headline = {
        "follow": "generated.overall",
        "follow_pose": "generated.pck_10_of_real",
        "follow_looks": "generated.held_out.looks",
        "follow_place": "generated.held_out.place",
    }
    stage.metrics(figures, headline)
    stage.artifact(FOLLOW_EVALUATION)
    stage.register(SERVED.registered(folder), deciding_figure(figures))


if __name__ == "__main__":
    run(evaluate_follow)
