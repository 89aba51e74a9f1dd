"""Evaluation of sculpted heads: whether they show what their prompts ask for."""

from mien.sculpt.options import EvaluateSculptOptions
from stages.paths import HEADS_CORPUS, MODELS, SCULPT_EVALUATION
from stages.shell import StageRun, run


def evaluate_sculpt(options: EvaluateSculptOptions, stage: StageRun) -> None:
    """Measure, report, and register the prior; see `mien.tracking.registry` for which version is champion."""
    from mien.sculpt.evaluate.evaluate import evaluate_sculpt as evaluate
    from mien.sculpt.registration import SERVED
    from mien.systems.evaluation.evaluate import deciding_figure

    prior, clip = MODELS / "head_prior", MODELS / "head_clip"
    figures = evaluate(HEADS_CORPUS, prior, clip, options, SCULPT_EVALUATION, stage.log)
    headline = {
        "sculpt": "generated.overall",
        "sculpt_seen": "generated.seen.attributes",
        "sculpt_new": "generated.held_out.attributes",
        "sculpt_words": "generated.written.attributes",
    }
    stage.metrics(figures, headline)
    stage.artifact(SCULPT_EVALUATION)
    stage.register(SERVED.registered(prior), deciding_figure(figures))


if __name__ == "__main__":
    run(evaluate_sculpt)
