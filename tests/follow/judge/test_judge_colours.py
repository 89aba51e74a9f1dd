"""Colours at the key points of crude figures."""

from __future__ import annotations

import numpy as np
import pytest
from figure_drawing import draw_figure, standing_joints

from mien.bodies.scene import COLOURS, HAIRS, Light, Scene
from mien.follow.judge.colours import colour_points, colours_at, measured_colours, nearest_colour, white_of

WHITE = Light(sun=(0.0, 0.0, 0.0), ambient=(1.0, 1.0, 1.0))
"""The crude figures are drawn as if in it."""


@pytest.mark.parametrize("name", COLOURS)
def test_every_colour_of_top_and_bottom_is_read(name: str) -> None:
    other = "white" if name != "white" else "black"
    joints = standing_joints(4)
    for scene in (Scene(top_colour=name, bottom_colour=other), Scene(top_colour=other, bottom_colour=name)):
        found = measured_colours(draw_figure(scene, joints), joints, scene.visible(), WHITE)
        assert found["top_colour"] == scene.top_colour
        assert found["bottom_colour"] == scene.bottom_colour


@pytest.mark.parametrize("size", [48, 96, 192])
def test_hair_and_hat_are_read_at_any_size(size: int) -> None:
    joints = standing_joints(4, size=size)
    bare, covered = Scene(hair_colour="blond"), Scene(hair_colour="blond", hat="cap", hat_colour="green")
    assert measured_colours(draw_figure(bare, joints, size), joints, bare.visible(), WHITE)["hair_colour"] == "blond"
    found = measured_colours(draw_figure(covered, joints, size), joints, covered.visible(), WHITE)
    assert found["hat_colour"] == "green"
    assert "hair_colour" not in found


def test_what_does_not_show_in_one_place_is_left_out() -> None:
    joints = standing_joints(2)
    striped = Scene(top="dress", top_pattern="stripes", bottom="trousers", hair_style="bald")
    assert colour_points(joints, striped.visible()) == {}
    assert set(colour_points(joints, Scene(hat="cap").visible())) == {"top_colour", "bottom_colour", "hat_colour"}


def test_points_outside_the_picture_have_no_colour() -> None:
    video = np.full((2, 8, 8, 3), 200, np.uint8)
    assert np.isnan(colours_at(video, np.full((2, 1, 2), 40, np.float32), 1.0)).all()
    np.testing.assert_allclose(colours_at(video, np.full((2, 1, 2), 4, np.float32), 1.0), 200 / 255)


def test_light_and_shade_leave_a_colour_its_name() -> None:
    evening = Light(sun=(0.66, 0.46, 0.30), ambient=(0.42, 0.36, 0.40))
    for light in (evening, WHITE):
        white = white_of(light)
        for palette in (COLOURS, HAIRS):
            for name, rgb in palette.items():
                for shade in (0.85, 1.0, 1.2):
                    lit = np.clip(np.array(rgb) * white * shade, 0, 1)
                    assert nearest_colour(lit, palette, white) == name, (name, shade)
    assert nearest_colour(np.array(COLOURS["white"]) * white_of(evening), COLOURS, white_of(WHITE)) != "white"
