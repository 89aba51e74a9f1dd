"""Evaluation of moving shapes: whether the clips match their prompts."""

from mien.shapes.options import EvaluateShapesOptions
from stages.paths import MODELS, SHAPES_CORPUS, SHAPES_EVALUATION
from stages.shell import StageRun, run


def evaluate_shapes(options: EvaluateShapesOptions, stage: StageRun) -> None:
    """Measure, report, and register the model; see `mien.tracking.registry` for which version is champion."""
    from mien.shapes.evaluate.evaluate import evaluate_shapes as evaluate
    from mien.shapes.registration import SERVED
    from mien.systems.evaluation.evaluate import deciding_figure

    folder = MODELS / "shapes"
    figures = evaluate(SHAPES_CORPUS, folder, options, SHAPES_EVALUATION, stage.log)
    headline = {
        "shapes": "generated.overall",
        "shapes_seen": "generated.val.exact",
        "shapes_words": "generated.wordings.exact",
        "shapes_new": "generated.held_out.exact",
    }
    stage.metrics(figures, headline)
    stage.artifact(SHAPES_EVALUATION)
    stage.register(SERVED.registered(folder), deciding_figure(figures))


if __name__ == "__main__":
    run(evaluate_shapes)
