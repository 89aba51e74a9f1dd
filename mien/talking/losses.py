"""Losses of the talking face: weighted L1, VGG perceptual loss, flow loss, emotion cross-entropy."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from mien.clips import EMOTIONS
from mien.media.coordinates import to_normalised


def feature_weights(landmarks: Tensor, size: int, mouth: float, eyes: float) -> Tensor:
    """Pixel weights (N, 1, size, size), normalised to mean 1: 1 + `mouth`·G(mouth) + `eyes`·Σ G(eyes and brows).

    `landmarks` (N, 68, 2) in pixels, iBUG order. Each G is a Gaussian of height 1 around the centre of the feature,
    with standard deviations relative to its width.
    """
    pixels = torch.arange(size, device=landmarks.device, dtype=landmarks.dtype)
    rows, columns = [], []
    for strength, points, across, down in (
        (mouth, slice(48, 68), 0.45, 0.40),
        (eyes, slice(36, 42), 0.50, 0.45),
        (eyes, slice(42, 48), 0.50, 0.45),
        (eyes, slice(17, 22), 0.45, 0.25),
        (eyes, slice(22, 27), 0.45, 0.25),
    ):
        feature = landmarks[:, points]
        width = (feature[..., 0].amax(1) - feature[..., 0].amin(1)).clamp(min=2)[:, None]
        centre = (feature.amax(1) + feature.amin(1)) / 2
        columns.append(torch.exp(-0.5 * ((pixels - centre[:, :1]) / (across * width)).square()))
        rows.append(strength * torch.exp(-0.5 * ((pixels - centre[:, 1:]) / (down * width)).square()))
    # The Gaussians are separable: their sum is one matrix product, and its mean follows from the factors.
    row, column = torch.stack(rows, 2), torch.stack(columns, 1)
    mean = 1 + (row.mean(1) * column.mean(2)).sum(1)
    scale = (1 / mean)[:, None, None]
    return torch.baddbmm(scale, row * scale, column)[:, None]


def weighted_l1(frames: Tensor, real: Tensor, weights: Tensor) -> Tensor:
    """Mean of weights · |frames − real| over frames (N, 3, S, S); weights (N, 1, S, S)."""
    return (weights * (frames - real).abs()).mean()


def pyramid_l1(frames: Tensor, real: Tensor, weights: Tensor, levels: int = 3) -> Tensor:
    """`weighted_l1`, averaged over `levels` of an image pyramid.

    A feature that moves by more than its width, such as a brow, overlaps with its target only at the coarse levels,
    which give the gradient of the flow.
    """
    total = weighted_l1(frames, real, weights)
    for _ in range(levels - 1):
        frames, real, weights = (nn.functional.avg_pool2d(level, 2) for level in (frames, real, weights))
        total = total + weighted_l1(frames, real, weights)
    return total / levels


def flow_loss(flow: Tensor, points: Tensor, reference_points: Tensor, size: int) -> Tensor:
    """Mean Charbonnier distance √(d² + 0.1²) − 0.1 in pixels between a flow and known correspondences.

    `flow` (N, 2, h, w) as in `mien.talking.networks.decoding.WarpLayers` is sampled at `points` (N, P, 2), in pixels of
    frames of `size`; the target is the offset to `reference_points` (N, P, 2). Points outside the frame are ignored.
    """
    position = to_normalised(points, size)
    target = to_normalised(reference_points, size) - position
    sampled = nn.functional.grid_sample(flow, position[:, :, None], padding_mode="border", align_corners=False)
    error = (sampled[..., 0].transpose(1, 2) - target) * size / 2
    distance = (error.square().sum(-1) + 0.01).sqrt() - 0.1
    inside = (position.abs() <= 1).all(-1).to(distance)
    return (distance * inside).sum() / inside.sum().clamp(min=1)


def emotion_loss(logits: Tensor, emotion: Tensor, intensity: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross-entropy of logits (B, C) for emotions (B,), weighted by intensity; unspecified emotions are ignored.

    The weight is the intensity, at least 0.25; 1 for NaN and for NEU.
    """
    known = emotion >= 0
    weight = torch.where(torch.isnan(intensity) | (emotion == EMOTIONS.index("NEU")), 1.0, intensity).clamp(min=0.25)
    weight = torch.where(known, weight, 0.0)
    each = nn.functional.cross_entropy(logits, emotion.clamp(min=0), reduction="none", label_smoothing=smoothing)
    return (each * weight).sum() / weight.sum().clamp(min=1e-6)


VGG19_FILE = "vgg19-dcbb9e9d.pth"
"""File name of VGG19's published ImageNet weights in the cache of torch's hub."""


def default_vgg19() -> Path:
    """Default path of the weights: the cache of torch's hub."""
    return Path(torch.hub.get_dir()) / "checkpoints" / VGG19_FILE


class PerceptualLoss(nn.Module):
    """Perceptual loss (Johnson et al., ECCV 2016): L1 of VGG19's features at the first convolution of the five blocks.

    `weights`: file with the published state dict (.pth or safetensors); it is not downloaded. The network is frozen;
    its input is normalised with ImageNet's mean and deviation. Raises ValueError for any other file.
    """

    mean: Tensor
    deviation: Tensor
    _LAYERS = (0, 5, 10, 19, 28)  # conv1_1, conv2_1, conv3_1, conv4_1, conv5_1
    _BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 1))

    def __init__(self, weights: Path) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels_in = 3
        for channels, count in self._BLOCKS:
            if layers:
                layers.append(nn.MaxPool2d(2))
            for _ in range(count):
                layers += [nn.Conv2d(channels_in, channels, 3, padding=1), nn.ReLU()]
                channels_in = channels
        self.features = nn.Sequential(*layers)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))
        self._load(weights)
        self.requires_grad_(False).eval()

    def _load(self, weights: Path) -> None:
        try:
            if weights.suffix == ".safetensors":
                state = load_file(weights)
            else:
                state = torch.load(weights, map_location="cpu", weights_only=True)
            own = self.features.state_dict()
            self.features.load_state_dict({name: state[f"features.{name}"] for name in own})
        except Exception as error:
            raise ValueError(f"{weights}: not VGG19's published weights ({error})") from error

    def _maps(self, frames: Tensor) -> list[Tensor]:
        hidden = ((frames + 1) / 2 - self.mean) / self.deviation
        maps = []
        for number, layer in enumerate(self.features):
            hidden = layer(hidden)
            if number in self._LAYERS:
                maps.append(hidden)
        return maps

    def forward(self, frames: Tensor, real: Tensor) -> Tensor:
        """Mean over the five layers, for frames (N, 3, S, S) in [−1, 1]; no gradient flows into `real`."""
        with torch.no_grad():
            targets = self._maps(real)
        distances = [
            nn.functional.l1_loss(own, target) for own, target in zip(self._maps(frames), targets, strict=True)
        ]
        return torch.stack(distances).mean()
