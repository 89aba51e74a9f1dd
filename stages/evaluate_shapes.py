"""Whether the clips of moving shapes show what the words ask for, beside rows that make the figures readable."""

from mien.shapes.options import EvaluateShapesOptions
from stages.paths import MODELS, SHAPES_CORPUS, SHAPES_EVALUATION
from stages.shell import StageRun, run


def evaluate_shapes(options: EvaluateShapesOptions, stage: StageRun) -> None:
    """Measure, show, and register the model; `champion` moves to it when its overall figure is the best so far."""
    from mien.shapes.evaluate.evaluate import evaluate_shapes as evaluate
    from mien.shapes.system import SERVED
    from mien.tracking.values import Figure

    folder = MODELS / "shapes"
    figures = evaluate(SHAPES_CORPUS, folder, options, SHAPES_EVALUATION, stage.log)
    stage.metrics(figures)
    stage.artifact(SHAPES_EVALUATION)
    model = SERVED.registered(folder)
    # The evaluation's fingerprint is part of the name: the champion of another corpus or of other options is not
    # beaten or kept by a figure that means something else.
    name = f"overall.{figures['evaluated']['fingerprint']}"
    stage.register(model, Figure(name, figures[figures["evaluated"]["row"]]["overall"], True))


if __name__ == "__main__":
    run(evaluate_shapes)
