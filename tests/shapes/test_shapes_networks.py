"""Sprites are drawn where they say they are, moments are those of the picture, and words reach what they should."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from mien.shapes.clip_reader import divergence
from mien.shapes.data import pixels
from mien.shapes.discriminator import ClipDiscriminator, mismatch_loss, score, scores_with_all
from mien.shapes.drawing import draw_video
from mien.shapes.frames import NOISE as FRAME_NOISE
from mien.shapes.frames import FrameDiscriminator, FrameGenerator
from mien.shapes.generator import FIGURES, NOISE, SpriteGenerator
from mien.shapes.measure import find_figures
from mien.shapes.paths import Path
from mien.shapes.seeing import Moments
from mien.shapes.sprites import PICTURE, Sprites, draw
from mien.shapes.training import pyramid_error, to_bytes
from mien.shapes.vocabulary import BACKGROUND, COLOURS

GROUND = torch.tensor(BACKGROUND) / 255


def red_disc(x: Tensor, y: Tensor, size: float = 0.3, angle: Tensor | None = None) -> Sprites:
    """A red disc with a hole above its middle that fills two thirds of its picture, in one clip."""
    place = torch.linspace(-1, 1, PICTURE)
    inside = (torch.hypot(place[:, None], place[None]) < 0.66).float()
    inside *= (torch.hypot(place[:, None] + 0.33, place[None]) > 0.2).float()
    colour = torch.tensor(COLOURS["red"])[:, None, None] / 255
    pictures = torch.cat([colour * inside, inside[None]])[None, None]
    turn = torch.zeros_like(x) if angle is None else angle
    one = torch.ones(1, 1)
    return Sprites(pictures, x[None, None], y[None, None], torch.full_like(x, size)[None, None], turn[None, None], one)


def test_a_sprite_is_where_it_says() -> None:
    x, y = torch.linspace(-0.5, 0.5, 12), torch.linspace(0.4, -0.2, 12)
    clip = to_bytes(draw(red_disc(x, y), GROUND, 64)).numpy()[0]
    (figure,) = find_figures(clip).figures
    assert (figure.shape, figure.colour, figure.motion, figure.steady) == ("circle", "red", "moving up-right", True)
    assert figure.radius == pytest.approx(0.66 * 0.3 * 32, rel=0.06)


def test_a_positive_angle_turns_clockwise() -> None:
    still = torch.zeros(12)
    turning = red_disc(still, still, 0.6, torch.linspace(0, math.radians(150), 12))
    (figure,) = find_figures(to_bytes(draw(turning, GROUND, 64)).numpy()[0]).figures
    assert figure.motion == "rotating clockwise"


def test_a_small_clip_is_the_large_one_made_smaller() -> None:
    sprites = red_disc(torch.linspace(-0.5, 0.5, 4), torch.zeros(4))
    large, small = draw(sprites, GROUND, 64), draw(sprites, GROUND, 32)
    half = torch.nn.functional.avg_pool2d(large.flatten(0, 1), 2).unflatten(0, (1, 4))
    assert (half - small).abs().mean() < 0.01


def test_what_is_absent_is_not_seen_and_frames_are_chosen_and_stretched() -> None:
    sprites = red_disc(torch.linspace(-0.5, 0.5, 4), torch.zeros(4))
    gone = Sprites(sprites.pictures, sprites.x, sprites.y, sprites.size, sprites.angle, torch.zeros(1, 1))
    assert torch.allclose(draw(gone, GROUND, 32), (GROUND * 2 - 1)[:, None, None].expand(1, 4, 3, 32, 32), atol=1e-6)
    whole = draw(sprites, GROUND, 64)
    assert torch.equal(draw(sprites.at(torch.tensor([[2, 0]])), GROUND, 64), whole[:, [2, 0]])
    longer = sprites.stretched(7)
    assert torch.allclose(longer.x[0, 0, ::2], sprites.x[0, 0], atol=1e-6)


def told_of(shape: str, x: float, y: float, degrees: float = 0.0) -> Tensor:
    """The moments of the brightness of one drawn frame."""
    middle, one = np.array([[x, y]]), np.ones(1)
    frame = draw_video((Path(shape, "red", middle, 10 * one, math.radians(degrees) * one),))
    whole = avg_pool2d(pixels(torch.from_numpy(frame).permute(0, 3, 1, 2)), 2)
    return Moments()(whole[None])[0, 0, : Moments.width // 4]


def test_moments_are_those_of_the_picture() -> None:
    here, there = told_of("triangle", 20.3, 40.1), told_of("triangle", 41.8, 19.4)
    assert here[1].item() == pytest.approx(2 * (20.3 / 32 - 1), abs=0.06)
    assert here[2].item() == pytest.approx(2 * (40.1 / 32 - 1), abs=0.06)
    # mass, spread and form do not depend on the place, but on the shape and on how it is turned
    form = slice(3, None)
    assert here[0].item() == pytest.approx(there[0].item(), abs=0.06)
    same = (here[form] - there[form]).abs().max()
    for shape in ("circle", "square", "star"):
        assert (here[form] - told_of(shape, 41.8, 19.4)[form]).abs().max() > 4 * same
    assert (here[form] - told_of("triangle", 41.8, 19.4, 40)[form]).abs().max() > 4 * same


def test_moments_tell_the_way_to_go() -> None:
    """From any distance: the gradient of the wish to be on the right moves a sprite to the right."""
    x = torch.linspace(-0.7, 0.7, 100, requires_grad=True)
    told = Moments()(draw(red_disc(x, torch.zeros(100)), GROUND, 32))[0]
    (gradient,) = torch.autograd.grad(told[:, 1].sum(), x)
    assert gradient.mean().item() == pytest.approx(2.0, rel=0.1)  # between two pixels it is now more, now less
    assert (gradient > 0).all()


def test_the_pyramid_draws_a_sprite_to_its_aim() -> None:
    aim = draw(red_disc(torch.full((50,), 0.3), torch.zeros(50)), GROUND, 32)
    x = torch.linspace(0, 0.25, 50, requires_grad=True)
    pyramid_error(draw(red_disc(x, torch.zeros(50)), GROUND, 32) - aim).backward()
    assert x.grad is not None
    assert x.grad.mean().item() < 0
    assert pyramid_error(aim - aim).item() == 0


def test_noise_and_words_change_the_clip_and_padding_does_not() -> None:
    torch.manual_seed(0)
    generator = SpriteGenerator(16, 12, 16, 32).eval()
    for parameter in generator.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    text, mask, noise = torch.randn(1, 5, 16), torch.ones(1, 5, dtype=torch.bool), torch.randn(1, FIGURES, NOISE)
    own = generator(text, mask, noise)
    assert own.x.shape == (1, FIGURES, 12)
    padded = generator(torch.cat([text, torch.randn(1, 3, 16)], 1), torch.cat([mask, ~mask[:, :3]], 1), noise)
    assert torch.allclose(own.x, padded.x, atol=1e-5)
    for other in (generator(torch.randn(1, 5, 16), mask, noise), generator(text, mask, torch.randn(1, FIGURES, NOISE))):
        assert not torch.allclose(own.x, other.x, atol=1e-2)
        assert not torch.allclose(own.pictures, other.pictures, atol=1e-2)


def test_scores_with_all_words_hold_those_with_the_own() -> None:
    torch.manual_seed(0)
    critic = ClipDiscriminator(16, 12, 16)
    view = critic.view(torch.rand(3, 12, 3, 32, 32) * 2 - 1, torch.rand(3, 2, 3, 64, 64) * 2 - 1)
    asked = critic.read(torch.randn(3, 5, 16), torch.ones(3, 5, dtype=torch.bool))
    seen = critic.see(view)
    assert torch.allclose(scores_with_all(seen, asked).diagonal(), score(seen, asked), atol=1e-5)


def test_mismatched_words_cost_most_where_they_go_as_well_as_the_own() -> None:
    assert mismatch_loss(torch.zeros(4, 4)).item() == pytest.approx(math.log(2))
    assert mismatch_loss(20 * torch.eye(4)).item() < 1e-6
    assert mismatch_loss(-20 * torch.eye(4)).item() == pytest.approx(20, rel=0.01)


def test_the_divergence_is_none_for_standard_normal_noise_alone() -> None:
    zero = torch.zeros(2, FIGURES, NOISE)
    assert divergence(zero, zero).item() == 0
    assert divergence(zero + 1, zero).item() == pytest.approx(FIGURES * NOISE / 2)


def test_the_baseline_makes_one_frame_and_reads_nothing() -> None:
    text, mask = torch.randn(2, 5, 16), torch.ones(2, 5, dtype=torch.bool)
    frames = FrameGenerator(16, 8)(text, mask, torch.randn(2, FRAME_NOISE)).detach()
    assert frames.shape == (2, 3, 64, 64)
    assert float(frames.abs().max()) <= 1
    assert FrameDiscriminator(8)(frames).shape == (2,)


def test_bytes_are_rounded_and_bounded() -> None:
    clip = to_bytes(torch.tensor([-2.0, -1.0, 0.0, 1.0, 2.0]).view(1, 1, 1, 1, 5).expand(1, 1, 3, 1, 5))
    assert clip.dtype == torch.uint8
    assert np.array_equal(clip[0, 0, 0, :, 0].numpy(), [0, 0, 128, 255, 255])
