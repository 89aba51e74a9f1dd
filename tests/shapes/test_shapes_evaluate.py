"""The evaluation tells clips that show what the words ask for from those that do not, and says what it measured."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mien.shapes.corpus.corpus import SEED_HELD_OUT, SEED_PROMPTS, make_shapes_corpus
from mien.shapes.corpus.scenes import Figure, Scene, held_out_combinations
from mien.shapes.corpus.vocabulary import BACKGROUND
from mien.shapes.data.store import ShapesStore
from mien.shapes.evaluate import evaluate as evaluating
from mien.shapes.evaluate.evaluate import (
    choose_prompts,
    choose_shown,
    evaluate_shapes,
    evaluation_identity,
    other_scenes,
)
from mien.shapes.evaluate.measure import Measured, Prompt, motion_of, paired
from mien.shapes.evaluate.report import ShapesReport
from mien.shapes.language.reading import prompt_of
from mien.shapes.measure.scene import MeasuredFigure, MeasuredScene, measure_scene
from mien.shapes.options import EvaluateShapesOptions, ShapesCorpusOptions
from mien.shapes.registration import SERVED
from mien.training.curves import no_log
from mien.training.randomness import derived_seed

PARTS = ("val", "wordings", "held_out")
VERDICTS = ("exact", "present", "shape", "colour", "size", "motion", "steady")
FIGURES = {*VERDICTS, "clips", "exact_low", "exact_high"}
OPTIONS = EvaluateShapesOptions(prompts=30, batch=16, show=2)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shapes") / "corpus"
    make_shapes_corpus(ShapesCorpusOptions(train=2, val=40, wordings=24, held_out=36, seed=2), folder)
    return folder


@pytest.fixture(scope="module")
def seed_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shapes") / "seed"
    make_shapes_corpus(ShapesCorpusOptions(corpus="seed", train=18, val=36, held_out=4), folder)
    return folder


class Remembers:
    """An animator that answers the seed of a prompt with the store's own clip of it, or of the `later`-th after it."""

    version, frames = "0" * 64, 12

    def __init__(self, store: ShapesStore, later: int = 0, blank: bool = False, architecture: str = "video") -> None:
        self.store, self.later, self.blank, self.architecture = store, later, blank, architecture
        seeds = [derived_seed(OPTIONS.seed, f"clip of {clip_id}") for clip_id in store.index["clip_id"]]
        self.number = {seed: number for number, seed in enumerate(seeds)}
        self.batches: list[int] = []

    def clips(
        self,
        texts: Sequence[str],
        seeds: Sequence[int],
        frames: int | None = None,
        scenes: Sequence[Scene] | None = None,
    ) -> NDArray[np.uint8]:
        numbers = np.array([self.number[seed] for seed in seeds])
        if scenes is None:
            assert all(self.store.texts[n][0] == text for n, text in zip(numbers, texts, strict=True))
        else:  # as users run it: what was read
            assert [self.store.scenes[n] for n in numbers] == list(scenes)
            assert [prompt_of(scene) for scene in scenes] == list(texts)
        assert frames == self.store.frames
        self.batches.append(len(texts))
        clips = self.store.videos((numbers + self.later) % len(self.store.index))
        return np.full_like(clips, BACKGROUND) if self.blank else clips


