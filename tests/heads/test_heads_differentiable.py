"""The differentiable renderer: the quick renderer's pictures, and gradients that agree with finite differences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from mien.heads.embedded.emotions import emotion_expression
from mien.heads.embedded.identity import IDENTITY_NAMES
from mien.heads.embedded.people import sample_actor
from mien.heads.look import Look
from mien.heads.performance import ARKIT_NAMES
from mien.heads.pictures.differentiable import DifferentiableRenderer
from mien.heads.pictures.light import Shading, linear_light, srgb_of
from mien.heads.pictures.quick import QuickRenderer
from mien.heads.pictures.splat import splatted
from mien.heads.pictures.views import View, light_of
from mien.heads.render.render import lighting_of
from mien.heads.render.shading import light_vertices

SIZE, FINER = 64, 3
VIEWS = [View(yaw=0.25, light=2), View(crop="face", light=3)]
SHAPES = (
    "face_width", "face_length", "chin_length", "nose_projection", "eye_size", "eye_spacing", "mouth_width",
    "forehead_height", "cheek_fullness", "shoulder_width",
)  # fmt: skip
EXPRESSIONS = ("jawOpen", "browInnerUp", "eyeBlinkLeft")
PAINTED = ("skin", "hair", "eyes", "lips", "cloth")


@pytest.fixture(scope="module")
def renderer() -> DifferentiableRenderer:
    return DifferentiableRenderer(SIZE)


@pytest.fixture(scope="module")
def fine() -> QuickRenderer:
    return QuickRenderer(SIZE * FINER)


def person(actor: int, **changes: Any) -> Look:
    identity, appearance, _ = sample_actor(actor)
    expression = 0.4 * torch.from_numpy(emotion_expression("HAP", 1.0))
    return Look.of(identity[None], expression[None], [replace(appearance, **changes)])


def supersampled(fine: QuickRenderer, look: Look) -> Tensor:
    """The quick renderer's pictures (V, 3, SIZE, SIZE) with 36 samples a pixel, averaged in linear light."""
    return srgb_of(avg_pool2d(linear_light(fine.pictures(look, VIEWS)[0].double()), FINER))


def central_difference(fine: QuickRenderer, weights: Tensor, looks: tuple[Look, Look], step: float) -> float:
    """Change of the weighted sum of pictures between two looks that are 2 `step` apart."""
    high, low = (supersampled(fine, look) for look in looks)
    return float(((high - low) * weights).sum()) / (2 * step)


def nudged(values: Tensor, index: tuple[int, ...], step: float) -> tuple[Tensor, Tensor]:
    high, low = values.clone(), values.clone()
    high[index] += step
    low[index] -= step
    return high, low


def test_its_pictures_are_those_of_the_quick_renderer(renderer: DifferentiableRenderer) -> None:
    quick = QuickRenderer(SIZE)
    people = [person(actor, glasses="round") for actor in (0, 3, 6)]
    for look in people:
        found, expected = renderer.pictures(look, VIEWS), quick.pictures(look, VIEWS)
        assert found.shape == expected.shape == (1, 2, 3, SIZE, SIZE)
        assert float((found - expected).abs().mean()) < 0.012
        # the splats blur a picture a little: its means do not change
        coarse = [avg_pool2d(pictures[0], 8) for pictures in (found, expected)]
        assert float((coarse[0] - coarse[1]).abs().max()) < 0.05


