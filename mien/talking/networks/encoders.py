"""Encoders of speech, emotion, pose and the reference image; their codes (embeddings) condition the decoder."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from mien.clips import EMOTIONS
from mien.faces.mean_shape import MEAN_SHAPE
from mien.faces.measures import FACE_POSE
from mien.media.log_mel import MARGIN, MELS, STEPS_PER_FRAME
from mien.networks.film import group_norm
from mien.talking.data.pose import DECODED, IN_PLANE, QUANTILES, TAPS, PoseStatistics, in_plane_transform

SPEECH_CONTEXT = MARGIN + STEPS_PER_FRAME + MARGIN
"""Time steps of the log-mels on which the speech code of a video frame depends: `SpeechEncoder`'s receptive field."""

DEFAULT_INTENSITY = 0.75
"""Default intensity for sampling poses if it is unspecified; `EmotionEncoder` learns its own."""


class SpeechEncoder(nn.Module):
    """Log-mels (B, MELS, SPEECH_CONTEXT + (T − 1) · STEPS_PER_FRAME) → codes (B, T, width).

    Convolutions without padding: the code of a frame does not depend on anything outside its context.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = MELS
        for kernel, stride in ((5, 1), (4, 2), (3, 1), (4, 2), (3, 1), (3, 1)):
            layers += [nn.Conv1d(channels, width, kernel, stride), nn.SiLU()]
            channels = width
        self.layers = nn.Sequential(*layers)
        self.norm = nn.LayerNorm(width)
        self.mouth_head = nn.Linear(width, 2)

    def forward(self, log_mels: Tensor) -> Tensor:
        return self.norm(self.layers(log_mels).transpose(1, 2))

    def mouth_shape(self, codes: Tensor) -> Tensor:
        """Mouth opening and width (…, 2) predicted from the speech, standardised over the training clips."""
        return self.mouth_head(codes)


def to_emotion_weights(emotion: Tensor, intensity: Tensor) -> Tensor:
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
        codes = torch.empty(len(EMOTIONS), width)
        # A normal distribution on the device "meta" (`check_build`) would import torch's compiler, which takes seconds.
        self.codes = nn.Parameter(codes if codes.is_meta else codes.normal_())
        self.unspecified = nn.Parameter(torch.zeros(width))
        self.default_intensity = nn.Parameter(torch.tensor(1.0))  # sigmoid(1) = 0.73

    def forward(self, emotion_weights: Tensor) -> Tensor:
        unknown = torch.isnan(emotion_weights)
        weights = torch.where(unknown, torch.sigmoid(self.default_intensity), torch.nan_to_num(emotion_weights))
        neutral = self.codes[EMOTIONS.index("NEU")]
        codes = neutral + weights @ (self.codes - neutral)
        return torch.where(unknown.all(-1, keepdim=True), self.unspecified, codes)


class PoseEncoder(nn.Module):
    """Encoder of poses (head pose, blinks and gaze), and their sampler.

    `sample` transforms white noise to poses with the statistics of the training clips (see `mien.talking.data.pose`);
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
        self.register_buffer("mixing", torch.eye(count, device="cpu"))  # not "meta", as above
        self.register_buffer("quantiles", torch.zeros(count, QUANTILES))
        self.register_buffer("means", torch.zeros(len(EMOTIONS), count))
        self.register_buffer("scale", torch.ones(count))
        self.layers = nn.Sequential(nn.Linear(len(FACE_POSE[DECODED]), width), nn.SiLU(), nn.Linear(width, width))

    def set_statistics(self, statistics: PoseStatistics) -> None:
        """Set the statistics of the training clips."""
        for name in ("filters", "mixing", "quantiles", "means", "scale"):
            getattr(self, name).copy_(torch.from_numpy(getattr(statistics, name)))

    @property
    def mean_pose(self) -> Tensor:
        """The mean pose (9,) over the emotions of the training clips, in the units of `FACE_POSE`."""
        return self.means.mean(0)

    @torch.no_grad()
    def sample(self, noise: Tensor, emotion_weights: Tensor) -> Tensor:
        """Sampled poses (T, 9) of `FACE_POSE` from white noise N(0, I) (T + TAPS − 1, 9) and emotion weights (T, 6)."""
        mixed = (noise @ self.mixing.T).T[None]
        smooth = nn.functional.conv1d(mixed, self.filters[:, None], groups=len(FACE_POSE))[0]
        position = torch.special.ndtr(smooth) * QUANTILES - 0.5
        position = position.clamp(0, QUANTILES - 1.001)
        below = position.floor().long()
        residual = torch.lerp(self.quantiles.gather(1, below), self.quantiles.gather(1, below + 1), position - below)
        neutral = self.means[EMOTIONS.index("NEU")]
        unspecified = torch.isnan(emotion_weights).all(-1, keepdim=True)
        weights = torch.nan_to_num(emotion_weights, nan=DEFAULT_INTENSITY)
        mean = neutral + weights @ (self.means - neutral)
        return residual.T + torch.where(unspecified, self.mean_pose, mean)

    def in_plane_transforms(self, pose: Tensor) -> Tensor:
        """Transforms (T, 3, 3) of decoded frames for poses (T, 9), from the mean in-plane pose to the given one."""
        target = pose[:, IN_PLANE].detach().cpu().numpy()
        return torch.from_numpy(in_plane_transform(self.mean_pose[None, IN_PLANE].cpu().numpy(), target)).to(pose)

    def forward(self, pose: Tensor) -> Tensor:
        """Codes (…, width) of the out-of-plane measures `DECODED` of poses (…, 9)."""
        standard = ((pose - self.mean_pose) / self.scale).clamp(-4, 4)
        return self.layers(standard[..., DECODED])


