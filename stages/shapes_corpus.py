"""Rendered clips of moving shapes with prompts, the same on every machine."""

from mien.shapes.options import ShapesCorpusOptions
from stages.paths import SHAPES_CORPUS
from stages.shell import StageRun, run


def shapes_corpus(options: ShapesCorpusOptions, stage: StageRun) -> None:
    """Render circles, squares, triangles and stars that move as in their prompts, 64×64 pixels, 10 frames a second."""
    from mien.shapes.corpus.corpus import make_shapes_corpus

    stage.metrics(make_shapes_corpus(options, SHAPES_CORPUS))


if __name__ == "__main__":
    run(shapes_corpus)
