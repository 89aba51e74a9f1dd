"""The knobs of variation: each moves its own draws and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from mien.corpora.embedded.plan import actor, generator, plan_actor
from mien.corpora.embedded.scene import (
    clip_frames,
    draw_camera,
    draw_light,
    person,
)
from mien.corpora.embedded.wall import draw_wall
from mien.corpora.options import EmbeddedOptions, EmbeddedVariation
from mien.heads.performance import Performance
from mien.heads.render.render import Camera, Light


def options(**variation: float) -> EmbeddedOptions:
    return EmbeddedOptions(width=160, height=120, variation=EmbeddedVariation(**variation))


def cameras(amount: float) -> list[Camera]:
    return [draw_camera(generator(k), options(camera=amount), str(k)) for k in range(60)]


def test_no_variation_is_the_plain_scene() -> None:
    none = options(light=0, background=0, camera=0)
    walls = [draw_wall(generator(k), none, str(k), str(k)) for k in range(3)]
    assert all((wall == walls[0][0, 0]).all() for wall in walls)
    assert set(cameras(0)) == {Camera()}
    assert {draw_light(generator(k), 0) for k in range(9)} == {Light()}


def test_more_is_more() -> None:
    def spread(values: list[float]) -> float:
        return float(np.std(values))

    usual, strong = cameras(1), cameras(2)
    assert spread([c.distance for c in strong]) == pytest.approx(2 * spread([c.distance for c in usual]))
    assert spread([c.height for c in strong]) == pytest.approx(2 * spread([c.height for c in usual]))
    assert {c.roll for c in usual} == {0.0}
    assert 0.04 < spread([c.roll for c in strong]) < 0.1
    assert max(abs(c.roll) for c in strong) <= 0.15
    dim, bright = ([draw_light(generator(k), amount).key_strength for k in range(60)] for amount in (1, 2))
    assert spread(bright) == pytest.approx(2 * spread(dim))
    sides = [draw_light(generator(k), 1).key[0] > 0 for k in range(60)]
    assert 15 < sum(sides) < 45


def test_backgrounds_go_from_one_grey_over_a_colour_to_rooms_of_each_clip() -> None:
    def wall(amount: float, clip: str = "clip") -> np.ndarray:
        return draw_wall(generator("wall of", clip), options(background=amount), "1001", clip).astype(float)

    one, other = wall(1.0), wall(1.0, "other")
    colours = [w.reshape(-1, 3).mean(axis=0) / w.mean() for w in (one, other)]
    np.testing.assert_allclose(colours[0], colours[1], atol=0.02)  # an actor's wall has one hue
    rooms = [wall(2.0, str(k)) for k in range(8)]
    structure = [float(np.median(room.std(axis=(0, 1)))) for room in rooms]
    assert np.median(structure) > 1.5 * float(np.median(one.std(axis=(0, 1))))
    assert np.abs(rooms[0] - rooms[1]).mean() > 5
    np.testing.assert_allclose(wall(1.5), (one + wall(2.0)) / 2, atol=1.6)
    np.testing.assert_array_equal(wall(2.0), wall(2.0))


def test_knobs_do_not_move_each_others_draws() -> None:
    """Whatever is set, the generator of a clip's scene has given the same numbers to what comes next."""
    for variation in ({}, {"camera": 0.0}, {"camera": 2.0, "light": 0.0}, {"light": 2.0}, {"background": 2.0}):
        rng, chosen = generator("scene"), options(**variation)
        draw_camera(rng, chosen, "clip")
        assert (draw_light(rng, 1.0)) == draw_light(_after_camera(), 1.0)
        draw_wall(rng, chosen, "1001", "clip")
        plain = _after_camera()
        draw_light(plain, chosen.variation.light)
        draw_wall(plain, options(), "1001", "clip")
        assert rng.random() == plain.random()


def _after_camera() -> np.random.Generator:
    rng = generator("scene")
    draw_camera(rng, options(), "clip")
    return rng


def test_the_wanted_part_wears_glasses_and_the_others_look_as_before() -> None:
    people = [actor(1, index) for index in range(80)]
    bare, few, many = ([person(1, who, part) for who in people] for part in (0.0, 0.25, 0.75))
    worn = [[look.glasses != "none" for _, look in group] for group in (bare, few, many)]
    assert sum(worn[0]) == 0
    assert 10 <= sum(worn[1]) <= 30
    assert 50 <= sum(worn[2]) <= 70
    for (identity, look), (other, glassed), (_, more) in zip(bare, few, many, strict=True):
        assert bool((identity == other).all())
        assert glassed == look or more == glassed  # no glasses, or the same ones as at a larger part
    assert len({look.glasses for _, look in many}) == 4
    metal = [look.frame_weight < 0.3 for _, look in many if look.glasses != "none"]
    assert 0.25 < np.mean(metal) < 0.75


def test_clips_without_glasses_are_the_same_pixels_whatever_the_others_wear() -> None:
    without, all_wear = options(glasses=0), options(glasses=1)
    who = actor(1, 0)
    clip = plan_actor(without, who.actor_id)[0]
    bare, same, worn = (
        next(clip_frames(chosen, who, clip, Performance.still())) for chosen in (without, without, all_wear)
    )
    np.testing.assert_array_equal(bare, same)
    changed = (bare != worn).any(axis=2)
    assert 0.0005 < changed.mean() < 0.06


@pytest.mark.parametrize(("knob", "value"), [("glasses", 1.2), ("light", -0.1), ("camera", 2.5), ("fog", 1.0)])
def test_wrong_knobs_are_refused_by_name(knob: str, value: float) -> None:
    with pytest.raises(ValidationError, match=knob):
        EmbeddedVariation(**{knob: value})
