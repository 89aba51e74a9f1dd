"""The frame discriminator and the emotion discriminator."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.clips import EMOTIONS

FAKE = len(EMOTIONS)
"""Class index of generated clips, after the six emotions, as in the 2020 system."""


FACE_ELLIPSE = (0.5, 0.47, 0.36, 0.42)
"""Centre and half axes, x and y, of the ellipse of an aligned face, in crop sizes."""


def face_mask(side: int, like: Tensor) -> Tensor:
    """Soft mask (side, side) of the face: 1 in `FACE_ELLIPSE`, decreasing to 0; type and device of `like`."""
    x, y, half_width, half_height = like.new_tensor(FACE_ELLIPSE)
    axis = (torch.arange(side, device=like.device, dtype=like.dtype) + 0.5) / side
    across, down = (axis - x) / half_width, (axis - y) / half_height
    distance = (across.square()[None] + down.square()[:, None]).sqrt()
    return torch.sigmoid((1 - distance) * 12)


class FrameDiscriminator(nn.Module):
    """PatchGAN (Isola et al., CVPR 2017) → logits (N,), the mean over patches.

    Inputs are pictures (N, 3 · frames, S, S) and, as condition, references (N, 3, S, S). `frames`: number of successive
    frames stacked along the channels; more than one make it a temporal discriminator. It has no normalisation layers,
    because of the gradient penalty.
    """

    def __init__(self, width: int, levels: int = 3, frames: int = 1) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3 * frames + 3
        for level in range(levels):
            after = width * min(4, 2**level)
            layers += [nn.Conv2d(channels, after, 4, 2, 1), nn.LeakyReLU(0.2)]
            channels = after
        layers += [nn.Conv2d(channels, channels, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(channels, 1, 1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, frames: Tensor, reference: Tensor, weights: Tensor | None = None) -> Tensor:
        """Logits (N,), higher for real pictures. `weights` (N, 1, S, S): weight of each position in the mean."""
        patches: Tensor = self.layers(torch.cat([frames, reference], 1))
        if weights is not None:
            counts = nn.functional.adaptive_avg_pool2d(weights, (patches.shape[-2], patches.shape[-1]))
            patches = patches * counts / counts.mean((2, 3), keepdim=True)
        return patches.mean((1, 2, 3))


class EmotionDiscriminator(nn.Module):
    """Frames of a clip (B, T, 3, S, S) → logits (B, 7): the six emotions and `FAKE` (Salimans et al., NeurIPS 2016).

    A convolutional network per frame, a temporal convolution, and the mean over time. A soft mask attenuates pixels
    outside the face, because otherwise a generator could reduce the loss with changes there.
    """

    def __init__(self, width: int, levels: int = 4, dropout: float = 0.2) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for level in range(levels):
            after = width * min(4, 1 + level)
            layers += [nn.Conv2d(channels, after, 5 if level == 0 else 3, 2, 1 + (level == 0)), nn.GroupNorm(4, after)]
            layers.append(nn.LeakyReLU(0.1))
            channels = after
        self.frame_encoder = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(channels * 16, 64))
        self.temporal = nn.Conv1d(64, 64, 3, padding=1)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(64, len(EMOTIONS) + 1)

    def forward(self, frames: Tensor) -> Tensor:
        """Logits (B, 7) of frames (B, T, 3, S, S) in [−1, 1]."""
        batch, length = frames.shape[:2]
        face = frames.flatten(0, 1) * face_mask(frames.shape[-1], frames)
        hidden = nn.functional.leaky_relu(self.frame_encoder(face), 0.1).view(batch, length, -1)
        features = nn.functional.leaky_relu(hidden + self.temporal(hidden.transpose(1, 2)).transpose(1, 2), 0.1)
        return self.classifier(self.dropout(features.mean(1)))