class ImageEncoder(nn.Module):
    """Image (B, 3, S, S) in [−1, 1] → the image and its feature maps at S, S/2, S/4, …, largest first."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, channels[0], 3, padding=1)
        self.levels = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(channels_in, channels_out, 4, 2, 1),
                group_norm(channels_out),
                nn.SiLU(),
                nn.Conv2d(channels_out, channels_out, 3, padding=1),
                group_norm(channels_out),
                nn.SiLU(),
            )
            for channels_in, channels_out in pairwise(channels)
        )

    def forward(self, image: Tensor) -> list[Tensor]:
        maps = [image, nn.functional.silu(self.stem(image))]
        for level in self.levels:
            maps.append(level(maps[-1]))
        return maps


class LandmarkPredictor(nn.Module):
    """Bottleneck of the reference's feature maps (B, C, h, w) → landmarks (B, 68, 2) in normalised coordinates."""

    def __init__(self, channels: int, side: int, width: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, 16, 1)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(16 * side * side, width), nn.SiLU())
        self.points = nn.Linear(width, 2 * 68)
        nn.init.zeros_(self.points.weight)
        with torch.no_grad():
            self.points.bias.copy_(_mean_landmarks().flatten())

    def forward(self, bottleneck: Tensor) -> Tensor:
        return self.points(self.layers(self.squeeze(bottleneck))).view(-1, 68, 2)


class ReferenceEncoder(nn.Module):
    """Landmarks of the reference (B, 68, 2) → codes (B, width) of its pose and expression.

    The displacement of the lips depends on their position in the reference, which may smile or have an open mouth.
    """

    mean: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", _mean_landmarks(), persistent=False)
        self.layers = nn.Sequential(nn.Linear(2 * 68, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, landmarks: Tensor) -> Tensor:
        return self.layers(10 * (landmarks - self.mean).flatten(1))


def _mean_landmarks() -> Tensor:
    return 2 * torch.tensor(MEAN_SHAPE, device="cpu") - 1  # arithmetic on "meta" would import torch's compiler
