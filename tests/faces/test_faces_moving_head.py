"""A head that moves as a whole in its picture: it keeps its shape, and the wall behind it stays where it is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from faces_drawing import REAL
from numpy.typing import NDArray
from talk_making import textured

from mien.faces.alignment import mean_shape
from mien.faces.pictures import person_mask as segmentation
from mien.faces.pictures.find_face import upright_faces
from mien.faces.pictures.moving_head import MovingHead
from mien.faces.pictures.paste_back import PasteBack
from mien.faces.pictures.person_mask import Head
from mien.faces.pictures.portrait import read_portrait
from mien.faces.pictures.reference import read_reference

Picture = NDArray[np.uint8]
HEIGHT, WIDTH, FACE = 300, 360, 140
POINTS = (mean_shape(FACE) + np.array([110, 70])).astype(np.float32)
CENTRE, CHIN = POINTS[:, 0].mean(), POINTS[8, 1]


def person() -> NDArray[np.bool_]:
    """A head with hair on a neck and shoulders that reach the lower edge."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    head = np.hypot((columns - CENTRE) / 60, (rows - POINTS[28, 1]) / 72) < 1
    neck = (np.abs(columns - CENTRE) < 30) & (rows > CHIN - 20)
    return np.asarray(head | neck | ((np.abs(columns - CENTRE) < 130) & (rows > CHIN + 40)))


