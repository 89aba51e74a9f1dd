"""The generator: speech, image, emotion and noise encoders, and a decoder.

Every video frame is a function of the reference image, a third of a second of speech around it, the emotion with its
intensity, and the frame's motion. Frames are decoded independently of each other, which makes generation exact in
pieces of any length; what is smooth in time is what drives them.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from mien.clips import EMOTIONS
from mien.talking.motion import MOTIONS, PLACING, QUANTILES, TAPS, TURNING, MotionStatistics, placement
from mien.talking.speech_features import MELS, STEPS_PER_FRAME

SPEECH_CONTEXT = 34
"""Spectra that one video frame's speech code depends on: the receptive field of `SpeechEncoder`."""

SPEECH_MARGIN = (SPEECH_CONTEXT - STEPS_PER_FRAME) // 2
"""Spectra before a frame's first and behind its last that its speech code depends on."""


class GeneratorConfig(BaseModel):
    """Everything that is needed to rebuild a generator."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: Literal["direct"] = "direct"
    size: int = Field(ge=16, le=1024, description="side of the square frames, in pixels")
    fps: Fraction = Field(gt=0, description="video frames a second, exact")
    sample_rate: int = Field(gt=0, description="of the speech, in hertz")
    image_channels: tuple[int, ...] = Field(min_length=2, description="feature maps at size, size/2, size/4, …")
    speech_width: int = Field(ge=8, description="channels of the speech encoder")
    code_width: int = Field(ge=8, description="numbers in the code that steers the decoder")


class SpeechEncoder(nn.Module):
    """Spectra (B, MELS, SPEECH_CONTEXT + (T − 1) · STEPS_PER_FRAME) → codes (B, T, width).

    Convolutions without padding: the code of a frame is the same whatever stands beyond its context.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = MELS
        for kernel, stride in ((5, 1), (4, 2), (3, 1), (4, 2), (3, 1), (3, 1)):
            layers += [nn.Conv1d(before, width, kernel, stride), nn.SiLU()]
            before = width
        self.layers = nn.Sequential(*layers)
        self.norm = nn.LayerNorm(width)
        self.mouth = nn.Linear(width, 2)

    def forward(self, spectra: Tensor) -> Tensor:
        """Codes (B, T, width)."""
        codes: Tensor = self.norm(self.layers(spectra).transpose(1, 2))
        return codes

    def mouth_shape(self, codes: Tensor) -> Tensor:
        """Mouth opening and width (…, 2) that the speech lets expect, standardised over the training clips."""
        shape: Tensor = self.mouth(codes)
        return shape


