"""Evaluation of sculpted heads: by their true attributes, and by a CLIP that guided nothing.

Rows: `real` (heads drawn for the facts of a prompt), `random`, `nearest` (of the corpus, under the guide), `search` and
`gradient` (under the guide alone, on fewer prompts), `first_sample` (the prior's most probable head) and `generated`
(the prior's draws, chosen by the guide). Parts: `seen`, `held_out`, `written`. See docs/metrics.md.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from mien.files import atomic_directory
from mien.heads.latents.latents import Latents
from mien.heads.pictures.dressed import embedded_head
from mien.progress import progress_bar
from mien.sculpt.corpus.store import HeadsStore
from mien.sculpt.evaluate.diversity import measure_diversity
from mien.sculpt.evaluate.edits import measure_edits
from mien.sculpt.evaluate.geometry import measure_geometry
from mien.sculpt.evaluate.measure import VERDICTS, MeasuredHead
from mien.sculpt.evaluate.prompts import WRITTEN, SculptPrompt, evaluation_prompts
from mien.sculpt.evaluate.report import SculptReport
from mien.sculpt.evaluate.retrieval import FRONT, SIDE, Retrieval
from mien.sculpt.evaluate.sources import Heads, all_rows
from mien.sculpt.generate.sculptor import Sculptor
from mien.sculpt.networks.clip import JUDGE_KIND
from mien.sculpt.networks.guide import Guide, open_guide
from mien.sculpt.options import EvaluateSculptOptions
from mien.systems.evaluation.evaluate import Judge, RowFigures, evaluate, identity_of
from mien.systems.evaluation.figures import Figures, interval, mean, rates, rounded
from mien.systems.evaluation.rows import GENERATED, REAL
from mien.tracking.values import numbers
from mien.training.curves import Log
from mien.training.model_folder import read_config


class SculptEvaluation(Judge[SculptPrompt, MeasuredHead]):
    """`sources`: row → where its heads come from. `texts`: part → all its texts, among which the judge retrieves."""

    def __init__(self, sources: Mapping[str, Heads], retrieval: Retrieval) -> None:
        self.sources, self.retrieval = sources, retrieval
        self.seconds = dict.fromkeys(sources, 0.0)
        self.made = dict.fromkeys(sources, 0)

    def rows(self, prompts: Sequence[SculptPrompt]) -> dict[str, list[MeasuredHead]]:
        """Measurements of the heads of each row; prompts of several parts are judged part by part."""
        rows: dict[str, list[MeasuredHead]] = {row: [] for row in self.sources}
        parts = tuple(dict.fromkeys(prompt.part for prompt in prompts))
        with progress_bar("heads", len(parts) * len(self.sources), "rows") as advance:
            for part in parts:
                own = [prompt for prompt in prompts if prompt.part == part]
                for row, heads in self.sources.items():
                    rows[row] += self._measured(row, heads, own)
                    advance(1)
        return rows

    def _measured(self, row: str, heads: Heads, prompts: Sequence[SculptPrompt]) -> list[MeasuredHead]:
        started = time.perf_counter()
        made: list[Latents | None] = heads(prompts)
        self.seconds[row] += time.perf_counter() - started
        self.made[row] += sum(head is not None for head in made)
        texts = [prompt.text for prompt in prompts]
        front, side = (self.retrieval.found(texts, made, view) for view in (FRONT, SIDE))
        return [MeasuredHead(*one) for one in zip(prompts, made, front, side, strict=True)]

    def part_figures(
        self, samples: Sequence[SculptPrompt], rows: Mapping[str, Sequence[MeasuredHead]]
    ) -> dict[str, Figures]:
        """Rates of all criteria, and the interval of `exact`."""
        del samples  # their facts are part of the measurements
        figures: dict[str, Figures] = {}
        for row, own in rows.items():
            low, high = interval(own, "exact")
            heads = sum(one.latents is not None for one in own)
            figures[row] = {"heads": heads, **rates(own, VERDICTS), "exact_low": low, "exact_high": high}
        return figures

    def row_figures(self, row: str, figures: RowFigures) -> Figures:
        """`overall`: the mean of `attributes` over the parts; `seconds_per_head` of what is made."""
        found: Figures = {"overall": mean(part["attributes"] for part in figures[row].values())}
        if row != REAL and self.made[row]:
            found["seconds_per_head"] = self.seconds[row] / self.made[row]
        return found


GEOMETRY_HEADS = 24
"""Heads whose geometry is measured."""

NEAREST_OF = 1000
"""People of the corpus among whom the nearest is looked for."""


@torch.no_grad()
def corpus_people(corpus: Path, guide: Guide) -> tuple[Latents, torch.Tensor]:
    """The first training people of the corpus and their features (N, E) under the guide."""
    store = HeadsStore(corpus / "guide")
    rows = [int(number) for number in store.numbers("train")[:NEAREST_OF]]
    chunks = [rows[start : start + 64] for start in range(0, len(rows), 64)]
    return store.latents[rows], torch.cat([guide.picture_features(store.pictures(chunk)) for chunk in chunks])


def evaluate_sculpt(
    corpus: Path, prior: Path, clip: Path, options: EvaluateSculptOptions, out: Path, log: Log
) -> dict[str, Any]:
    """Evaluate the prior and the guide in two folders; `clip` also has the judge, in `clip/judge`.

    Returns the metrics, see `mien.systems.evaluation.evaluate.evaluate`, with the figures of edits and of diversity.
    Writes the report to the folder `out` atomically. Deterministic except for the seconds. Raises ValueError for a
    missing or damaged model.
    """
    sculptor = Sculptor.load(prior, clip)
    retrieval = Retrieval(open_guide(clip / "judge"))
    parts = evaluation_prompts(options.prompts, options.seed, options.written)
    people, features = corpus_people(corpus, sculptor.guide)
    sources = all_rows(sculptor, people, features, options.seed, options.methods)
    evaluation = SculptEvaluation(sources, retrieval)
    prompts = [prompt for own in parts.values() for prompt in own]
    data = [(one.clip_id, one.text, sorted((k, sorted(v)) for k, v in one.facts.items())) for one in prompts]
    identity = identity_of(
        "sculpt", data, read_config(clip / "judge", (JUDGE_KIND,)).get("sha256"), options, shown=("show",)
    )
    with atomic_directory(out) as folder:
        report = SculptReport(folder, options.show)
        metrics = evaluate(evaluation.rows, parts, evaluation, report, log, identity)
        further: dict[str, Any] = {
            "diversity": measure_diversity(sculptor.prior, embedded_head(), parts[WRITTEN], options.seed)
        }
        makers = sources[GENERATED](parts[WRITTEN][:GEOMETRY_HEADS])
        further["geometry"] = measure_geometry(embedded_head(), [one for one in makers if one is not None])
        if options.edits:
            further["edits"] = measure_edits(sculptor.prior, embedded_head(), options.edits, options.seed).figures()
        log(numbers(further), len(prompts))
        return {**rounded(further), **metrics}
