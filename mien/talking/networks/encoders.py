"""Encoders of speech, emotion, pose and the reference image; their codes (embeddings) condition the decoder."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from mien.clips import EMOTIONS
from mien.faces.mean_shape import MEAN_SHAPE
from mien.faces.measures import FACE_POSE
from mien.media.log_mel import MARGIN, MELS, STEPS_PER_FRAME
from mien.talking.data.pose import DECODED, IN_PLANE, QUANTILES, TAPS, PoseStatistics, placement
from mien.talking.networks.decoding import group_norm

SPEECH_CONTEXT = MARGIN + STEPS_PER_FRAME + MARGIN
"""Number of spectra on which the speech code of one video frame depends: the receptive field of `SpeechEncoder`."""


USUAL_INTENSITY = 0.75
"""Default intensity for sampling poses if it is unspecified; `EmotionEncoder` learns its own."""


class SpeechEncoder(nn.Module):
    """Spectra (B, MELS, SPEECH_CONTEXT + (T − 1) · STEPS_PER_FRAME) → codes (B, T, width).

    Convolutions without padding: the code of a frame does not depend on anything outside its context.
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
        """Mouth opening and width (…, 2) predicted from the speech, standardised over the training clips."""
        shape: Tensor = self.mouth(codes)
        return shape


def feelings(emotion: Tensor, intensity: Tensor) -> Tensor:
    """Emotion weights (B, 6) in the order of `EMOTIONS` from indices (B,), −1 unspecified, and intensities (B,).

    The weight of the emotion is its intensity, NaN if that is unspecified (NaN); NEU always has weight 1. With an
    unspecified emotion all weights are NaN.
    """
    one_hot = nn.functional.one_hot(emotion.clamp(min=0), len(EMOTIONS)).to(intensity)
    strength = torch.where(emotion == EMOTIONS.index("NEU"), 1.0, intensity)
    weights = torch.where(one_hot > 0, strength[:, None], 0.0)
    return torch.where((emotion < 0)[:, None], torch.nan, weights)


