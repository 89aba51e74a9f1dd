"""Phase 2 of training: generator."""

from mien.talking.options import GeneratorOptions
from stages.paths import FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def generator(options: GeneratorOptions, stage: StageRun) -> None:
    """Phase 2: train the generator to reconstruct real frames from a reference frame, speech and labels."""
    from mien.talking.train.generator import train_generator

    stage.metrics(train_generator(FACES, SPLIT, options, MODELS / "generator", stage.training))


if __name__ == "__main__":
    run(generator, distributed=True)