def run(
    monkeypatch: pytest.MonkeyPatch, animators: Sequence[Remembers], corpus: Path, out: Path, **options: Any
) -> dict[str, Any]:
    """An evaluation of animators that were not trained."""
    by_row = dict(zip(["baseline", "generated"][-len(animators) :], animators, strict=True))
    monkeypatch.setattr(evaluating, "load_animators", lambda *_: by_row)
    return evaluate_shapes(corpus, out, OPTIONS.model_copy(update=options), out, no_log)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_what_shows_what_is_asked_for_is_right_and_blank_frames_are_wrong(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ShapesStore(corpus)
    right, blank = Remembers(store), Remembers(store, blank=True, architecture="frames")
    figures = run(monkeypatch, [blank, right], corpus, tmp_path / "out")
    assert list(figures) == ["real", "baseline", "scored", "generated", "shuffled", "evaluated"]
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    for part, clips in zip(PARTS, (30, 24, 30), strict=True):
        assert all(set(figures[row][part]) == FIGURES for row in ("real", "generated", "baseline"))
        assert all(figures[row][part]["clips"] == clips for row in ("real", "generated", "baseline", "shuffled"))
        assert all(figures["real"][part][name] == 1 for name in VERDICTS)
        assert figures["generated"][part] == figures["real"][part]
        assert all(figures["baseline"][part][name] == 0 for name in VERDICTS)
        assert figures["real"][part]["exact_high"] == 1
        assert 0.8 < figures["real"][part]["exact_low"] < 0.95
        assert figures["baseline"][part]["exact_low"] == 0
        assert 0.05 < figures["baseline"][part]["exact_high"] < 0.2
        # the clips are steady whatever the words, where these ask for as many figures
        assert figures["shuffled"][part]["steady"] > 0.4
        assert figures["shuffled"][part]["exact"] == figures["shuffled"][part]["chance"] <= 0.05
        assert figures["shuffled"][part]["motion"] < 0.3
    assert (figures["generated"]["overall"], figures["baseline"]["overall"]) == (1, 0)
    assert figures["generated"]["seconds_per_clip"] >= 0
    assert "seconds_per_clip" not in figures["real"]
    what = figures["evaluated"]
    assert (what["val"], what["wordings"], what["held_out"], what["architecture"]) == (30, 24, 30, "video")
    assert what["model"] == "0" * 64
    assert right.batches == [size for size in (16, 16, 16, 16, 16, 4) for _ in ("scored", "generated")]


def test_the_clips_of_other_prompts_are_right_by_chance_alone(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = run(monkeypatch, [Remembers(ShapesStore(corpus), later=5)], corpus, tmp_path / "out")
    for part in PARTS:
        assert figures["generated"][part]["exact"] <= 0.07
        assert figures["generated"][part]["motion"] < 0.3
        assert figures["generated"][part]["shape"] < 0.6
        assert figures["shuffled"][part]["exact"] <= 0.07
    assert figures["generated"]["overall"] <= 0.05


def test_without_a_baseline_there_is_no_such_row_and_parts_that_are_absent_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ShapesCorpusOptions(train=2, val=6, wordings=0, held_out=0)
    make_shapes_corpus(made, tmp_path / "corpus")
    store = ShapesStore(tmp_path / "corpus")
    figures = run(monkeypatch, [Remembers(store)], store.folder, tmp_path / "out")
    assert list(figures) == ["real", "scored", "generated", "shuffled", "evaluated"]
    assert set(figures["generated"]) == {"val", "overall", "seconds_per_clip"}
    assert set(figures["evaluated"]) == {"val", "model", "architecture", "data", "fingerprint"}
    assert "baseline" not in {line["row"] for line in table(tmp_path / "out" / "rates.csv")}
    make_shapes_corpus(made.model_copy(update={"val": 1}), tmp_path / "one")
    store = ShapesStore(tmp_path / "one")
    figures = run(monkeypatch, [Remembers(store)], store.folder, tmp_path / "out", show=0)
    assert "shuffled" not in figures  # there is no other prompt
    assert not (tmp_path / "out" / "contact_sheet.png").exists()
    make_shapes_corpus(made.model_copy(update={"val": 0}), tmp_path / "none")
    with pytest.raises(ValueError, match="no sample to evaluate in val, wordings, held_out"):
        run(monkeypatch, [Remembers(store)], tmp_path / "none", tmp_path / "out")


def test_the_seeds_corpus_is_measured_too(seed_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ShapesStore(seed_corpus)
    figures = run(monkeypatch, [Remembers(store)], seed_corpus, tmp_path / "out", prompts=36)
    assert set(figures["real"]) == {"val", "held_out", "overall"}
    for part, clips in (("val", 36), ("held_out", 4)):
        assert figures["generated"][part] == figures["real"][part]
        assert (figures["real"][part]["exact"], figures["real"][part]["clips"]) == (1, clips)
        assert (figures["real"][part]["colour"], figures["real"][part]["size"]) == (None, None)  # no words for them
        assert figures["shuffled"][part]["exact"] == figures["shuffled"][part]["motion"] == 0
    names = {line["group"] for line in table(tmp_path / "out" / "rates.csv") if line["grouping"] == "shape"}
    assert names == {"circle"}
    assert Image.open(tmp_path / "out" / "contact_sheet.png").size[0] == 10 * 66 - 2


@pytest.mark.slow
def test_tables_agree_with_the_figures(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ShapesStore(corpus)
    out = tmp_path / "out"
    baseline = Remembers(store, later=7, architecture="frames")
    figures = run(monkeypatch, [baseline, Remembers(store)], corpus, out)
    lines, rate_lines, confusions = (table(out / f"{name}.csv") for name in ("samples", "rates", "confusions"))
    assert len(lines) == 5 * 84
    for row in ("real", "baseline", "scored", "generated", "shuffled"):
        for part in PARTS:
            own = [line for line in lines if (line["row"], line["part"]) == (row, part)]
            for name in VERDICTS:
                cells = [int(line[name]) for line in own if line[name]]
                assert round(sum(cells) / len(cells), 4) == figures[row][part][name]
            by_count = [r for r in rate_lines if (r["row"], r["part"], r["grouping"]) == (row, part, "figures")]
            assert sum(int(r["samples"]) for r in by_count) == figures[row][part]["clips"] == len(own)
            for name in ("exact", "motion"):
                weighted = sum(int(r["samples"]) * float(r[name]) for r in by_count) / len(own)
                assert weighted == pytest.approx(figures[row][part][name], abs=2e-4)
    stars = [
        line for line in lines if (line["row"], line["part"]) == ("baseline", "val") and "star" in line["expected"]
    ]
    star = next(r for r in rate_lines if (r["row"], r["part"], r["group"]) == ("baseline", "val", "star"))
    assert int(star["samples"]) == len(stars)
    assert float(star["motion"]) == pytest.approx(sum(int(line["motion"]) for line in stars) / len(stars), abs=1e-4)
    held_out = {
        r["group"] for r in rate_lines if (r["row"], r["part"], r["grouping"]) == ("generated", "held_out", "held_out")
    }
    assert held_out == {" ".join(combination) for combination in held_out_combinations()}
    assert not [r for r in rate_lines if (r["row"], r["part"], r["grouping"]) == ("generated", "val", "held_out")]
    asked = {
        row: sum(int(c["count"]) for c in confusions if c["row"] == row) for row in ("real", "generated", "baseline")
    }
    assert asked["real"] == asked["generated"] == asked["baseline"] > 84  # a figure each, or two
    assert all(c["expected"] == c["measured"] for c in confusions if c["row"] in ("real", "generated"))
    assert {c["measured"] for c in confusions if c["row"] == "baseline"} > {"no figure", "moving up"}


@pytest.mark.slow
def test_what_a_person_looks_at(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ShapesStore(corpus)
    out = tmp_path / "out"
    run(monkeypatch, [Remembers(store, later=7)], corpus, out)
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*.*")) == [
        "confusions.csv", "contact_sheet.png", "plots/confusions.png", "plots/rates.png", "rates.csv", "samples.csv",
    ]  # fmt: skip
    assert Image.open(out / "plots" / "rates.png").size[0] > 1200
    sheet = np.asarray(Image.open(out / "contact_sheet.png"))
    assert sheet.shape[1] == 12 * 66 - 2
    prompt = next(p for p in choose_prompts(store, "val", 30, 0) if p.clip_id in choose_shown({"val": [p]}, 1))
    for number, shown in ((prompt.number, 0), (prompt.number + 7, 1)):
        top = shown * (sheet.shape[0] + 2) // 12 + 18  # 2 of each part, a strip for the real and one for the other
        assert np.array_equal(sheet[top : top + 64, 5 * 66 : 5 * 66 + 64], store.video(number)[5])
    first = {path.name: path.read_bytes() for path in out.rglob("*.*")}
    run(monkeypatch, [Remembers(store, later=7)], corpus, out, batch=7)
    assert {path.name: path.read_bytes() for path in out.rglob("*.*")} == first


def test_the_output_appears_whole_or_stays_as_it_was(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "old").write_text("old")
    broken = Remembers(ShapesStore(corpus))
    monkeypatch.setattr(ShapesReport, "_plot", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(monkeypatch, [broken], corpus, out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "old").read_text() == "old"


def test_prompts_are_drawn_from_their_part_by_the_seed(corpus: Path) -> None:
    store = ShapesStore(corpus)
    some = choose_prompts(store, "held_out", 12, 0)
    ids = [prompt.clip_id for prompt in some]
    assert len(set(ids)) == 12
    assert ids == sorted(ids)
    assert all(prompt.part == "held_out" and prompt.scene.held_out for prompt in some)
    assert [p.clip_id for p in choose_prompts(store, "held_out", 12, 1)] != ids
    assert len(choose_prompts(store, "held_out", 500, 0)) == 36
    assert choose_shown({"held_out": some}, 3) == {ids[0], ids[6], ids[11]}
    assert choose_shown({"held_out": some}, 500) == set(ids)
    assert choose_shown({"held_out": some}, 0) == set()


def test_other_scenes_ask_for_something_else(corpus: Path, seed_corpus: Path) -> None:
    for folder in (corpus, seed_corpus):
        store = ShapesStore(folder)
        prompts = [prompt for part in PARTS for prompt in choose_prompts(store, part, 30, 0)]
        others = other_scenes(prompts, 0)
        assert set(others) == {prompt.clip_id for prompt in prompts}
        assert all(others[prompt.clip_id] != prompt.scene for prompt in prompts)
        assert len({str(scene) for scene in others.values()}) > 10
        assert other_scenes(prompts, 0) == others != other_scenes(prompts, 1)
    assert SEED_HELD_OUT not in SEED_PROMPTS


def test_the_fingerprint_names_what_is_asked_and_not_what_is_shown(corpus: Path) -> None:
    prompts = choose_prompts(ShapesStore(corpus), "val", 12, 0)

    def named(*arguments: Any) -> str:
        return evaluation_identity(*arguments)["fingerprint"]

    first = named(prompts, 12, OPTIONS)
    assert first == named(prompts, 12, OPTIONS.model_copy(update={"show": 9, "batch": 3}))
    changed = Prompt(0, prompts[0].clip_id, "val", "another", prompts[0].scene)
    others = (
        named(prompts[1:], 12, OPTIONS),
        named([changed, *prompts[1:]], 12, OPTIONS),
        named(prompts, 13, OPTIONS),
        named(prompts, 12, OPTIONS.model_copy(update={"seed": 1})),
    )
    assert len({first, *others}) == 5


def found(shape: str, motion: str | None, colour: str = "red") -> MeasuredFigure:
    return MeasuredFigure(shape, colour, None, motion, True)


def test_figures_are_paired_with_what_was_found_for_them() -> None:
    asked = Scene((Figure("circle", "moving up"), Figure("star", "shrinking")))
    star, circle = found("star", None), found("circle", "moving left")
    pairs = paired(asked, MeasuredScene((2, 2), (star, circle)))
    assert [(figure.shape, motion_of(found)) for figure, found in pairs] == [
        ("circle", "moving left"), ("star", "none"),
    ]  # fmt: skip
    assert [motion_of(found) for _, found in paired(asked, MeasuredScene((1, 1), (star,)))] == ["no figure"] * 2


def test_a_clip_is_compared_with_the_scene_and_not_with_its_own_prompt(corpus: Path) -> None:
    store = ShapesStore(corpus)
    one = choose_prompts(store, "val", 1, 0)[0]
    content = measure_scene(store.video(one.number))
    assert Measured(one.scene, content).verdict["exact"]
    assert not Measured(Scene((Figure("star", "moving up-left", "white", "small"),)), content).verdict["exact"]


def test_the_baseline_is_loaded_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Loads:
        @staticmethod
        def load(folder: Path, device: str) -> SimpleNamespace:
            architecture = (folder / "architecture").read_text()
            first = SimpleNamespace(architecture=architecture, device=device, candidates=1)
            return SimpleNamespace(
                architecture=architecture, device=device, candidates=8, without_selection=lambda: first
            )

    monkeypatch.setitem(sys.modules, "mien.shapes.generate.animator", SimpleNamespace(Animator=Loads))  # type: ignore[arg-type]
    (tmp_path / "architecture").write_text("video")
    assert list(evaluating.load_animators(tmp_path)) == ["first_sample", "generated"]
    (tmp_path / "baseline").mkdir()
    (tmp_path / "baseline" / "architecture").write_text("frames")
    both = evaluating.load_animators(tmp_path, "cpu")
    assert [(row, animator.architecture, animator.device, animator.candidates) for row, animator in both.items()] == [
        ("baseline", "frames", "cpu", 8), ("first_sample", "video", "cpu", 1), ("generated", "video", "cpu", 8),
    ]  # fmt: skip
    (tmp_path / "architecture").write_text("frames")
    assert list(evaluating.load_animators(tmp_path)) == ["baseline", "generated"]


def test_a_registry_serves_what_it_says() -> None:
    def clips(texts: Sequence[str], seeds: Sequence[int]) -> NDArray[np.uint8]:
        assert all(isinstance(text, str) for text in texts)
        return np.stack([np.full((12, 64, 64, 3), seed, np.uint8) for seed in seeds])

    inputs, outputs, example = SERVED.signature_of({})
    for name, (dtype, shape) in inputs.items():
        assert (example[name].dtype.kind, example[name].ndim) == (np.dtype(dtype).kind, len(shape))
    made = SERVED.predict(SimpleNamespace(clips=clips), example, {})
    dtype, shape = outputs["video"]
    assert made["video"].dtype == dtype
    assert all(size in (-1, own) for size, own in zip(shape, made["video"].shape, strict=True))
    assert made["video"][1].min() == 1
