"""The decoder that warps: what moves where, and what is made of it at any size."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from talking_corpus import drawn_face, drawn_landmarks

from mien.faces.mean_shape import MEAN_SHAPE
from mien.talking.compose.composer import Composer, border_weight
from mien.talking.data.augmentation import MIRRORED
from mien.talking.losses import flow_loss
from mien.talking.networks.decoding import DecoderOutput, WarpLayers
from mien.talking.networks.warp import (
    PARTS,
    heat_maps,
    interpolate_flow,
    mouth_opening,
    pixel_grid,
    warp,
)


def face_points() -> torch.Tensor:
    return (2 * torch.tensor(MEAN_SHAPE) - 1)[None]


def test_the_landmarks_displacement_is_spread_over_the_picture() -> None:
    points = face_points()
    displacement = torch.zeros(1, 68, 2)
    displacement[:, 48:] = torch.tensor([0.0, -0.1])  # the lips go down: their pixels come from above
    flow = interpolate_flow(points, displacement, torch.full((68,), 0.05), 64)
    lips, brow, corner = points[0, 62], points[0, 19], torch.tensor([-0.95, -0.95])
    read = torch.nn.functional.grid_sample(flow, torch.stack([lips, brow, corner])[None, None], align_corners=False)
    assert read[0, 1, 0, 0] == pytest.approx(-0.1, abs=0.015)
    assert read[0, :, 0, 1:].abs().max() < 0.01


def test_spots_are_where_the_landmarks_are() -> None:
    maps = heat_maps(face_points(), 64)
    assert maps.shape == (1, len(PARTS), 64, 64)
    for part, one in zip(PARTS, maps[0], strict=True):
        row, column = divmod(int(one.argmax()), 64)
        near = min(float(np.hypot(*(np.array(MEAN_SHAPE[point]) * 64 - 0.5 - (column, row)))) for point in part)
        assert near < 1.5


def test_the_flow_loss_is_nothing_where_every_point_is_fetched_from_its_place() -> None:
    points = (face_points() + 1) * 32 - 0.5
    flow = torch.zeros(1, 2, 32, 32)
    flow[:, 0] = 4 / 32  # every pixel comes from four pixels of 64 to its right
    assert float(flow_loss(flow, points, points + torch.tensor([4.0, 0.0]), 64)) == pytest.approx(0, abs=1e-4)
    assert float(flow_loss(flow, points, points, 64)) == pytest.approx(np.sqrt(16.01) - 0.1, abs=1e-3)
    outside = points.clone()
    outside[:, :34] = 500.0  # what is not in the picture does not count
    assert float(flow_loss(flow, outside, points + torch.tensor([4.0, 0.0]), 64)) == pytest.approx(0, abs=1e-4)


def test_mirrored_numbers_are_those_of_a_mirrored_face() -> None:
    points = np.array(MEAN_SHAPE)
    mirrored = points * (-1, 1) + (1, 0)
    assert np.allclose(mirrored[list(MIRRORED)], points, atol=2e-4)  # the mean shape is symmetric
    assert [MIRRORED[number] for number in MIRRORED] == list(range(68))


def output(frames: int, side: int = 32, **layers: torch.Tensor) -> DecoderOutput:
    """A decoder output that shows the reference, with some layers changed."""
    picture = torch.zeros(frames, 3, side, side)
    flow, opacity = torch.zeros(frames, 2, side // 2, side // 2), torch.zeros(frames, 1, side, side)
    plain = WarpLayers(flow, picture, picture, opacity, torch.zeros(frames, 68, 2))
    return DecoderOutput(picture, plain._replace(**layers))


def crop(side: int) -> np.ndarray:
    return drawn_face(drawn_landmarks(0.4, size=side), np.array([190.0, 160, 140]), size=side)


@pytest.mark.parametrize("side", [32, 100, 128])
def test_no_flow_shows_the_reference_in_all_its_detail(side: int) -> None:
    frames = list(Composer(crop(side)).frames(output(2), torch.eye(3).expand(2, -1, -1)))
    assert len(frames) == 2
    assert all(np.array_equal(frame, crop(side)) for frame in frames)


def test_a_flow_moves_the_reference_at_its_own_size() -> None:
    flow = torch.zeros(1, 2, 16, 16)
    flow[:, 0] = 2 * 8 / 128  # eight pixels of 128
    frame = next(Composer(crop(128)).frames(output(1, flow=flow), torch.eye(3)[None]))
    assert np.array_equal(frame[:, 8:100], crop(128)[:, 16:108])


def test_the_placement_moves_all_that_was_drawn() -> None:
    paint, opacity = torch.full((1, 3, 32, 32), -1.0), torch.zeros(1, 1, 32, 32)
    opacity[:, :, 20:24, 12:20] = 1  # a black mouth
    shift = torch.eye(3)[None].clone()
    shift[0, 1, 2] = 2 * 4 / 32  # four pixels down
    frame = next(Composer(crop(32)).frames(output(1, paint=paint, opacity=opacity), shift))
    assert (frame[25:27, 13:19] < 8).all()
    assert np.abs(frame[8:20].astype(int) - crop(32)[4:16]).max() <= 2


def test_shade_is_added_and_keeps_the_detail() -> None:
    decoded = output(1, shade=torch.full((1, 3, 32, 32), 20 / 127.5))
    frame = next(Composer(crop(128)).frames(decoded, torch.eye(3)[None])).astype(int)
    assert np.array_equal(frame, np.minimum(crop(128).astype(int) + 20, 255))


def test_the_mouths_opening_lies_between_the_lips() -> None:
    points = face_points()
    points[:, 65:68, 1] += 0.2
    mask = mouth_opening(points, 64)[0, 0]
    rows, columns = (mask > 0.5).nonzero().float().unbind(1)
    lips = (points[0, 60:68] + 1) * 32 - 0.5
    assert len(rows) > 30
    assert (rows > lips[:, 1].min()).all()
    assert (rows < lips[:, 1].max()).all()
    assert (columns > lips[:, 0].min()).all()
    assert (columns < lips[:, 0].max()).all()
    assert float(mask[:30].max()) < 0.01
    points[:, 65:68, 1] -= 0.25  # the lower lip above the upper one: shut
    assert float(mouth_opening(points, 64).max()) < 0.3


@pytest.mark.parametrize("warps", [True, False])
def test_the_edge_is_held_where_it_is_asked_for(warps: bool) -> None:
    picture = crop(64)
    decoded = output(1, flow=torch.full((1, 2, 16, 16), 0.2), opacity=torch.ones(1, 1, 32, 32))
    if not warps:
        decoded = DecoderOutput(torch.zeros(1, 3, 32, 32))
    frame = next(Composer(picture, hold_border=0.2).frames(decoded, torch.eye(3)[None]))
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        assert np.array_equal(frame[edge], picture[edge])
    assert np.abs(frame[24:40, 24:40].astype(int) - 128).max() <= 1  # inside, the grey paint covers all


def test_the_held_border_grows_smoothly_inwards() -> None:
    weight = border_weight(100, 0.2)
    assert (weight[0] == 0).all()
    assert (weight[20:80, 20:80] == 1).all()
    assert all(b >= a for a, b in pairwise(weight[50, :50]))
    assert np.abs(np.diff(weight[50])).max() < 0.1
    assert (border_weight(10, 0) == 1).all()


def test_moved_maps_repeat_their_edge() -> None:
    ramp = pixel_grid(8, 8, torch.zeros(1)).permute(2, 0, 1)[None]
    far = torch.full((1, 2, 8, 8), 5.0)
    assert torch.allclose(warp(ramp, far), torch.full((1, 2, 8, 8), 7 / 8))
