"""`architecture: warp`: the pixels of the reference are warped, and only disoccluded parts are synthesised.

The displacement of each landmark of the face is predicted from a code and interpolated to a flow field (see
`mien.talking.networks.interpolation`), which a convolutional network refines. From the warped features, further layers
predict shading and wrinkles, and synthesise the inside of the mouth. The displacements are trained by the landmarks
alone: losses of the pixels reach the appearance, but not the goal, because an adversary gains more by folding the lips
than by moving them. The flow can be computed for a reference of any resolution, and shade is smooth
(`mien.talking.compose.composer`).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.media.coordinates import to_normalised
from mien.networks.film import FiLMBlock
from mien.talking.networks.decoding import DecoderOutput, WarpLayers
from mien.talking.networks.interpolation import landmark_flow

MAX_CORRECTION = 0.02
"""Maximum refinement of the flow by the network, in normalised coordinates: 0.6 pixels of 64. A larger one deforms
photos, on which it is less accurate than on the corpus."""

INITIAL_SIGMAS = (0.16, 0.12, 0.10, 0.07, 0.06)
"""Initial standard deviations, in normalised coordinates, of the Gaussian weights of the landmarks of jaw, brows, nose,
eyes and lips. They are trained."""

_POINTS = (17, 10, 9, 12, 20)

PARTS: tuple[tuple[int, ...], ...] = (
    tuple(range(3, 14)),  # jaw
    tuple(range(17, 22)), tuple(range(22, 27)),  # brows
    (37, 38), (40, 41), (43, 44), (46, 47), (36, 39, 42, 45),  # lids, upper and lower, and the eyes' corners
    (49, 50, 51, 52, 53), (55, 56, 57, 58, 59),  # lips, outside
    (61, 62, 63), (65, 66, 67), (48, 54, 60, 64),  # lips, inside, and the mouth's corners
)  # fmt: skip
"""Groups of landmarks; the target positions of each group are one heat map in the input of the network."""

INNER_LIPS = tuple(range(60, 68))
"""Landmarks of the inner contour of the lips, clockwise in the picture."""

HEAT_MAP_SIGMA = 0.05
"""Standard deviation of the Gaussian of a landmark in the heat maps, in normalised coordinates."""

MAX_SHADE = 0.5
"""Maximum relative change of the sampled light."""


class WarpDecoder(nn.Module):
    """Warps the image conditioned on the code, adds shading, and blends in a synthesised layer."""

    def __init__(self, size: int, channels: tuple[int, ...], code_width: int) -> None:
        super().__init__()
        bottom = size >> (len(channels) - 1)
        self.spatial_code = nn.Linear(code_width, 16 * bottom * bottom)  # a spatial code: FiLM alone has no position
        self.bottom = bottom
        self.enter = nn.Conv2d(16, channels[-1], 1)
        self.blocks = nn.ModuleList(FiLMBlock(channel, channel, code_width) for channel in channels[:0:-1])
        # Skips are added after a 1×1 convolution at low resolution: a quarter of the operations of concatenation.
        self.narrow = nn.ModuleList(
            nn.Conv2d(below, channel, 1) for below, channel in zip(channels[:1:-1], channels[-2:0:-1], strict=True)
        )
        width = channels[1]
        self.heat_map_layer = nn.Conv2d(len(PARTS) + 1, width, 1)
        self.log_sigmas = nn.Parameter(  # on the CPU: on "meta" a logarithm would import torch's compiler
            torch.tensor(INITIAL_SIGMAS, device="cpu").log().repeat_interleave(torch.tensor(_POINTS, device="cpu"))
        )
        self.flow = nn.Conv2d(width, 2, 3, padding=1)
        self.painter = FiLMBlock(width, width, code_width)
        self.detail = nn.Conv2d(width + 1, width // 2, 3, padding=1)
        self.paint = nn.Conv2d(width // 2, 4, 3, padding=1)
        for parameter in self.flow.parameters():
            nn.init.zeros_(parameter)

    def forward(self, maps: list[Tensor], landmarks: Tensor, goal: Tensor, code: Tensor) -> DecoderOutput:
        """Decode N frames from N images with their feature maps, `landmarks` and goals (N, 68, 2) and codes (N, W)."""
        spatial_code = self.spatial_code(code).view(len(code), 16, self.bottom, self.bottom)
        side = maps[0].shape[-1]
        opening = mouth_opening(goal, side)
        heat = torch.cat([heat_maps(goal, side // 2), nn.functional.avg_pool2d(opening, 2)], 1)
        heat = self.heat_map_layer(heat)
        hidden = self.blocks[0](maps[-1] + self.enter(spatial_code), code)
        for block, narrow, skip in zip(list(self.blocks)[1:], self.narrow, maps[-2:1:-1], strict=True):
            merged = nn.functional.interpolate(narrow(hidden), scale_factor=2, mode="nearest") + skip
            hidden = block(merged + heat if block is self.blocks[-1] else merged, code)
        correction = MAX_CORRECTION * torch.tanh(self.flow(hidden))
        axis = pixel_centres(side, self.log_sigmas)
        flow = landmark_flow(goal, landmarks - goal, self.sigmas, axis, axis)
        flow = flow + nn.functional.interpolate(correction, scale_factor=2, mode="bilinear", align_corners=False)
        painted = self.painter(hidden + warp(maps[2], nn.functional.avg_pool2d(flow, 2)) + heat, code)
        painted = torch.cat([nn.functional.interpolate(painted, scale_factor=2, mode="nearest"), opening], 1)
        shade, paint = self.paint(nn.functional.silu(self.detail(painted))).split((1, 3), 1)
        # Shading scales the light, so that the skin keeps its detail and its hue; only the mouth's opening is replaced.
        shade, paint = MAX_SHADE * torch.tanh(shade), torch.tanh(paint)
        sampled = warp(maps[0], flow)
        frames = (1 - opening) * (sampled + shade * (sampled + 1)) + opening * paint
        return DecoderOutput(frames.clamp(-1, 1), WarpLayers(flow, correction, shade, paint, opening, goal))

    @property
    def sigmas(self) -> Tensor:
        """Standard deviations (68,) of the landmarks' weights in the flow, in normalised coordinates."""
        return self.log_sigmas.exp()


