"""The decoder that warps: what moves where, and what is made of it at any size."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from talking_corpus import drawn_face, drawn_landmarks

from mien.faces.mean_shape import MEAN_SHAPE
from mien.media.coordinates import to_normalised, to_pixels
from mien.talking.compose.composer import CORRECTION, Composer, border_weight, enlarged, gaussian_blur
from mien.talking.compose.layer import Field, Goal, Points, Portrait
from mien.talking.data.augmentation import MIRRORED
from mien.talking.losses import flow_loss
from mien.talking.networks.decoding import DecoderOutput, WarpLayers
from mien.talking.networks.interpolation import LOWER_LIP, UPPER_LIP, below_mouth_line, landmark_flow
from mien.talking.networks.warp import (
    PARTS,
    heat_maps,
    mouth_opening,
    pixel_centres,
    pixel_grid,
    warp,
)


def face_points() -> torch.Tensor:
    return (2 * torch.tensor(MEAN_SHAPE) - 1)[None]


AXIS, SIGMAS = pixel_centres(64, torch.zeros(1)), torch.full((68,), 0.08)


def read_at(flow: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.grid_sample(flow, points[:, None], align_corners=False)[:, :, 0].transpose(1, 2)


def test_the_flow_has_the_landmarks_displacements_and_vanishes_far_from_them() -> None:
    points = face_points()
    random = torch.Generator().manual_seed(0)
    displacement = 0.05 * torch.randn(1, 68, 2, generator=random)
    displacement[:, 60:68] = displacement[:, [48, 50, 51, 52, 54, 56, 57, 58]]  # lips move as wholes
    flow = landmark_flow(points, displacement, SIGMAS, AXIS, AXIS)
    error = (read_at(flow, points) - displacement).norm(dim=-1)
    assert float(error.mean()) < 0.2 * float(displacement.norm(dim=-1).mean())  # the ridge, and the grid of 64
    assert float(flow[0, :, 0].abs().max()) < 0.01  # the upper edge is far from the brows


def test_a_dropped_lower_lip_leaves_the_upper_lip_where_it_is() -> None:
    points = face_points()
    target = points.clone()
    target[:, list(LOWER_LIP), 1] += 0.2
    flow = landmark_flow(target, points - target, SIGMAS, AXIS, AXIS)
    read = read_at(flow, target)[0]
    assert float(read[list(UPPER_LIP)].abs().max()) < 0.01
    assert read[list(LOWER_LIP), 1].numpy() == pytest.approx(-0.2, abs=0.02)


def test_below_the_mouth_line_is_below_the_middle_of_the_opening() -> None:
    below = below_mouth_line(face_points(), AXIS, AXIS)[0]
    lips = (face_points()[0, 60:68] + 1) * 32 - 0.5
    middle, column = float(lips[[2, 6], 1].mean()), round(float(lips[2, 0]))
    assert float(below[int(middle) - 2, column]) < 0.01
    assert float(below[int(middle) + 3, column]) > 0.99
    at_cheek = below[:, 4]  # far beyond the corner the two sides run into each other
    assert float((at_cheek[1:] - at_cheek[:-1]).max()) < 0.1


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
    correction, opening = torch.zeros(frames, 2, side // 2, side // 2), torch.zeros(frames, 1, side, side)
    flow = torch.zeros(frames, 2, side, side)
    landmarks = to_normalised(torch.from_numpy(drawn_landmarks(0.4, size=128)), 128).expand(frames, -1, -1)
    plain = WarpLayers(flow, correction, opening, picture, opening, landmarks)
    return DecoderOutput(picture, plain._replace(**layers))


def portrait(side: int) -> Portrait:
    points = to_pixels(to_normalised(drawn_landmarks(0.4, size=128), 128), side)
    return Portrait(crop(side), np.asarray(points, np.float32))


def crop(side: int) -> np.ndarray:
    return drawn_face(drawn_landmarks(0.4, size=side), np.array([190.0, 160, 140]), size=side)


@pytest.mark.parametrize("side", [32, 100, 128])
def test_no_flow_shows_the_reference_in_all_its_detail(side: int) -> None:
    frames = list(Composer(portrait(side)).frames(output(2), torch.eye(3).expand(2, -1, -1)))
    assert len(frames) == 2
    assert all(np.abs(frame.astype(int) - crop(side)).max() <= 1 for frame in frames)


def test_a_moved_small_picture_keeps_its_detail() -> None:
    """Moved by half a pixel, cubic interpolation loses two thirds of a wave of 2.6 pixels."""
    wave = 128 + 60 * np.sin(np.arange(64) * 2.4)
    fine = np.tile(np.rint(wave), (64, 1))[..., None].repeat(3, 2).astype(np.uint8)
    assert np.abs(enlarged(fine, 3)[1::3, 1::3] - fine).max() < 0.01
    shift = torch.eye(3)[None].clone()
    shift[0, 0, 2] = 0.5 * 2 / 64
    moved = next(Composer(Portrait(fine, portrait(64).landmarks)).frames(output(1), shift))
    inside = np.s_[8:-8, 8:-8]
    assert moved[inside].std() > 0.93 * fine[inside].std()
    expected = 128 + 60 * np.sin((np.arange(64) - 0.5) * 2.4)
    assert np.abs(moved[32, 8:-8, 0] - expected[8:-8]).mean() < 6


def test_a_flow_moves_the_reference_at_its_own_size() -> None:
    correction = torch.zeros(1, 2, 16, 16)
    correction[:, 0] = 2 * 8 / 128 / CORRECTION  # eight pixels of 128
    frame = next(Composer(portrait(128)).frames(output(1, correction=correction), torch.eye(3)[None]))
    assert np.abs(frame[:, 8:100].astype(int) - crop(128)[:, 16:108]).max() <= 1


def test_the_portrait_is_warped_to_the_goal_at_its_own_size() -> None:
    still = portrait(256)
    goal = still.landmarks.copy()
    goal[31:36] += (6.0, 0.0)  # the wings of the nose, 6 pixels of 256 to the right
    layers = output(1).layers
    assert layers is not None
    moved = layers.landmarks.clone()
    moved[0] = to_normalised(torch.from_numpy(goal), 256)
    dots = still.crop.copy()
    for x, y in np.rint(still.landmarks[31:36]).astype(int):
        dots[y - 1 : y + 2, x - 1 : x + 2] = (0, 0, 255)
    made = Composer(Portrait(dots, still.landmarks)).frames(output(1, landmarks=moved), torch.eye(3)[None])
    blue = next(made)[..., 2].astype(float) - crop(256)[..., 2]
    middle = round(float(still.landmarks[33, 1]))
    columns = np.arange(256)
    row = np.clip(
        blue[middle, round(float(still.landmarks[31, 0])) - 3 : round(float(still.landmarks[35, 0])) + 14], 0, 255
    )
    centre = (row * columns[: len(row)]).sum() / row.sum() + round(float(still.landmarks[31, 0])) - 3
    assert centre == pytest.approx(float(goal[31:36, 0].mean()), abs=1.0)


def test_a_person_mask_holds_the_background() -> None:
    still, shift = portrait(128), torch.eye(3)[None].clone()
    shift[0, 0, 2] = 2 * 8 / 128
    person = np.zeros((128, 128), np.float32)
    person[:, 30:98] = 1
    frame = next(Composer(still, person=person).frames(output(1), shift))
    assert np.abs(frame[:, :29].astype(int) - still.crop[:, :29]).max() <= 1
    assert np.abs(frame[20:100, 48:80].astype(int) - still.crop[20:100, 40:72]).max() <= 2


def test_shading_is_smoothed_without_a_change_of_its_mean() -> None:
    maps = torch.zeros(1, 1, 33, 33)
    maps[0, 0, 16, 16] = 1
    smooth = gaussian_blur(maps, 1.0)[0, 0]
    offsets = torch.arange(33.0) - 16
    assert float(smooth.sum()) == pytest.approx(1)
    assert float((smooth.sum(0) * offsets.square()).sum()) == pytest.approx(1, abs=0.03)
    assert torch.allclose(gaussian_blur(torch.full((2, 1, 9, 9), 0.3), 1.0), torch.tensor(0.3))


@pytest.mark.parametrize(("side", "sigma"), [(32, 1.0), (48, 1.5), (64, 2.0), (128, 2.0)])
def test_shading_is_smoother_where_it_is_enlarged(side: int, sigma: float) -> None:
    shade = torch.zeros(1, 1, 32, 32)
    shade[0, 0, 24, 16] = 0.5
    white = Portrait(np.full((side, side, 3), 100, np.uint8), portrait(side).landmarks)
    frame = next(Composer(white).frames(output(1, shade=shade), torch.eye(3)[None]))
    brighter = frame[..., 0].max() / 100 - 1
    assert brighter == pytest.approx(0.5 / (2 * np.pi * sigma**2), abs=0.02)


class Stamp:
    """A layer that holds the chin and writes one grey into the middle of the face."""

    def warp_goal(self, goal: Goal) -> Points:
        points = goal.landmarks.copy()
        points[8] = portrait(128).landmarks[8]
        return points

    def draw(self, frame: Field, goal: Goal) -> None:
        x, y = np.rint(goal.landmarks[33]).astype(int)
        frame[y - 2 : y + 3, x - 2 : x + 3] = 77


def test_layers_draw_at_the_goal_and_take_movements_out_of_the_warp() -> None:
    layers = output(1).layers
    assert layers is not None
    moved = layers.landmarks.clone()
    moved[0, 8, 1] += 0.1
    still = portrait(128)
    shift = torch.eye(3)[None].clone()
    frame = next(Composer(still, layers=[Stamp()]).frames(output(1, landmarks=moved), shift))
    x, y = np.rint(still.landmarks[33]).astype(int)
    assert (frame[y - 2 : y + 3, x - 2 : x + 3] == 77).all()
    below = frame[100:, 40:90].astype(int)
    assert np.abs(below - still.crop[100:, 40:90]).max() <= 2


def test_the_placement_moves_all_that_was_drawn() -> None:
    paint, opening = torch.full((1, 3, 32, 32), -1.0), torch.zeros(1, 1, 32, 32)
    opening[:, :, 20:24, 12:20] = 1  # a black mouth
    shift = torch.eye(3)[None].clone()
    shift[0, 1, 2] = 2 * 4 / 32  # four pixels down
    frame = next(Composer(portrait(32)).frames(output(1, paint=paint, opening=opening), shift))
    assert (frame[25:27, 13:19] < 8).all()
    assert np.abs(frame[8:20].astype(int) - crop(32)[4:16]).max() <= 2


def test_shade_scales_the_light_and_keeps_the_hue() -> None:
    decoded = output(1, shade=torch.full((1, 1, 32, 32), 0.2))
    frame = next(Composer(portrait(128)).frames(decoded, torch.eye(3)[None])).astype(int)
    assert np.abs(frame - np.minimum(crop(128) * 1.2, 255)).max() <= 1


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
    decoded = output(1, correction=torch.full((1, 2, 16, 16), 0.2), opening=torch.ones(1, 1, 32, 32))
    if not warps:
        decoded = DecoderOutput(torch.zeros(1, 3, 32, 32))
    frame = next(Composer(portrait(64), hold_border=0.2).frames(decoded, torch.eye(3)[None]))
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        assert np.abs(frame[edge].astype(int) - picture[edge]).max() <= 1
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
