"""Rendered heads with sentences that are true of them, for the guide and for the judge."""

from mien.sculpt.options import HeadsCorpusOptions
from stages.paths import HEADS_CORPUS
from stages.shell import StageRun, run


def heads_corpus(options: HeadsCorpusOptions, stage: StageRun) -> None:
    """Draw people, render whole heads and faces, and describe them."""
    from mien.sculpt.corpus.corpus import make_heads_corpus

    stage.metrics(make_heads_corpus(options, HEADS_CORPUS, stage.execution))


if __name__ == "__main__":
    run(heads_corpus)