class EmotionEncoder(nn.Module):
    """Emotion (B,) as an index of EMOTIONS, −1 unspecified, and intensity (B,) in [0, 1], NaN unspecified → (B, width).

    The code runs straight from the neutral one at intensity 0 to the emotion's own at intensity 1. An unspecified
    intensity counts as a learned one; an unspecified emotion has a code of its own.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.codes = nn.Parameter(torch.randn(len(EMOTIONS), width))
        self.unspecified = nn.Parameter(torch.zeros(width))
        self.usual_intensity = nn.Parameter(torch.tensor(1.0))  # sigmoid(1) = 0.73

    def forward(self, emotion: Tensor, intensity: Tensor) -> Tensor:
        """Codes (B, width)."""
        usual = torch.sigmoid(self.usual_intensity)
        known = torch.where(torch.isnan(intensity), usual, torch.nan_to_num(intensity))[:, None]
        neutral = self.codes[EMOTIONS.index("NEU")]
        codes = neutral + known * (self.codes[emotion.clamp(min=0)] - neutral)
        return torch.where((emotion < 0)[:, None], self.unspecified, codes)


class NoiseEncoder(nn.Module):
    """White noise → smooth head motion and blinks → codes.

    `motion` shapes noise by the statistics of the training clips (see `mien.talking.motion`); `forward` makes codes of
    motion, be it drawn or measured.
    """

    filters: Tensor
    mixing: Tensor
    quantiles: Tensor
    means: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        count = len(MOTIONS)
        self.register_buffer("filters", torch.zeros(count, TAPS))
        self.register_buffer("mixing", torch.eye(count))
        self.register_buffer("quantiles", torch.zeros(count, QUANTILES))
        self.register_buffer("means", torch.zeros(len(EMOTIONS), count))
        self.register_buffer("scale", torch.ones(count))
        self.layers = nn.Sequential(nn.Linear(len(MOTIONS[TURNING]), width), nn.SiLU(), nn.Linear(width, width))

    def set_statistics(self, statistics: MotionStatistics) -> None:
        """Take over what was measured on the training clips."""
        for name in ("filters", "mixing", "quantiles", "means", "scale"):
            getattr(self, name).copy_(torch.from_numpy(getattr(statistics, name)))

    @torch.no_grad()
    def motion(self, noise: Tensor, emotion: int, intensity: float | None) -> Tensor:
        """Motion (T, 7) in the units of `MOTIONS` from white Gaussian noise (T + TAPS − 1, 7)."""
        mixed = (noise @ self.mixing.T).T[None]
        smooth = nn.functional.conv1d(mixed, self.filters[:, None], groups=len(MOTIONS))[0]
        place = torch.special.ndtr(smooth) * QUANTILES - 0.5
        place = place.clamp(0, QUANTILES - 1.001)
        below = place.floor().long()
        residual = torch.lerp(self.quantiles.gather(1, below), self.quantiles.gather(1, below + 1), place - below)
        neutral = self.means[EMOTIONS.index("NEU")]
        if emotion < 0:
            mean = self.means.mean(0)
        else:
            mean = torch.lerp(neutral, self.means[emotion], 0.75 if intensity is None else intensity)
        return residual.T + mean

    def placements(self, motion: Tensor) -> Tensor:
        """Transforms (T, 3, 3) of drawn frames by motion (T, 7), from the usual place of a face to where it moves."""
        usual = self.means.mean(0)[PLACING].cpu().numpy()
        moved = motion[:, PLACING].detach().cpu().numpy()
        return torch.from_numpy(placement(usual[None], moved)).to(motion)

    def forward(self, motion: Tensor) -> Tensor:
        """Codes (…, width) of motion (…, 7) in the units of `MOTIONS`: of turning and lids, which have to be drawn."""
        standard = ((motion - self.means.mean(0)) / self.scale).clamp(-4, 4)
        codes: Tensor = self.layers(standard[..., TURNING])
        return codes


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(max(1, channels // 8), channels)


class ImageEncoder(nn.Module):
    """Image (B, 3, S, S) in [−1, 1] → itself, then maps of S, S/2, S/4, …: the skips and, last, the bottleneck."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, channels[0], 3, padding=1)
        self.levels = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 4, 2, 1),
                _norm(after),
                nn.SiLU(),
                nn.Conv2d(after, after, 3, padding=1),
                _norm(after),
                nn.SiLU(),
            )
            for before, after in pairwise(channels)
        )

    def forward(self, image: Tensor) -> list[Tensor]:
        """The image and its feature maps, largest first."""
        maps = [image, nn.functional.silu(self.stem(image))]
        for level in self.levels:
            maps.append(level(maps[-1]))
        return maps


