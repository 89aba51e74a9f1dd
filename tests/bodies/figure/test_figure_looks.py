"""Figures look as their scenes say: colours at joints, clothes, hats, hair."""

from __future__ import annotations

import numpy as np
import pytest
from figure_posing import POSES, standing

from mien.bodies.figure.renderer import FigureRenderer
from mien.bodies.keypoints import BODY_AND_FEET, INDEX, LEFT_HAND, mirrored_order
from mien.bodies.scene import COLOURS, LABELS, RGB, SKINS, Light, Scene

NO_HANDS = (False, False)
EVEN = Light(sun=(0.0, 0.0, 0.0), ambient=(0.9, 0.9, 0.9), ground=(0.0, 0.0, 0.0))
"""Light of the same strength from all sides: what is seen is a surface's own colour, but where limbs keep light off."""

FRONT = Light(direction=(0.0, -0.5, -0.866))


def picture(scene: Scene, joints: np.ndarray, side: int = 128, light: Light = EVEN) -> tuple[np.ndarray, np.ndarray]:
    canvas = np.full((side, side, 3), 128, np.uint8)
    mask = FigureRenderer(scene).draw(joints, NO_HANDS, canvas, light, shadow=0.0)
    return canvas, mask


def colour_at(canvas: np.ndarray, point: np.ndarray) -> np.ndarray:
    x, y = int(point[0]), int(point[1])
    return canvas[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).mean(0) / 255


def between(joints: np.ndarray, a: str, b: str, part: float) -> np.ndarray:
    return joints[INDEX[a]] * (1 - part) + joints[INDEX[b]] * part


def assert_colour(found: np.ndarray, wanted: RGB, tolerance: float = 0.14) -> None:
    np.testing.assert_allclose(found, wanted, atol=tolerance)


@pytest.mark.parametrize("pose", ["standing", "arms_up"])
def test_each_joint_has_the_colour_of_what_is_worn_there(pose: str) -> None:
    joints = POSES[pose](128)
    canvas, _ = picture(Scene(top="t_shirt", bottom="trousers", skin="tan"), joints)
    for side in ("left", "right"):
        assert_colour(colour_at(canvas, between(joints, f"{side}_elbow", f"{side}_wrist", 0.4)), SKINS["tan"])
        assert_colour(colour_at(canvas, between(joints, f"{side}_shoulder", f"{side}_elbow", 0.25)), COLOURS["red"])
        assert_colour(colour_at(canvas, joints[INDEX[f"{side}_knee"]]), COLOURS["blue"])
        assert_colour(colour_at(canvas, between(joints, f"{side}_shoulder", f"{side}_hip", 0.5)), COLOURS["red"])


@pytest.mark.parametrize(
    ("top", "bottom", "forearm", "knee", "shin"),
    [
        ("t_shirt", "trousers", "skin", "bottom", "bottom"),
        ("shirt", "shorts", "top", "skin", "skin"),
        ("t_shirt", "skirt", "skin", None, "skin"),
        ("coat", "trousers", "top", None, "bottom"),
        ("dress", "none", "skin", "top", "skin"),
        ("ao_dai", "trousers", "top", "top", None),
    ],
)
def test_sleeves_and_hems_end_where_the_garment_says(
    top: str, bottom: str, forearm: str, knee: str | None, shin: str | None
) -> None:
    colours = {"skin": SKINS["light"], "top": COLOURS["green"], "bottom": COLOURS["purple"]}
    joints = standing(192)
    scene = Scene(top=top, bottom=bottom, top_colour="green", bottom_colour="purple")
    canvas, _ = picture(scene, joints, 192)
    places = {
        forearm: between(joints, "left_elbow", "left_wrist", 0.5),
        knee: between(joints, "left_hip", "left_knee", 0.97),
        shin: between(joints, "left_knee", "left_ankle", 0.6),
    }
    for name, place in places.items():
        if name is not None:
            assert_colour(colour_at(canvas, place), colours[name], 0.2)


