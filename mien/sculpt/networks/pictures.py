"""Picture encoders: two towers for the guide, one network for both pictures for the judge."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, cat, nn

CENTRE, SCALE = 0.5, 3.5
"""Pictures in [0, 1] are shifted and scaled to about unit variance."""


def _convolution(before: int, after: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    # batch normalisation: with groups of channels the colours are normalised away, and half as much is learned
    convolution = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU(inplace=True))


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


class SharedNetwork(nn.Module):
    """Whole picture and face crop (B, 2, 3, S, S) → features (B, `width`), both by the same five convolutions.

    channels: of the first layer; the others have 2, 4 and 8 times as many.
    """

    def __init__(self, size: int, channels: int, width: int) -> None:
        super().__init__()
        widths = (3, channels, 2 * channels, 4 * channels, 8 * channels)
        layers = [_convolution(before, after, stride=2) for before, after in pairwise(widths)]
        layers.append(_convolution(widths[-1], widths[-1]))
        cells = (-(-size // 16)) ** 2
        self.layers = nn.Sequential(*layers, nn.Flatten())
        self.joint = nn.Sequential(nn.Linear(2 * widths[-1] * cells, width), nn.SiLU())

    def forward(self, pictures: Tensor) -> Tensor:
        """pictures in [0, 1]."""
        seen = self.layers(((pictures - CENTRE) * SCALE).flatten(0, 1))
        return self.joint(seen.unflatten(0, (len(pictures), -1)).flatten(1))  # type: ignore[no-any-return]