def test_gradients_agree_with_central_differences_of_supersampled_pictures(
    renderer: DifferentiableRenderer, fine: QuickRenderer
) -> None:
    found: dict[str, list[tuple[float, float]]] = {}
    colours: list[tuple[float, float]] = []
    for actor in (0, 2, 4):
        look = person(actor, glasses="round")
        # the derivative of half the squared distance to the pictures of somebody else
        weights = supersampled(fine, look) - supersampled(fine, person(actor + 7))
        identity, expression = look.identity.clone().requires_grad_(), look.expression.clone().requires_grad_()
        tones = {name: value.clone().requires_grad_() for name, value in look.colours.items()}
        moved = replace(look, identity=identity, expression=expression, colours=tones)
        (renderer.pictures(moved, VIEWS)[0] * weights).sum().backward()
        for kind, names, order, leaf, step in (
            ("identity", SHAPES, IDENTITY_NAMES, identity, 0.4),
            ("expression", EXPRESSIONS, ARKIT_NAMES, expression, 0.1),
        ):
            for name in names:
                index = (0, order.index(name))
                looks = [replace(look, **{kind: values}) for values in nudged(leaf.detach(), index, step)]  # type: ignore[arg-type]
                expected = central_difference(fine, weights, (looks[0], looks[1]), step)
                assert leaf.grad is not None
                found.setdefault(name, []).append((float(leaf.grad[index]), expected))
        for name in PAINTED:
            for channel in range(3):
                both = nudged(look.colours[name], (0, channel), 0.04)
                looks = [replace(look, colours={**look.colours, name: values}) for values in both]
                expected = central_difference(fine, weights, (looks[0], looks[1]), 0.04)
                gradient = tones[name].grad
                assert gradient is not None
                colours.append((float(gradient[0, channel]), expected))
    assert np.corrcoef(np.array(colours).T)[0, 1] > 0.99
    pairs = np.array(list(found.values()))
    # every parameter in its own scale, so that none outweighs the others
    pairs = pairs / np.sqrt((pairs[..., 1] ** 2).mean(axis=1))[:, None, None]
    assert np.corrcoef(pairs.reshape(-1, 2).T)[0, 1] > 0.9
    assert 0.7 < (pairs[..., 0] * pairs[..., 1]).sum() / (pairs[..., 1] ** 2).sum() < 1.3


def test_the_weight_of_a_frame_has_a_gradient(renderer: DifferentiableRenderer) -> None:
    """A wire is thinner than a sample, whose middle does not move when it thickens: only thick frames' edges do."""
    look = person(2, glasses="round", frame_weight=1.0, frame=(0.9, 0.1, 0.1))
    weight = look.amounts["frame_weight"].clone().requires_grad_()
    pictures = renderer.pictures(replace(look, amounts={**look.amounts, "frame_weight": weight}), VIEWS)[0]
    (pictures[1, 0] - pictures[1, 1]).sum().backward()
    assert weight.grad is not None
    assert float(weight.grad[0]) > 5  # a thicker frame is redder


def test_a_step_of_an_edge_and_of_a_texture_changes_the_picture_as_much_as_it_should() -> None:
    columns = torch.arange(12.0)
    near = columns < 6
    edge = torch.where(near, 1.0, 0.2).expand(1, 8, 12)
    ramp = (0.1 * columns).expand(1, 8, 12)
    for colours, depth, moving, expected in (
        (edge, torch.where(near, 1.0, 9.0), near, 0.8),  # one sample of 1 takes the place of one of 0.2
        (edge, torch.where(near, 1.0, 9.0), ~near, 0.0),  # what moves behind an edge does not hide it
        (ramp, torch.ones(12), columns >= 0, -0.1 * 6),  # a slope of 0.1 that moves by 1, over six samples
    ):
        step = torch.zeros((), requires_grad=True)
        offsets = torch.stack([step * moving.float(), torch.zeros(12)])[:, None].expand(2, 8, 12)
        picture = splatted(colours, offsets, depth.expand(8, 12), torch.zeros(8, 12), gap=1.0)
        row = picture[0, 4, 3:9].sum()
        assert float(torch.autograd.grad(row, step)[0]) == pytest.approx(expected, abs=0.05)


def test_the_light_in_torch_is_that_in_numba() -> None:
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(700, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    material = np.arange(700) % 7
    for number in (0, 5):
        out = np.empty((700, 10))
        zero = np.zeros((700, 3))
        light_vertices(zero, normals, zero[:, :2], np.ones(700), material, *lighting_of(light_of(number)), out)
        found = torch.cat(Shading.of(material).at(torch.from_numpy(normals).float(), light_of(number)), dim=1)
        np.testing.assert_allclose(found.numpy(), out[:, 4:], atol=0.03)


def test_light_and_srgb_are_inverse() -> None:
    values = torch.linspace(0, 1, 101)
    torch.testing.assert_close(srgb_of(linear_light(values)), values, atol=1e-5, rtol=0)


def test_a_picture_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        DifferentiableRenderer(0)
