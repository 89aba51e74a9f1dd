"""A crop that is put back into its picture: nothing moves, no seam is to be seen, and all else stays as it was."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from talk_making import Picture, drawing, textured, wall, with_faces

from mien.faces.alignment import mean_shape, transform_points
from mien.faces.pictures.paste_back import (
    FINE_CROP,
    HOLD_BORDER,
    LEAST_CROP,
    MOST_CROP,
    PasteBack,
)
from mien.talking.compose.composer import Composer
from mien.talking.compose.layer import Portrait
from mien.talking.networks.decoding import DecoderOutput


def face_at(x: float, y: float, width: float, roll: float = 0.0) -> NDArray[np.float32]:
    """Landmarks (68, 2) of a mean face whose crop is `width` pixels wide."""
    return transform_points(mean_shape(128), drawing.face_transform((x, y), width, roll))


def seam(before: Picture, after: Picture, stage: PasteBack) -> float:
    """The jump of what has changed across the crop's border: mean over the border of its greatest step, in grey levels.

    Looked at in the crop's own pixels, from 2 outside to 6 inside, so that a soft edge does not hide between them.
    """
    size = len(stage.crop)
    change = after.astype(np.float32) - before
    ring = 4
    grid = stage.transform.copy()
    grid[:, 2] += ring
    seen = cv2.warpAffine(change, grid, (size + 2 * ring, size + 2 * ring), flags=cv2.INTER_LINEAR)
    across = [np.abs(np.diff(seen[rows][:, ring:-ring], axis=0)) for rows in (slice(0, 12), slice(-12, None))]
    across += [np.abs(np.diff(seen[ring:-ring, columns], axis=1)) for columns in (slice(0, 12), slice(-12, None))]
    steps = [part.mean(axis=2).max(axis=axis) for part, axis in zip(across, (0, 0, 1, 1), strict=True)]
    return float(np.concatenate(steps).mean())


@pytest.mark.parametrize("roll", [0.0, 0.3])
@pytest.mark.parametrize("width", [60, 170, 400])
def test_the_crop_itself_put_back_changes_nothing_that_can_be_seen(width: int, roll: float) -> None:
    picture = textured(wall(480, 640))
    stage = PasteBack(picture, face_at(300, 240, width, roll))
    change = np.abs(stage.paste(stage.crop).astype(int) - picture)
    inside = stage.paste(np.full_like(stage.crop, 255)) != picture
    assert change[inside].mean() < (
        0.7 if width < 256 else 1.2
    )  # what two interpolations take off the finest structure


def test_only_the_crop_is_touched_and_the_picture_is_kept() -> None:
    picture = textured(wall(480, 640))
    kept = picture.copy()
    landmarks = face_at(300, 240, 200, 0.2)
    stage = PasteBack(picture, landmarks)
    pasted = stage.paste(np.zeros_like(stage.crop))
    rows, columns = np.mgrid[:480, :640]
    inside = np.stack([columns, rows], -1) @ stage.transform[:, :2].T + stage.transform[:, 2]
    outside = ((inside < -0.5) | (inside > len(stage.crop) - 0.5)).any(axis=-1)
    assert np.array_equal(pasted[outside], picture[outside])
    assert outside.mean() > 0.8
    assert (pasted[240, 300] == 0).all()
    assert np.array_equal(picture, kept)


def test_what_is_drawn_into_the_crop_appears_where_it_was_cut_out() -> None:
    stage = PasteBack(wall(480, 640), face_at(410, 200, 180, -0.4))
    frame = np.zeros_like(stage.crop)
    places = [(60.0, 70.0), (120.0, 90.0), (90.0, 140.0)]
    for x, y in places:
        one = frame.copy()
        cv2.circle(one, (int(x), int(y)), 3, (255, 255, 255), -1, cv2.LINE_AA)
        light = stage.paste(one).astype(np.float64) - stage.paste(frame)
        rows, columns = np.mgrid[:480, :640]
        weight = light.sum(axis=2)
        found = np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()
        assert np.abs(stage.transform[:, :2] @ found + stage.transform[:, 2] - (x, y)).max() < 0.2


@pytest.mark.parametrize("held", [True, False])
def test_no_seam_even_when_the_frame_differs_everywhere(held: bool) -> None:
    picture = textured(wall(480, 640))
    stage = PasteBack(picture, face_at(320, 240, 220, 0.1))
    brighter = np.clip(stage.crop.astype(int) + 60, 0, 255).astype(np.uint8)
    if held:  # as the generator gives them
        pixels = torch.from_numpy(brighter).permute(2, 0, 1)[None] / 127.5 - 1
        brighter = next(
            Composer(Portrait(stage.crop, stage.landmarks), hold_border=HOLD_BORDER).frames(
                DecoderOutput(pixels), torch.eye(3)[None]
            )
        )
    hard = np.asarray(
        cv2.warpAffine(
            brighter, stage.transform, (640, 480), picture.copy(), cv2.WARP_INVERSE_MAP, cv2.BORDER_TRANSPARENT
        ),
        np.uint8,
    )
    if not held:
        assert seam(picture, hard, stage) > 30  # the measure sees a seam
    # 60 levels over the feather's width is 5 levels a pixel at the steepest; at the border itself it is none
    assert seam(picture, stage.paste(brighter), stage) < 6
    edge = stage.paste(brighter).astype(int) - picture
    corners = cv2.invertAffineTransform(stage.transform)
    size = len(stage.crop) - 1
    border = [(t * size, end) for t in np.linspace(0, 1, 50) for end in (0.5, size - 0.5)]
    for x, y in [*border, *((y, x) for x, y in border)]:
        column, row = (corners[:, :2] @ (x, y) + corners[:, 2]).round().astype(int)
        assert np.abs(edge[row, column]).mean() < 4


@pytest.mark.parametrize(("x", "y"), [(20, 30), (620, 460), (320, -10), (-60, 240)])
def test_a_crop_that_reaches_beyond_the_picture(x: int, y: int) -> None:
    picture = textured(wall(480, 640))
    stage = PasteBack(picture, face_at(x, y, 200))
    pasted = stage.paste(np.full_like(stage.crop, 255))
    assert pasted.shape == picture.shape
    assert not np.array_equal(pasted, picture)
    assert np.abs(stage.paste(stage.crop).astype(int) - picture).mean() < 1


def test_a_face_outside_the_picture_leaves_it_as_it_is() -> None:
    picture = wall(100, 100)
    stage = PasteBack(picture, face_at(400, 400, 100))
    assert np.array_equal(stage.paste(stage.crop), picture)


def test_the_crop_is_as_fine_as_the_picture_within_bounds() -> None:
    picture = wall(1200, 1400)
    for width, side in ((20, LEAST_CROP), (150, 226), (301, FINE_CROP), (501, 502), (1000, MOST_CROP)):
        assert abs(len(PasteBack(picture, face_at(600, 600, width)).crop) - side) <= 2
    assert len(PasteBack(picture, face_at(600, 600, 300), 256).crop) == 256


def test_a_drawn_face_is_cut_out_where_the_mean_face_has_it() -> None:
    picture = with_faces(wall(), (180, 144, 150))
    crop = PasteBack(picture, face_at(180, 144, 150), 128).crop
    direct = with_faces(wall(128, 128), (63.5, 63.5, 128))
    assert np.abs(crop[20:110, 20:110].astype(int) - direct[20:110, 20:110]).mean() < 6


def test_frames_of_another_size_are_refused() -> None:
    stage = PasteBack(wall(), face_at(180, 144, 150))
    with pytest.raises(ValueError, match="the crop was"):
        stage.paste(np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(ValueError, match="coincide"):
        PasteBack(wall(), np.zeros((68, 2), np.float32))