@pytest.mark.parametrize("pattern", ["stripes", "dots", "checks"])
def test_a_pattern_has_both_colours_and_moves_with_the_garment(pattern: str) -> None:
    scene = Scene(top_pattern=pattern, top_colour="blue", pattern_colour="yellow", hair_style="short")
    joints = standing(192)
    canvas, _ = picture(scene, joints, 192)
    low, high = joints[INDEX["left_hip"]], joints[INDEX["left_shoulder"]]
    chest = canvas[int(high[1]) + 8 : int(low[1]), int(joints[INDEX["right_hip"], 0]) : int(low[0])] / 255
    for name in ("blue", "yellow"):
        like = np.abs(chest - COLOURS[name]).max(-1) < 0.3
        assert 0.08 < like.mean() < 0.92
    moved, _ = picture(scene, joints + np.array([20, 5, 0], np.float32), 192)
    difference = moved[45:165, 60:180].astype(float) - canvas[40:160, 40:160]
    assert np.abs(difference).mean() < 0.1


def test_a_panda_is_black_and_white_and_a_bear_brown() -> None:
    joints = standing(128)
    panda, _ = picture(Scene(kind="panda", top="none", bottom="none"), joints)
    bear, _ = picture(Scene(kind="bear", top="none", bottom="none"), joints)
    belly = between(joints, "left_hip", "right_hip", 0.5) - (0, 12, 0)
    assert colour_at(panda, belly).min() > 0.7
    assert colour_at(panda, joints[INDEX["left_elbow"]]).max() < 0.3
    assert colour_at(panda, joints[INDEX["right_knee"]]).max() < 0.3
    red, green, blue = colour_at(bear, belly)
    assert red > green > blue


def test_the_eyes_of_a_robot_shine_at_night() -> None:
    night = Light(sun=(0.02, 0.02, 0.04), ambient=(0.08, 0.08, 0.12), ground=(0.0, 0.0, 0.0))
    joints = standing(192)
    canvas, _ = picture(Scene(kind="robot", top="none", bottom="none"), joints, 192, night)
    assert colour_at(canvas, joints[INDEX["left_eye"]])[2] > 0.5
    assert colour_at(canvas, joints[INDEX["left_knee"]]).max() < 0.2


def test_a_non_la_is_a_cone_above_the_head() -> None:
    joints = standing(192)
    bare, without = picture(Scene(hair_style="bun"), joints, 192)
    canvas, mask = picture(Scene(hair_style="bun", hat="non_la"), joints, 192)
    top = int(np.argmax(mask.any(1)))
    assert top < int(np.argmax(without.any(1)))
    widths = (mask > 0.5).sum(1)[top : int(joints[INDEX["left_eye"], 1]) - 4]
    assert (np.diff(widths[:-2]) >= 0).all()
    assert widths.max() > 1.8 * (without > 0.5).sum(1)[int(joints[INDEX["left_eye"], 1])]
    red, green, blue = colour_at(canvas, joints[INDEX["nose"]] - (0, 0.115 * 154, 0))
    assert red > 0.6
    assert red > green > blue
    assert not (bare == canvas).all()


@pytest.mark.parametrize("hat", ["cap", "hat", "beanie"])
def test_hats_have_the_hats_colour_over_the_forehead(hat: str) -> None:
    joints = standing(192)
    canvas, _ = picture(Scene(hat=hat, hat_colour="green"), joints, 192)
    crown = joints[INDEX["nose"]] - (0, 0.07 * 154, 0)
    assert_colour(colour_at(canvas, crown), COLOURS["green"], 0.2)


def test_long_hair_is_seen_beside_the_neck_from_behind_and_hangs_down_when_the_figure_leans() -> None:
    joints = standing(192)
    behind = joints * (1, 1, -1)
    behind[:, 0] = 192 - behind[:, 0]
    canvas, _ = picture(Scene(hair_style="long", hair_colour="blond"), behind, 192)
    neck = (behind[INDEX["left_shoulder"]] + behind[INDEX["right_shoulder"]]) / 2
    neck[1] += 8
    red, green, blue = colour_at(canvas, neck)
    assert red > green > blue
    assert red > 0.5
    short, _ = picture(Scene(hair_style="short", hair_colour="blond"), behind, 192)
    assert_colour(colour_at(short, neck), COLOURS["red"], 0.2)


def test_a_broad_figure_covers_more_than_a_slim_one() -> None:
    areas = [picture(Scene(build=build), standing(128))[1].sum() for build in ("slim", "average", "broad")]
    assert areas[0] < areas[1] < areas[2]


def test_a_childs_head_is_larger() -> None:
    joints = standing(192)
    heads = []
    for kind in ("woman", "child"):
        _, mask = picture(Scene(kind=kind, hair_style="bald"), joints, 192)
        heads.append((mask > 0.5).sum(1)[int(joints[INDEX["left_eye"], 1])])
    assert heads[1] > 1.15 * heads[0]


