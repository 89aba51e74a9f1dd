"""Evaluation of moving shapes: whether clips match their prompts, measured in the pixels without a network.

Rows: `real`, `baseline` (frame by frame, where it was trained), `first_sample` (no selection among several samples),
`scored` (selection by the discriminator), `generated` (as users run it: the prompt is read as a scene, and samples are
selected by what is measured in them against it), and `shuffled`: generated clips compared with the scenes of other
prompts. Parts: `val`, `wordings` that are not in the training set, and `held_out` combinations. See docs/metrics.md.

`generated` is selected with the measure that evaluates it, against the scene that was read, not the true one; what the
model itself can do is told by `first_sample` and `scored`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.files import atomic_directory
from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.data.store import ShapesStore
from mien.shapes.evaluate.measure import Measured, Prompt
from mien.shapes.evaluate.report import ShapesReport
from mien.shapes.language.reading import prompt_of, read
from mien.shapes.measure.scene import VERDICTS, measure_scene
from mien.shapes.options import EvaluateShapesOptions
from mien.systems.evaluation.evaluate import Judge, RowFigures, draw_samples, evaluate, identity_of, load_models
from mien.systems.evaluation.figures import Figures, interval, mean, rates
from mien.systems.evaluation.rows import FIRST_SAMPLE, GENERATED, REAL, SCORED, SHUFFLED
from mien.training.curves import Log
from mien.training.randomness import derived_seed, numpy_generator

if TYPE_CHECKING:
    from mien.shapes.generate.animator import Animator

PARTS = ("val", "wordings", "held_out")

Video = NDArray[np.uint8]
_UNREAD = Scene((Figure("circle", "rotating clockwise"),))  # a prompt of which nothing is known

Clips = Callable[[Sequence[Prompt]], Video]
"""Prompts → their clips (N, T, 64, 64, 3) uint8 RGB."""


class ShapesEvaluation(Judge[Prompt, Measured]):
    """`sources`: row → where its clips come from; `others`: clip id → the scene of another prompt."""

    def __init__(self, sources: Mapping[str, Clips], others: Mapping[str, Scene], report: ShapesReport) -> None:
        self.sources, self.others, self.report = sources, others, report
        self.seconds = dict.fromkeys(sources, 0.0)

    def rows(self, prompts: Sequence[Prompt]) -> dict[str, list[Measured]]:
        """Measurements of the prompts' clips in each row."""
        rows = {}
        for row, clips in self.sources.items():
            started = time.perf_counter()
            videos = clips(prompts)
            self.seconds[row] += time.perf_counter() - started
            rows[row] = [Measured(one.scene, measure_scene(video)) for one, video in zip(prompts, videos, strict=True)]
            self.report.keep(row, prompts, videos)
        if self.others:
            scenes = [self.others[prompt.clip_id] for prompt in prompts]
            chances = [
                Measured(scene, real.content).verdict["exact"] for scene, real in zip(scenes, rows[REAL], strict=True)
            ]
            trials = zip(scenes, rows[GENERATED], chances, strict=True)
            rows[SHUFFLED] = [Measured(scene, generated.content, chance) for scene, generated, chance in trials]
        return rows

    def part_figures(self, samples: Sequence[Prompt], rows: Mapping[str, Sequence[Measured]]) -> dict[str, Figures]:
        """Rates of all criteria; `chance` for the row `shuffled`."""
        del samples  # their scenes are part of the measurements
        figures: dict[str, Figures] = {}
        for row, own in rows.items():
            low, high = interval(own, "exact")
            figures[row] = {"clips": len(own), **rates(own, VERDICTS), "exact_low": low, "exact_high": high}
        if SHUFFLED in rows:
            figures[SHUFFLED]["chance"] = mean(one.chance for one in rows[SHUFFLED])
        return figures

    def row_figures(self, row: str, figures: RowFigures) -> Figures:
        """`overall`: the mean of `exact` over the parts; `seconds_per_clip` of a model."""
        parts = figures[row].values()
        found: Figures = {"overall": mean(part["exact"] for part in parts)}
        if row in self.seconds and row != REAL:
            found["seconds_per_clip"] = self.seconds[row] / sum(int(part["clips"] or 0) for part in parts)
        return found


