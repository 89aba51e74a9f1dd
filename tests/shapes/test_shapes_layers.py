"""Layers are drawn where they say they are, and clips are parted into the layers that they were drawn from."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from mien.shapes.corpus.corpus import shapes_clips
from mien.shapes.corpus.paths import Path
from mien.shapes.corpus.rendering import render_video
from mien.shapes.corpus.vocabulary import BACKGROUND, COLOURS, SHAPES
from mien.shapes.data.decompose import HALF_SIDE, decompose_clips
from mien.shapes.data.layers import PICTURE_SIDE, Layers, concatenate, path_of, render
from mien.shapes.measure.figures import detect_figures, track_figures
from mien.shapes.measure.scene import matches, measure_scene
from mien.shapes.options import ShapesCorpusOptions


def red_disc(x: Tensor, y: Tensor, size: float = 0.3, angle: Tensor | None = None) -> Layers:
    """A red disc with a hole above its middle that fills two thirds of its picture, in one clip."""
    place = torch.linspace(-1, 1, PICTURE_SIDE)
    inside = (torch.hypot(place[:, None], place[None]) < 0.66).float()
    inside *= (torch.hypot(place[:, None] + 0.33, place[None]) > 0.2).float()
    turn = torch.zeros_like(x) if angle is None else angle
    path = path_of(torch.stack([x, y])[None, None], torch.full_like(x, size)[None, None], turn[None, None])
    return Layers(path, inside[None, None], torch.tensor(COLOURS["red"])[None, None] / 255, torch.ones(1, 1))


def test_a_layer_is_where_it_says() -> None:
    x, y = torch.linspace(-0.5, 0.5, 12), torch.linspace(0.4, -0.2, 12)
    clip = render(red_disc(x, y)).numpy()[0]
    (figure,) = measure_scene(clip).figures
    assert (figure.shape, figure.colour, figure.motion, figure.steady) == ("circle", "red", "moving up-right", True)
    [track] = track_figures(detect_figures(clip))
    assert track.radius == pytest.approx(0.66 * 0.3 * 32, rel=0.06)


def test_a_positive_angle_turns_clockwise() -> None:
    still = torch.zeros(12)
    turning = red_disc(still, still, 0.6, torch.linspace(0, math.radians(150), 12))
    (figure,) = measure_scene(render(turning).numpy()[0]).figures
    assert figure.motion == "rotating clockwise"


def test_what_is_absent_is_not_drawn_and_the_later_figure_is_in_front() -> None:
    red = red_disc(torch.zeros(4), torch.zeros(4))
    gone = Layers(red.paths, red.pictures, red.colours, torch.tensor([[0.4]]))
    assert (render(gone) == torch.tensor(BACKGROUND, dtype=torch.uint8)).all()
    green = Layers(red.paths, red.pictures, torch.tensor(COLOURS["green"])[None, None] / 255, red.presence)
    both = Layers(*(torch.cat(parts, 1) for parts in zip(red.tensors, green.tensors, strict=True)))
    assert torch.equal(render(both)[0, 0, 36, 32], torch.tensor(COLOURS["green"], dtype=torch.uint8))
    assert torch.equal(both.swapped().colours, both.colours.flip(1))
    assert torch.equal(render(both.swapped())[0, 0, 36, 32], torch.tensor(COLOURS["red"], dtype=torch.uint8))


def test_layers_are_stretched_and_joined() -> None:
    layers = red_disc(torch.linspace(-0.5, 0.5, 4), torch.zeros(4))
    longer = layers.resampled(7)
    assert torch.allclose(longer.centre[..., ::2], layers.centre, atol=1e-6)
    assert longer.centre[0, 0, 0, 1].item() == pytest.approx((-0.5 - 1 / 6) / 2, abs=1e-6)
    twice, once = (render(one).int() for one in (concatenate([layers, layers]), layers))
    assert (twice[1] - once[0]).abs().max() <= 1  # a larger batch may round a pixel the other way


def drawn(shape: str, colour: str, x: float, y: float, radius: float, degrees: Tensor) -> Path:
    frames = len(degrees)
    centre = np.tile([[x, y]], (frames, 1))
    return Path(shape, colour, centre, np.full(frames, radius), np.radians(degrees.numpy().astype(float)))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("colour", ["red", "blue", "white"])
def test_parting_finds_places_sizes_angles_and_colours(shape: str, colour: str) -> None:
    """Angles but for what is the same for all clips of a shape: where its middle is, seen from its mark."""
    degrees = torch.linspace(10, 200, 12)
    paths = drawn(shape, colour, 24.3, 39.8, 8.0, degrees), drawn("circle", "green", 50.0, 12.0, 6.0, 0 * degrees)
    layers = decompose_clips(torch.from_numpy(render_video(paths))[None])
    assert layers.presence.tolist() == [[1, 1]]
    own = int((layers.colours[0] - torch.tensor(COLOURS[colour]) / 255).abs().sum(1).argmin())
    place = ((layers.centre[0, own] + 1) * 32).T
    # the hole makes the middle of what is left a little lower than the figure's
    assert (place - torch.tensor([24.3, 39.8])).norm(dim=1).max() < 0.6
    assert (layers.size[0, own] * 32 / HALF_SIDE / 8).log().abs().max() < 0.05
    turned = torch.rad2deg(layers.angle[0, own])
    assert (turned - turned[0] - (degrees - degrees[0])).abs().max() < 6
    assert abs(float(turned[0]) - 10) < 6
    assert (layers.colours[0, own] * 255 - torch.tensor(COLOURS[colour])).abs().max() < 12


def test_one_figure_is_one_layer_and_the_other_is_nothing() -> None:
    clip = render_video((drawn("star", "purple", 30, 30, 9, torch.zeros(10)),))
    layers = decompose_clips(torch.from_numpy(clip)[None])
    assert layers.presence.tolist() == [[1, 0]]
    assert all(not part[:, 1].any() for part in layers.tensors)
    empty = torch.tensor(BACKGROUND, dtype=torch.uint8).expand(1, 10, 64, 64, 3)
    nothing = decompose_clips(empty)
    assert all(not part.any() and not part.isnan().any() for part in nothing.tensors)


@pytest.mark.slow
def test_real_clips_drawn_again_from_their_layers_are_exact() -> None:
    """So nothing that the words ask for is lost where pixels become layers: the model can be as good as the clips."""
    options = ShapesCorpusOptions(train=150, val=0, wordings=0, held_out=50, two_figures=0.4, seed=3)
    clips = list(shapes_clips(options))
    again = render(decompose_clips(torch.from_numpy(np.stack([clip.video for clip in clips])))).numpy()
    assert (
        sum(matches(clip.scene, measure_scene(video))["exact"] for clip, video in zip(clips, again, strict=True)) == 200
    )
    assert np.abs(again.astype(int) - np.stack([clip.video for clip in clips])).mean() < 2
