"""Emotion weights from smiles and frowns of a performance; and the expressions that a talking face cannot show."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.clips import EMOTIONS
from mien.heads.performance import Performance, expression_vector
from mien.talking.generate.frame_generator import EXPRESSION_GAINS, FrameGenerator, constant_emotion
from mien.talking.generate.performance import (
    FULL_FROWN,
    FULL_SMILE,
    blend_emotions,
    unsupported_expressions,
)
from mien.talking.networks.generator import Generator, GeneratorConfig

FPS = Fraction(25)
ANG, HAP, NEU, SAD = (EMOTIONS.index(name) for name in ("ANG", "HAP", "NEU", "SAD"))


def both(**values: float) -> dict[str, float]:
    return {f"{name}{side}": value for name, value in values.items() for side in ("Left", "Right")}


def performance(*frames: dict[str, float], fps: Fraction = FPS) -> Performance:
    expression = np.stack([expression_vector(frame) for frame in frames])
    zeros = [np.zeros((len(frames), width), np.float32) for width in (3, 3, 2)]
    return Performance(fps, expression, *zeros)


def row(**weights: float) -> NDArray[np.float64]:
    return np.array([weights.get(name, 0.0) for name in EMOTIONS])


def test_a_smile_is_happiness_and_a_frown_anger_for_as_long_as_they_last() -> None:
    smile, frown = both(mouthSmile=FULL_SMILE), both(mouthFrown=FULL_FROWN, browDown=FULL_FROWN)
    half = both(mouthSmile=FULL_SMILE / 2)
    made = blend_emotions(performance({}, smile, half, frown, {}), constant_emotion(5, "SAD", 0.6), FPS)
    assert made.dtype == np.float32
    expected = [row(SAD=0.6), row(HAP=1), row(SAD=0.3, HAP=0.5), row(ANG=1), row(SAD=0.6)]
    np.testing.assert_allclose(made, expected, atol=1e-5)


def test_both_at_once_share_and_weights_stay_weights() -> None:
    at_once = both(mouthSmile=1.0, mouthFrown=1.0, browDown=1.0)
    made = blend_emotions(performance(at_once), constant_emotion(3, "FEA", 1.0), FPS)
    np.testing.assert_allclose(made, np.tile(row(HAP=0.5, ANG=0.5), (3, 1)), atol=1e-5)


def test_the_clock_of_the_performance_is_brought_to_the_videos() -> None:
    ramp = [both(mouthSmile=FULL_SMILE * number / 10) for number in range(11)]
    made = blend_emotions(performance(*ramp, fps=Fraction(50)), constant_emotion(8, "NEU", 0.5), FPS)
    np.testing.assert_allclose(made[:, HAP], [0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1], atol=1e-5)


def test_neutral_is_neutral_and_one_corner_of_the_mouth_is_no_smile() -> None:
    np.testing.assert_array_equal(constant_emotion(2, "NEU", 0.3), np.tile(row(NEU=1), (2, 1)))
    wink = {"eyeBlinkLeft": 1.0, "mouthSmileLeft": 0.18}
    np.testing.assert_array_equal(
        blend_emotions(performance(wink), constant_emotion(1, "NEU", 1), FPS), row(NEU=1)[None]
    )


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({}, ()),
        (both(mouthSmile=1.0, eyeBlink=1.0, browDown=1.0), ()),
        ({"tongueOut": 0.9, "jawOpen": 0.4}, ("the tongue",)),
        ({"jawOpen": 0.7}, ("an open mouth, which the speech moves",)),
        ({"cheekPuff": 0.9, "mouthPucker": 0.6}, ("puffed cheeks", "pursed lips")),
        ({"browInnerUp": 0.8}, ("raised eyebrows",)),
        (both(noseSneer=0.85), ("a wrinkled nose",)),
        ({"eyeBlinkLeft": 1.0}, ("a wink with one eye alone",)),
        ({"cheekPuff": 0.2}, ()),
    ],
)
def test_what_cannot_be_shown_is_named(frame: dict[str, float], words: tuple[str, ...]) -> None:
    assert unsupported_expressions(performance({}, frame, {})) == words


@pytest.mark.parametrize("weight", [0.5, 1.0])
def test_sadness_moves_inner_brows_further_and_does_not_narrow_the_mouth(
    weight: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    config = GeneratorConfig(size=16, fps=FPS, sample_rate=16000, image_channels=(8, 8), speech_width=8, code_width=8)
    network = Generator(config)
    assert network.displacement is not None
    torch.nn.init.normal_(network.displacement[-1].weight, std=0.1)
    asked: list[tuple[Tensor, Tensor]] = []
    decode = network.decode

    def seen(maps: list[Tensor], landmarks: Tensor, goal: Tensor, conditions: Tensor) -> object:
        asked.append((goal, network.goal(landmarks, conditions)))
        return decode(maps, landmarks, goal, conditions)

    monkeypatch.setattr(network, "decode", seen)
    talker = FrameGenerator(network, torch.device("cpu"), "test")
    crop, speech = np.full((16, 16, 3), 128, np.uint8), np.full(1600, 0.1, np.float32)
    for emotion in ("NEU", "SAD"):
        still = np.zeros((talker.frame_count(speech), 9), np.float32)
        list(talker.generate(crop, speech, emotion, weight, pose=still))
    (neutral, own), (goal, raw) = asked
    torch.testing.assert_close(neutral, own)
    full = EXPRESSION_GAINS["SAD"]
    share = constant_emotion(1, "SAD", weight)[0, SAD]
    moved, wanted = goal - neutral, raw - neutral
    assert wanted.abs().min() > 1e-6

    def gain(points: list[int], axis: int, factor: float) -> None:
        expected = (1 + share * (full * factor - 1)) * wanted[..., points, axis]
        torch.testing.assert_close(moved[..., points, axis], expected, rtol=1e-3, atol=1e-6)

    inner, mouth = list(range(20, 24)), list(range(48, 68))
    gain(inner, 1, 2.7)
    gain(mouth, 0, 0.0)
    gain(inner, 0, 1.0)
    gain(mouth, 1, 1.0)
    gain([17, 26, 37, 8], 1, 1.0)
