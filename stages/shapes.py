"""Moving shapes: training of the text-conditioned video GAN and of its baseline, a GAN of single frames."""

from pathlib import Path

from mien.shapes.options import ShapesOptions
from stages.paths import MODELS, SHAPES_CORPUS
from stages.shell import StageRun, run


def shapes(options: ShapesOptions, stage: StageRun) -> None:
    """Train text → a clip of moving shapes."""
    from mien.shapes.train.train import train_shapes

    out = MODELS / "shapes"
    stage.metrics(train_shapes(SHAPES_CORPUS, options, out, stage.training, cache=Path(".cache/text")))


if __name__ == "__main__":
    run(shapes, distributed=True)
