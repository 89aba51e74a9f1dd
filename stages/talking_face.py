"""Phase 3 of training: generator, frame discriminator and emotion discriminator jointly."""

from mien.talking.options import TalkingFaceOptions
from stages.paths import FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def talking_face(options: TalkingFaceOptions, stage: StageRun) -> None:
    """Phase 3: joint training, initialised from phases 1 and 2."""
    from mien.talking.train.talking_face import train_talking_face

    figures = train_talking_face(
        FACES,
        SPLIT,
        options,
        MODELS / "emotion_discriminator",
        MODELS / "generator",
        MODELS / "talking_face",
        stage.training,
    )
    stage.metrics(figures)


if __name__ == "__main__":
    run(talking_face, distributed=True)