def picture() -> Picture:
    """The person before a wall with lines across and down."""
    wall = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    wall[::20], wall[1::20] = 60, 60
    wall[:, ::20], wall[:, 1::20] = 90, 90
    skin = textured(np.full((HEIGHT, WIDTH, 3), (190, 130, 110), np.uint8))
    return np.where(person()[..., None], skin, wall)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The segmentation finds the person of `picture`, in whatever part of it."""
    everything = picture()

    def segmented(part: Picture) -> NDArray[np.float32]:
        places = cv2.matchTemplate(everything, part, cv2.TM_SQDIFF)
        _, _, (left, top), _ = cv2.minMaxLoc(places)
        return person()[top : top + part.shape[0], left : left + part.shape[1]].astype(np.float32)

    monkeypatch.setattr(segmentation, "_segmenter", lambda: segmented)


def moved(head: MovingHead, whole: Picture, motion: NDArray[np.float64]) -> Picture:
    columns, rows = head.sources(motion)
    result = whole.copy()
    part = cv2.remap(whole, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    result[head.box] = np.clip(np.rint(head.over_background(part, columns, rows)), 0, 255)
    return result


def shift(x: float, y: float) -> NDArray[np.float64]:
    return np.array([[1.0, 0, x], [0, 1, y]])


def away_from(area: NDArray[np.bool_], pixels: float) -> NDArray[np.bool_]:
    return np.asarray(cv2.distanceTransform((~area).astype(np.uint8), cv2.DIST_L2, 5) > pixels)


@pytest.mark.usefixtures("found")
def test_a_head_that_stays_changes_nothing() -> None:
    head = MovingHead(picture(), POINTS)
    assert head.reason is None
    assert np.abs(moved(head, picture(), shift(0, 0)).astype(int) - picture()).max() <= 1


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("by", [(12, 0), (-12, 0), (0, 10), (9, -8)])
def test_the_face_moves_as_it_is_and_the_wall_with_its_lines_stays(by: tuple[int, int]) -> None:
    head, whole = MovingHead(picture(), POINTS), picture()
    result = moved(head, whole, shift(*by))
    columns, rows = np.rint(POINTS[17:]).astype(int).T
    assert np.abs(result[rows + by[1], columns + by[0]].astype(int) - whole[rows, columns]).max() <= 2
    covered = person() | (cv2.warpAffine(person().astype(np.uint8), shift(*by), (WIDTH, HEIGHT)) > 0)
    wall = away_from(covered, 0.08 * Head.of(POINTS).width)
    assert wall.mean() > 0.3
    np.testing.assert_array_equal(result[wall], whole[wall])
    shoulders = person() & (np.mgrid[:HEIGHT, :WIDTH][0] > HEIGHT - 20)
    assert np.abs(result[shoulders].astype(int) - whole[shoulders]).mean() < 3


@pytest.mark.usefixtures("found")
def test_what_the_head_uncovers_looks_like_the_wall_and_not_like_the_head() -> None:
    head, whole = MovingHead(picture(), POINTS), picture()
    result = moved(head, whole, shift(14, 0))
    row = int(POINTS[28, 1])
    uncovered = result[row - 15 : row + 15, int(CENTRE - 58) : int(CENTRE - 50)].astype(int)
    assert (np.ptp(uncovered, axis=2) < 12).mean() > 0.95, "the wall is grey, the skin is not"
    darkest = uncovered.mean(axis=(1, 2)).min()
    assert darkest < 150, "the lines across continue behind the head"


@pytest.mark.usefixtures("found")
def test_the_displacement_does_not_fold() -> None:
    head = MovingHead(picture(), POINTS)
    angle = 0.06
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0]])
    turn[:, 2] = POINTS.mean(axis=0) - turn[:, :2] @ POINTS.mean(axis=0) + (0.06 * FACE, 0.05 * FACE)
    columns, rows = head.sources(turn)
    assert np.diff(columns, axis=1).min() > 0.1
    assert np.diff(rows, axis=0).min() > 0.1


def test_without_a_person_the_background_moves_too_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmentation, "_segmenter", lambda: lambda part: np.zeros(part.shape[:2], np.float32))
    cut = PasteBack(picture(), POINTS)
    assert "0 % of the face" in cut.notes[0]
    size = len(cut.crop)
    result = cut.paste(cut.crop, shift(0.06 * size, 0))
    columns, rows = np.rint(POINTS[17:]).astype(int).T
    by = round(0.06 * size / float(np.hypot(*cut.transform[:, 0])))
    assert np.abs(result[rows, columns + by].astype(int) - picture()[rows, columns]).mean() < 6
    corner = slice(0, 10), slice(-10, None)
    np.testing.assert_array_equal(result[corner], picture()[corner])


@pytest.mark.usefixtures("found")
def test_a_pasted_frame_moves_with_its_head_beyond_the_crop() -> None:
    cut = PasteBack(picture(), POINTS)
    assert cut.notes == ()
    frame = cut.crop.copy()
    nose = np.rint(cut.landmarks[30]).astype(int)
    cv2.circle(frame, tuple(nose.tolist()), 8, (0, 0, 255), -1)
    still, turned = cut.paste(frame), cut.paste(frame, shift(0.05 * len(frame), 0.03 * len(frame)))
    scale = float(np.hypot(*cut.transform[:, 0]))

    def spot(of: Picture) -> NDArray[np.float64]:
        blue = np.clip(of[..., 2].astype(float) - of[..., 0] - 60, 0, None)
        return np.array([(blue.sum(0) * np.arange(WIDTH)).sum(), (blue.sum(1) * np.arange(HEIGHT)).sum()]) / blue.sum()

    np.testing.assert_allclose(spot(turned) - spot(still), np.array([0.05, 0.03]) * len(frame) / scale, atol=0.2)


def test_a_head_cut_by_the_pictures_edge_stays_whole_at_that_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmentation, "_segmenter", lambda: lambda part: np.ones(part.shape[:2], np.float32))
    part = picture()[60:]
    points = POINTS - (0, 60)
    head = MovingHead(part, points)
    columns, rows = head.sources(shift(0, 8))
    assert rows.min() > -0.5, "nothing is taken from beyond the edge"
    assert np.abs(rows[0]).max() < 1
    assert np.diff(rows, axis=0).min() > 0.1
    assert columns.shape == rows.shape


@pytest.mark.parametrize("name", ["talking/grid/bbaf2n.mpg", "talking/cremad/stills/img06.png"])
def test_on_real_people_the_wall_stays(name: str) -> None:
    if not REAL.exists():
        pytest.skip(f"real media not present: {REAL}")
    file = REAL / name
    whole = read_reference(file, None).picture if file.suffix == ".mpg" else read_portrait(file)
    _, whole, faces = upright_faces(whole)
    cut = PasteBack(whole, faces.face.landmarks)
    assert cut.notes == ()
    head = Head.of(faces.face.landmarks)
    by = np.round(np.array([0.09, 0.03]) * head.width)
    result = cut.paste(cut.crop, shift(*cut.transform[:, :2] @ by)).astype(int)
    columns, rows = np.rint(faces.face.landmarks[27:48]).astype(int).T
    assert np.abs(result[rows + int(by[1]), columns + int(by[0])] - whole[rows, columns]).mean() < 5
    seen, _ = segmentation.find_person(whole, head)
    both = seen | (cv2.warpAffine(seen.astype(np.uint8), shift(*by), whole.shape[1::-1]) > 0)
    wall = away_from(both, 0.09 * head.width)
    assert np.abs(result[wall] - whole[wall]).max() <= 2
