"""MediaPipe's landmarks: on drawn faces and, where they are there, on real ones."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from faces_drawing import REAL, draw_face, face_transform, picture, talking_frames
from PIL import Image, ImageSequence

from mien.faces.detectors.interface import Face
from mien.faces.detectors.mediapipe_mesh import IBUG_FROM_MESH, SCAN_EVERY, ibug_from_mesh
from mien.faces.detectors.open import open_detector
from mien.media.video import decode_frames

MIRROR = [
    *range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36,
    41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65,
]  # fmt: skip


def _one(faces: list[Face]) -> Face:
    assert len(faces) == 1
    return faces[0]


def test_the_points_of_a_drawn_face_are_found_where_they_were_drawn() -> None:
    image = picture()
    drawn = draw_face(image, face_transform((180, 144), 170, 0.1))
    with open_detector(tracking=False) as detector:
        face = _one(detector.detect(image))
    distance = np.linalg.norm(face.landmarks - drawn, axis=1)
    assert distance.mean() < 2
    assert distance.max() < 6
    assert np.abs((face.landmarks - drawn).mean(axis=0)).max() < 1
    assert face.mesh is not None
    assert face.mesh.shape == (478, 3)
    np.testing.assert_allclose(ibug_from_mesh(face.mesh), face.landmarks)


def test_the_mapping_is_symmetric() -> None:
    """The mesh of a face and that of its mirror image: each iBUG point maps onto its mirrored one."""
    image = picture()
    draw_face(image, face_transform((179.5, 144), 170))
    with open_detector(tracking=False) as detector:
        face = _one(detector.detect(image))
        mirrored = _one(detector.detect(image[:, ::-1]))
    back = mirrored.landmarks.copy()
    back[:, 0] = image.shape[1] - 1 - back[:, 0]
    assert np.linalg.norm(back[MIRROR] - face.landmarks, axis=1).mean() < 1.5
    assert len(IBUG_FROM_MESH) == 68


def test_no_half_pixel_shift_between_a_picture_and_its_mirror_image() -> None:
    image = picture()
    draw_face(image, face_transform((179.5, 144), 170))
    with open_detector(tracking=False) as detector:
        x = _one(detector.detect(image)).landmarks[:, 0].mean()
        y = _one(detector.detect(image[:, ::-1])).landmarks[:, 0].mean()
    assert x + y == pytest.approx(image.shape[1] - 1, abs=0.6)


def test_an_opening_mouth_is_followed() -> None:
    openings = []
    with open_detector() as detector:
        for amount in np.linspace(0, 1, 11):
            image = picture()
            draw_face(image, face_transform((180, 144), 170), float(amount))
            face = _one(detector.detect(image))
            openings.append(face.landmarks[66, 1] - face.landmarks[62, 1])
    assert np.corrcoef(openings, np.linspace(0, 1, 11))[0, 1] > 0.95


@pytest.mark.parametrize("name", ["several", "one"])
def test_after_a_reset_nothing_of_the_last_clip_is_left(name: str) -> None:
    """The second clip gives the same bits whether or not another came before it, also one with two faces."""
    first = talking_frames(8, (95, 144), 130)
    if name == "several":
        for frame in first:
            draw_face(frame, face_transform((265, 144), 130), tone=40)
    second = talking_frames(8, (170, 150), 180)

    def meshes(detector: object) -> list[bytes]:
        return [_one(detector.detect(frame)).mesh.tobytes() for frame in second]  # type: ignore[attr-defined]

    with open_detector() as detector:
        fresh = meshes(detector)
    with open_detector() as detector:
        for frame in first:
            detector.detect(frame)
        detector.reset()
        assert meshes(detector) == fresh


def test_a_second_face_is_found_when_it_comes_in_and_forgotten_when_it_goes() -> None:
    counts = []
    with open_detector() as detector:
        for index, frame in enumerate(talking_frames(40, (95, 144), 130, sway=2)):
            if 12 <= index < 25:
                draw_face(frame, face_transform((265, 144), 140), tone=40)
            counts.append(len(detector.detect(frame)))
    assert counts[:12] == [1] * 12
    assert counts[12 + SCAN_EVERY - 1 : 25] == [2] * (13 - SCAN_EVERY + 1)
    assert counts[26:] == [1] * 14


def test_the_largest_face_comes_first() -> None:
    image = picture()
    draw_face(image, face_transform((95, 144), 110))
    draw_face(image, face_transform((255, 144), 150), tone=40)
    with open_detector(tracking=False) as detector:
        faces = detector.detect(image)
    assert [face.centre[0] > 180 for face in faces] == [True, False]
    assert faces[0].inter_ocular == pytest.approx(0.4 * 150, rel=0.1)


def test_an_unknown_detector_is_refused() -> None:
    with pytest.raises(ValueError, match="mediapipe or face-alignment"), open_detector("dlib"):  # type: ignore[arg-type]
        pass


def test_it_is_quiet() -> None:
    """Nothing of MediaPipe's C++ or Python comes out on stderr or stdout."""
    code = (
        "import numpy as np, sys; sys.path.insert(0, 'tests/faces')\n"
        "from faces_drawing import talking_frames\n"
        "from mien.faces.detectors.open import open_detector\n"
        "with open_detector() as detector:\n"
        "    for frame in talking_frames(3): assert detector.detect(frame)\n"
        "    detector.reset()\n"
    )
    from pathlib import Path

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True
    )
    assert done.stdout + done.stderr == ""


@pytest.mark.real
def test_two_real_people_are_two_faces() -> None:
    folder = REAL / "heads_moving"
    path = folder / "head-pose-face-detection-female-and-male.gif"
    if not path.exists():
        pytest.skip(f"real media not present: {path}")
    with Image.open(path) as image, open_detector() as detector:
        counts = [len(detector.detect(np.asarray(frame.convert("RGB")))) for frame in ImageSequence.Iterator(image)]
    assert np.mean(np.array(counts) == 2) > 0.95


@pytest.mark.real
def test_real_landmarks_agree_with_another_detector() -> None:
    """YuNet's five points (eyes, nose, mouth) lie within a tenth of the eyes' distance of ours."""
    judge = REAL / "judges/yunet_n_320_320.onnx"
    clips = sorted((REAL / "talking/grid").glob("*.mpg"))
    if not judge.exists() or not clips:
        pytest.skip(f"real media not present: {judge}, {REAL / 'talking/grid'}")
    import cv2

    yunet = cv2.FaceDetectorYN.create(str(judge), "", (320, 320), 0.6)
    with open_detector(tracking=False) as detector:
        for path in clips:
            for frame in itertools.islice(decode_frames(path), 0, 75, 37):
                face = _one(detector.detect(frame))
                points = face.landmarks
                ours = np.stack([points[36:42].mean(0), points[42:48].mean(0), points[30], points[48], points[54]])
                canvas = np.zeros((320, 384, 3), np.uint8)
                canvas[: frame.shape[0], : frame.shape[1]] = frame[..., ::-1]
                yunet.setInputSize((384, 320))
                _, found = yunet.detect(canvas)
                theirs = found[0, 4:14].reshape(5, 2)
                assert np.linalg.norm(ours - theirs, axis=1).mean() < 0.1 * face.inter_ocular
