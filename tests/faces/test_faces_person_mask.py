"""Which part of a crop moves with the face: the head does, and what is behind and below it does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from faces_drawing import REAL, draw_face, face_transform
from numpy.typing import NDArray

from mien.faces.alignment import mean_shape
from mien.faces.pictures import person_mask as module
from mien.faces.pictures.find_face import upright_faces
from mien.faces.pictures.paste_back import PasteBack
from mien.faces.pictures.person_mask import PersonMask, person_mask, person_weight
from mien.faces.pictures.portrait import read_portrait

SIDE = 200
POINTS = mean_shape(SIDE).astype(np.float32)
CROP = np.full((SIDE, SIDE, 3), 128, np.uint8)
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
CENTRE, TOP = POINTS[:, 0].mean(), POINTS[8, 1] - SIDE


def silhouette(half_width: float) -> NDArray[np.bool_]:
    """A head `half_width` pixels to either side, on shoulders as wide as the crop from the chin's row on."""
    return (np.abs(COLUMNS - CENTRE) < half_width) | (POINTS[8, 1] + 10 < ROWS)


def with_mask(monkeypatch: pytest.MonkeyPatch, person: NDArray[np.bool_]) -> PersonMask:
    """The mask of a crop in which the segmentation finds `person`."""
    monkeypatch.setattr(module, "_segmenter", lambda: lambda _: person.astype(np.float32))
    return person_mask(CROP, POINTS)


@pytest.mark.parametrize("hair", [75, 95])
def test_the_face_moves_and_the_background_is_still(monkeypatch: pytest.MonkeyPatch, hair: int) -> None:
    person = silhouette(hair)
    mask = with_mask(monkeypatch, person)
    assert mask.reason is None
    columns, rows = np.rint(POINTS).astype(int).T
    assert mask.weight[rows, columns].min() == 1
    beyond = cv2.distanceTransform((~person).astype(np.uint8), cv2.DIST_L2, 5)
    assert mask.weight[beyond > 0.1 * SIDE].max(initial=0) == 0
    assert mask.weight.dtype == np.float32
    assert 0 <= mask.weight.min() <= mask.weight.max() <= 1


def test_the_weight_falls_in_the_hair_where_there_is_hair(monkeypatch: pytest.MonkeyPatch) -> None:
    row = int(POINTS[28, 1])
    at = [with_mask(monkeypatch, silhouette(half)).weight[row] for half in (68, 92)]
    edge = [weight[int(CENTRE + half)] for weight, half in zip(at, (68, 92), strict=True)]
    assert edge[0] > 0.9, "the silhouette of an ear moves with the head"
    assert edge[1] < 0.4, "the silhouette of wide hair hardly moves"


def test_no_step_is_so_steep_that_a_movement_of_a_fiftieth_folds_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    weight = with_mask(monkeypatch, silhouette(80)).weight
    steepest = max(np.abs(np.diff(weight, axis=axis)).max() for axis in (0, 1))
    assert steepest * SIDE / 50 < 1


@pytest.mark.parametrize(
    ("person", "word"),
    [(np.zeros((SIDE, SIDE), bool), "on 0 % of the face"), (np.ones((SIDE, SIDE), bool), "all over")],
)
def test_a_segmentation_that_says_nothing_leaves_the_ellipse_and_says_so(
    monkeypatch: pytest.MonkeyPatch, person: NDArray[np.bool_], word: str
) -> None:
    mask = with_mask(monkeypatch, person)
    assert mask.reason is not None
    assert word in mask.reason
    assert mask.person.all()
    assert mask.weight[int(POINTS[30, 1]), int(POINTS[30, 0])] == 1
    assert 0.02 < mask.weight[int(POINTS[8, 1]), 4] < 0.5, "a soft weight, as far as the ellipse reaches"


def test_another_person_in_the_crop_is_background(monkeypatch: pytest.MonkeyPatch) -> None:
    person = silhouette(60)
    person[: int(POINTS[8, 1]), -12:] = True
    person[int(POINTS[8, 1]) :, -25:] = False
    mask = with_mask(monkeypatch, person)
    assert not mask.person[20, -6]
    assert mask.weight[20, -6] == 0


def test_the_weight_is_the_same_at_any_resolution_and_turned_with_the_face(monkeypatch: pytest.MonkeyPatch) -> None:
    person = silhouette(80)
    weight = with_mask(monkeypatch, person).weight
    monkeypatch.setattr(module, "_segmenter", lambda: lambda _: np.rot90(person).astype(np.float32))
    turned = np.stack([POINTS[:, 1], SIDE - 1 - POINTS[:, 0]], 1)
    np.testing.assert_allclose(person_weight(CROP, turned), np.rot90(weight), atol=0.08)
    large = cv2.resize(person.astype(np.float32), (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_NEAREST)
    monkeypatch.setattr(module, "_segmenter", lambda: lambda _: large)
    twice = person_weight(np.zeros((2 * SIDE, 2 * SIDE, 3), np.uint8), 2 * POINTS + 0.5)
    np.testing.assert_allclose(cv2.resize(twice, (SIDE, SIDE), interpolation=cv2.INTER_AREA), weight, atol=0.08)


def test_drawn_faces_get_a_weight_whatever_the_segmentation_finds() -> None:
    picture = np.full((96, 96, 3), 180, np.uint8)
    points = draw_face(picture, face_transform((48, 48), 80)).astype(np.float32)
    mask = person_mask(picture, points)
    assert mask.weight[int(points[30, 1]), int(points[30, 0])] == 1
    assert mask.weight[0, 0] < 0.5


@pytest.mark.parametrize("still", range(6))
def test_on_real_people_the_ears_move_and_the_wall_does_not(still: int) -> None:
    if not REAL.exists():
        pytest.skip(f"real media not present: {REAL}")
    photo = sorted((REAL / "talking/cremad/stills").glob("*.png"))[still]
    _, picture, faces = upright_faces(read_portrait(photo))
    cut = PasteBack(picture, faces.face.landmarks)
    mask = person_mask(cut.crop, cut.landmarks)
    assert mask.reason is None
    wall = cut.crop[..., 1].astype(int) - cut.crop[..., [0, 2]].max(axis=2) > 40  # the wall is green
    far = cv2.distanceTransform((~wall).astype(np.uint8), cv2.DIST_L2, 5) == 0
    near_person = cv2.distanceTransform((~mask.person).astype(np.uint8), cv2.DIST_L2, 5) < 0.08 * len(cut.crop)
    assert (far & mask.person).mean() < 0.02
    assert mask.weight[far & ~near_person].max() < 0.02


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="square uint8"):
        person_mask(np.zeros((10, 12, 3), np.uint8), POINTS)
    with pytest.raises(ValueError, match=r"\(68, 2\)"):
        person_mask(CROP, POINTS[:5])
    with pytest.raises(ValueError, match="finite"):
        person_mask(CROP, np.full((68, 2), np.nan))
