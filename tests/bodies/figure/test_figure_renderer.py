"""Pictures of figures: what must hold in any pose, for any look."""

from __future__ import annotations

import numpy as np
import pytest
from figure_posing import bent, standing

from mien.bodies.figure.renderer import FigureRenderer, render_figure
from mien.bodies.figure.rest import standing_joints
from mien.bodies.keypoints import BODY_AND_FEET, INDEX
from mien.bodies.scene import KINDS, Light, Scene

NO_HANDS = (False, False)


def blank(side: int = 128) -> np.ndarray:
    return np.full((side, side, 3), 128, np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_the_mask_covers_every_joint_of_body_and_feet(kind: str) -> None:
    joints = standing_joints(100, (64, 66))
    mask = render_figure(Scene(kind=kind), joints, NO_HANDS, blank())
    for x, y, _ in joints[:BODY_AND_FEET]:
        column, row = int(x), int(y)
        assert mask[row - 1 : row + 2, column - 1 : column + 2].max() > 0.9


def test_outside_of_the_mask_only_the_shadow_on_the_ground_changes_the_canvas() -> None:
    joints = standing_joints(100, (64, 66))
    canvas = blank()
    mask = FigureRenderer(Scene()).draw(joints, NO_HANDS, canvas, shadow=0.0)
    assert (canvas[mask == 0] == 128).all()
    canvas = blank()
    FigureRenderer(Scene()).draw(joints, NO_HANDS, canvas)
    outside = canvas[mask == 0]
    assert (outside <= 128).all()
    assert (outside < 110).any()
    assert (canvas[:10] == 128).all()


def test_the_same_arguments_give_the_same_bytes_whatever_was_drawn_before() -> None:
    joints = standing_joints(100, (64, 66))
    renderer = FigureRenderer(Scene(top="dress", hair_style="ponytail"))
    first = blank()
    renderer.draw(joints, NO_HANDS, first)
    renderer.draw(joints * 1.4 + 3, NO_HANDS, blank())
    again = blank()
    renderer.draw(joints, NO_HANDS, again)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    "joints",
    [
        np.zeros((65, 3)),
        np.full((65, 3), 50.0),
        standing_joints(0.5, (64, 64)),
        standing_joints(100, (1000, -2000)),
        standing_joints(5000, (64, 64)),
        standing_joints(100, (0, 64)),
    ],
    ids=["zero", "one point", "tiny", "outside", "huge", "cut"],
)
def test_degenerate_joints_are_drawn_or_left_out_without_a_fault(joints: np.ndarray) -> None:
    mask = render_figure(Scene(top="ao_dai"), joints, NO_HANDS, blank())
    assert np.isfinite(mask).all()
    assert 0 <= mask.min() <= mask.max() <= 1


def test_joints_that_are_not_finite_are_refused_in_one_sentence() -> None:
    joints = standing_joints(100, (64, 66))
    joints[INDEX["left_knee"]] = np.nan
    with pytest.raises(ValueError, match="finite"):
        render_figure(Scene(), joints, NO_HANDS, blank())


def test_points_of_a_hand_that_is_not_given_mean_nothing() -> None:
    joints = standing_joints(100, (64, 66))
    first, second = blank(), blank()
    render_figure(Scene(), joints, NO_HANDS, first)
    joints[BODY_AND_FEET:] = np.nan
    render_figure(Scene(), joints, NO_HANDS, second)
    np.testing.assert_array_equal(first, second)


def test_a_canvas_may_be_a_view_of_another_picture() -> None:
    joints = standing_joints(100, (64, 66))
    plain = blank()
    render_figure(Scene(), joints, NO_HANDS, plain)
    wide = np.full((128, 256, 3), 128, np.uint8)
    view = wide[:, ::2]
    mask = render_figure(Scene(), joints, NO_HANDS, view)
    np.testing.assert_array_equal(view, plain)
    assert (wide[:, 1::2] == 128).all()
    assert mask.shape == (128, 128)


@pytest.mark.parametrize("canvas", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32)], ids=["grey", "float"])
def test_a_canvas_of_another_kind_is_refused(canvas: np.ndarray) -> None:
    with pytest.raises(ValueError, match="canvas"):
        render_figure(Scene(), standing_joints(), NO_HANDS, canvas)


def test_a_figure_above_the_ground_has_a_fainter_shadow() -> None:
    joints = standing_joints(70, (64, 50))
    dim = Light(sun=(0.0, 0.0, 0.0))
    renderer, darkest = FigureRenderer(Scene()), []
    soles = float(joints[INDEX["left_big_toe"], 1])
    for ground in (soles + 1, soles + 12):
        canvas = blank()
        mask = renderer.draw(joints, NO_HANDS, canvas, dim, ground=ground)
        below = canvas[int(soles) + 2 :][mask[int(soles) + 2 :] == 0]
        darkest.append(below.min())
    assert darkest[0] < darkest[1] < 128


def test_where_the_canvas_ends_the_shadow_is_as_dark_as_on_a_wider_one() -> None:
    joints = standing_joints(100, (96, 66))
    canvas, wide = blank(), np.full((128, 384, 3), 128, np.uint8)
    render_figure(Scene(), joints, NO_HANDS, canvas)
    joints[:, 0] += 128
    render_figure(Scene(), joints, NO_HANDS, wide)
    assert canvas[:, -1].min() < 120, "the shadow reaches the border"
    assert np.abs(canvas.astype(int) - wide[:, 128:256]).max() <= 1


def test_what_a_scene_wears_does_not_depend_on_what_was_drawn_before() -> None:
    joints, scene = standing_joints(100, (64, 66)), Scene(kind="man", top="coat", bottom="shorts", hat="non_la")
    first, again = blank(), blank()
    render_figure(scene, joints, NO_HANDS, first)
    for kind in KINDS:
        render_figure(Scene(kind=kind, top="dress", bottom="none"), joints, NO_HANDS, blank())
    render_figure(scene, joints, NO_HANDS, again)
    np.testing.assert_array_equal(first, again)
    render_figure(Scene(kind="man", top="coat", bottom="trousers", hat="non_la"), joints, NO_HANDS, again)
    assert np.abs(first.astype(int) - again).max() > 50, "other trousers are seen"


def test_two_figures_on_one_canvas_cover_each_other_in_the_order_of_drawing() -> None:
    joints = standing_joints(100, (64, 66))
    canvas = blank()
    render_figure(Scene(top_colour="green"), joints, NO_HANDS, canvas)
    mask = render_figure(Scene(top_colour="red"), joints, NO_HANDS, canvas)
    red, green, _ = canvas[55, 64]
    assert mask[55, 64] == 1
    assert red > 2 * int(green)


def test_the_trunk_does_not_flicker_while_an_arm_moves() -> None:
    """The arm that moves is on the side away from the sun, so nothing of the trunk has a reason to change."""
    renderer, before, changes = FigureRenderer(Scene(hair_style="bun")), None, []
    for step in range(12):
        joints = bent(bent(standing(192), "left_shoulder", "z", -60 + 0.3 * step), "left_elbow", "x", -40)
        canvas = blank(192)
        renderer.draw(joints, NO_HANDS, canvas)
        trunk = canvas[68:98, 84:104].astype(float)
        changes.append(0.0 if before is None else np.abs(trunk - before).mean())
        before = trunk
    assert max(changes) < 0.05
