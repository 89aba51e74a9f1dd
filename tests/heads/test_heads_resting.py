"""A face at rest under a motion: it stays, the motion comes on top, and what opposes it wins."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.identity import IDENTITY_NAMES
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance, expression_vector
from mien.heads.resting import at_rest, resting_performance
from mien.heads.transfer import transferred

SMILE = expression_vector({"mouthSmileLeft": 0.6, "mouthSmileRight": 0.6, "eyeWideLeft": 0.8, "jawOpen": 0.3})


def test_a_still_motion_leaves_the_face_at_rest_and_a_neutral_face_the_motion() -> None:
    motion = np.random.default_rng(0).uniform(0, 1, (9, 52))
    np.testing.assert_array_equal(at_rest(motion, np.zeros(52)), motion)
    np.testing.assert_allclose(at_rest(np.zeros((4, 52)), SMILE), np.repeat(SMILE[None], 4, 0))


def test_the_motion_comes_on_top_and_nothing_exceeds_1() -> None:
    motion = expression_vector({"mouthSmileLeft": 0.5, "mouthFunnel": 0.4})[None]
    shown = at_rest(motion, SMILE)[0]
    assert shown[EXPRESSION_INDEX["mouthSmileLeft"]] == pytest.approx(0.5 + 0.6 * 0.5)
    assert shown[EXPRESSION_INDEX["mouthSmileRight"]] == pytest.approx(0.6)
    assert shown[EXPRESSION_INDEX["mouthFunnel"]] == pytest.approx(0.4)
    random = np.random.default_rng(1)
    both = at_rest(random.uniform(0, 1, (50, 52)), random.uniform(0, 1, (50, 52)))
    assert 0 <= both.min() <= both.max() <= 1


def test_what_the_motion_opposes_is_at_rest_no_more() -> None:
    blink = at_rest(expression_vector({"eyeBlinkLeft": 1.0})[None], SMILE)[0]
    assert blink[EXPRESSION_INDEX["eyeWideLeft"]] == 0
    assert blink[EXPRESSION_INDEX["mouthSmileLeft"]] == pytest.approx(0.6)
    frown = at_rest(expression_vector({"mouthFrownLeft": 1.0})[None], SMILE)[0]
    assert frown[EXPRESSION_INDEX["mouthSmileLeft"]] == 0
    assert frown[EXPRESSION_INDEX["mouthSmileRight"]] == pytest.approx(0.6), "each side for itself"


def test_a_performance_keeps_its_motion() -> None:
    own = Performance.still(frames=3, jawOpen=0.5)
    shown = resting_performance(own, SMILE)
    assert shown.expression.shape == (3, len(ARKIT_NAMES))
    assert shown.expression[0, EXPRESSION_INDEX["jawOpen"]] == pytest.approx(0.5 + 0.3 * 0.5)
    np.testing.assert_array_equal(shown.neck, own.neck)


def test_the_embedded_head_takes_an_identity_as_it_is() -> None:
    identity = torch.randn(len(IDENTITY_NAMES), generator=torch.Generator().manual_seed(0))
    assert torch.equal(transferred(identity, EmbeddedHead()), identity)
