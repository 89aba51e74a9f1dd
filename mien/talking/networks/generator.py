"""The generator: encoders of speech, image, emotion and pose, and a decoder.

Every video frame is a function of the reference image, a third of a second of speech around the frame, and the emotion
weights and pose of the frame. Frames are decoded independently, so generation in chunks of any length is exact;
temporal smoothness comes from the inputs.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

import torch
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from torch import Tensor, nn

from mien.storage.rates import frame_rate
from mien.talking.networks.decoding import DecoderOutput
from mien.talking.networks.direct import DirectDecoder
from mien.talking.networks.encoders import (
    EmotionEncoder,
    ImageEncoder,
    LandmarkPredictor,
    PoseEncoder,
    ReferenceEncoder,
    SpeechEncoder,
)
from mien.talking.networks.warp import WarpDecoder


class GeneratorConfig(BaseModel):
    """Configuration from which a generator can be rebuilt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: Literal["warp", "direct"] = Field(
        "warp", description="warp: the reference's pixels are warped; direct: all pixels are synthesised"
    )
    size: int = Field(ge=16, le=1024, description="side of the square frames, in pixels")
    fps: Annotated[Fraction, BeforeValidator(lambda value: frame_rate(value))] = Field(
        gt=0, description="video frames per second, exact"
    )
    sample_rate: int = Field(gt=0, description="sample rate of the speech in hertz")
    image_channels: tuple[int, ...] = Field(min_length=2, description="feature maps at size, size/2, size/4, …")
    speech_width: int = Field(ge=8, description="channels of the speech encoder")
    code_width: int = Field(ge=8, description="dimensions of the decoder's conditioning vector")


DECODERS: dict[str, type[WarpDecoder] | type[DirectDecoder]] = {"warp": WarpDecoder, "direct": DirectDecoder}
"""`architecture` → decoder class; arguments: size of the frames, channels of the feature maps, width of the code."""


class Generator(nn.Module):
    """The encoders and the decoder.

    Raises ValueError if the size cannot be halved for each feature map after the first.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        halvings = len(config.image_channels) - 1
        if config.size % (1 << halvings) or config.size >> halvings < 4:
            raise ValueError(
                f"frames of {config.size} pixels cannot be halved {halvings} times down to at least 4: "
                "give fewer image_channels or another crop size"
            )
        self.config = config
        self.speech_encoder = SpeechEncoder(config.speech_width)
        self.image_encoder = ImageEncoder(config.image_channels)
        half = config.code_width // 2
        self.emotion_encoder = EmotionEncoder(half)
        self.pose_encoder = PoseEncoder(half)
        # `direct` generates the face without landmarks, as in 2020; only `warp` needs their positions.
        self.landmark_predictor: LandmarkPredictor | None = None
        self.reference_encoder: ReferenceEncoder | None = None
        if config.architecture == "warp":
            bottom = config.size >> halvings
            self.landmark_predictor = LandmarkPredictor(config.image_channels[-1], bottom, config.code_width)
            self.reference_encoder = ReferenceEncoder(half)
        # With the predicted mouth shape as explicit input, the decoder learns the lips several times faster.
        inputs = config.speech_width + 2 + (3 if self.reference_encoder else 2) * half
        width = config.code_width
        self.code = nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.displacement: nn.Sequential | None = None
        if config.architecture == "warp":
            last = nn.Linear(width, 2 * 68)
            for parameter in last.parameters():
                nn.init.zeros_(parameter)
            self.displacement = nn.Sequential(
                nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), last
            )
        self.decoder = DECODERS[config.architecture](config.size, config.image_channels, config.code_width)

    def describe(self) -> dict[str, Any]:
        """Content of config.json, from which `Generator` can be rebuilt."""
        return {"network": self.config.model_dump(mode="json"), "size": self.config.size}

    def landmarks(self, maps: list[Tensor]) -> Tensor:
        """Predicted landmarks (B, 68, 2) of the references, normalised; zeros for `direct`, which ignores them."""
        if self.landmark_predictor is None:
            return maps[0].new_zeros(len(maps[0]), 68, 2)
        return self.landmark_predictor(maps[-1])

    def conditions(self, landmarks: Tensor, speech: Tensor, emotion_weights: Tensor, pose: Tensor) -> Tensor:
        """Encoded conditions (B, T, C) of T frames for each of B references.

        Inputs: landmarks of the references (B, 68, 2), speech codes (B, T, speech_width), emotion weights (B, T, 6),
        poses (B, T, 9).
        """
        mouth = 2 * self.speech_encoder.mouth_shape(speech)
        inputs = [speech, mouth, self.emotion_encoder(emotion_weights), self.pose_encoder(pose)]
        if self.reference_encoder is not None:
            inputs.append(self.reference_encoder(landmarks)[:, None].expand(-1, speech.shape[1], -1))
        return torch.cat(inputs, -1)

    def goal(self, landmarks: Tensor, conditions: Tensor) -> Tensor:
        """Goal (B, T, 68, 2): landmarks of the generated faces; those of the references (B, 68, 2) for `direct`."""
        goal = landmarks[:, None].expand(-1, conditions.shape[1], -1, -1)
        return goal if self.displacement is None else goal + self.displacement(conditions).unflatten(-1, (68, 2))

    def decode(self, maps: list[Tensor], landmarks: Tensor, goal: Tensor, conditions: Tensor) -> DecoderOutput:
        """Decode B · T frames.

        Inputs: feature maps of B images, their landmarks (B, 68, 2), the goals (B, T, 68, 2), conditions (B, T, C).
        With `warp`, gradients of the frames reach neither the goal nor the encoders of its conditions.
        """
        length = conditions.shape[1]
        repeated = [level.repeat_interleave(length, 0) for level in maps]
        if self.displacement is not None:
            goal, conditions, landmarks = goal.detach(), conditions.detach(), landmarks.detach()
        code = self.code(conditions).flatten(0, 1)
        return self.decoder(repeated, landmarks.repeat_interleave(length, 0), goal.flatten(0, 1), code)

    def forward(self, reference: Tensor, speech: Tensor, emotion_weights: Tensor, pose: Tensor) -> Tensor:
        """Frames (B, T, 3, S, S) from references (B, 3, S, S); the other inputs are those of `conditions`."""
        maps = self.image_encoder(reference)
        landmarks = self.landmarks(maps)
        conditions = self.conditions(landmarks, speech, emotion_weights, pose)
        frames = self.decode(maps, landmarks, self.goal(landmarks, conditions), conditions).frames
        return frames.view(*speech.shape[:2], *frames.shape[1:])