def heat_maps(points: Tensor, side: int) -> Tensor:
    """Heat maps (N, parts, side, side) of the landmarks (N, 68, 2) of each of `PARTS`."""
    axis = pixel_centres(side, points)
    gaussians = torch.exp(-0.5 * ((axis - points[..., None]) / HEAT_MAP_SIGMA).square())
    maps = [gaussians[:, part, 1].transpose(1, 2) @ gaussians[:, part, 0] for part in map(list, PARTS)]
    return torch.stack(maps, 1)


def mouth_opening(points: Tensor, side: int) -> Tensor:
    """Soft mask (N, 1, side, side) in [0, 1] of the mouth opening, for landmarks (N, 68, 2) in [−1, 1].

    The intersection of the half-planes of all edges of the inner lips, with a soft border of half a pixel.
    """
    first = points[:, list(INNER_LIPS)]
    edge = first.roll(-1, 1) - first
    edge = edge / edge.norm(dim=-1, keepdim=True).clamp(min=1e-4)
    axis = pixel_centres(side, points)
    # the signed distance is a sum of a function of x and one of y, which are computed separately
    along_x = -edge[..., 1:] * (axis - first[..., :1])
    along_y = edge[..., :1] * (axis - first[..., 1:])
    distance = (along_x[:, :, None] + along_y[..., None]).amin(1, keepdim=True)
    return torch.sigmoid(distance * (2 * side) - 1)


def pixel_centres(side: int, like: Tensor) -> Tensor:
    """Normalised coordinates (side,) of the pixel centres along an axis; type and device of `like`."""
    return to_normalised(torch.arange(side, device=like.device, dtype=like.dtype), side)


def pixel_grid(height: int, width: int, like: Tensor) -> Tensor:
    """Normalised coordinates (height, width, 2), x and y, of the pixel centres."""
    x, y = pixel_centres(width, like), pixel_centres(height, like)
    return torch.stack([x.expand(height, width), y[:, None].expand(height, width)], -1)


def warp(maps: Tensor, flow: Tensor) -> Tensor:
    """Maps (N, C, H, W) warped by the backward `flow` (N, 2, H, W); the border is repeated."""
    height, width = flow.shape[-2:]
    grid = pixel_grid(height, width, flow) + flow.permute(0, 2, 3, 1)
    return nn.functional.grid_sample(maps, grid.to(maps), mode="bilinear", padding_mode="border", align_corners=False)
