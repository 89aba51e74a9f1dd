"""Whether the clips of moving shapes show what the words ask for, beside rows that make the figures readable."""

from mien.shapes.options import EvaluateShapesOptions
from stages.paths import MODELS, SHAPES_CORPUS, SHAPES_EVALUATION
from stages.shell import StageRun, run


def evaluate_shapes(options: EvaluateShapesOptions, stage: StageRun) -> None:
    """Measure, show, and register the model; `champion` moves to it when its overall figure is the best so far."""
    from mien.shapes.evaluate.evaluate import evaluate_shapes as evaluate
    from mien.shapes.generate.serving import served_example, served_inputs, served_outputs
    from mien.tracking.values import Figure, ServedModel

    folder = MODELS / "shapes"
    figures = evaluate(SHAPES_CORPUS, folder, options, SHAPES_EVALUATION, stage.log)
    row = figures["evaluated"]["row"]
    headline = {
        "shapes": f"{row}.overall",
        "shapes_seen": f"{row}.val.exact",
        "shapes_words": f"{row}.wordings.exact",
        "shapes_new": f"{row}.held_out.exact",
    }
    stage.metrics(figures, headline)
    stage.artifact(SHAPES_EVALUATION)
    model = ServedModel(
        "shapes", folder, "mien.shapes.generate.serving", served_inputs(), served_outputs(), served_example()
    )
    # The evaluation's fingerprint is part of the name: the champion of another corpus or of other options is not
    # beaten or kept by a figure that means something else.
    name = f"overall.{figures['evaluated']['fingerprint']}"
    stage.register(model, Figure(name, figures[row]["overall"], True))


if __name__ == "__main__":
    run(evaluate_shapes)
