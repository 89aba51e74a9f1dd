"""The part `written` of the evaluation: sentences by hand, no template among them, each with its plan.

They are in `written.jsonl`, a line `{"text": …, "plan": …}` for each. The real motion of a sentence is computed from
its plan, as those of the embedded corpus are.
"""

from __future__ import annotations

import json
from importlib.resources import files

from mien.motion.corpus.embedded import sample_motion
from mien.motion.corpus.plan import Plan
from mien.motion.data.features import to_features
from mien.motion.evaluate.measure import Motion, Prompt
from mien.training.randomness import numpy_generator

WRITTEN = "written"

LONGEST_SECONDS = 60.0
"""Longest motion of a sentence; those of the training are shorter."""


def written_sentences() -> list[tuple[str, Plan]]:
    """All sentences with their plans, in the order of the file."""
    lines = (files("mien.motion.evaluate") / "written.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [(str(row["text"]), Plan.from_json(row["plan"])) for row in rows]


def written_prompts() -> list[Prompt]:
    """The sentences as prompts, each with a computed motion of its plan."""
    return [
        Prompt(f"written-{number:03d}", WRITTEN, text, _motion(plan, number), plan)
        for number, (text, plan) in enumerate(written_sentences())
    ]


def _motion(plan: Plan, number: int) -> Motion:
    performance, _ = sample_motion(numpy_generator(0, WRITTEN, number), plan, LONGEST_SECONDS)
    return to_features(performance)
