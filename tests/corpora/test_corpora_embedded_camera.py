"""The corpus's camera and light: each fault does what its name says, and the same clip is filmed alike every time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.corpora.embedded.camera import Sensor, draw_sensor, filmed
from mien.corpora.embedded.lamps import draw_lamps
from mien.corpora.embedded.plan import PlannedClip, actor, generator
from mien.corpora.embedded.scene import clip_frames, resting_face, turned_aside
from mien.corpora.options import EmbeddedOptions, EmbeddedVariation
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.heads.render.render import Light

HEIGHT, WIDTH = 90, 120


def scene() -> NDArray[np.uint8]:
    """A grey picture with a dark and a bright half and a red square."""
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    picture[:, WIDTH // 2 :] = 170
    picture[30:60, 20:50] = (180, 70, 60)
    return picture


def seen(sensor: Sensor, frames: int = 1) -> NDArray[np.float64]:
    """The scene as a camera sees it, (frames, H, W, 3)."""
    return np.stack(list(filmed([scene()] * frames, sensor, generator("noise")))).astype(float)


def test_a_faultless_camera_records_what_is_there() -> None:
    np.testing.assert_array_equal(seen(Sensor())[0], scene())
    assert draw_sensor(generator("any"), 0) == Sensor()


def test_each_fault_does_what_its_name_says() -> None:
    plain = scene().astype(float)
    edge = slice(WIDTH // 2 - 1, WIDTH // 2 + 1)
    blurred = seen(Sensor(blur=6.0))[0]
    assert np.ptp(blurred[10, edge, 0]) < 0.5 * np.ptp(plain[10, edge, 0])
    assert seen(Sensor(exposure=0.5))[0][10, 10, 0] > 95 > 85 > seen(Sensor(exposure=-0.5))[0][10, 10, 0]
    steep = seen(Sensor(contrast=0.3))[0]
    assert np.ptp(steep[10, :, 0]) > np.ptp(plain[10, :, 0])
    warm = seen(Sensor(gains=(1.2, 1.0, 0.8)))[0][10, 10]
    assert warm[0] > 92 > 88 > warm[2]
    grey = seen(Sensor(saturation=0.0))[0][45, 35]
    assert np.ptp(grey) <= 1
    dark = seen(Sensor(vignette=0.5))[0]
    assert dark[0, 0, 0] < 0.6 * plain[0, 0, 0]
    assert dark[HEIGHT // 2, 5, 0] < 0.85 * plain[HEIGHT // 2, 5, 0]
    packed = seen(Sensor(jpeg=20))[0]
    assert 0.5 < np.abs(packed - plain).mean() < 12


def test_noise_has_its_strength_is_new_in_every_frame_and_leaves_the_mean() -> None:
    frames = seen(Sensor(noise=5.0), 3)
    off = frames - scene()
    assert 3.5 < off.std() < 7
    assert abs(off.mean()) < 0.6
    assert np.corrcoef(off[0].ravel(), off[1].ravel())[0, 1] < 0.2


def test_cameras_differ_and_more_is_more() -> None:
    usual, strong = ([draw_sensor(generator(k), amount) for k in range(60)] for amount in (1, 2))
    for name in ("blur", "noise", "vignette"):
        values = np.array([getattr(one, name) for one in usual])
        assert values.std() > 0.2 * values.max()
        np.testing.assert_allclose([getattr(one, name) for one in strong], 2 * values, rtol=1e-9)
    assert 10 < sum(one.jpeg is not None for one in usual) < 40


def test_light_comes_from_both_sides_from_above_and_below_and_is_as_bright_as_before() -> None:
    studio = Light()
    assert draw_lamps(studio, generator("any"), 0) == studio
    lights = [draw_lamps(studio, generator(k), 1) for k in range(200)]
    assert 0.1 < np.mean([one == studio for one in lights]) < 0.35
    keys = np.array([one.key for one in lights if one != studio])
    assert (np.abs(keys[:, 0]) > 0.6).mean() > 0.25
    assert 0.35 < (keys[:, 0] > 0).mean() < 0.65
    assert keys[:, 1].max() > 0.7
    assert keys[:, 1].min() < -0.1
    warmth = np.array([one.key_colour[0] / one.key_colour[2] for one in lights])
    assert warmth.max() > 1.25
    assert warmth.min() < 0.95

    def on_face(light: Light) -> float:
        directions, strengths = light.lamps()
        return float((np.array(light.ambient) + np.maximum(directions[:, 2:], 0).T @ strengths).mean())

    levels = np.array([on_face(one) for one in lights]) / on_face(studio)
    assert 0.7 < np.median(levels) < 1.1
    assert levels.max() < 1.3
    halfway = draw_lamps(studio, generator(3), 0.5)
    np.testing.assert_allclose(
        halfway.ambient, (np.array(studio.ambient) + draw_lamps(studio, generator(3), 1).ambient) / 2
    )


def clip_of(options: EmbeddedOptions) -> list[NDArray[np.uint8]]:
    who = actor(1, 3)
    still = Performance.still()
    two = Performance(
        Fraction(25), *(np.repeat(getattr(still, n), 2, 0) for n in ("expression", "neck", "translation", "gaze"))
    )
    return list(clip_frames(options, who, PlannedClip(who.actor_id, "DFA", "HAP", "XX"), two))


def test_a_clip_is_filmed_alike_every_time_and_without_a_sensor_it_is_still() -> None:
    options = EmbeddedOptions(width=160, height=120)
    first, again = clip_of(options), clip_of(options)
    np.testing.assert_array_equal(first, again)
    assert (first[0] != first[1]).any()
    still = clip_of(options.model_copy(update={"variation": EmbeddedVariation(sensor=0)}))
    np.testing.assert_array_equal(still[0], still[1])


def test_the_wanted_part_of_the_clips_turns_the_head_and_looks_on_at_the_camera() -> None:
    still = Performance.still()
    clips = [PlannedClip("1001", f"S{k}", "HAP", "XX") for k in range(80)]

    def turned(part: float) -> list[Performance]:
        options = EmbeddedOptions(variation=EmbeddedVariation(turned=part))
        return [turned_aside(still, options, clip) for clip in clips]

    assert all(one is still for one in turned(0))
    yaw = np.degrees([one.neck[0, 0] for one in turned(1)])
    assert 8 <= np.abs(yaw).min() < 10
    assert 22 < np.abs(yaw).max() <= 25.01
    assert 20 < (yaw > 0).sum() < 60
    gaze = np.degrees([one.gaze[0, 0] for one in turned(1)])
    assert (np.abs(gaze + yaw) < 0.25 * np.abs(yaw) + 0.01).all()
    few, half = ([one is not still for one in turned(part)] for part in (0.2, 0.5))
    assert 5 < sum(few) < 28 < sum(half) < 55
    assert all(more for less, more in zip(few, half, strict=True) if less)


def test_faces_at_rest_differ_a_little() -> None:
    faces = np.stack([resting_face(1, actor(1, index)) for index in range(40)])
    assert faces.min() >= 0
    assert faces.max() <= 0.55
    squint = faces[:, EXPRESSION_INDEX["eyeSquintLeft"]]
    np.testing.assert_array_equal(squint, faces[:, EXPRESSION_INDEX["eyeSquintRight"]])
    assert squint.std() > 0.05
    assert (resting_face(1, replace(actor(1, 0), pitch=3)) == faces[0]).all()


@pytest.mark.parametrize(("knob", "value"), [("lamps", 1.5), ("sensor", -1.0), ("turned", 2.0), ("detail", 1.1)])
def test_wrong_amounts_are_refused_by_name(knob: str, value: float) -> None:
    with pytest.raises(ValueError, match=knob):
        EmbeddedVariation(**{knob: value})
