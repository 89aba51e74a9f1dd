"""The corpus of moving shapes: every clip its own, inside the picture, and what is held out is held out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from mien.shapes.corpus.corpus import SEED_HELD_OUT, SEED_PROMPTS, make_shapes_corpus, shapes_clips
from mien.shapes.corpus.language import describe, wordings
from mien.shapes.corpus.outlines import corners, signed_distance
from mien.shapes.corpus.paths import GAP, sample_paths
from mien.shapes.corpus.paths import Path as FigurePath
from mien.shapes.corpus.rendering import render_video
from mien.shapes.corpus.scenes import Figure, Scene, held_out_combinations, sample_scene
from mien.shapes.corpus.vocabulary import BACKGROUND, COLOURS, MOTIONS, SHAPES, SIDE
from mien.shapes.data.store import ShapesClip, ShapesStore
from mien.shapes.options import ShapesCorpusOptions
from mien.text.tokens import words


@pytest.fixture(scope="module")
def clips() -> list[ShapesClip]:
    return list(shapes_clips(ShapesCorpusOptions(train=400, val=40, wordings=60, held_out=48, seed=3)))


def of(clips: list[ShapesClip], part: str) -> list[ShapesClip]:
    return [clip for clip in clips if clip.part == part]


def test_the_parts_are_as_many_as_asked_for(clips: list[ShapesClip]) -> None:
    assert Counter(clip.part for clip in clips) == {"train": 400, "val": 40, "wordings": 60, "held_out": 48}
    assert all(clip.video.shape == (12, 64, 64, 3) and clip.video.dtype == np.uint8 for clip in clips)


def test_held_out_compositions_stand_in_no_clip_of_the_other_parts(clips: list[ShapesClip]) -> None:
    held_out = set(held_out_combinations())
    assert ("circle", "moving up-right") in held_out
    assert len(held_out) == 12
    for clip in clips:
        has = any(figure.combination in held_out for figure in clip.scene.figures)
        assert has == clip.scene.held_out == (clip.part == "held_out")
    shown = {figure.combination for clip in of(clips, "held_out") for figure in clip.scene.figures}
    assert held_out <= shown


def test_training_has_every_shape_motion_and_colour_with_others(clips: list[ShapesClip]) -> None:
    figures = [figure for clip in of(clips, "train") for figure in clip.scene.figures]
    assert len({figure.combination for figure in figures}) > 0.9 * (len(SHAPES) * len(MOTIONS) - 12)
    for shape, motion in held_out_combinations():
        assert any(figure.shape == shape for figure in figures)
        assert len({figure.shape for figure in figures if figure.motion == motion}) == 3
    assert {(f.shape, f.colour) for f in figures} >= {(shape, colour) for shape in SHAPES for colour in COLOURS}
    assert {figure.size for figure in figures} == {"small", None, "big"}
    assert Counter(len(clip.scene.figures) for clip in of(clips, "train"))[2] == pytest.approx(80, abs=30)


def test_no_training_prompt_has_an_unseen_wording_but_all_its_words(clips: list[ShapesClip]) -> None:
    seen = [prompt for clip in clips if clip.part != "wordings" for prompt in clip.prompts]
    known = {word for clip in of(clips, "train") for prompt in clip.prompts for word in words(prompt)}
    for motion in MOTIONS:
        assert len(wordings(motion)) >= 6
        for unseen in wordings(motion, unseen=True):
            assert not any(unseen in prompt for prompt in seen), unseen
            assert set(words(unseen)) <= known
    for clip in of(clips, "wordings"):
        for figure in clip.scene.figures:
            for prompt in clip.prompts:
                assert any(wording in prompt for wording in wordings(figure.motion, unseen=True))


def test_words_say_what_is_asked_for_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    scene = Scene((Figure("star", "moving up-left", "red", "big"), Figure("circle", "shrinking")))
    for unseen in (False, True):
        for _ in range(30):
            said = words(describe(rng, scene, unseen))
            assert {"red", "big", "star", "circle", "up", "left"} <= set(said)
            assert not {"small", "right", "down", *COLOURS} - {"red"} & set(said)
            assert said.index("star") < said.index("up") < said.index("circle")
            assert {"shrinks", "shrinking", "smaller"} & set(said[said.index("circle") :])
    assert describe(rng, Scene((Figure("circle", "expanding"),))).split()[0] in ("circle", "a", "the")


def test_a_clip_depends_on_its_part_and_number_alone(clips: list[ShapesClip]) -> None:
    fewer = list(shapes_clips(ShapesCorpusOptions(train=2, val=1, wordings=0, held_out=1, seed=3)))
    for clip, same in zip(fewer, (clips[0], clips[1], of(clips, "val")[0], of(clips, "held_out")[0]), strict=True):
        assert (clip.clip_id, clip.prompts, clip.scene) == (same.clip_id, same.prompts, same.scene)
        assert np.array_equal(clip.video, same.video)
    other = next(iter(shapes_clips(ShapesCorpusOptions(train=1, val=0, wordings=0, held_out=0, seed=4))))
    assert not np.array_equal(other.video, clips[0].video)


def test_no_two_clips_are_alike_and_no_frame_is_empty(clips: list[ShapesClip]) -> None:
    assert len({clip.video.tobytes() for clip in clips}) == len(clips)
    assert all((clip.video != BACKGROUND).any((1, 2, 3)).all() for clip in clips)


@pytest.mark.parametrize("motion", MOTIONS)
def test_figures_stay_inside_and_clear_of_each_other(motion: str) -> None:
    rng = np.random.default_rng(1)
    for shape in SHAPES:
        for size in MOTIONS[motion].sizes:
            paths = sample_paths(rng, Scene((Figure(shape, motion, size=size),)), 12)
            assert paths is not None
            points = paths[0].centre[:, None] + corners(SHAPES[shape], paths[0].radius, paths[0].angle)
            around = 0 if SHAPES[shape].corners else paths[0].radius.max()
            assert points.min() - around >= 0
            assert points.max() + around <= SIDE
        pair = sample_paths(rng, Scene((Figure(shape, motion), Figure("star", "moving up"))), 12)
        assert pair is not None
        assert pair[0].colour != pair[1].colour
        apart = np.hypot(*(pair[0].centre - pair[1].centre).T) - pair[0].radius - pair[1].radius
        assert apart.min() > GAP / 2  # the circles of their areas, which stars leave at their tips


def test_the_outlines_have_the_area_of_their_circle() -> None:
    side = np.arange(-30.0, 30.0) + 0.5
    for shape in SHAPES.values():
        distance = signed_distance(shape, side[None, :], side[:, None], np.array(12.0), np.array(0.3))
        assert np.clip(0.5 - distance, 0, 1).sum() == pytest.approx(np.pi * 12**2, rel=0.01)
        tips = corners(shape, np.array([12.0]), np.array([0.3]))[0]
        expected = 0 if shape.corners else -12
        on_outline = signed_distance(shape, tips[:, 0], tips[:, 1], np.array(12.0), np.array(0.3))
        assert on_outline == pytest.approx(expected, abs=1e-9)


def test_a_still_figure_is_drawn_where_it_is_said() -> None:
    path = FigurePath("square", "white", np.full((2, 2), [20.0, 40.0]), np.full(2, 8.0), np.zeros(2))
    video = render_video([path]).astype(int)
    half = 8 * np.sqrt(np.pi) / 2  # of the side
    assert np.abs(video[0] - video[1]).max() <= 1  # one array holds both frames, whose last bits may differ
    assert tuple(video[0, 44, 20]) == COLOURS["white"]
    assert tuple(video[0, 36, 20]) == BACKGROUND  # the mark, above the middle
    assert tuple(video[0, 40, int(20 - half - 2)]) == BACKGROUND
    assert tuple(video[0, 40, int(20 - half + 1)]) == COLOURS["white"]


def test_the_seeds_corpus_has_its_prompts_and_its_form() -> None:
    options = ShapesCorpusOptions(corpus="seed", train=36, val=18, held_out=2)
    made = list(shapes_clips(options))
    assert len(SEED_PROMPTS) == 18
    assert {prompt for clip in of(made, "train") for prompt in clip.prompts} == set(SEED_PROMPTS)
    assert {clip.prompts for clip in of(made, "held_out")} == {(SEED_HELD_OUT,)}
    assert not of(made, "wordings")
    assert all(clip.video.shape == (10, 64, 64, 3) for clip in made)
    assert len({clip.video.tobytes() for clip in made}) == len(made)


def test_the_store_gives_back_what_was_made(tmp_path: Path) -> None:
    options = ShapesCorpusOptions(train=5, val=2, wordings=1, held_out=3, frames=11)
    figures = make_shapes_corpus(options, tmp_path / "shapes")
    assert figures | {"prompts": 0} == {
        "clips": 11, "frames": 11, "prompts": 0, "train": 5, "val": 2, "wordings": 1, "held_out": 3,
    }  # fmt: skip
    store = ShapesStore(tmp_path / "shapes")
    assert store.numbers("held_out").tolist() == [8, 9, 10]
    for number, clip in enumerate(shapes_clips(options)):
        same = store[number]
        assert (same.clip_id, same.part, same.prompts, same.scene) == (
            clip.clip_id, clip.part, clip.prompts, clip.scene,
        )  # fmt: skip
        assert np.array_equal(same.video, clip.video)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown shape 'hexagon'; there are circle, square"):
        Figure("hexagon", "moving up")
    with pytest.raises(ValueError, match="unknown colour 'pink'"):
        Figure("circle", "moving up", "pink")
    with pytest.raises(ValueError, match="unknown size 'medium'; there are small, big"):
        Figure("circle", "moving up", size="medium")
    with pytest.raises(ValueError, match="one figure or two, not 0"):
        Scene(())
    with pytest.raises(ValueError, match="no scene"):
        Scene.from_json([{"form": "circle"}])
    with pytest.raises(ValidationError):
        ShapesCorpusOptions(frames=9)


def test_scenes_survive_json() -> None:
    rng = np.random.default_rng(2)
    for figures in (1, 2) * 10:
        scene = sample_scene(rng, figures)
        assert Scene.from_json(scene.to_json()) == scene
