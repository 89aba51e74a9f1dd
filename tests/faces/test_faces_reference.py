"""The picture that is made to talk: of a video or an animation the frame that shows its person best."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from talk_making import REAL, Picture, wall, with_faces

from mien.faces.pictures import reference
from mien.faces.pictures.find_face import choose_face, find_faces
from mien.faces.pictures.portrait import PortraitError
from mien.faces.pictures.reference import LOOKED_AT, faults, read_reference
from mien.media.video import write_video

FPS = Fraction(25)


def face(opening: float = 0.0, x: float = 180) -> Picture:
    return with_faces(wall(), (x, 144, 170), opening=opening)


def test_a_photo_is_taken_as_it_is(tmp_path: Path) -> None:
    Image.fromarray(face()).save(tmp_path / "a.png")
    found = read_reference(tmp_path / "a.png")
    assert found.second is None
    assert np.array_equal(found.picture, face())
    assert np.abs(found.faces.face.centre - (180, 142)).max() < 5


def test_of_a_video_the_frame_with_a_closed_mouth_is_taken(tmp_path: Path) -> None:
    frames = [face(0.0 if 10 <= number < 14 else 0.9) for number in range(24)]
    write_video(tmp_path / "a.mp4", frames, FPS)
    found = read_reference(tmp_path / "a.mp4")
    assert found.second is not None
    assert 10 <= round(found.second * 25) < 14
    assert np.abs(found.picture.astype(int) - face()).mean() < 4


def test_of_a_video_a_sharp_frame_is_taken_and_frames_without_a_face_are_passed_over(tmp_path: Path) -> None:
    blurred = cv2.GaussianBlur(face(), (0, 0), 4).astype(np.uint8)
    frames = [wall()] * 8 + [blurred] * 8 + [face()] * 4 + [blurred] * 4
    write_video(tmp_path / "a.mkv", frames, FPS)
    found = read_reference(tmp_path / "a.mkv")
    assert found.second is not None
    assert 16 <= round(found.second * 25) < 20


def test_faults_see_a_turned_face_closed_eyes_an_open_mouth_and_blur() -> None:
    picture = face()
    good = choose_face(find_faces(picture)).face
    fewest = faults(good, picture)

    def changed(points: list[int], shift: tuple[float, float]) -> float:
        moved = good.landmarks.copy()
        moved[points] += shift
        return faults(type(good)(moved, None, 1.0), picture)

    assert changed([30], (15, 0)) > fewest + 0.5
    assert changed([30], (-15, 0)) > fewest + 0.5
    assert changed([66, 65, 67], (0, 15)) > fewest + 1
    lids = good.landmarks.copy()
    for upper, lower in ((37, 41), (38, 40), (43, 47), (44, 46)):
        lids[upper] = lids[lower]
    assert faults(type(good)(lids, None, 1.0), picture) > fewest + 1
    assert faults(good, np.asarray(cv2.GaussianBlur(picture, (0, 0), 5), np.uint8)) > fewest + 0.5


def test_an_animation_whose_first_picture_shows_nobody(tmp_path: Path) -> None:
    images = [Image.fromarray(one) for one in (wall(), wall(), face(0.9), face(), face(0.9))]
    for name in ("a.gif", "a.webp", "a.png"):
        images[0].save(tmp_path / name, save_all=True, append_images=images[1:], duration=200)
        found = read_reference(tmp_path / name)
        assert found.second == pytest.approx(0.6)


def test_of_a_long_video_a_bounded_number_of_frames_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [with_faces(wall(144, 180), (90, 72, 100))] * 12 + [wall(144, 180)] * 1300
    write_video(tmp_path / "a.mp4", frames, FPS)  # 52 s: the frames that can be jumped to
    looked: list[float] = []
    watched = reference._video

    def count(path: Path) -> object:
        for second, picture in watched(path):
            looked.append(second)
            yield second, picture

    monkeypatch.setattr(reference, "_video", count)
    found = read_reference(tmp_path / "a.mp4")
    assert found.second == pytest.approx(0, abs=0.5)
    assert 3 <= len(looked) <= LOOKED_AT
    assert looked == sorted(set(looked))
    assert looked[-1] > 30


def test_one_of_several_faces_in_a_video(tmp_path: Path) -> None:
    both = with_faces(wall(), (90, 144, 140), (270, 144, 150))
    write_video(tmp_path / "a.mp4", [both] * 3, FPS)
    assert read_reference(tmp_path / "a.mp4").faces.chosen == 1
    assert read_reference(tmp_path / "a.mp4", 0).faces.chosen == 0
    with pytest.raises(PortraitError, match=r"a\.mp4: there are 2 faces.*no face 2"):
        read_reference(tmp_path / "a.mp4", 2)


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("suffix", [".png", ".gif", ".mp4"])
def test_what_was_held_turned_stands_upright(tmp_path: Path, turns: int, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    frames = [np.ascontiguousarray(np.rot90(one, turns)) for one in (face(0.9), face(), face(0.9))]
    if suffix == ".mp4":
        write_video(path, frames, FPS)
    elif suffix == ".gif":
        pictures = [Image.fromarray(frame) for frame in frames]
        pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=40)
    else:
        Image.fromarray(frames[1]).save(path)
    found = read_reference(path)
    assert found.picture.shape == face().shape
    assert np.abs(found.picture.astype(int) - face()).mean() < 6
    assert np.abs(found.faces.face.centre - (180, 142)).max() < 6
    with pytest.raises(PortraitError, match="no face 1"):
        read_reference(path, 1)


def test_in_every_frame_of_an_upside_down_video_the_same_face_is_chosen(tmp_path: Path) -> None:
    both = with_faces(wall(), (90, 144, 140), (270, 144, 150))
    write_video(tmp_path / "a.mp4", [np.ascontiguousarray(both[::-1, ::-1])] * 4, FPS)
    assert read_reference(tmp_path / "a.mp4", 0).faces.face.centre[0] > 200, "on the left of the video as it is stored"
    frames = reference._video(tmp_path / "a.mp4")
    next(frames)
    _, _, found = reference.upright_faces(next(frames)[1], 0, held=2)
    assert found.face.centre[0] > 200


def test_what_shows_no_face_gets_one_sentence(tmp_path: Path) -> None:
    write_video(tmp_path / "wall.mp4", [wall()] * 5, FPS)
    Image.fromarray(wall()).save(tmp_path / "wall.png")
    (tmp_path / "cut.gif").write_bytes(b"GIF89a" + bytes(40))
    for name, words in (("wall.mp4", "no face"), ("wall.png", "no face"), ("cut.gif", "damaged|no picture|too small")):
        with pytest.raises(PortraitError, match=words) as caught:
            read_reference(tmp_path / name)
        assert str(caught.value).startswith(name)
        assert "\n" not in str(caught.value)


@pytest.mark.real
def test_real_videos() -> None:
    if not REAL.exists():
        pytest.skip(f"real media not present: {REAL}")
    for path in sorted((REAL / "talking/grid").glob("*.mpg")):
        found = read_reference(path)
        assert found.second is not None
        first = next(reference._video(path))[1]
        assert faults(found.faces.face, found.picture) <= faults(choose_face(find_faces(first)).face, first)
        assert faults(found.faces.face, found.picture) < 2.5
