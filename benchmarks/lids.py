"""Blinks drawn over photos, as a detector that is not this project's sees them, and what drawing them costs.

`python -m benchmarks.lids --real FOLDER` closes the eyes of the stills of CREMA-D and of the first frames of GRID in
FOLDER step by step and prints eyeBlink of MediaPipe's face landmarker; `--sheet FILE.png` writes the pictures. The last
column is the highest score in the GRID clip itself, whose person blinks (none: does not).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mien.faces.alignment import transform_points
from mien.faces.detectors.blendshapes import open_blendshapes
from mien.faces.pictures.paste_back import PasteBack
from mien.faces.pictures.reference import read_reference
from mien.heads.performance import EXPRESSION_INDEX
from mien.media.coordinates import to_normalised
from mien.talking.compose.composer import Composer
from mien.talking.compose.layer import Goal, Portrait
from mien.talking.compose.lids.layer import LidLayer
from mien.talking.networks.decoding import DecoderOutput, WarpLayers

STEPS = (0.0, -0.2, -0.4, -0.5, -0.6, -0.7, -0.83, -1.0)
"""Poses of the lids; the noise of the default model reaches −.83."""

PLAIN_LAYERS = ((2, 64), (2, 32), (1, 64), (3, 64))
"""Channels and side of a decoder's flow, correction, shade and paint."""

SHEET_WIDTH = 320
SPEED_SIDE, SPEED_FRAMES = 384, 200

Picture = NDArray[np.uint8]


def portrait_of(path: Path) -> Portrait:
    """The aligned face of a photo, or of the best frame of a video."""
    reference = read_reference(path)
    face = reference.faces.face
    aligned = PasteBack(reference.picture, face.landmarks)
    mesh = None if face.mesh is None else transform_points(face.mesh, aligned.transform)
    return Portrait(aligned.crop, aligned.landmarks, mesh)


def blink_frames(portrait: Portrait) -> list[Picture]:
    """The portrait with its lids at each of `STEPS`, warped and drawn, with a network that adds nothing."""
    composer = Composer(portrait, layers=[LidLayer(portrait)], inside=True)
    points = to_normalised(torch.from_numpy(np.asarray(portrait.landmarks, np.float32)), portrait.side)
    count = len(STEPS)
    flow, half, shade, paint = (torch.zeros(count, channels, side, side) for channels, side in PLAIN_LAYERS)
    output = DecoderOutput(paint, WarpLayers(flow, half, shade, paint, shade, points.expand(count, -1, -1)))
    return list(composer.frames(output, torch.eye(3).expand(count, 3, 3), np.asarray(STEPS, np.float32)))


def eye_blink(frames: Sequence[Picture], task: Path) -> list[float]:
    """Mean of eyeBlinkLeft and eyeBlinkRight in each frame (NaN: no face); the frames are no video."""
    columns = [EXPRESSION_INDEX[f"eyeBlink{side}"] for side in ("Left", "Right")]
    scores = []
    for frame in frames:
        edge = frame.shape[0] // 5
        framed = cv2.copyMakeBorder(frame, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
        with open_blendshapes(task) as detector:
            weights = detector.detect(np.asarray(framed, np.uint8))
        scores.append(float("nan") if weights is None else float(weights[columns].mean()))
    return scores


def real_blink(clip: Path, task: Path) -> float:
    """The highest eyeBlink in a clip."""
    columns = [EXPRESSION_INDEX[f"eyeBlink{side}"] for side in ("Left", "Right")]
    with open_blendshapes(task) as detector:
        found = [detector.detect(frame) for frame in _frames(clip)]
    return max(float(weights[columns].mean()) for weights in found if weights is not None)


def _frames(clip: Path) -> Iterator[Picture]:
    capture = cv2.VideoCapture(str(clip))
    while (read := capture.read())[0]:
        yield np.ascontiguousarray(read[1][..., ::-1])


def _eyes(frame: Picture, portrait: Portrait) -> Picture:
    low, high = portrait.landmarks[36:48].min(0), portrait.landmarks[36:48].max(0)
    margin = 0.25 * (high[0] - low[0])
    left, right = max(int(low[0] - margin), 0), int(high[0] + margin)
    top, bottom = max(int(low[1] - 1.2 * margin), 0), int(high[1] + margin)
    return np.asarray(cv2.resize(frame[top:bottom, left:right], (SHEET_WIDTH, SHEET_WIDTH // 3)), np.uint8)


def milliseconds(portrait: Portrait) -> float:
    """CPU time in milliseconds of drawing both half-closed eyes at `SPEED_SIDE`."""
    factor = SPEED_SIDE / portrait.side
    landmarks = ((portrait.landmarks + 0.5) * factor - 0.5).astype(np.float32)
    crop = np.asarray(cv2.resize(portrait.crop, (SPEED_SIDE, SPEED_SIDE)), np.uint8)
    layer, frame = LidLayer(Portrait(crop, landmarks)), crop.astype(np.float32)
    goal = Goal(landmarks, np.eye(2, 3), -0.5)
    start = time.process_time()
    for _ in range(SPEED_FRAMES):
        layer.draw(frame, goal)
    return 1000 * (time.process_time() - start) / SPEED_FRAMES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder with talking/ and judges/")
    parser.add_argument("--sheet", type=Path, help="PNG of the eyes at each step")
    options = parser.parse_args()
    task = options.real / "judges/mediapipe/face_landmarker_v2_with_blendshapes.task"
    photos = sorted((options.real / "talking/cremad/stills").glob("*.png"))
    photos += sorted((options.real / "talking/grid").glob("*.mpg"))
    if not photos:
        raise SystemExit(f"{options.real} holds no talking/cremad/stills and no talking/grid")
    print("| lids | " + " | ".join(f"{step:g}" for step in STEPS) + " | real |\n|" + "---|" * (len(STEPS) + 2))
    rows, portrait = [], None
    for path in photos:
        portrait = portrait_of(path)
        frames = blink_frames(portrait)
        cells = [f"{score:.2f}" for score in eye_blink(frames, task)]
        cells.append(f"{real_blink(path, task):.2f}" if path.suffix == ".mpg" else "")
        print(f"| {path.stem} | " + " | ".join(cells) + " |", flush=True)
        rows.append(np.hstack([_eyes(frame, portrait) for frame in frames]))
    if portrait is not None:
        print(f"{milliseconds(portrait):.2f} ms a frame of {SPEED_SIDE} × {SPEED_SIDE}, both eyes")
    if options.sheet:
        cv2.imwrite(str(options.sheet), np.vstack(rows)[..., ::-1])


if __name__ == "__main__":
    main()
