"""A hanging beard: when there is one, how far it hangs, and that it follows the jaw."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from mien.heads.appearance import Appearance
from mien.heads.embedded.beard import LONGEST, beard_kind, beard_part, hanging_beard
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.identity import IDENTITY_NAMES
from mien.heads.embedded.surface import inside_outline
from mien.heads.head import HEAD_HEIGHT
from mien.heads.look import Look
from mien.heads.performance import Performance, expression_vector
from mien.heads.pictures.differentiable import DifferentiableRenderer
from mien.heads.pictures.quick import QuickRenderer
from mien.heads.pictures.views import View
from mien.heads.render.render import render_frames
from mien.heads.render.scene import Worn, worn_part

GREEN = (0.1, 0.6, 0.15)
CHIN = -10.8  # cm
LONG = Appearance(beard=1.0, beard_length=1.0, beard_colour=GREEN, hair_style="bald", brows=(0.1, 0.1, 0.1))


@pytest.fixture(scope="module")
def head() -> EmbeddedHead:
    return EmbeddedHead()


def test_a_beard_hangs_only_where_one_is_long_and_dense() -> None:
    assert beard_part(Appearance(beard=1.0)) is None
    assert beard_part(Appearance(beard_length=1.0)) is None
    assert beard_part(Appearance(beard_length=1.0, stubble=1.0, moustache=1.0)) is None
    assert beard_kind(Appearance(beard_length=0.5, beard=0.8, goatee=0.3)) == "beard"
    assert beard_kind(Appearance(beard_length=0.5, beard=0.3, goatee=0.8)) == "goatee"
    beard, goatee = hanging_beard("beard", 0.5).positions, hanging_beard("goatee", 0.5).positions
    assert np.ptp(beard[:, 0]) > 12
    assert np.ptp(goatee[:, 0]) < 6


@pytest.mark.parametrize("kind", ["beard", "goatee"])
def test_it_hangs_as_far_as_its_length_says(kind: str) -> None:
    lengths = np.array([0.1, 0.4, 1.0])
    lowest = np.array([hanging_beard(kind, length).positions[:, 1].min() for length in lengths])  # type: ignore[arg-type]
    np.testing.assert_allclose(CHIN - lowest, LONGEST * lengths, atol=1.6)
    none, half, full = (hanging_beard(kind, length).positions for length in (0.0, 0.5, 1.0))  # type: ignore[arg-type]
    # positions are linear in the length below the root, so that pictures have a gradient to it
    np.testing.assert_allclose(half, (none + full) / 2, atol=0.5)


@pytest.mark.parametrize("kind", ["beard", "goatee"])
def test_it_lies_outside_of_chin_and_neck(kind: str, head: EmbeddedHead) -> None:
    skin = head.surface.skin
    points = hanging_beard(kind, 1.0).positions  # type: ignore[arg-type]
    outer = skin.cavity == 0
    for low in np.arange(-18.0, -9.0, 1.0):
        near = outer & (skin.positions[:, 1] > low) & (skin.positions[:, 1] < low + 1)
        section = skin.positions[near][:, [0, 2]]
        around = np.arctan2(section[:, 0], section[:, 1] - section[:, 1].mean())
        outline = section[np.argsort(around)] * 0.97
        own = points[(points[:, 1] > low) & (points[:, 1] < low + 1) & (np.abs(points[:, 0]) < 3)]
        if len(own):
            assert inside_outline(own[:, [0, 2]], outline).mean() < 0.1


def test_it_follows_the_jaw_the_identity_and_the_neck(head: EmbeddedHead) -> None:
    part = hanging_beard("beard", 0.6)
    worn = Worn([worn_part(part)])
    zero, still = torch.zeros(1, len(IDENTITY_NAMES)), torch.zeros(1, 3)

    def moved(identity: torch.Tensor = zero, yaw: float = 0.0, **expression: float) -> np.ndarray:
        neck = torch.tensor([[yaw, 0.0, 0.0]])
        own = head.vertices(identity, torch.from_numpy(expression_vector(expression))[None], neck=neck)
        return worn.vertices(identity, neck, still, own)[0].numpy() * HEAD_HEIGHT

    rest = moved()
    np.testing.assert_allclose(rest, part.positions, atol=1e-4)
    tip = rest[:, 1] < -15
    front = (np.abs(rest[:, 0]) < 1.5) & (rest[:, 1] < -11)
    jaw = moved(jawOpen=1.0) - rest
    assert jaw[front, 1].max() < -1.5
    assert np.ptp(jaw[tip & front], axis=0).max() < 0.6  # what hangs does not swing
    long_chin = zero.clone()
    long_chin[0, IDENTITY_NAMES.index("chin_length")] = 2.0
    assert (moved(long_chin) - rest)[front, 1].mean() < -0.4
    assert (moved(yaw=0.4) - rest)[front, 0].min() > 1.5


def test_all_renderers_show_it_in_its_colour(head: EmbeddedHead) -> None:
    def green(picture: np.ndarray) -> np.ndarray:
        """Where a picture (S, S, 3) is green, in its rows below the chin."""
        lower = picture[int(0.8 * len(picture)) :].astype(float)
        return lower[..., 1] > 1.4 * lower[..., [0, 2]].max(axis=-1)

    still = Performance(
        fps=Fraction(25), expression=np.zeros((1, 52), np.float32), neck=np.zeros((1, 3), np.float32),
        translation=np.zeros((1, 3), np.float32), gaze=np.zeros((1, 2), np.float32),
    )  # fmt: skip
    short = replace(LONG, beard_length=0.0)
    size = 96
    for appearance, least, most in ((LONG, 0.05, 0.4), (short, 0.0, 0.0)):
        look = Look.of(torch.zeros(1, 31), torch.zeros(1, 52), [appearance])
        frame = next(render_frames(head, torch.zeros(31), appearance, still, (size, size)))
        assert least <= green(frame).mean() <= most
        for renderer in (QuickRenderer(size), DifferentiableRenderer(size)):
            picture = renderer.pictures(look, [View()])[0, 0].permute(1, 2, 0).numpy() * 255
            assert least <= green(picture).mean() <= most


def test_its_length_has_a_gradient() -> None:
    look = Look.of(torch.zeros(1, 31), torch.zeros(1, 52), [replace(LONG, beard_length=0.5)])
    length = look.amounts["beard_length"].clone().requires_grad_()
    picture = DifferentiableRenderer(64).pictures(
        replace(look, amounts={**look.amounts, "beard_length": length}), [View()]
    )
    (picture[0, 0, 1] - picture[0, 0, 2]).sum().backward()
    assert length.grad is not None
    assert float(length.grad[0]) > 5  # a longer beard covers more of the shirt
