"""The three phases of the talking face's training, as the stages call them.

Each writes its model folder whole or not at all, keeps its checkpoints in `resume` and, when it is started again
there, goes on from the newest to the same bits that an undisturbed run ends in.
"""

from __future__ import annotations

from mien.talking.emotion_training import train_emotion_discriminator
from mien.talking.generator_training import train_generator
from mien.talking.options import EmotionDiscriminatorOptions, GeneratorOptions, TalkingFaceOptions
from mien.talking.talking_face_training import train_talking_face

__all__ = [
    "EmotionDiscriminatorOptions",
    "GeneratorOptions",
    "TalkingFaceOptions",
    "train_emotion_discriminator",
    "train_generator",
    "train_talking_face",
]
