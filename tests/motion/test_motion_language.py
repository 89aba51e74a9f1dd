"""What people write is read as the plan that they mean."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mien.motion.corpus.language import describe as worded
from mien.motion.corpus.plan import Plan, draw_plan
from mien.motion.language.describe import canonical, describe
from mien.motion.language.reading import read

WRITTEN = Path(__file__).parents[2] / "mien" / "motion" / "evaluate" / "written.jsonl"


def unordered(plan: Plan | None) -> list[list[str]] | None:
    """A plan without the order of simultaneous actions, which means nothing."""
    return None if plan is None else [sorted(map(repr, step)) for step in plan.steps]


def sentences(path: Path) -> list[tuple[str, Plan | None]]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(row["text"], Plan.from_json(row["plan"]) if row["plan"] else None) for row in rows]


@pytest.mark.parametrize(("text", "plan"), sentences(WRITTEN))
def test_sentences_that_people_wrote_are_read(text: str, plan: Plan) -> None:
    assert unordered(read(text).plan) == unordered(plan)


def random_plans(count: int) -> list[Plan]:
    rng = np.random.default_rng(5)
    sizes = [(1,), (2,), (1, 1), (1, 2), (2, 1), (1, 1, 1), (2, 2)]
    return [draw_plan(rng, sizes[int(rng.integers(len(sizes)))]) for _ in range(count)]


def test_a_plan_in_words_is_read_back() -> None:
    for plan in random_plans(300):
        assert unordered(read(describe(plan)).plan) == unordered(plan), describe(plan)
        assert unordered(read(canonical(plan)).plan) == unordered(plan), canonical(plan)


def test_the_sentences_of_the_corpus_are_read() -> None:
    rng = np.random.default_rng(6)
    plans = random_plans(600)
    right = [unordered(read(worded(rng, plan)).plan) == unordered(plan) for plan in plans]
    assert np.mean(right) >= 0.99
