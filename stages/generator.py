"""Phase 2: the generator learns to redraw real frames from a reference, the speech and the labels."""

from mien.talking.options import GeneratorOptions
from stages.paths import FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def generator(options: GeneratorOptions, stage: StageRun) -> None:
    """Phase 2: the generator learns to redraw real frames from a reference, the speech and the labels."""
    from mien.talking.train.generator import train_generator

    stage.metrics(train_generator(FACES, SPLIT, options, MODELS / "generator", stage.training))


if __name__ == "__main__":
    run(generator, distributed=True)
