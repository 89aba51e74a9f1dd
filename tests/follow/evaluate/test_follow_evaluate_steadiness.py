"""Colour differences, flicker, drift, seams and sharpness, against known values."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from figure_drawing import draw_figure, standing_joints

from mien.bodies.keypoints import BODY_AND_FEET
from mien.bodies.scene import Scene
from mien.follow.evaluate.steadiness import drift, figure_regions, flicker, jumps, seam, sharpness
from mien.follow.judge.lab import delta_e, lab


def test_colour_difference_is_that_of_scikit_image() -> None:
    color = pytest.importorskip("skimage.color")
    rng = np.random.default_rng(0)
    rgb = rng.random((400, 3))
    rgb[:20] = rgb[:20, :1]  # greys
    np.testing.assert_allclose(lab(rgb), color.rgb2lab(rgb), atol=1e-2)
    first, second = (color.rgb2lab(rng.random((400, 3))) for _ in "12")
    first[:10, 1:] = 0
    second[:5, 1:] = 0
    np.testing.assert_allclose(delta_e(first, second), color.deltaE_ciede2000(first, second), atol=1e-6)
    assert delta_e(first, first).max() == 0


def test_the_region_covers_the_figure_and_no_more_than_it_must() -> None:
    joints = standing_joints(3)
    regions = figure_regions(joints, 96, 96)
    at = joints[:, :BODY_AND_FEET, :2].astype(int)
    assert regions[np.arange(3)[:, None], at[..., 1], at[..., 0]].all()
    drawn = draw_figure(Scene(hat="hat"), joints)
    empty = np.broadcast_to(drawn[0, 0, 0], drawn.shape)
    assert ((drawn != empty).any(axis=-1) <= regions).all()
    assert regions.mean() < 0.6


def test_flicker_is_the_deviation_of_what_is_outside() -> None:
    rng = np.random.default_rng(0)
    joints = standing_joints(40)
    regions = figure_regions(joints, 96, 96)
    still = draw_figure(Scene(), joints)
    assert flicker(still, regions) == 0
    noisy = np.clip(still + rng.normal(0, 5, still.shape).round(), 0, 255).astype(np.uint8)
    only_figure = np.where(regions[..., None], noisy, still)
    assert flicker(only_figure, regions) == pytest.approx(0, abs=0.05)
    assert 3.5 < (flicker(noisy, regions) or 0) < 5.5
    assert flicker(still, np.ones_like(regions)) is None


def test_a_seam_stands_out() -> None:
    joints = standing_joints(20)
    regions = figure_regions(joints, 96, 96)
    drifting = np.stack([np.full((96, 96, 3), 100 + number, np.uint8) for number in range(20)])
    assert seam(jumps(drifting, regions)) == pytest.approx(1)
    drifting[10:] += 6
    assert seam(jumps(drifting, regions)) == pytest.approx(7)
    assert seam(jumps(np.zeros_like(drifting), regions)) is None


def test_drift_tells_figure_and_place_apart() -> None:
    joints = standing_joints(6)
    video = draw_figure(Scene(top_colour="grey"), joints)
    assert drift(video, joints, video, joints) == {"torso": 0, "place": 0, "cells": 0}
    regions = figure_regions(joints, 96, 96)
    brighter = np.where(regions[..., None], video, np.minimum(video.astype(int) + 12, 255)).astype(np.uint8)
    found = drift(video, joints, brighter, joints)
    assert found["torso"] == 0
    assert found["place"] > 2
    other = draw_figure(Scene(top_colour="light_blue"), joints)
    found = drift(video, joints, other, joints)
    assert found["torso"] > 10
    assert found["place"] == 0


def test_blur_lowers_sharpness() -> None:
    video = draw_figure(Scene(), standing_joints(2))
    blurred = np.stack([cv2.GaussianBlur(frame, (0, 0), 1.5) for frame in video])
    assert sharpness(blurred) < 0.3 * sharpness(video)
