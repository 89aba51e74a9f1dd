"""Evaluation of moving shapes: do the clips show what the words ask for, told from their pixels, with no network.

Rows: `real`, the store's own clips, which are exact or the measure is wrong; `frames`, the baseline, where it was
trained; `unchosen`, the first clip that the model makes for each prompt; the model, by the name of its architecture,
with its discriminator's choice of several; and `shuffled`, the model's clips held against the scenes of other
prompts, which must be no better than chance. Each is measured on `val`, what training has; on `wordings`, which
training never has; and on `held_out`, compositions that it never has. docs/metrics.md says how to read the figures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.files import atomic_directory, fingerprint
from mien.progress import progress_bar
from mien.shapes.corpus.scenes import Scene
from mien.shapes.data.store import ShapesStore
from mien.shapes.evaluate.measure import (
    Judged,
    Prompt,
    mean,
    rates,
)
from mien.shapes.evaluate.report import Report
from mien.shapes.measure.scene import find_figures
from mien.shapes.options import EvaluateShapesOptions
from mien.tracking.values import numbers
from mien.training.curves import Log
from mien.training.randomness import derived_seed, numpy_generator

if TYPE_CHECKING:
    from mien.shapes.generate.animator import Animator

PARTS = ("val", "wordings", "held_out")
"""What training has, words that it has not, and compositions that it has not; what the store lacks is left out."""

REAL, BASELINE, UNCHOSEN, SHUFFLED = "real", "frames", "unchosen", "shuffled"

PLACES = 4
"""Decimals of a figure: one clip of a part is more."""

Video = NDArray[np.uint8]
Clips = Callable[[Sequence[Prompt]], Video]
"""Prompts → their clips (N, T, 64, 64, 3) uint8 RGB."""


@dataclass
class Row:
    """Clips of all prompts as they were judged, the pixels of those that are shown, by clip, and the time they took."""

    judged: list[Judged] = field(default_factory=list)
    shown: dict[str, Video] = field(default_factory=dict)
    seconds: float = 0.0


def evaluate_shapes(
    corpus: Path, shapes: Path, options: EvaluateShapesOptions, out: Path, log: Log, device: str = "auto"
) -> dict[str, Any]:
    """Evaluate the model in the folder `shapes`, and its baseline where it has one, on the clips of `corpus`.

    Returns plain values: for each row a dictionary of figures for each part and `overall`, for models also
    `seconds_per_clip`; a row that is missing is None. Beside them `evaluated`: how many clips, the deciding row, the
    model's version, and a fingerprint: only evaluations of equal fingerprints may be compared. Writes to the folder
    `out`, whole or not at all: prompts.csv, rates.csv, confusions.csv, plots/, contact_sheet.png. Everything but the
    seconds is the same for the same input. Raises ValueError where there is nothing to evaluate.
    """
    store = ShapesStore(corpus)
    prompts = [prompt for part in PARTS for prompt in choose_prompts(store, part, options.prompts, options.seed)]
    if not prompts:
        raise ValueError(f"{corpus} has no clip in {', '.join(PARTS)} to measure on")
    animators = load_animators(shapes, device)
    decides = list(animators)[-1]
    shown = choose_shown(prompts, options.show)
    rows = {REAL: measure(REAL, _real_clips(store), prompts, shown, options.batch)}
    for name, animator in animators.items():
        made = _made_clips(animator, store.frames, options.seed)
        rows[name] = measure(name, made, prompts, shown, options.batch)
    others = other_scenes(prompts, options.seed)
    judged = {name: row.judged for name, row in rows.items()} | {SHUFFLED: against(rows[decides].judged, others)}
    figures: dict[str, Any] = {REAL: None, BASELINE: None, UNCHOSEN: None} | {
        name: rates_by_part(own) for name, own in judged.items()
    }
    for name in animators:
        figures[name]["seconds_per_clip"] = rows[name].seconds / len(prompts)
    for part, by_chance in parts_of(against(rows[REAL].judged, others)).items():
        figures[SHUFFLED][part]["chance"] = rates(by_chance)["exact"]
    with atomic_directory(out) as folder:
        report = Report(folder)
        report.tables(judged)
        report.plot({name: parts_of(own) for name, own in judged.items()})
        report.contact_sheet(rows[REAL].shown, rows[decides].shown, rows[decides].judged)
    log(numbers(figures), len(prompts))
    rounded: dict[str, Any] = _rounded(figures)
    rounded["evaluated"] = {
        **{part: len(own) for part, own in parts_of(rows[REAL].judged).items()},
        "row": decides,
        "model": animators[decides].version,
        "fingerprint": evaluation_fingerprint(prompts, store.frames, options),
    }
    return rounded


def choose_prompts(store: ShapesStore, part: str, most: int, seed: int) -> list[Prompt]:
    """At most `most` clips of a part, drawn by `seed`, in the store's order, each with its first prompt."""
    clips = store.numbers(part)
    if len(clips) > most:
        clips = np.sort(numpy_generator(seed, f"prompts of {part}").choice(clips, most, replace=False))
    return [
        Prompt(int(n), str(store.index["clip_id"].iloc[n]), part, store.prompts[n][0], store.scenes[n]) for n in clips
    ]


