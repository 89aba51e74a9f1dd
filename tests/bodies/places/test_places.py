"""Places: every one in every size, moving slowly and the same each time, and each unlike the others."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mien.bodies.places.canvas import Canvas
from mien.bodies.places.cars import paint_cars
from mien.bodies.places.noise import fractal, waves
from mien.bodies.places.painter import PlacePainter
from mien.bodies.places.skies import paint_sky
from mien.bodies.scene import PLACES, TIMES, Scene

MOVING = {"sea", "water", "beach", "snow", "stage", "city", "mountain", "forest"}


def picture(place: str, time: str = "day", variation: int = 0, seconds: float = 0.0, size: int = 64) -> np.ndarray:
    return PlacePainter(Scene(place=place, time=time, variation=variation), size, size).frame(seconds)


@pytest.mark.parametrize("place", PLACES)
def test_every_place_fills_pictures_of_every_size_and_shape(place: str) -> None:
    for width, height in ((64, 64), (64, 160), (213, 90), (17, 400)):
        frame = PlacePainter(Scene(place=place), width, height).frame(0.5)
        assert frame.shape == (height, width, 3)
        assert frame.dtype == np.uint8
        assert frame.reshape(-1, 3).std(0).min() > 8, "it is a picture, not one colour"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("time", TIMES)
def test_nothing_is_lost_to_numbers_that_are_not_finite(place: str, time: str) -> None:
    with np.errstate(all="raise", under="ignore"):
        painter = PlacePainter(Scene(place=place, time=time, variation=7), 80, 64)
    assert np.isfinite(painter._picture).all()


@pytest.mark.parametrize("place", PLACES)
def test_the_same_scene_gives_the_same_frames_and_another_variation_others(place: str) -> None:
    assert np.array_equal(picture(place, seconds=1.7), picture(place, seconds=1.7))
    assert np.abs(picture(place).astype(int) - picture(place, variation=1)).mean() > 2


@pytest.mark.parametrize("place", PLACES)
def test_a_place_moves_smoothly_and_slowly(place: str) -> None:
    painter = PlacePainter(Scene(place=place, variation=3), 96, 96)
    start, soon, later = (painter.frame(seconds).astype(int) for seconds in (5.0, 5.04, 8.0))
    step, way = np.abs(soon - start).mean(), np.abs(later - start).mean()
    assert step < 1.5, "a step between two frames is small"
    if place in MOVING:
        assert way > 0.05
        assert way > 2 * step or step < 0.01


def test_any_whole_number_is_a_variation() -> None:
    for variation in (-3, 1 << 70):
        assert picture("city", variation=variation, size=32).std() > 8


def test_frames_are_the_callers_own() -> None:
    painter = PlacePainter(Scene(place="sea"), 32, 32)
    first = painter.frame(0.0)
    kept = first.copy()
    painter.frame(3.0)
    assert np.array_equal(first, kept)


def test_time_changes_the_light_out_of_doors() -> None:
    for place in set(PLACES) - {"stage", "room"}:
        day, sunset, night = (picture(place, time).astype(float) for time in TIMES)
        assert day.mean() > sunset.mean() > night.mean() + 10, place
        assert (sunset[..., 0] - sunset[..., 2]).mean() > (day[..., 0] - day[..., 2]).mean() + 20, "sunsets are warm"
        lights = [PlacePainter(Scene(place=place, time=time), 32, 32).light for time in TIMES]
        assert sum(lights[0].sun) > sum(lights[2].sun)
        assert all(np.linalg.norm(light.direction) == pytest.approx(1, abs=0.05) for light in lights)


def test_a_simple_classifier_tells_the_places_apart() -> None:
    def features(place: str, time: str, variation: int) -> np.ndarray:
        frame = picture(place, time, variation, size=48).astype(float)
        return frame.reshape(6, 8, 6, 8, 3).mean((1, 3)).ravel()

    rows = [
        (place, time, number) for place, time in itertools.product(PLACES, ("day", "sunset")) for number in range(6)
    ]
    known = np.stack([features(*row) for row in rows])
    hits = []
    for place, time in itertools.product(PLACES, ("day", "sunset")):
        nearest = np.argmin(np.linalg.norm(known - features(place, time, 99), axis=1))
        hits.append(rows[nearest][0] == place)
    assert np.mean(hits) > 0.85


def test_the_lake_mirrors_its_shore() -> None:
    frame = picture("water", variation=2, size=128).astype(float)
    horizon = round(0.40 * 128)
    above, below = frame[horizon - 30 : horizon - 4, 30:98], frame[horizon + 4 : horizon + 30, 30:98][::-1]
    assert np.corrcoef(above.mean((1, 2)), below.mean((1, 2)))[0, 1] > 0.7


def test_windows_shine_at_night() -> None:
    frame = picture("city", "night", size=128).astype(int)
    warm = (frame[..., 0] > 180) & (frame[..., 0] - frame[..., 2] > 40)
    assert warm.mean() > 0.02
    day = picture("city", "day", size=128).astype(int)
    assert ((day[..., 0] > 180) & (day[..., 0] - day[..., 2] > 40)).mean() < warm.mean() / 2


def test_a_lake_mirrors_the_figure_below_its_ground_and_a_beach_does_not() -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[20:41, 28:36] = 1
    for place, mirrored in (("water", True), ("stage", True), ("beach", False), ("forest", False)):
        painter = PlacePainter(Scene(place=place), 64, 64)
        frame = painter.frame(0.0)
        frame[mask > 0] = (255, 0, 255)
        before = frame.astype(int)
        painter.finish(frame, mask, 42.0, 0.0)
        changed = np.abs(frame - before).max(2)
        assert (changed[:42] == 0).all(), "nothing above the ground"
        assert (changed[:, :24] == 0).all()
        assert (changed[46:58, 29:35].mean() > 5) == mirrored
        if mirrored:
            towards = (frame - before)[46:58, 29:35].mean((0, 1))
            assert towards[0] > 0 > towards[1], "towards the figure's colour"
    with pytest.raises(ValueError, match="are not of"):
        painter.finish(frame, mask[1:], 42.0, 0.0)


def test_near_snow_falls_before_the_figure() -> None:
    painter = PlacePainter(Scene(place="snow"), 128, 128)
    mask = np.zeros((128, 128), np.float32)
    mask[20:110, 40:90] = 1
    shares = []
    for seconds in (0.0, 1.0):
        frame = painter.frame(seconds)
        frame[mask > 0] = 0
        outside = frame[mask == 0].copy()
        painter.finish(frame, mask, None, seconds)
        assert np.array_equal(frame[mask == 0], outside)
        shares.append(frame[mask > 0].any(1).mean())
    assert all(0.005 < share < 0.2 for share in shares)


def test_ten_minutes_later_it_still_moves_smoothly() -> None:
    for place in ("sea", "beach", "snow", "mountain"):
        painter = PlacePainter(Scene(place=place), 48, 48)
        steps = [np.abs(painter.frame(t + 0.04).astype(int) - painter.frame(t)).mean() for t in (1.0, 599.9, 3600.0)]
        assert max(steps) < 2 * steps[0] + 0.2


def test_cars_stand_at_the_kerbs_and_leave_the_middle_free() -> None:
    canvas = Canvas(96, 96, 0.46)
    sky = paint_sky(canvas, "day", np.random.default_rng(0))
    before = canvas.picture.copy()
    for seed in range(6):
        paint_cars(canvas, sky, np.random.default_rng(seed), 0.78)
    changed = np.abs(canvas.picture - before).max(2) > 0.02
    assert changed[:, :40].any()
    assert changed[:, 56:].any()
    assert not changed[:40].any(), "they stand on the ground"
    assert not changed[70:].any(), "none is near the viewer"
    assert not changed[:, 47:49].any()


@pytest.mark.parametrize("size", [(15, 64), (64, 5000)])
def test_sizes_out_of_range_are_named(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"16 to 4096 pixels, not in"):
        PlacePainter(Scene(), *size)


def test_noise_repeats_after_its_period_and_fades_with_its_footprint() -> None:
    x = np.linspace(0, 7.9, 50, dtype=np.float32)
    y = np.full_like(x, 2.3)
    assert np.allclose(fractal(x, y, 4, 3, period=8), fractal(x + 8, y - 8, 4, 3, period=8), atol=1e-4)
    assert not np.allclose(fractal(x, y, 4, 3), fractal(x + 8, y, 4, 3), atol=1e-2)
    assert fractal(x, y, 4, 3, 9.0).std() < 1e-6
    assert np.allclose(waves().mean((2, 3)), 0, atol=1e-4)
    assert np.all(np.diff(waves().std((2, 3)), axis=1) < 0), "each level is smoother"


def test_a_rectangle_covers_its_area_whatever_its_place() -> None:
    for shift in (0.0, 0.3, 0.77):
        canvas = Canvas(40, 40)
        canvas.rectangle(-0.2 + shift / 40, 0.2, 0.1 + shift / 40, 0.6, (1.0, 1.0, 1.0))
        assert canvas.picture[..., 0].sum() == pytest.approx(0.3 * 0.4 * 1600, rel=0.02)
