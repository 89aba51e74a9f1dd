"""Evaluation of the talking face, on actors that are in no training set."""

from mien.talking.options import EvaluateTalkingOptions
from stages.paths import EVALUATION, FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def evaluate_talking(options: EvaluateTalkingOptions, stage: StageRun) -> None:
    """Measure, report, and register the model; see `mien.tracking.registry` for which version is champion."""
    from mien.systems.evaluation.evaluate import deciding_figure
    from mien.talking.evaluate.evaluate import evaluate_talking as evaluate
    from mien.talking.generate.serving import served_example, served_inputs, served_outputs
    from mien.talking.generate.talker import Talker
    from mien.tracking.values import ServedModel

    folder = MODELS / "talking_face"
    figures = evaluate(FACES, SPLIT, folder, MODELS / "emotion_judge", options, EVALUATION, stage.log)
    stage.metrics(figures)
    stage.artifact(EVALUATION)
    talker = Talker.load(folder)
    model = ServedModel(
        "talking_face",
        folder,
        "mien.talking.generate.serving",
        served_inputs(talker.size),
        served_outputs(talker.size),
        served_example(talker.size, talker.sample_rate),
    )
    stage.register(model, deciding_figure(figures))


if __name__ == "__main__":
    run(evaluate_talking)
