"""Phase 1 of training: emotion discriminator."""

from mien.talking.options import EmotionDiscriminatorOptions
from stages.paths import FACES, MODELS, SPLIT
from stages.shell import StageRun, run


def emotion_discriminator(options: EmotionDiscriminatorOptions, stage: StageRun) -> None:
    """Phase 1: train the emotion discriminator on real clips."""
    from mien.talking.train.emotion_discriminator import train_emotion_discriminator

    stage.metrics(train_emotion_discriminator(FACES, SPLIT, options, MODELS / "emotion_discriminator", stage.training))


if __name__ == "__main__":
    run(emotion_discriminator, distributed=True)
