"""What a person looks at after an evaluation of moving shapes: tables, a plot, and a contact sheet."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.shapes.corpus.scenes import Scene, held_out_compositions
from mien.shapes.corpus.vocabulary import MOTIONS, SHAPES, SIDE
from mien.shapes.evaluate.measure import (
    VERDICTS,
    Judged,
    mean,
    motion_seen,
    paired,
    rates,
    scene_in_words,
)
from mien.shapes.generate.layout import draw_strips
from mien.shapes.measure.text import findings_in_words

Video = NDArray[np.uint8]
Rows = Mapping[str, Sequence[Judged]]
"""Row → all of its clips."""

GROUPS: dict[str, tuple[tuple[str, ...], Callable[[Scene], set[str]]]] = {
    "shape": (tuple(SHAPES), lambda scene: {figure.shape for figure in scene.figures}),
    "motion": (tuple(MOTIONS), lambda scene: {figure.motion for figure in scene.figures}),
    "held_out": (
        tuple(map(" ".join, held_out_compositions())),
        lambda scene: {" ".join(figure.composition) for figure in scene.figures},
    ),
    "figures": (("1", "2"), lambda scene: {str(len(scene.figures))}),
}
"""By what the rates are broken up: shape, motion, composition that training never has, number of figures; the names
of each, and those that a scene asks for."""


class Report:
    """Writes into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "plots").mkdir()

    def tables(self, rows: Rows) -> None:
        """prompts.csv, rates.csv, confusions.csv: every clip; the rates in each of GROUPS; which motion was seen how
        often for which."""
        lines = [(row, *_prompt_cells(one)) for row, judged in rows.items() for one in judged]
        columns = ["row", "part", "clip_id", "text", "asked", *VERDICTS, "seen"]
        _write_csv(self.folder / "prompts.csv", columns, lines)
        columns = ["row", "part", "by", "name", "clips", "exact", "exact_low", "exact_high", "motion"]
        _write_csv(self.folder / "rates.csv", columns, _rate_lines(rows))
        counts = Counter(
            (row, one.prompt.part, figure.motion, motion_seen(finding))
            for row, judged in rows.items()
            for one in judged
            for figure, finding in paired(one.asked, one.findings)
        )
        ordered = [(*key, times) for key, times in counts.items()]
        _write_csv(self.folder / "confusions.csv", ["row", "part", "asked", "seen", "times"], ordered)

    def plot(self, rows: Mapping[str, Mapping[str, Sequence[Judged]]]) -> None:
        """plots/rates.png: what was right in each part of each row, and what was exact by shape and by motion."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        parts = list(dict.fromkeys(part for own in rows.values() for part in own))
        figure = Figure(figsize=(19, 3.6 * len(parts)), layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(len(parts), 3, squeeze=False, width_ratios=[7, 4, 15])
        for part, (verdicts, by_shape, by_motion) in zip(parts, panels, strict=True):
            judged = {row: own.get(part, []) for row, own in rows.items()}
            words = part.replace("_", " ")
            _bars(verdicts, VERDICTS, {row: _verdict_rates(own) for row, own in judged.items()}, f"{words}: right")
            for axes, by in ((by_shape, "shape"), (by_motion, "motion")):
                exact = {row: _exact_rates(own, by) for row, own in judged.items()}
                _bars(axes, GROUPS[by][0], exact, f"{words}: exact, by {by}")
            low, high = np.array([_exact_interval(own) for own in judged.values()]).T
            places = (np.arange(len(judged)) - (len(judged) - 1) / 2) * 0.84 / len(judged)
            verdicts.vlines(places, low, high, color="black", linewidth=1.5)
            for label in by_motion.get_xticklabels():
                label.set(rotation=30, ha="right", rotation_mode="anchor")
        figure.legend(*panels[0][0].get_legend_handles_labels(), loc="outside upper right", ncols=len(rows))
        figure.savefig(self.folder / "plots" / "rates.png", dpi=90, metadata={"Software": None})

    def contact_sheet(self, real: Mapping[str, Video], made: Mapping[str, Video], judged: Sequence[Judged]) -> None:
        """contact_sheet.png: of each clip in `made`, by its id, the real frames above the generated ones; nothing
        where there is none."""
        clips, captions = [], []
        for one in judged:
            if one.prompt.clip_id in made:
                clips += [real[one.prompt.clip_id], made[one.prompt.clip_id]]
                captions += [f"“{one.prompt.text}” ({one.prompt.part}); real:", _verdict_in_words(one)]
        if clips:
            Image.fromarray(draw_strips(np.stack(clips), captions, SIDE)).save(self.folder / "contact_sheet.png")


def _verdict_in_words(one: Judged) -> str:
    if one.verdict.exact:
        return "generated, exact:"
    wrong = ", ".join(name for name, right in vars(one.verdict).items() if right is False)
    return f"generated, wrong ({wrong}); seen is {findings_in_words(one.findings)}:"


def _prompt_cells(one: Judged) -> list[object]:
    verdict = [getattr(one.verdict, name) for name in VERDICTS]
    return [
        one.prompt.part,
        one.prompt.clip_id,
        one.prompt.text,
        scene_in_words(one.asked),
        *("" if right is None else int(right) for right in verdict),
        findings_in_words(one.findings),
    ]


def _rate_lines(rows: Rows) -> list[list[object]]:
    lines: list[list[object]] = []
    for row, judged in rows.items():
        for part in dict.fromkeys(one.prompt.part for one in judged):
            for by, (names, asked) in GROUPS.items():
                for name in names:
                    own = [one for one in judged if one.prompt.part == part and name in asked(one.asked)]
                    if own:
                        found = rates(own)
                        cells = [found[figure] for figure in ("clips", "exact", "exact_low", "exact_high", "motion")]
                        lines.append([row, part, by, name, *(_cell(value) for value in cells)])
    return lines


def _cell(value: float | int | None) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _verdict_rates(judged: Sequence[Judged]) -> list[float | None]:
    found = rates(judged)
    return [found[name] for name in VERDICTS]


def _exact_rates(judged: Sequence[Judged], by: str) -> list[float | None]:
    names, asked = GROUPS[by]
    return [mean(one.verdict.exact for one in judged if name in asked(one.asked)) for name in names]


def _exact_interval(judged: Sequence[Judged]) -> tuple[float, float]:
    found = rates(judged)
    return found["exact_low"] or 0.0, found["exact_high"] or 0.0


def _bars(axes: Any, names: Sequence[str], rows: Mapping[str, Sequence[float | None]], title: str) -> None:
    """Groups of bars; nothing stands where there is no rate."""
    width = 0.84 / len(rows)
    places = np.arange(len(names))
    for number, (row, values) in enumerate(rows.items()):
        heights = [0.0 if value is None else value for value in values]
        axes.bar(places + (number - (len(rows) - 1) / 2) * width, heights, width, label=row, color=f"C{number}")
    axes.set(xticks=places, xticklabels=names, ylim=(0, 1.05), title=title, xlim=(-0.6, len(names) - 0.4))
    axes.tick_params(axis="x", labelsize=8)


def _write_csv(path: Path, columns: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(lines)
