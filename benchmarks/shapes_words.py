"""Moving shapes by people's own words, and what each way of choosing among samples gives, over several trainings.

    python benchmarks/shapes_words.py [--corpus data/shapes_corpus] [--prompts 128] [MODEL …]

MODEL: folders of trained models, models/shapes if there is none. For each: `exact` of 128 prompts of each part, by the
first sample, by the discriminator's choice, and as `mien shapes` does it (words → scene → samples that are measured);
then, of the 60 prompts written by hand, how many are understood and how many clips show what was meant.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from measuring import Row, print_table

from mien.shapes.data.store import ShapesStore
from mien.shapes.evaluate.evaluate import PARTS, choose_prompts, model_rows
from mien.shapes.evaluate.measure import Prompt
from mien.shapes.evaluate.written import written_prompts
from mien.shapes.generate.animator import Animator
from mien.shapes.language.reading import read
from mien.shapes.measure.scene import matches, measure_scene

SEED = 0


def exact(prompts: Sequence[Prompt], clips: np.ndarray) -> float:
    """Rate of clips that show the scene of their prompt and nothing else."""
    found = [matches(one.scene, measure_scene(clip))["exact"] for one, clip in zip(prompts, clips, strict=True)]
    return float(np.mean([bool(one) for one in found]))


def by_hand(animator: Animator) -> list[Row]:
    """How many of the hand-written prompts are understood, and shown."""
    written = written_prompts()
    readings = [read(one.text) for one in written]
    right = [one.understood_by(reading) for one, reading in zip(written, readings, strict=True)]
    known = [reading for reading, fits in zip(readings, right, strict=True) if reading is not None and fits]
    rows = [Row("written: understood", float(np.mean(right)))]
    for name, scenes in (("the discriminator's choice", None), ("measured", [one.scene for one in known])):
        clips = animator.clips([one.prompt for one in known], [SEED] * len(known), None, scenes)
        shown = [bool(matches(one.scene, measure_scene(clip))["exact"]) for one, clip in zip(known, clips, strict=True)]
        rows.append(Row(f"written: shown, {name}", sum(shown) / len(written)))
    return rows


def measured(folder: Path, store: ShapesStore, most: int) -> list[Row]:
    """The rows of one model."""
    rows = []
    animator = Animator.load(folder, "cpu")
    for row, clips in model_rows(animator, store.frames, SEED).items():
        started, count = time.process_time(), 0
        for part in PARTS:
            prompts = choose_prompts(store, part, most, SEED)
            rows.append(Row(f"{row}: {part}", exact(prompts, clips(prompts))))
            count += len(prompts)
        rows.append(Row(f"{row}: CPU seconds a clip, measured once more", (time.process_time() - started) / count))
    return [*rows, *by_hand(animator)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", type=Path, default=[Path("models/shapes")])
    parser.add_argument("--corpus", type=Path, default=Path("data/shapes_corpus"))
    parser.add_argument("--prompts", type=int, default=128)
    asked = parser.parse_args()
    for model in asked.models:
        print_table(str(model), [], measured(model, ShapesStore(asked.corpus), asked.prompts))
