"""The prompts of the evaluation: composed ones, held-out combinations, and those written by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from mien.sculpt.corpus.attributes import attributes
from mien.sculpt.corpus.captions import Caption
from mien.sculpt.corpus.lexicon.phrases import Facts
from mien.sculpt.prior.data import draw_held_out, draw_templated
from mien.training.randomness import derived_seed

SEEN, HELD_OUT, WRITTEN = "seen", "held_out", "written"
"""Parts: composed as in training, of combinations that no training caption names, written by hand."""


@dataclass(frozen=True)
class SculptPrompt:
    """A prompt and what a head must show to satisfy it."""

    clip_id: str
    part: str
    text: str
    facts: Facts


def evaluation_prompts(count: int, seed: int, written: int = 64) -> dict[str, list[SculptPrompt]]:
    """Part → prompts: `count` composed ones and held-out combinations, and the first `written` of those by hand."""
    own = derived_seed(seed, "evaluation")
    return {
        SEEN: _named(SEEN, draw_templated(count, own)),
        HELD_OUT: _named(HELD_OUT, draw_held_out(count, own)),
        WRITTEN: written_prompts()[:written],
    }


def _named(part: str, captions: Sequence[Caption]) -> list[SculptPrompt]:
    return [SculptPrompt(f"{part}-{place:03d}", part, one.text, one.facts) for place, one in enumerate(captions)]


def written_prompts() -> list[SculptPrompt]:
    """The 64 free-form prompts, written without knowledge of the lexicon and never trained on."""
    lines = files("mien.sculpt.evaluate").joinpath("written.jsonl").read_text(encoding="utf-8").splitlines()
    found = []
    for place, line in enumerate(lines):
        content = json.loads(line)
        facts = {name: frozenset(options) for name, options in content["facts"].items()}
        assert all(options <= set(attributes()[name].options) for name, options in facts.items())
        found.append(SculptPrompt(f"{WRITTEN}-{place:03d}", WRITTEN, content["text"], facts))
    return found
