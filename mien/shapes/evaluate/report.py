"""Report of moving shapes: columns, groups, confusions and contact sheet, beyond the common report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.shapes.corpus.scenes import held_out_combinations
from mien.shapes.corpus.vocabulary import MOTIONS, SHAPES, SIDE
from mien.shapes.evaluate.measure import NO_FIGURE, NO_MOTION, Measured, Prompt, motion_of, paired, scene_text
from mien.shapes.generate.layout import draw_strips
from mien.shapes.measure.text import measured_text
from mien.systems.evaluation.report import Report
from mien.systems.evaluation.rows import GENERATED, REAL

Video = NDArray[np.uint8]


class ShapesReport(Report[Prompt, Measured]):
    """`shown`: ids of the clips on the contact sheet."""

    columns = ("text", "expected", "measured")
    classes: ClassVar[Mapping[str, tuple[str, ...]]] = {"motion": (*MOTIONS, NO_MOTION, NO_FIGURE)}
    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "shape": tuple(SHAPES),
        "motion": tuple(MOTIONS),
        "held_out": tuple(map(" ".join, held_out_combinations())),
        "figures": ("1", "2"),
    }
    plotted = ("shape", "motion")

    def __init__(self, folder: Path, shown: Collection[str]) -> None:
        super().__init__(folder)
        self.shown = shown
        self._videos: dict[tuple[str, str], Video] = {}

    def keep(self, row: str, prompts: Sequence[Prompt], videos: Video) -> None:
        """Keep the clips of a row that are on the contact sheet."""
        for prompt, video in zip(prompts, videos, strict=True):
            if row in (REAL, GENERATED) and prompt.clip_id in self.shown:
                self._videos[row, prompt.clip_id] = video.copy()

    def cells(self, sample: Prompt, measured: Measured) -> tuple[str, ...]:
        """Prompt, expected scene and measured figures."""
        return sample.text, scene_text(measured.scene), measured_text(measured.content)

    def confusions(self, sample: Prompt, measured: Measured) -> Iterator[tuple[str, str, str]]:
        """("motion", expected, measured) of each figure."""
        del sample
        for figure, found in paired(measured.scene, measured.content):
            yield "motion", figure.motion, motion_of(found)

    def groups_of(self, sample: Prompt) -> dict[str, set[str]]:
        """The shapes, motions, combinations and number of figures of a prompt's scene."""
        figures = sample.scene.figures
        return {
            "shape": {figure.shape for figure in figures},
            "motion": {figure.motion for figure in figures},
            "held_out": {" ".join(figure.combination) for figure in figures},
            "figures": {str(len(figures))},
        }

    def pictures(
        self, parts: Mapping[str, Sequence[Prompt]], rows: Mapping[str, Mapping[str, Sequence[Measured]]]
    ) -> None:
        """contact_sheet.png: real frames above generated ones; nothing where no clip is shown."""
        clips, captions = [], []
        for part, prompts in parts.items():
            for prompt, measured in zip(prompts, rows[part][GENERATED], strict=True):
                if prompt.clip_id in self.shown:
                    clips += [self._videos[row, prompt.clip_id] for row in (REAL, GENERATED)]
                    captions += [f"“{prompt.text}” ({part}); real:", _caption(measured)]
        if clips:
            Image.fromarray(draw_strips(np.stack(clips), captions, SIDE)).save(self.folder / "contact_sheet.png")


def _caption(measured: Measured) -> str:
    if measured.verdict["exact"]:
        return "generated, exact:"
    wrong = ", ".join(name for name, right in measured.verdict.items() if right is False and name != "exact")
    return f"generated, wrong ({wrong}); measured: {measured_text(measured.content)}:"