def evaluate_shapes(
    corpus: Path, shapes: Path, options: EvaluateShapesOptions, out: Path, log: Log, device: str = "auto"
) -> dict[str, Any]:
    """Evaluate the model in the folder `shapes`, and its baseline where it has one, on the clips of `corpus`.

    Returns the metrics, see `mien.systems.evaluation.evaluate.evaluate`. Writes the report to the folder `out`
    atomically. Deterministic except for the seconds. Raises ValueError where there is nothing to evaluate.
    """
    store = ShapesStore(corpus)
    parts = {part: choose_prompts(store, part, options.prompts, options.seed) for part in PARTS}
    animators = load_animators(shapes, device)
    sources: dict[str, Clips] = {REAL: lambda prompts: store.videos(np.array([prompt.number for prompt in prompts]))}
    for row, animator in animators.items():
        if row == GENERATED and animator.architecture == "video":
            sources[SCORED] = _generated(animator, store.frames, options.seed)
            sources[GENERATED] = _planned(animator, store.frames, options.seed)
        else:
            sources[row] = _generated(animator, store.frames, options.seed)
    prompts = [prompt for own in parts.values() for prompt in own]
    identity = evaluation_identity(prompts, store.frames, options)
    model = animators[GENERATED]
    with atomic_directory(out) as folder:
        report = ShapesReport(folder, choose_shown(parts, options.show))
        evaluation = ShapesEvaluation(sources, other_scenes(prompts, options.seed), report)
        about = {"model": model.version, "architecture": model.architecture, **identity}
        return evaluate(evaluation.rows, parts, evaluation, report, log, about, options.batch)


def choose_prompts(store: ShapesStore, part: str, most: int, seed: int) -> list[Prompt]:
    """At most `most` clips of a part, sampled with `seed`, in the store's order, each with its first prompt."""
    return [
        Prompt(number, str(store.index["clip_id"].iloc[number]), part, store.texts[number][0], store.scenes[number])
        for number in draw_samples(store.numbers(part), most, part, seed)
    ]


def choose_shown(parts: Mapping[str, Sequence[Prompt]], count: int) -> set[str]:
    """The clips on the contact sheet: `count` of each part, evenly spaced."""
    return {
        own[place].clip_id
        for own in parts.values()
        for place in np.linspace(0, len(own) - 1, min(count, len(own))).round().astype(int)
    }


def load_animators(shapes: Path, device: str = "auto") -> dict[str, Animator]:
    """Row → model: the baseline where it was trained, the model without and with selection among samples."""
    from mien.shapes.generate.animator import Animator

    models = load_models(shapes, lambda folder: Animator.load(folder, device))
    model = models.pop(GENERATED)
    first = {} if model.architecture == "frames" else {FIRST_SAMPLE: model.without_selection()}
    return {**models, **first, GENERATED: model}


def model_rows(animator: Animator, frames: int, seed: int) -> dict[str, Clips]:
    """The rows of one video model: its first sample, the discriminator's choice, and as users run it."""
    first = _generated(animator.without_selection(), frames, seed)
    return {
        FIRST_SAMPLE: first, SCORED: _generated(animator, frames, seed), GENERATED: _planned(animator, frames, seed),
    }  # fmt: skip


def _generated(animator: Animator, frames: int, seed: int) -> Clips:
    def clips(prompts: Sequence[Prompt]) -> Video:
        seeds = [derived_seed(seed, f"clip of {prompt.clip_id}") for prompt in prompts]
        return animator.clips([prompt.text for prompt in prompts], seeds, frames)

    return clips


def _planned(animator: Animator, frames: int, seed: int) -> Clips:
    """As users run it: the prompt is read, and the samples are checked against what was read."""

    def clips(prompts: Sequence[Prompt]) -> Video:
        readings = [read(prompt.text) for prompt in prompts]
        scenes = [_UNREAD if reading is None else reading.scene for reading in readings]
        seeds = [derived_seed(seed, f"clip of {prompt.clip_id}") for prompt in prompts]
        return animator.clips([prompt_of(scene) for scene in scenes], seeds, frames, scenes)

    return clips


def other_scenes(prompts: Sequence[Prompt], seed: int) -> dict[str, Scene]:
    """Clip id → a different scene, of a random prompt of any part; empty if all scenes are equal."""
    rng = numpy_generator(seed, "other scenes")
    scenes = list(dict.fromkeys(prompt.scene for prompt in prompts))
    if len(scenes) < 2:
        return {}
    places = {scene: place for place, scene in enumerate(scenes)}
    others = {}
    for prompt in prompts:
        drawn = int(rng.integers(len(scenes) - 1))
        others[prompt.clip_id] = scenes[drawn + (drawn >= places[prompt.scene])]
    return others


def evaluation_identity(prompts: Sequence[Prompt], frames: int, options: EvaluateShapesOptions) -> dict[str, str]:
    """Identity of this evaluation: digests of prompts, scenes, frames and options."""
    data = [(prompt.clip_id, prompt.part, prompt.text, prompt.scene.to_json()) for prompt in prompts]
    return identity_of("shapes", [data, frames, "selected by measurement"], None, options, shown=("show", "batch"))
