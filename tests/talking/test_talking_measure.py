"""Figures of single clips and of rows, without an evaluation."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.faces.detectors.crops import Detected, detect_landmarks
from mien.faces.detectors.interface import Face
from mien.talking.evaluate import evaluate as evaluating
from mien.talking.evaluate.measure import AVERAGED, Measured, RealClip, figures_of

FPS = Fraction(25)
ROWS = ("real", "repeated", "shuffled", "generated", "real_motion")


def test_overall_takes_pictures_from_the_row_with_the_real_motion() -> None:
    face = Detected(np.zeros((4, 68, 2), np.float32), None)
    real = RealClip(np.zeros((0, 8, 8, 3), np.uint8), face, np.zeros(4), FPS, "HAP", None)

    def clip(row: str) -> Measured:
        value = {"generated": 0.2, "real_motion": 0.8}.get(row, 0.5)
        figures: dict[str, float | int | None] = dict.fromkeys((*AVERAGED, "lag_ms"), value)
        return Measured(figures, np.zeros(4), np.zeros(4), "HAP" if row == "generated" else "SAD", "SAD", real)

    evaluation = object.__new__(evaluating.TalkingEvaluation)
    evaluation.timings = [(8, 4.0)]
    rows = {row: {"val": figures_of([clip(row)])} for row in ROWS}
    overall = {row: evaluation.row_figures(row, rows)["overall"] for row in ROWS}
    # mouth and eyes .8 each, the CNN judge right, the HOG judge wrong; sync cannot be measured on four frames
    assert overall["generated"] == pytest.approx((0.8 + 0.8 + 1 + 0) / 4)
    assert rows["generated"]["val"]["ssim_mouth"] == 0.2
    assert overall["real_motion"] is None
    assert overall["shuffled"] == pytest.approx((0.5 + 0.5 + 0 + 0) / 4)
    assert evaluation.row_figures("generated", rows)["frames_per_second"] == 2


def test_without_a_mesh_there_is_no_gaze() -> None:
    class Plain:
        def reset(self) -> None:
            pass

        def detect(self, frame: NDArray[np.uint8]) -> list[Face]:
            assert frame.shape == (320, 320, 3)
            return [Face(np.full((68, 2), 159.5, np.float32), None, 1.0)]

    found = detect_landmarks(np.zeros((2, 64, 64, 3), np.uint8), Plain())
    assert found.gaze is None
    assert found.landmarks == pytest.approx(31.5)  # the middle of one is the middle of the other
