"""Faces are found wherever they are in a picture, counted from the left, and chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from faces_drawing import draw_face, face_transform
from PIL import Image
from talk_making import REAL, textured, wall, with_faces

from mien.faces.pictures import find_face
from mien.faces.pictures.find_face import NoFace, choose_face, find_faces, upright_faces
from mien.faces.pictures.turning import roll
from mien.media.video import decode_frames


@pytest.mark.parametrize(("longest", "width"), [(640, 100), (1600, 90), (2048, 60)])
def test_a_small_face_in_a_big_picture_is_found_where_it_is(longest: int, width: int) -> None:
    height = longest * 3 // 4
    place = (0.8 * longest, 0.62 * height)
    picture = textured(with_faces(wall(height, longest), (*place, width)))
    (face,) = find_faces(picture)
    alone = with_faces(wall(), (180, 144, 170))
    (large,) = find_faces(alone)
    expected = (large.landmarks - (180, 144)) * (width / 170) + place
    assert np.abs(face.landmarks - expected).mean() < 0.03 * width
    assert face.mesh is not None
    assert np.abs(face.mesh[:, :2].mean(axis=0) - face.centre).max() < 0.3 * width


@pytest.mark.parametrize("side", [32, 64, 128])
def test_a_face_that_fills_a_small_picture_is_found(side: int) -> None:
    (face,) = find_faces(with_faces(wall(side, side), (side / 2, side / 2, side)))
    assert np.abs(face.centre - side / 2).max() < 0.05 * side


@pytest.mark.parametrize("turns", [1, 3])
def test_a_picture_that_lies_on_its_side(turns: int) -> None:
    picture = with_faces(wall(), (140, 150, 190))
    (upright,) = find_faces(picture)
    (turned,) = find_faces(np.ascontiguousarray(np.rot90(picture, turns)))
    height, width = picture.shape[:2]
    x, y = upright.landmarks.T
    where = {1: (y, width - 1 - x), 3: (height - 1 - y, x)}[turns]
    assert np.abs(turned.landmarks - np.stack(where, 1)).mean() < 2


def test_faces_are_counted_from_the_left_and_the_largest_is_usual() -> None:
    picture = with_faces(wall(480, 640), (520, 140, 150), (100, 140, 120), (300, 250, 200))
    found = choose_face(find_faces(picture))
    assert len(found.faces) == 3
    assert [round(float(face.centre[0]), -1) for face in found.faces] == [100, 300, 520]
    assert found.chosen == 1
    assert abs(float(choose_face(find_faces(picture), 2).face.centre[0]) - 520) < 5
    with pytest.raises(NoFace, match=r"are 3 faces, numbers 0 to 2 .* no face 3"):
        choose_face(find_faces(picture), 3)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_picture_is_turned_until_all_its_faces_are_upright(turns: int) -> None:
    picture = with_faces(wall(480, 640), (180, 200, 190), (470, 300, 130))
    _, same, upright = upright_faces(picture)
    assert same is picture
    undone, turned, found = upright_faces(np.ascontiguousarray(np.rot90(picture, turns)))
    assert (undone + turns) % 4 == 0
    assert np.array_equal(turned, picture)
    assert len(found.faces) == len(upright.faces) == 2
    assert found.chosen == 0
    for one, other in zip(found.faces, upright.faces, strict=True):
        assert np.abs(one.landmarks - other.landmarks).mean() < 2
    given = np.ascontiguousarray(np.rot90(picture, turns))
    assert upright_faces(given, 1)[2].chosen == (0 if turns > 1 else 1), "counted from the left of the given picture"
    assert upright_faces(given, 0)[2].chosen == (1 if turns > 1 else 0)
    with pytest.raises(NoFace, match="no face 2"):
        upright_faces(np.rot90(picture, turns), 2)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_small_face_is_found_however_the_picture_is_held(turns: int) -> None:
    picture = textured(with_faces(wall(960, 1280), (900, 640, 90)))
    _, turned, found = upright_faces(np.ascontiguousarray(np.rot90(picture, turns)))
    assert turned.shape == picture.shape
    assert np.abs(found.face.centre - (900, 640)).max() < 10


@pytest.mark.parametrize("tilt", [-45, 45])
def test_a_tilted_head_stays_as_it_is(tilt: int) -> None:
    picture = wall()
    draw_face(picture, face_transform((180, 144), 150, np.radians(tilt)))
    turns, same, found = upright_faces(picture)
    assert (turns, same is picture) == (0, True)
    assert abs(abs(roll(found.face)) - 45) < 12


def test_where_the_turned_picture_shows_no_face_the_found_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = with_faces(wall(), (140, 150, 190))
    lying = np.ascontiguousarray(np.rot90(picture))
    answers = iter([find_faces(lying), []])
    monkeypatch.setattr(find_face, "find_faces", lambda *_: next(answers))
    turns, turned, found = upright_faces(lying)
    (upright,) = find_faces(picture)
    assert (turns, np.array_equal(turned, picture)) == (3, True)
    assert np.abs(found.face.landmarks - upright.landmarks).mean() < 2


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_picture_without_a_face_has_none(turns: int) -> None:
    with pytest.raises(NoFace, match="there is no face in the picture"):
        upright_faces(np.ascontiguousarray(np.rot90(textured(wall()), turns)))


def test_a_poster_far_behind_is_not_counted() -> None:
    assert len(find_faces(with_faces(wall(480, 640), (400, 250, 330), (60, 60, 60)))) == 1


def test_where_there_is_no_face_none_is_found() -> None:
    for picture in (wall(), textured(wall(480, 640)), np.zeros((40, 2000, 3), np.uint8)):
        assert find_faces(picture) == []
    with pytest.raises(NoFace, match="no face in the picture"):
        choose_face(find_faces(wall()))
    with pytest.raises(NoFace, match="is 1 face, number 0"):
        choose_face(find_faces(with_faces(wall(), (180, 144, 170))), 1)


def test_a_quick_look_finds_what_is_large() -> None:
    assert len(find_faces(with_faces(wall(), (180, 144, 170)), thorough=False)) == 1
    assert find_faces(with_faces(wall(960, 1280), (900, 300, 60)), thorough=False) == []


@pytest.mark.real
def test_real_photos_and_videos() -> None:
    if not REAL.exists():
        pytest.skip(f"real media not present: {REAL}")
    photos = [*sorted((REAL / "talking/cremad/stills").glob("*.png")), REAL / "body/coco/000000000785.jpg"]
    pictures = [np.array(Image.open(path).convert("RGB")) for path in photos]
    videos: list[Path] = [
        *sorted((REAL / "talking/grid").glob("*.mpg")),
        *sorted((REAL / "body/asl").glob("*.mkv"))[:4],
    ]
    pictures += [next(iter(decode_frames(path))) for path in videos]
    assert len(pictures) > 10
    for picture in pictures:
        assert len(find_faces(picture)) == 1  # the skier's face is 27 pixels wide in 640
