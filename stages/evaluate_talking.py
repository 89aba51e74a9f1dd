"""What the talking face is worth, on actors it never saw, beside rows that make the figures readable."""

from mien.talking.options import EvaluateTalkingOptions
from stages.paths import EVALUATION, FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def evaluate_talking(options: EvaluateTalkingOptions, stage: StageRun) -> None:
    """Measure, show, and register the model; `champion` moves to it when its overall figure is the best so far."""
    from mien.talking.evaluate.evaluate import evaluate_talking as evaluate
    from mien.talking.generate.serving import served_example, served_inputs, served_outputs
    from mien.talking.generate.talker import Talker
    from mien.tracking.values import Figure, ServedModel

    folder = MODELS / "talking_face"
    figures = evaluate(FACES, SPLIT, folder, MODELS / "emotion_judge", options, EVALUATION, stage.log)
    headline = {
        "talking": "generated.overall",
        "sync_auc": "generated.sync_auc",
        "emotion_cnn": "generated.emotion_accuracy",
        "emotion_hog": "generated.emotion_accuracy_hog",
        "ssim_mouth": "generated_given_motion.ssim_mouth",
        "ssim_eyes": "generated_given_motion.ssim_eyes",
    }
    stage.metrics(figures, headline)
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
    overall = figures["generated"]["overall"]
    # The evaluation's fingerprint is part of the name: the champion of another corpus, of other options or judges is
    # not beaten or kept by a figure that means something else.
    name = f"generated.overall.{figures['evaluated']['fingerprint']}"
    stage.register(model, Figure(name, float("nan") if overall is None else overall, True))


if __name__ == "__main__":
    run(evaluate_talking)
