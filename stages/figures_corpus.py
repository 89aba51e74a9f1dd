"""Rendered clips of figures in places with texts in Vietnamese and English, and other ones for judges."""

from mien.follow.corpus.options import FiguresCorpusOptions
from stages.paths import FIGURES_CORPUS
from stages.shell import StageRun, run


def figures_corpus(options: FiguresCorpusOptions, stage: StageRun) -> None:
    """Draw scenes, motions and cameras, render them, and describe them in both languages."""
    from mien.follow.corpus.corpus import SHEET, make_figures_corpus

    stage.metrics(make_figures_corpus(options, FIGURES_CORPUS, stage.execution))
    stage.artifact(FIGURES_CORPUS / SHEET)


if __name__ == "__main__":
    run(figures_corpus)