class EmotionEncoder(nn.Module):
    """Emotion weights (…, 6) in [0, 1], in the order of `EMOTIONS` → codes (…, width).

    The code is linear in the weights: c = c_NEU + Σₑ wₑ (cₑ − c_NEU). A single NaN weight is replaced by a learned
    intensity; if all are NaN, the code is a learned one.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.codes = nn.Parameter(torch.randn(len(EMOTIONS), width))
        self.unspecified = nn.Parameter(torch.zeros(width))
        self.usual_intensity = nn.Parameter(torch.tensor(1.0))  # sigmoid(1) = 0.73

    def forward(self, feeling: Tensor) -> Tensor:
        """Codes (…, width) of emotion weights (…, 6)."""
        unknown = torch.isnan(feeling)
        weights = torch.where(unknown, torch.sigmoid(self.usual_intensity), torch.nan_to_num(feeling))
        neutral = self.codes[EMOTIONS.index("NEU")]
        codes = neutral + weights @ (self.codes - neutral)
        return torch.where(unknown.all(-1, keepdim=True), self.unspecified, codes)


class NoiseEncoder(nn.Module):
    """Encoder of poses (head pose, blinks and gaze), and their sampler.

    `motion` transforms white noise to poses with the statistics of the training clips (see `mien.talking.data.pose`);
    `forward` encodes sampled or measured poses.
    """

    filters: Tensor
    mixing: Tensor
    quantiles: Tensor
    means: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        count = len(FACE_POSE)
        self.register_buffer("filters", torch.zeros(count, TAPS))
        self.register_buffer("mixing", torch.eye(count))
        self.register_buffer("quantiles", torch.zeros(count, QUANTILES))
        self.register_buffer("means", torch.zeros(len(EMOTIONS), count))
        self.register_buffer("scale", torch.ones(count))
        self.layers = nn.Sequential(nn.Linear(len(FACE_POSE[DECODED]), width), nn.SiLU(), nn.Linear(width, width))

    def set_statistics(self, statistics: PoseStatistics) -> None:
        """Set the statistics of the training clips."""
        for name in ("filters", "mixing", "quantiles", "means", "scale"):
            getattr(self, name).copy_(torch.from_numpy(getattr(statistics, name)))

    @property
    def usual_motion(self) -> Tensor:
        """The mean pose (9,) over the emotions of the training clips, in the units of `FACE_POSE`."""
        return self.means.mean(0)

    @torch.no_grad()
    def motion(self, noise: Tensor, feeling: Tensor) -> Tensor:
        """Sampled poses (T, 9) of `FACE_POSE` from white noise N(0, I) (T + TAPS − 1, 9) and emotion weights (T, 6)."""
        mixed = (noise @ self.mixing.T).T[None]
        smooth = nn.functional.conv1d(mixed, self.filters[:, None], groups=len(FACE_POSE))[0]
        place = torch.special.ndtr(smooth) * QUANTILES - 0.5
        place = place.clamp(0, QUANTILES - 1.001)
        below = place.floor().long()
        residual = torch.lerp(self.quantiles.gather(1, below), self.quantiles.gather(1, below + 1), place - below)
        neutral = self.means[EMOTIONS.index("NEU")]
        unspecified = torch.isnan(feeling).all(-1, keepdim=True)
        weights = torch.nan_to_num(feeling, nan=USUAL_INTENSITY)
        mean = neutral + weights @ (self.means - neutral)
        return residual.T + torch.where(unspecified, self.usual_motion, mean)

    def placements(self, motion: Tensor) -> Tensor:
        """Transforms (T, 3, 3) of decoded frames for poses (T, 9), from the mean in-plane pose to the given one."""
        moved = motion[:, IN_PLANE].detach().cpu().numpy()
        return torch.from_numpy(placement(self.usual_motion[None, IN_PLANE].cpu().numpy(), moved)).to(motion)

    def forward(self, motion: Tensor) -> Tensor:
        """Codes (…, width) of the out-of-plane measures `DECODED` of poses (…, 9)."""
        standard = ((motion - self.usual_motion) / self.scale).clamp(-4, 4)
        codes: Tensor = self.layers(standard[..., DECODED])
        return codes


class ImageEncoder(nn.Module):
    """Image (B, 3, S, S) in [−1, 1] → the image and its feature maps at S, S/2, S/4, …; the last is the bottleneck."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, channels[0], 3, padding=1)
        self.levels = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 4, 2, 1),
                group_norm(after),
                nn.SiLU(),
                nn.Conv2d(after, after, 3, padding=1),
                group_norm(after),
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


class LandmarkEncoder(nn.Module):
    """Bottleneck of the reference's feature maps (B, C, h, w) → landmarks (B, 68, 2) in normalised coordinates."""

    def __init__(self, channels: int, side: int, width: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, 16, 1)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(16 * side * side, width), nn.SiLU())
        self.points = nn.Linear(width, 2 * 68)
        nn.init.zeros_(self.points.weight)
        with torch.no_grad():
            self.points.bias.copy_(_mean_points().flatten())

    def forward(self, bottleneck: Tensor) -> Tensor:
        """Landmarks (B, 68, 2)."""
        points: Tensor = self.points(self.layers(self.squeeze(bottleneck)))
        return points.view(-1, 68, 2)


class LookEncoder(nn.Module):
    """Landmarks of the reference (B, 68, 2) → codes (B, width) of its pose and expression.

    The displacement of the lips depends on their position in the reference, which may smile or have an open mouth.
    """

    mean: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", _mean_points(), persistent=False)
        self.layers = nn.Sequential(nn.Linear(2 * 68, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, landmarks: Tensor) -> Tensor:
        """Codes (B, width)."""
        look: Tensor = self.layers(10 * (landmarks - self.mean).flatten(1))
        return look


def _mean_points() -> Tensor:
    return 2 * torch.tensor(MEAN_SHAPE) - 1