def choose_shown(prompts: Sequence[Prompt], count: int) -> set[str]:
    """The clips of which pictures are shown: `count` of each part, evenly spread over it."""
    shown: set[str] = set()
    for part in PARTS:
        own = [prompt.clip_id for prompt in prompts if prompt.part == part]
        shown.update(own[place] for place in np.linspace(0, len(own) - 1, min(count, len(own))).round().astype(int))
    return shown


def load_animators(shapes: Path, device: str = "auto") -> dict[str, Animator]:
    """The baseline, where there is one, the model without a choice, and the model, which is the last, by their rows."""
    from mien.shapes.generate.animator import Animator

    model = Animator.load(shapes, device)
    if model.architecture == BASELINE:
        return {BASELINE: model}
    baseline = shapes / "baseline"
    rows = {BASELINE: Animator.load(baseline, device)} if baseline.exists() else {}
    return {**rows, UNCHOSEN: model.unchosen(), model.architecture: model}


def _real_clips(store: ShapesStore) -> Clips:
    return lambda prompts: store.videos(np.array([prompt.number for prompt in prompts]))


def _made_clips(animator: Animator, frames: int, seed: int) -> Clips:
    def clips(prompts: Sequence[Prompt]) -> Video:
        seeds = [derived_seed(seed, f"clip of {prompt.clip_id}") for prompt in prompts]
        return animator.clips([prompt.text for prompt in prompts], seeds, frames)

    return clips


def measure(name: str, clips: Clips, prompts: Sequence[Prompt], shown: set[str], batch: int) -> Row:
    """The row `name`: what the clips of all prompts show. A batch of them is in memory at a time, and those `shown`."""
    row = Row()
    with progress_bar(f"clips of {name}", len(prompts), "clips") as advance:
        for start in range(0, len(prompts), batch):
            some = prompts[start : start + batch]
            started = time.perf_counter()
            videos = clips(some)
            row.seconds += time.perf_counter() - started
            for prompt, video in zip(some, videos, strict=True):
                row.judged.append(Judged(prompt, prompt.scene, find_figures(video)))
                if prompt.clip_id in shown:
                    row.shown[prompt.clip_id] = video.copy()
            advance(len(some))
    return row


def other_scenes(prompts: Sequence[Prompt], seed: int) -> dict[str, Scene]:
    """For each clip the scene of another prompt, of any part, that asks for something else; none if all ask alike."""
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


def against(judged: Sequence[Judged], scenes: Mapping[str, Scene]) -> list[Judged]:
    """The same clips held against other scenes; those that have none are left out."""
    return [
        Judged(one.prompt, scenes[one.prompt.clip_id], one.findings) for one in judged if one.prompt.clip_id in scenes
    ]


def parts_of(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """The clips of each part that has any."""
    parts = {part: [one for one in judged if one.prompt.part == part] for part in PARTS}
    return {part: own for part, own in parts.items() if own}


def rates_by_part(judged: Sequence[Judged]) -> dict[str, Any]:
    """The rates of each part, and `overall`, the mean of their exact rates."""
    figures = {part: rates(own) for part, own in parts_of(judged).items()}
    return {**figures, "overall": mean(part["exact"] for part in figures.values())}


def evaluation_fingerprint(prompts: Sequence[Prompt], frames: int, options: EvaluateShapesOptions) -> str:
    """Twelve characters that name what was asked for: prompts, scenes, frames, options; not the model.

    What is only shown does not count, nor how many clips are made at once.
    """
    content = [(prompt.clip_id, prompt.part, prompt.text, prompt.scene.to_json()) for prompt in prompts]
    used = options.model_dump(mode="json", exclude={"show", "batch"})
    return fingerprint("shapes evaluation 1", content, frames, used)[:12]


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(inner) for name, inner in value.items()}
    return round(value, PLACES) if isinstance(value, float) else value
