"""Metrics of key points, against values counted by hand and pycocotools."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.metrics.poses import (
    AREA_OF_BOX,
    bone_length_variation,
    box_area,
    head_lengths,
    oks,
    oks_average_precision,
    pck,
    pose_jerk,
    torso_lengths,
)


def standing(frames: int = 1) -> NDArray[np.float64]:
    """A person of 100 pixels: shoulders at y 20, hips at y 50, 20 wide."""
    pose = np.zeros((17, 2))
    pose[0] = 50, 8
    pose[[3, 4]] = (54, 8), (46, 8)
    pose[[5, 6]] = (60, 20), (40, 20)
    pose[[11, 12]] = (60, 50), (40, 50)
    pose[[7, 8, 9, 10]] = (64, 34), (36, 34), (66, 46), (34, 46)
    pose[[13, 14, 15, 16]] = (60, 75), (40, 75), (60, 100), (40, 100)
    pose[[1, 2]] = (52, 6), (48, 6)
    return np.repeat(pose[None], frames, axis=0)


EVERY = np.ones((1, 17), bool)


def test_lengths_of_torso_and_head() -> None:
    assert torso_lengths(standing(), EVERY) == pytest.approx([np.hypot(20, 30)])
    assert head_lengths(standing(), EVERY) == pytest.approx([12.0])
    without = EVERY.copy()
    without[0, [5, 6]] = False
    assert np.isnan(torso_lengths(standing(), without)).all()
    assert np.isnan(head_lengths(standing(), without)).all()


def test_the_longer_diagonal_is_the_torso() -> None:
    turned = standing()
    turned[0, 6] = 58, 20
    assert torso_lengths(turned, EVERY)[0] == pytest.approx(np.hypot(20, 30))


def test_points_are_counted_by_hand() -> None:
    found = standing()
    found[0, 9] += (3, 4)  # 5 pixels
    found[0, 10] += (0, 11)
    scale = [50.0]
    assert pck(found, standing(), EVERY, scale, 0.05) == pytest.approx(15 / 17)
    assert pck(found, standing(), EVERY, scale, 0.1) == pytest.approx(16 / 17)
    assert pck(found, standing(), EVERY, scale, 0.5) == 1
    only = np.zeros((1, 17), bool)
    only[0, [9, 10]] = True
    assert pck(found, standing(), only, scale, 0.1) == 0.5
    assert pck(found, standing(), only & False, scale, 0.1) is None
    assert pck(found, standing(), only, [np.nan], 0.1) is None
    found[0, 9] = np.nan
    assert pck(found, standing(), only, scale, 0.1) == 0


def test_pck_does_not_change_with_the_size_of_the_picture() -> None:
    rng = np.random.default_rng(0)
    asked = standing(8)
    found = asked + rng.normal(0, 4, asked.shape)
    counted = np.ones((8, 17), bool)

    def rate(factor: float) -> float | None:
        scale = torso_lengths(asked * factor, counted)
        return pck(found * factor, asked * factor, counted, scale, 0.1)

    assert rate(1) == rate(3.7)
    assert 0.1 < (rate(1) or 0) < 0.9


def test_oks_and_its_precision_are_those_of_pycocotools() -> None:
    coco = pytest.importorskip("pycocotools.coco")
    cocoeval = pytest.importorskip("pycocotools.cocoeval")
    rng = np.random.default_rng(1)
    count = 60
    asked = standing(count) + rng.normal(0, 2, (count, 17, 2))
    found = asked + rng.normal(0, 1, asked.shape) * rng.uniform(0.2, 14, (count, 1, 1))
    marked = rng.random((count, 17)) < 0.8
    marked[7] = False
    score = rng.uniform(0.1, 1, count)
    score[[3, 9]] = 0
    area = rng.uniform(800, 3000, count)
    truth = coco.COCO()
    truth.dataset = {
        "images": [{"id": n} for n in range(1, count + 1)],
        "categories": [{"id": 1, "name": "person"}],
        "annotations": [
            {
                "id": n + 1, "image_id": n + 1, "category_id": 1, "iscrowd": 0, "area": float(area[n]),
                "bbox": [0, 0, 100, 100], "num_keypoints": int(marked[n].sum()),
                "keypoints": np.column_stack([asked[n], 2 * marked[n]]).ravel().tolist(),
            }
            for n in range(count)
        ],
    }  # fmt: skip
    truth.createIndex()
    results = [
        {
            "image_id": n + 1, "category_id": 1, "score": float(score[n]),
            "keypoints": np.column_stack([found[n], np.ones(17)]).ravel().tolist(),
        }
        for n in range(count) if score[n] > 0
    ]  # fmt: skip
    evaluation = cocoeval.COCOeval(truth, truth.loadRes(results), "keypoints")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    own = oks(found, asked, marked, area)
    for n in range(count):
        if score[n] > 0 and marked[n].any():
            assert own[n] == pytest.approx(evaluation.ious[n + 1, 1][0, 0], abs=1e-12)
    assert np.isnan(own[7])
    ap = oks_average_precision(own, score)
    assert ap == pytest.approx(evaluation.stats[0], abs=1e-12)
    assert 0.1 < ap < 0.9
    assert oks_average_precision([np.nan], [1.0]) is None
    assert oks_average_precision([1.0], [0.0]) == 0


def test_area_of_the_box_of_points() -> None:
    assert box_area(standing(), EVERY) == pytest.approx([AREA_OF_BOX * 32 * 94])
    assert box_area(standing(), ~EVERY) == pytest.approx([0])


def test_bones_that_change_and_points_that_jitter() -> None:
    known = np.ones((30, 17), bool)
    rigid = standing(30) + np.linspace(0, 20, 30)[:, None, None]
    assert bone_length_variation(rigid, known, [(5, 7), (7, 9)]) == pytest.approx(0, abs=1e-12)
    stretched = rigid.copy()
    stretched[::2, 7] = rigid[::2, 5] + 2 * (rigid[::2, 7] - rigid[::2, 5])
    assert bone_length_variation(stretched, known, [(5, 7)]) == pytest.approx(1 / 3)
    assert bone_length_variation(rigid, known & False, [(5, 7)]) is None
    fps = Fraction(25)
    assert pose_jerk(rigid, known, 36.0, fps) == pytest.approx(0, abs=1e-6)
    cubed = standing(30) + (np.arange(30) / 25)[:, None, None] ** 3 * np.array([1.0, 0])
    assert pose_jerk(cubed, known, 2.0, fps) == pytest.approx(3)
    assert pose_jerk(cubed[:3], known[:3], 2.0, fps) is None


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="17 or more"):
        torso_lengths(np.zeros((2, 5, 2)), np.ones((2, 5)))
    with pytest.raises(ValueError, match="one shape"):
        pck(np.zeros((2, 17, 2)), np.zeros((1, 17, 2)), EVERY, 1.0, 0.1)
    with pytest.raises(ValueError, match="17"):
        oks(np.zeros((2, 5, 2)), np.zeros((2, 5, 2)), np.ones((2, 5)), [1, 1])
