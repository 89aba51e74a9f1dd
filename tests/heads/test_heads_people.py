"""Emotions and made-up people."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mien.clips import EMOTIONS
from mien.heads.appearance import Appearance
from mien.heads.embedded.emotions import emotion_bearing, emotion_expression
from mien.heads.embedded.people import sample_actor
from mien.heads.performance import EXPRESSION_INDEX

SIGNS = {
    "ANG": ("browDownLeft", "mouthPressLeft"),
    "DIS": ("noseSneerLeft", "mouthUpperUpLeft"),
    "FEA": ("browInnerUp", "eyeWideLeft", "mouthStretchLeft"),
    "HAP": ("mouthSmileLeft", "cheekSquintLeft"),
    "SAD": ("browInnerUp", "mouthFrownLeft"),
}


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_emotions_have_their_action_units_and_grow_with_intensity(emotion: str) -> None:
    weak, full = emotion_expression(emotion, 1 / 3), emotion_expression(emotion, 1.0)
    assert full.shape == (52,)
    assert full.dtype == np.float32
    assert (full >= weak).all()
    assert not emotion_expression(emotion, 0.0).any()
    if emotion == "NEU":
        assert not full.any()
        return
    assert 0.2 * full.sum() < weak.sum() < 0.7 * full.sum()
    for name in SIGNS[emotion]:
        assert full[EXPRESSION_INDEX[name]] > 0.5


def test_feelings_are_far_from_each_other() -> None:
    faces = np.stack([emotion_expression(emotion, 1.0) for emotion in EMOTIONS])
    distance = np.linalg.norm(faces[:, None] - faces[None], axis=-1)
    assert distance[~np.eye(6, dtype=bool)].min() > 1.0


def test_sadness_lowers_the_head_and_slows_it() -> None:
    sad, neutral = emotion_bearing("SAD", 1.0), emotion_bearing("NEU", 1.0)
    assert sad.neck[1] > 0.1
    assert sad.pace < neutral.pace
    assert emotion_bearing("SAD", 0.0) == neutral


def test_unknown_emotion_and_wrong_intensity_are_refused() -> None:
    with pytest.raises(ValueError, match="ANG, DIS"):
        emotion_expression("JOY", 1.0)
    with pytest.raises(ValueError, match="intensity"):
        emotion_bearing("HAP", 1.5)


def test_sixteen_people_differ_and_are_always_the_same() -> None:
    people = [sample_actor(i) for i in range(16)]
    identities = torch.stack([identity for identity, _, _ in people])
    distance = torch.cdist(identities, identities)[~torch.eye(16, dtype=torch.bool)]
    assert distance.min() > 2.0
    assert identities.abs().max() <= 2.5
    assert [sex for *_, sex in people].count("female") == 8
    assert len({a.hair_style for _, a, _ in people}) >= 8
    brightness = [sum(a.skin) / 3 for _, a, _ in people]
    assert max(brightness) - min(brightness) > 0.35
    assert len({a.eyes for _, a, _ in people}) >= 4
    again, appearance, sex = sample_actor(3)
    torch.testing.assert_close(again, people[3][0], atol=0, rtol=0)
    assert (appearance, sex) == people[3][1:]
    first, second = (sample_actor(3, np.random.default_rng(9))[0] for _ in range(2))
    torch.testing.assert_close(first, second, atol=0, rtol=0)


def test_wrong_appearance_is_refused() -> None:
    with pytest.raises(ValueError, match="mullet"):
        Appearance(hair_style="mullet")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="stubble"):
        Appearance(stubble=1.5)
    with pytest.raises(ValueError, match="skin"):
        Appearance(skin=(1.2, 0.5, 0.5))
