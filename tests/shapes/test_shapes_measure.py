"""The measure of moving shapes: it finds in real clips what was drawn, and fails every clip that is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.shapes.corpus.corpus import shapes_clips
from mien.shapes.corpus.paths import Path, sample_paths
from mien.shapes.corpus.rendering import render_video
from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.corpus.vocabulary import BACKGROUND, DIRECTIONS, MOTIONS, SHAPES
from mien.shapes.data.store import ShapesClip
from mien.shapes.measure.figures import Track, detect_figures, track_figures
from mien.shapes.measure.motion import fit_line
from mien.shapes.measure.scene import matches, measure_scene
from mien.shapes.options import ShapesCorpusOptions

Video = NDArray[np.uint8]
TIME = np.linspace(0, 1, 12)


@pytest.fixture(scope="module")
def clips() -> list[ShapesClip]:
    return list(shapes_clips(ShapesCorpusOptions(train=150, val=30, wordings=30, held_out=48, seed=11)))


def path(  # what is not said stays in the middle of the picture, of medium size, upright
    shape: str = "circle", colour: str = "red", x: object = 32.0, y: object = 32.0, radius: object = 9.0,
    degrees: object = 0.0,
) -> Path:  # fmt: skip
    along = [np.zeros(12) + values for values in (x, y, radius, degrees)]  # type: ignore[operator]
    return Path(shape, colour, np.stack(along[:2], axis=1), along[2], np.radians(along[3]))


def scene(
    motion: str = "moving right", shape: str = "circle", colour: str | None = "red", size: str | None = None
) -> Scene:
    return Scene((Figure(shape, motion, colour, size),))


def wrong(asked: Scene, video: Video) -> set[str]:
    return {name for name, right in matches(asked, measure_scene(video)).items() if right is False and name != "exact"}


def track(video: Video) -> Track:
    """The only figure of a clip."""
    [found] = track_figures(detect_figures(video))
    return found


MOVING_RIGHT = path(x=18 + 28 * TIME)


def test_real_clips_of_all_parts_are_exact(clips: Sequence[ShapesClip]) -> None:
    missed = [clip.clip_id for clip in clips if not matches(clip.scene, measure_scene(clip.video))["exact"]]
    assert not missed


@pytest.mark.parametrize("options", [{"frames": 10}, {"frames": 40}, {"corpus": "seed"}])
def test_so_are_those_of_other_lengths_and_of_the_seeds_corpus(options: dict[str, object]) -> None:
    made = shapes_clips(ShapesCorpusOptions(train=54, val=0, wordings=0, held_out=6, seed=1, **options))  # type: ignore[arg-type]
    assert all(matches(clip.scene, measure_scene(clip.video))["exact"] for clip in made)


def test_other_clips_words_do_not_match(clips: Sequence[ShapesClip]) -> None:
    found = [measure_scene(clip.video) for clip in clips]
    shuffled = np.random.default_rng(0).permutation(len(clips))
    verdicts = [matches(clip.scene, found[number]) for clip, number in zip(clips, shuffled, strict=True)]
    assert np.mean([verdict["exact"] for verdict in verdicts]) < 0.03
    assert np.mean([verdict["motion"] for verdict in verdicts]) < 0.15


def test_noise_and_softness_are_no_error(clips: Sequence[ShapesClip]) -> None:
    rng = np.random.default_rng(0)
    for clip in clips[:40]:
        rough = np.clip(0.95 * clip.video + rng.normal(0, 10, clip.video.shape), 0, 255).astype(np.uint8)
        assert matches(clip.scene, measure_scene(rough))["exact"], clip.clip_id


def test_a_clip_that_is_right_has_nothing_wrong() -> None:
    assert wrong(scene(), render_video([MOVING_RIGHT])) == set()


def test_a_blank_clip_has_nothing_right() -> None:
    blank = np.full((12, 64, 64, 3), BACKGROUND, np.uint8)
    assert wrong(scene(size="big"), blank) == {"present", "shape", "colour", "size", "motion", "steady"}
    assert wrong(scene(colour=None), blank) == {"present", "shape", "motion", "steady"}


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_still_figure_makes_no_motion(motion: str) -> None:
    assert wrong(scene(motion), render_video([path()])) == {"motion"}


def test_wrong_looks_are_told_apart() -> None:
    video = render_video([MOVING_RIGHT])
    assert wrong(scene(colour="blue"), video) == {"colour"}
    assert wrong(scene(shape="square"), video) == {"shape"}
    assert wrong(scene(size="small"), video) == {"size"}
    assert wrong(scene(colour=None), video) == set()


@pytest.mark.parametrize("way", DIRECTIONS)
def test_only_its_own_direction_is_right(way: str) -> None:
    x, y = 13 * np.array(DIRECTIONS[way])
    video = render_video([path(x=32 + x * (2 * TIME - 1), y=32 + y * (2 * TIME - 1))])
    assert [other for other in MOTIONS if not wrong(scene(other), video)] == [f"moving {way}"]


def test_a_direction_is_right_up_to_half_a_sector() -> None:
    for degrees, motion in ((20, "moving right"), (25, "moving down-right")):
        x, y = 15 * np.cos(np.radians(degrees)), 15 * np.sin(np.radians(degrees))
        video = render_video([path(x=32 + x * (2 * TIME - 1), y=32 + y * (2 * TIME - 1))])
        assert measure_scene(video).figures[0].motion == motion
        assert fit_line(TIME, track(video).centre).change == pytest.approx((2 * x, 2 * y), abs=0.2)


def test_too_little_of_a_motion_is_none() -> None:
    for little in (
        path(x=32 + 8 * TIME), path(degrees=40 * TIME), path(radius=9 * 1.15**TIME),
        path(y=54 - 7 * np.abs(np.sin(2.2 * np.pi * TIME))),
    ):  # fmt: skip
        found = measure_scene(render_video([little]))
        assert found.figures[0].motion is None
        assert found.figures[0].steady


def test_two_motions_at_once_are_none() -> None:
    turning = path(x=18 + 28 * TIME, degrees=150 * TIME)
    growing = path(radius=8 * 1.7**TIME, degrees=150 * TIME)
    for both in (turning, growing):
        assert measure_scene(render_video([both])).figures[0].motion is None


def test_amounts_are_those_that_were_drawn() -> None:
    video = render_video([path("star", degrees=-170 * TIME)])
    assert measure_scene(video).figures[0].motion == "rotating counter-clockwise"
    assert np.degrees(fit_line(TIME, np.unwrap(track(video).angle)).change) == pytest.approx(-170, abs=2)
    video = render_video([path("triangle", radius=12 * 0.6**TIME)])
    assert measure_scene(video).figures[0].motion == "shrinking"
    assert np.exp(fit_line(TIME, np.log(track(video).radius)).change) == pytest.approx(0.6, rel=0.02)


def test_a_bounce_meets_its_edge() -> None:
    arcs = 20 * np.abs(np.sin(np.pi * (0.5 + 2.2 * TIME)))
    assert measure_scene(render_video([path(y=54.5 - arcs)])).figures[0].motion == "bouncing vertically"
    assert measure_scene(render_video([path(x=54.5 - arcs)])).figures[0].motion == "bouncing horizontally"
    assert measure_scene(render_video([path(y=42 - arcs)])).figures[0].motion is None  # off nothing
    assert measure_scene(render_video([path(y=12 + arcs)])).figures[0].motion is None  # off the upper edge


def test_a_zigzag_goes_on_and_to_and_fro() -> None:
    wave = 15 * np.abs(2 * ((1.9 * TIME) % 1) - 1)
    on = 17 + 30 * TIME
    assert measure_scene(render_video([path(x=on, y=25 + wave)])).figures[0].motion == "zigzagging horizontally"
    assert measure_scene(render_video([path(x=25 + wave, y=on)])).figures[0].motion == "zigzagging vertically"
    assert measure_scene(render_video([path(y=25 + wave)])).figures[0].motion is None


def test_flicker_is_not_steady() -> None:
    video = render_video([MOVING_RIGHT])
    other = render_video([path(colour="blue", x=18 + 28 * TIME)])
    square = render_video([path("square", x=18 + 28 * TIME)])
    larger = render_video([path(x=18 + 28 * TIME, radius=11.0)])
    for wrong_at, flicker in (([4], other), ([2, 5, 8, 9], square), ([3, 7], larger)):
        mixed = video.copy()
        mixed[wrong_at] = flicker[wrong_at]
        assert wrong(scene(), mixed) == {"steady"}


def test_frames_in_any_order_are_neither_steady_nor_a_motion() -> None:
    far = render_video([path(x=14 + 36 * TIME)])
    assert wrong(scene(), far[[0, 11, 3, 9, 1, 7, 4, 10, 2, 6, 5, 8]]) == {"motion", "steady"}


def test_a_frame_with_nothing_or_with_too_much_is_noticed() -> None:
    video = render_video([MOVING_RIGHT])
    nothing, too_much = video.copy(), video.copy()
    nothing[5] = BACKGROUND
    too_much[5, 50:58, 50:58] = (240, 240, 240)
    for broken in (nothing, too_much):
        assert wrong(scene(), broken) == {"present", "steady"}
    assert wrong(scene(), render_video([MOVING_RIGHT, path(colour="blue", y=52)])) >= {"present", "motion"}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("frames", [1, 2, 6, 12])
def test_whatever_a_network_may_make_has_a_verdict(frames: int) -> None:
    rng = np.random.default_rng(frames)
    noise = rng.integers(0, 256, (frames, 64, 64, 3), np.uint8)
    for video in (noise, np.zeros_like(noise), np.full_like(noise, 255), np.where(noise > 240, noise, 0)):
        assert not matches(scene(), measure_scene(video))["exact"]
    short = render_video([MOVING_RIGHT])[:: 12 // frames][:frames]
    assert matches(scene(), measure_scene(short))["motion"] == (frames >= 6)


def test_of_two_figures_each_has_its_own() -> None:
    video = render_video(
        [path("square", "green", x=14 + 30 * TIME, y=15, radius=7), path("star", y=48, degrees=120 * TIME)]
    )
    square, star = Figure("square", "moving right", "green"), Figure("star", "rotating clockwise", "red")
    assert wrong(Scene((square, star)), video) == set()
    assert wrong(Scene((star, square)), video) == set()
    crossed = Scene((Figure("square", "rotating clockwise", "green"), Figure("star", "moving right", "red")))
    assert wrong(crossed, video) == {"motion"}
    assert "colour" in wrong(
        Scene((Figure("square", "moving right", "red"), Figure("star", "rotating clockwise", "green"))), video
    )


def test_spots_are_where_the_paths_are() -> None:
    rng = np.random.default_rng(5)
    for shape in SHAPES:
        for motion in ("rotating clockwise", "zigzagging vertically", "expanding"):
            drawn = sample_paths(rng, Scene((Figure(shape, motion),)), 12)
            assert drawn is not None
            track = track_figures(detect_figures(render_video(drawn)))[0]
            assert np.abs(track.centre - drawn[0].centre).max() < 0.15
            assert np.abs(track.radius / drawn[0].radius - 1).max() < 0.03
            difference = np.degrees(track.angle - drawn[0].angle)
            assert np.abs((difference + 180) % 360 - 180).max() < 8
