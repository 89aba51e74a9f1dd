"""Landmarks by MediaPipe's face mesh, whose models are in its wheel, so that it works offline.

With tracking, MediaPipe runs its face detector in every frame in which it tracks fewer faces than requested, so looking
for a second face nearly doubles the cost (6.9 instead of 4.0 ms per frame in one measurement). Therefore one face is
tracked, and the same face detector looks for others in every `SCAN_EVERY`-th frame; as soon as it finds one, both are
tracked until the second is lost. A second face is found at most `SCAN_EVERY` − 1 frames late.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.faces.detectors.interface import Face
from mien.media.stderr import quiet_stderr

IBUG_FROM_MESH: tuple[tuple[int, ...], ...] = (
    # jaw, from the person's right ear over the chin to the left ear
    (127,), (234,), (93, 132), (132, 58, 58), (58, 172, 172), (136,), (150, 149), (176, 148), (152,),
    (377, 400), (378, 379), (365,), (397, 397, 288), (288, 288, 361), (361, 323), (454,), (356,),
    # right brow, left brow: between its upper and its lower edge
    (70, 46), (63, 53), (105, 52), (66, 65), (107, 55),
    (336, 285), (296, 295), (334, 282), (293, 283), (300, 276),
    # bridge of the nose, nostrils
    (168, 6), (197, 195), (5,), (4,), (98,), (97,), (2,), (326,), (327,),
    # right eye, left eye
    (33,), (160,), (158,), (133,), (153,), (144,),
    (362,), (385,), (387,), (263,), (373,), (380,),
    # lips: outer line, inner line
    (61,), (39, 40), (37,), (0,), (267,), (269, 270), (291,), (321, 375), (314, 405), (17,), (84, 181), (91, 146),
    (78,), (81,), (13,), (311,), (308,), (402,), (14,), (178,),
)  # fmt: skip
"""iBUG-68 point → points of the 478-point mesh whose mean it is; a point listed twice has twice the weight.

Chosen on rendered frames so that the points of the jaw (as annotated by iBUG) and of the lips are evenly spaced.
"""

MESH_POINTS = 478

SCAN_EVERY = 5
"""Interval in frames of the scan for a second face: 0.2 s at 25 fps."""


def _weights() -> NDArray[np.float32]:
    matrix = np.zeros((68, MESH_POINTS), np.float32)
    for row, points in enumerate(IBUG_FROM_MESH):
        np.add.at(matrix[row], list(points), 1 / len(points))
    return matrix


_WEIGHTS = _weights()


def ibug_from_mesh(mesh: NDArray[np.float32]) -> NDArray[np.float32]:
    """iBUG-68 points (..., 68, 2) from MediaPipe's mesh (..., 478, 2 or 3), in the same unit."""
    return np.asarray(_WEIGHTS @ mesh[..., :2], np.float32)


# MediaPipe's use of protobuf causes a warning in every process.
warnings.filterwarnings("ignore", message=r"SymbolDatabase\.GetPrototype", category=UserWarning)


class MediaPipeLandmarks:
    """MediaPipe's refined face mesh (478 points with the irises) as a `LandmarkDetector`."""

    def __init__(self, max_faces: int = 2, tracking: bool = True) -> None:
        """`max_faces` and `tracking` as in `mien.faces.detectors.open.open_detector`."""
        self._frame = 0
        self._several = False
        self._graphs: list[Any] = []
        self._single: Any = None
        self._mesh = self._open("face_mesh", static_image_mode=not tracking, max_num_faces=max_faces)
        if tracking and max_faces > 1:
            self._single = self._open("face_mesh", static_image_mode=False, max_num_faces=1)
            self._scan = self._open("face_detection", model_selection=0, min_detection_confidence=0.5)

    def _open(self, solution: str, **options: Any) -> Any:
        with quiet_stderr():
            from mediapipe.python.solutions import face_detection, face_mesh

            if solution == "face_mesh":
                graph: Any = face_mesh.FaceMesh(refine_landmarks=True, **options)
            else:
                graph = face_detection.FaceDetection(**options)
            _start(graph)
        self._graphs.append(graph)
        return graph

    def close(self) -> None:
        """Release the graphs; `detect` cannot be called afterwards."""
        with quiet_stderr():
            for graph in self._graphs:
                graph.close()

    def reset(self) -> None:
        """Reset the tracking of faces."""
        self._frame = 0
        self._several = False
        _restart(self._single or self._mesh)  # `_single` is restarted now, the other one when it is needed

    def detect(self, frame: NDArray[np.uint8]) -> list[Face]:
        """The faces in an RGB frame (H, W, 3), the largest first. MediaPipe gives no score for a mesh: it is 1."""
        frame = np.ascontiguousarray(frame)
        if self._single is None:
            return _faces(self._mesh, frame)
        scan = self._frame % SCAN_EVERY == 0
        self._frame += 1
        if not self._several:
            if not scan or len(self._scan.process(frame).detections or ()) < 2:
                return _faces(self._single, frame)
            self._several = True
            _restart(self._mesh)
        faces = _faces(self._mesh, frame)
        if len(faces) < 2:
            self._several = False
            _restart(self._single)
        return faces


def _start(graph: Any) -> None:
    # The threads of a graph log at its first frame: it gets an empty one while stderr is silenced.
    graph.process(np.zeros((64, 64, 3), np.uint8))


def _restart(graph: Any) -> None:
    with quiet_stderr():
        graph.reset()
        _start(graph)


def _faces(graph: Any, frame: NDArray[np.uint8]) -> list[Face]:
    height, width = frame.shape[:2]
    faces = []
    for found in graph.process(frame).multi_face_landmarks or ():
        mesh = np.array([(point.x, point.y, point.z) for point in found.landmark], np.float32)
        mesh *= np.array((width, height, width), np.float32)
        # No half pixel is subtracted: faces rendered at known positions and mirrored pictures show that the origin of
        # MediaPipe's coordinates is already the centre of the first pixel.
        faces.append(Face(ibug_from_mesh(mesh), mesh, 1.0))
    return sorted(faces, key=lambda face: -face.extent)
