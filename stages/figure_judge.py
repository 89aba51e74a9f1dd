"""The judge of figures: a classifier of looks and places for evaluation only, which is not part of any loss."""

from mien.follow.judge.options import FigureJudgeOptions
from stages.paths import FIGURES_CORPUS, MODELS
from stages.shell import StageRun, run


def figure_judge(options: FigureJudgeOptions, stage: StageRun) -> None:
    """Train the judge on clips that no other training sees."""
    from mien.follow.judge.train import train_figure_judge

    stage.metrics(train_figure_judge(FIGURES_CORPUS, options, MODELS / "figure_judge", stage.training))


if __name__ == "__main__":
    run(figure_judge, distributed=True)