class SteeredBlock(nn.Module):
    """Two convolutions; the code scales and shifts the first one's normalised output (FiLM, Perez et al. 2018)."""

    def __init__(self, before: int, after: int, code: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, padding=1)
        self.norm = nn.GroupNorm(max(1, after // 8), after, affine=False)
        self.steer = nn.Linear(code, 2 * after)
        self.second = nn.Conv2d(after, after, 3, padding=1)
        self.last_norm = _norm(after)
        self.bridge = nn.Conv2d(before, after, 1) if before != after else nn.Identity()

    def forward(self, maps: Tensor, code: Tensor) -> Tensor:
        """Maps (N, after, h, w) from maps (N, before, h, w) and codes (N, code)."""
        scale, shift = self.steer(code)[:, :, None, None].chunk(2, 1)
        steered = nn.functional.silu(self.norm(self.first(maps)) * (1 + scale) + shift)
        result: Tensor = self.bridge(maps) + nn.functional.silu(self.last_norm(self.second(steered)))
        return result


class DirectDecoder(nn.Module):
    """Draws every pixel from the image's feature maps and the code: `architecture: direct`.

    With the colours it draws how far they cover the image, whose face is in the same place: hair, clothes and
    background come through from the image itself, and the drawing is left to what moves.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        channels = config.image_channels
        bottom = config.size >> (len(channels) - 1)
        self.plan = nn.Linear(config.code_width, 16 * bottom * bottom)  # where things are, not only how strong
        self.bottom = bottom
        self.blocks = nn.ModuleList([SteeredBlock(channels[-1] + 16, channels[-1], config.code_width)])
        for below, channel in zip(channels[:0:-1], channels[-2::-1], strict=True):
            self.blocks.append(SteeredBlock(below + channel, channel, config.code_width))
        self.image = nn.Conv2d(channels[0], 4, 3, padding=1)

    def forward(self, maps: list[Tensor], code: Tensor) -> Tensor:
        """Frames (N, 3, S, S) in [−1, 1] from N images with their feature maps and codes (N, width)."""
        plan = self.plan(code).view(len(code), 16, self.bottom, self.bottom)
        hidden = self.blocks[0](torch.cat([maps[-1], plan], 1), code)
        for block, skip in zip(list(self.blocks)[1:], maps[-2:0:-1], strict=True):
            larger = nn.functional.interpolate(hidden, scale_factor=2, mode="nearest")
            hidden = block(torch.cat([larger, skip], 1), code)
        drawn, cover = self.image(hidden).split((3, 1), 1)
        # Bounded, and at first nearly opaque: a cover that vanishes copies the reference and never learns again.
        return torch.lerp(maps[0], torch.tanh(drawn), torch.sigmoid(3 * torch.tanh(cover + 0.5)))


DECODERS: dict[str, type[DirectDecoder]] = {"direct": DirectDecoder}
"""Decoders by the name in `architecture`: a module built from a GeneratorConfig that makes frames of maps and codes."""


class Generator(nn.Module):
    """The five parts together.

    Raises ValueError when the size cannot be halved as often as there are feature maps.
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
        self.emotion_encoder = EmotionEncoder(config.code_width // 2)
        self.noise_encoder = NoiseEncoder(config.code_width // 2)
        # The mouth's shape is told to the decoder in plain numbers too: it learns lips several times sooner.
        self.code = nn.Sequential(
            nn.Linear(config.speech_width + 2 + 2 * (config.code_width // 2), config.code_width),
            nn.SiLU(),
            nn.Linear(config.code_width, config.code_width),
            nn.SiLU(),
        )
        self.decoder = DECODERS[config.architecture](config)

    def codes(self, speech: Tensor, emotion: Tensor, intensity: Tensor, motion: Tensor) -> Tensor:
        """Codes (B, T, code_width) of speech codes (B, T, speech_width), labels (B,) and motion (B, T, 7)."""
        feeling = self.emotion_encoder(emotion, intensity)[:, None].expand(-1, speech.shape[1], -1)
        mouth = 2 * self.speech_encoder.mouth_shape(speech)
        code: Tensor = self.code(torch.cat([speech, mouth, feeling, self.noise_encoder(motion)], -1))
        return code

    def frames(self, maps: list[Tensor], codes: Tensor) -> Tensor:
        """Frames (B, T, 3, S, S) in [−1, 1] from the feature maps of B images and codes (B, T, code_width)."""
        batch, length = codes.shape[:2]
        repeated = [level.repeat_interleave(length, 0) for level in maps]
        frames: Tensor = self.decoder(repeated, codes.flatten(0, 1))
        return frames.view(batch, length, *frames.shape[1:])

    def forward(self, reference: Tensor, speech: Tensor, emotion: Tensor, intensity: Tensor, motion: Tensor) -> Tensor:
        """Frames (B, T, 3, S, S) from references (B, 3, S, S), speech codes, labels and motion."""
        return self.frames(self.image_encoder(reference), self.codes(speech, emotion, intensity, motion))


def count_parameters(module: nn.Module) -> int:
    """Numbers that training changes."""
    return sum(parameter.numel() for parameter in module.parameters())
