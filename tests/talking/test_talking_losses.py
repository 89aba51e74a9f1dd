"""The losses against values worked out by hand, and the adversaries' steps."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from talking_corpus import SIZE, drawn_landmarks
from torch import nn

from mien.clips import EMOTIONS
from mien.talking.losses import (
    PerceptualLoss,
    emotion_loss,
    feature_weights,
    weighted_l1,
)
from mien.talking.networks.discriminators import FAKE, EmotionDiscriminator, FrameDiscriminator
from mien.talking.train.adversaries import EmotionAdversary, FrameAdversary


def test_weights_have_mean_one_and_peak_at_the_mouth() -> None:
    landmarks = torch.from_numpy(drawn_landmarks(0.5))[None]
    weights = feature_weights(landmarks, SIZE, mouth=4.0, eyes=0.0)
    assert weights.shape == (1, 1, SIZE, SIZE)
    assert float(weights.mean()) == pytest.approx(1, abs=1e-5)
    row, column = divmod(int(weights.argmax()), SIZE)
    mouth = landmarks[0, 48:68]
    centre = (mouth.amax(0) + mouth.amin(0)) / 2
    assert abs(column - float(centre[0])) <= 0.5
    assert abs(row - float(centre[1])) <= 0.5
    assert float(weights.max() / weights.min()) == pytest.approx(5, rel=0.02)  # 1 + 4 over 1 + 0
    assert torch.allclose(feature_weights(landmarks, SIZE, 0.0, 0.0), torch.ones(1, 1, SIZE, SIZE))


def test_the_gaussian_is_the_formula() -> None:
    landmarks = torch.zeros(1, 68, 2)
    landmarks[0, 48:68] = torch.tensor([[8.0, 16.0], [24.0, 20.0]]).repeat(10, 1)  # centre (16, 18), width 16
    weights = feature_weights(landmarks, 32, mouth=3.0, eyes=0.0)[0, 0]
    expected = 1 + 3 * math.exp(-0.5 * (5 / (0.45 * 16)) ** 2 - 0.5 * (3 / (0.40 * 16)) ** 2)
    at_centre = 4.0
    assert float(weights[21, 21] / weights[18, 16]) == pytest.approx(expected / at_centre, rel=1e-4)


def test_weighted_l1_by_hand() -> None:
    frames, real = torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
    frames[0, :, 0, 0] = 0.5
    weights = torch.tensor([[[[2.0, 1.0], [0.5, 0.5]]]])
    assert float(weighted_l1(frames, real, weights)) == pytest.approx(0.5 * 2 / 4)


def test_the_emotion_loss_leaves_out_the_unspecified_and_weighs_by_intensity() -> None:
    logits = torch.randn(4, 7, generator=torch.Generator().manual_seed(0))
    emotion = torch.tensor([0, 3, -1, EMOTIONS.index("NEU")])
    intensity = torch.tensor([1.0, 0.5, 1.0, 0.1])
    each = nn.functional.cross_entropy(logits, emotion.clamp(min=0), reduction="none")
    expected = (each[0] + 0.5 * each[1] + each[3]) / 2.5
    assert float(emotion_loss(logits, emotion, intensity)) == pytest.approx(float(expected), rel=1e-5)
    assert float(emotion_loss(logits, torch.full((4,), -1), intensity)) == 0


def vgg_state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    state: dict[str, torch.Tensor] = {}
    before, number = 3, 0
    for channels, count in ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)):
        for _ in range(count):
            state[f"features.{number}.weight"] = torch.randn(channels, before, 3, 3) * (2 / (9 * before)) ** 0.5
            state[f"features.{number}.bias"] = torch.zeros(channels)
            before, number = channels, number + 2
        number += 1  # the pooling
    return state


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_the_perceptual_loss_reads_vgg19s_state_dict(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"vgg19{suffix}"
    if suffix == ".pth":
        torch.save(vgg_state(), path)
    else:
        save_file(vgg_state(), path)
    loss = PerceptualLoss(path)
    frames = torch.rand(2, 3, 32, 32, requires_grad=True)
    real = torch.rand(2, 3, 32, 32, requires_grad=True)
    assert float(loss(real.detach(), real.detach())) == 0
    value = loss(frames, real)
    value.backward()
    assert float(value.detach()) > 0.01
    assert frames.grad is not None
    assert real.grad is None
    assert all(parameter.grad is None for parameter in loss.parameters())


def test_a_file_that_is_not_vgg19_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vgg19.pth"
    torch.save({"features.0.weight": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match="not VGG19's published weights"):
        PerceptualLoss(path)


def test_the_frame_adversary_learns_to_tell_and_its_loss_moves_the_fakes_only() -> None:
    torch.manual_seed(0)
    adversary = FrameAdversary(FrameDiscriminator(8, 2), lr=2e-3, gamma=0.1)
    random = torch.Generator().manual_seed(1)
    reference = torch.zeros(8, 3, 16, 16)
    for _ in range(60):
        real = torch.randn(8, 3, 16, 16, generator=random) * 0.5
        curves = adversary.train_step(real, torch.zeros(8, 3, 16, 16), reference, None)
    assert float(curves["d_loss"]) < 0.5  # ln 2 = 0.693 when it knows nothing
    assert float(curves["d_gap"]) > 0.4
    before = [parameter.detach().clone() for parameter in adversary.discriminator.parameters()]
    fake = torch.zeros(8, 3, 16, 16, requires_grad=True)
    adversary.loss(fake, real, reference).backward()
    assert fake.grad is not None
    assert float(fake.grad.abs().sum()) > 0
    for parameter, old in zip(adversary.discriminator.parameters(), before, strict=True):
        assert torch.equal(parameter, old)
        assert parameter.requires_grad


def test_the_emotion_adversary_learns_emotions_and_fakes() -> None:
    torch.manual_seed(0)
    adversary = EmotionAdversary(EmotionDiscriminator(8, 2, dropout=0.0), lr=3e-3)
    emotion = torch.tensor([0, 3] * 4)
    intensity = torch.ones(8)
    real = torch.zeros(8, 2, 3, 16, 16)
    real[emotion == 0, :, 0] = 1
    real[emotion == 3, :, 2] = 1
    fake = torch.zeros(8, 2, 3, 16, 16)
    for _ in range(40):
        adversary.train_step(real, fake, emotion, intensity)
    adversary.discriminator.eval()
    assert torch.equal(adversary.discriminator(real).argmax(1), emotion)
    assert (adversary.discriminator(fake).argmax(1) == FAKE).all()
    moved = fake.clone().requires_grad_()
    adversary.loss(moved, emotion, intensity).backward()
    assert moved.grad is not None
    assert float(moved.grad[0, :, 0].sum()) < 0  # descending makes the first clip redder, as anger is here


def test_r1_and_r2_count_by_half_gamma() -> None:
    torch.manual_seed(0)
    discriminator = FrameDiscriminator(8, 2)
    real, fake, reference = torch.randn(3, 4, 3, 16, 16)
    losses, penalties = {}, {}
    for gamma in (0.0, 1.0, 10.0):
        loss, values = FrameAdversary(discriminator, lr=1e-3, gamma=gamma).objective(real, fake, reference, None)
        losses[gamma], penalties[gamma] = float(loss), float(values["d_penalty"])
    assert penalties[0.0] > 0
    assert losses[1.0] - losses[0.0] == pytest.approx(penalties[0.0] / 2, rel=1e-3)
    assert losses[10.0] - losses[0.0] == pytest.approx(5 * penalties[0.0], rel=1e-3)
