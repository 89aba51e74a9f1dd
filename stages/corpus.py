"""The corpus: a table with a row for every clip; the embedded corpus is rendered here."""

from mien.corpora.options import CorpusOptions
from stages.paths import CORPUS
from stages.shell import StageRun, run


def corpus(options: CorpusOptions, stage: StageRun) -> None:
    """List the clips of the corpus, with a row for every file; render the embedded corpus."""
    from mien.clips import summarise
    from mien.corpora.corpus import make_corpus

    clips = make_corpus(options, CORPUS, stage.execution)
    stage.metrics(summarise(clips))


if __name__ == "__main__":
    run(corpus)
