"""Picture encoders: two towers for guide, one residual network for the judge; other architectures on purpose."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, cat, nn

CENTRE, SCALE = 0.5, 3.5
"""Pictures in [0, 1] are shifted and scaled to about unit variance."""


def _convolution(before: int, after: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    # batch normalisation: with groups of channels the colours are normalised away, and half as much is learned
    convolution = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """Two 3×3 convolutions beside a shortcut (He et al., CVPR 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, channels, h, w) → maps of the same shape."""
        return nn.functional.relu(x + self.second(self.first(x)))


class Tower(nn.Module):
    """A picture (B, 3, S, S) → features (B, `width`): four convolutions of stride 2, then one linear layer.

    channels: of the first layer; the others have 1.5, 3 and 5 times as many.
    """

    def __init__(self, size: int, channels: int, width: int) -> None:
        super().__init__()
        widths = (channels, channels * 3 // 2, 3 * channels, 5 * channels)
        layers: list[nn.Module] = [_convolution(3, widths[0], stride=2, kernel=5)]
        layers += [_convolution(before, after, stride=2) for before, after in pairwise(widths)]
        side = size // 2 ** len(widths)
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(widths[-1] * side * side, width))

    def forward(self, picture: Tensor) -> Tensor:
        """See the class."""
        return self.layers(picture)  # type: ignore[no-any-return]


class TwoTowers(nn.Module):
    """Whole picture and face crop (B, 2, 3, S, S) → features (B, `width`), by a `Tower` each.

    One network for both as channels learns nothing of the face in a short time: what is seen in the crop is elsewhere
    in the whole picture. The face's size decides what is learned of eyes, glasses and expression; hair and clothes need
    less, so the whole picture is reduced.
    """

    def __init__(self, size: int, channels: int, width: int) -> None:
        super().__init__()
        self.reduced = -(-size * 3 // 5 // 16) * 16
        self.whole, self.face = Tower(self.reduced, channels, width), Tower(size, channels, width)
        self.joint = nn.Sequential(nn.Linear(2 * width, width), nn.SiLU())

    def forward(self, pictures: Tensor) -> Tensor:
        """pictures in [0, 1]."""
        scaled = (pictures - CENTRE) * SCALE
        whole = nn.functional.interpolate(scaled[:, 0], (self.reduced,) * 2, mode="bilinear", antialias=True)
        return self.joint(cat([self.whole(whole), self.face(scaled[:, 1])], dim=1))  # type: ignore[no-any-return]


class ResidualEncoder(nn.Module):
    """One picture (B, 1, 3, S, S) → features (B, `width`): a residual network on the middle of the picture.

    channels: of its first stage; every further one has twice as many and half the side.
    """

    def __init__(self, size: int, channels: int, width: int) -> None:
        super().__init__()
        self.window = (size // 32, size - 3 * size // 16, 3 * size // 16, size - 3 * size // 16)
        stages: list[nn.Module] = [_convolution(3, channels, stride=2, kernel=3), nn.MaxPool2d(2)]
        for number in range(3):
            before, after = channels * 2 ** max(number - 1, 0), channels * 2**number
            stages += [_convolution(before, after, stride=1 if number == 0 else 2), Residual(after)]
        top, bottom, left, right = self.window
        cells = _halved(bottom - top, 4) * _halved(right - left, 4)
        self.layers = nn.Sequential(*stages, nn.Flatten(), nn.Linear(4 * channels * cells, width), nn.SiLU())

    def forward(self, pictures: Tensor) -> Tensor:
        """pictures in [0, 1]."""
        top, bottom, left, right = self.window
        seen = pictures[:, 0, :, top:bottom, left:right]
        return self.layers((seen - CENTRE) * SCALE)  # type: ignore[no-any-return]


def _halved(side: int, times: int) -> int:
    """The side after so many halvings; the pooling rounds down, a convolution of stride 2 up."""
    for number in range(times):
        side = side // 2 if number == 1 else (side + 1) // 2
    return side
