"""The proof of the fit: rendered heads whose motion is known, seen by MediaPipe; and real heads that turn."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from fitting_making import angles_between, lively
from numpy.typing import NDArray

from mien.faces.detectors.interface import Face
from mien.faces.detectors.open import open_detector
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.people import sample_actor
from mien.heads.fitting.fit import fit_head
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.heads.render.render import Camera, render_frames
from mien.media.video import decode_frames

GIFS = Path(__file__).parents[2].parent / "shared/real/heads_moving"
SIZE = (256, 256)


@dataclass(frozen=True)
class Watched:
    """What a head did, and what the fit says it did."""

    truth: Performance
    found: Performance


def fitted(frames: list[NDArray[np.uint8]], which: int = 0) -> Performance:
    """The motion of the face number `which` from the left in frames (H, W, 3)."""
    with open_detector("mediapipe", max_faces=2) as detector:
        seen = [detector.detect(frame) for frame in frames]
    faces: list[Face] = [sorted(found, key=lambda face: float(face.centre[0]))[which] for found in seen]
    meshes = [face.mesh for face in faces if face.mesh is not None]
    height, width = frames[0].shape[:2]
    landmarks = np.stack([face.landmarks for face in faces])
    return fit_head(EmbeddedHead(), landmarks, np.stack(meshes), (width, height)).performance


def quiet_head(performance: Performance) -> Performance:
    """The same motion with the head turned a third as far: how people sit before a camera."""
    did = performance
    neck, gaze = (did.neck / 3).astype(np.float32), (did.gaze / 2).astype(np.float32)
    return Performance(did.fps, did.expression, neck, did.translation, gaze)


@cache
def watched() -> tuple[Watched, ...]:
    """Three people whom no calibration saw, each moving for 1.6 s."""
    head = EmbeddedHead()
    clips = []
    for number in range(3):
        identity, appearance, _ = sample_actor(number, np.random.default_rng(900 + number))
        truth = quiet_head(lively(40, phase=2.1 * number))
        camera = Camera(distance=5.6, height=1.35)
        frames = list(render_frames(head, identity, appearance, truth, SIZE, camera))
        clips.append(Watched(truth, fitted(frames)))
    return tuple(clips)


def correlation(*names: str) -> float:
    """Pearson's over all frames of all clips, of the mean of the named expressions."""
    chosen = [EXPRESSION_INDEX[name] for name in names]
    pairs = [(clip.truth.expression[:, chosen].mean(1), clip.found.expression[:, chosen].mean(1)) for clip in watched()]
    truth, found = (np.concatenate(values) for values in zip(*pairs, strict=True))
    return float(np.corrcoef(truth, found)[0, 1])


@pytest.mark.slow
def test_the_head_is_turned_as_it_was_rendered() -> None:
    errors = np.concatenate([angles_between(clip.truth.neck, clip.found.neck) for clip in watched()])
    assert errors.mean() < 3
    for clip in watched():
        assert np.corrcoef(clip.truth.neck[:, 0], clip.found.neck[:, 0])[0, 1] > 0.95
        assert np.corrcoef(clip.truth.neck[:, 2], clip.found.neck[:, 2])[0, 1] > 0.95


def test_jaw_smile_and_blink_follow() -> None:
    assert correlation("jawOpen") > 0.9
    assert correlation("mouthSmileLeft", "mouthSmileRight") > 0.9
    assert correlation("eyeBlinkLeft", "eyeBlinkRight") > 0.85


def test_the_gaze_goes_the_right_way() -> None:
    for clip in watched():
        assert np.corrcoef(clip.truth.gaze[:, 0], clip.found.gaze[:, 0])[0, 1] > 0.7


@pytest.mark.parametrize("actor", [2, 3, 8])
def test_a_wink_is_on_its_own_side(actor: int) -> None:
    head = EmbeddedHead()
    winks = [Performance.still(frames=3), Performance.still(frames=3, eyeBlinkLeft=1.0)]
    expression = np.concatenate([wink.expression for wink in winks])
    zeros = np.zeros((6, 3), np.float32)
    truth = Performance(Fraction(25), expression, zeros, zeros, zeros[:, :2])
    identity, appearance, _ = sample_actor(actor, np.random.default_rng(7))
    found = fitted(list(render_frames(head, identity, appearance, truth, SIZE))).expression[-1]
    assert found[EXPRESSION_INDEX["eyeBlinkLeft"]] > found[EXPRESSION_INDEX["eyeBlinkRight"]] + 0.2


@pytest.mark.skipif(not GIFS.exists(), reason="../shared/real is not here")
def test_a_real_head_turns_as_the_picture_does() -> None:
    # she looks far to the picture's left, then to its right, and back to the left
    yaw = fitted(list(decode_frames(GIFS / "head-pose-face-detection-female.gif"))).neck[:, 0]
    assert yaw[:5].mean() < -0.5
    assert yaw[11:15].mean() > 0.3
    assert yaw[-2:].mean() < -0.2


@pytest.mark.skipif(not GIFS.exists(), reason="../shared/real is not here")
def test_two_real_heads_lean_as_the_picture_does() -> None:
    # both lean their heads to the picture's left and stay so
    frames = list(decode_frames(GIFS / "head-pose-face-detection-female-and-male.gif"))[::3]
    for which in (0, 1):
        roll = fitted(frames, which).neck[:, 2]
        assert roll[-5:].mean() < roll[0] - 0.35
        assert -0.9 < roll[-5:].mean() < -0.5