@pytest.mark.parametrize("top", ["t_shirt", "dress", "coat"])
def test_mirrored_joints_give_the_mirrored_figure(top: str) -> None:
    joints = POSES["seated"](128)
    other = joints[mirrored_order()] * (-1, 1, 1) + (128, 0, 0)
    scene = Scene(top=top, hair_style="bun")
    first, one = picture(scene, joints, light=FRONT)
    second, two = picture(scene, other, light=FRONT)
    assert np.abs(one - two[:, ::-1]).mean() < 0.004
    assert np.abs(first.astype(float) - second[:, ::-1]).mean() < 1.5


def test_given_hands_are_where_their_points_are() -> None:
    joints = standing(256)
    wrist = joints[INDEX["left_wrist"]]
    spread = np.linspace(-0.3, 1.5, 5)
    joints[LEFT_HAND.start] = wrist
    for finger, angle in enumerate(spread):
        for number in range(4):
            reach = np.array([np.sin(angle), np.cos(angle), 0]) * (9 + 4.5 * number)
            joints[LEFT_HAND.start + 1 + 4 * finger + number] = wrist + reach
    canvas = np.full((256, 256, 3), 128, np.uint8)
    mask = FigureRenderer(Scene()).draw(joints, (True, False), canvas, EVEN, shadow=0.0)
    relaxed = FigureRenderer(Scene()).draw(joints, NO_HANDS, np.zeros_like(canvas), EVEN, shadow=0.0)
    tips = [joints[LEFT_HAND.start + 4 + 4 * finger] for finger in (0, 4)]
    for x, y, _ in tips:
        assert mask[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].max() > 0.5
        assert relaxed[int(y), int(x)] == 0


@pytest.mark.parametrize(
    ("name", "option"),
    [(name, one) for name in ("kind", "hair_style", "top", "bottom", "hat") for one in LABELS[name]],
)
def test_every_option_can_be_drawn_in_every_pose(name: str, option: str) -> None:
    scene = Scene.from_json({name: option})
    for pose in POSES.values():
        joints = pose(64)
        canvas, mask = picture(scene, joints, 64)
        assert mask.sum() > 100
        covered = [mask[int(y), int(x)] for x, y, _ in joints[:BODY_AND_FEET] if 0 <= x < 64 and 0 <= y < 64]
        assert np.mean(covered) > 0.85
        assert canvas[mask > 0.9].std() > 5


def test_a_limb_is_as_thick_on_a_longer_bone() -> None:
    def thickness(joints: np.ndarray) -> int:
        _, mask = picture(Scene(bottom="shorts"), joints, 256)
        x, y, _ = between(joints, "left_knee", "left_ankle", 0.5)
        return int((mask[int(y), int(x) - 12 : int(x) + 12] > 0.5).sum())

    joints = standing(256)
    longer = joints.copy()
    for name in ("ankle", "heel", "big_toe", "small_toe"):
        longer[INDEX[f"left_{name}"], 1] += 12
    assert 6 <= thickness(joints) <= 20
    assert abs(thickness(longer) - thickness(joints)) <= 1


@pytest.mark.parametrize("pose", ["standing", "arms_up"])
@pytest.mark.parametrize(("top", "bottom"), [("shirt", "trousers"), ("ao_dai", "trousers"), ("t_shirt", "shorts")])
def test_what_is_worn_below_does_not_pierce_what_is_worn_above(top: str, bottom: str, pose: str) -> None:
    """Around the hips a figure seen from in front is of the top down to its hem, without specks."""
    joints = POSES[pose](192)
    green, _ = picture(Scene(top=top, bottom=bottom, top_colour="green", bottom_colour="red"), joints, 192)
    same, _ = picture(Scene(top=top, bottom=bottom, top_colour="green", bottom_colour="green"), joints, 192)
    waist = between(joints, "left_hip", "left_shoulder", 0.25), between(joints, "right_hip", "right_shoulder", 0.25)
    columns = sorted(int(one[0]) for one in waist)
    rows = slice(
        int(min(one[1] for one in waist)), int(joints[INDEX["left_hip"], 1] + joints[INDEX["right_hip"], 1]) // 2
    )
    part = (rows, slice(columns[0], columns[1] + 1))
    difference = np.abs(green[part].astype(int) - same[part]).max(-1)
    assert (difference > 60).mean() < 0.01
