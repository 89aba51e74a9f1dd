"""Report of sculpted heads: columns, groups, and a contact sheet of prompts with their heads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.heads.latents.decode import decode
from mien.heads.pictures.quick import QuickRenderer
from mien.heads.pictures.views import View
from mien.sculpt.corpus.attributes import attributes
from mien.sculpt.evaluate.measure import MeasuredHead
from mien.sculpt.evaluate.prompts import SculptPrompt
from mien.sculpt.methods.describe import described
from mien.systems.evaluation.pictures import caption
from mien.systems.evaluation.report import Report
from mien.systems.evaluation.rows import GENERATED

SIDE = 160
VIEWS = (View(), View(crop="face"), View(yaw=1.1), View(yaw=np.pi))
CAPTION_HEIGHT = 26


class SculptReport(Report[SculptPrompt, MeasuredHead]):
    """`show`: prompts of each part on the contact sheet."""

    columns = ("text", "missed", "shown")
    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "attribute": tuple(attributes()),
        "hair style": attributes()["hair_style"].options,
        "expression": attributes()["expression"].options,
    }
    plotted = ("attribute",)

    def __init__(self, folder: Path, show: int) -> None:
        super().__init__(folder)
        self.show = show

    def cells(self, sample: SculptPrompt, measured: MeasuredHead) -> tuple[str, ...]:
        """Prompt, the facts that the head misses, and what it shows."""
        if measured.latents is None:
            return sample.text, "", ""
        missed = [
            f"{name}: {measured.options[name]} instead of {'/'.join(sorted(sample.facts[name]))}"
            for name, right in measured.satisfied.items()
            if not right
        ]
        return sample.text, "; ".join(missed), described(measured.latents)

    def groups_of(self, sample: SculptPrompt) -> dict[str, Collection[str]]:
        """The attributes, hair styles and expressions that a prompt names."""
        return {
            "attribute": set(sample.facts),
            "hair style": sample.facts.get("hair_style", frozenset()),
            "expression": sample.facts.get("expression", frozenset()),
        }

    def pictures(
        self, parts: Mapping[str, Sequence[SculptPrompt]], rows: Mapping[str, Mapping[str, Sequence[MeasuredHead]]]
    ) -> None:
        """contact_sheet.png: each shown prompt with its head from the front, near, from the side, from behind."""
        lines = [
            line for part, prompts in parts.items() for line in self._lines(prompts[: self.show], rows[part][GENERATED])
        ]
        if lines:
            Image.fromarray(np.concatenate(lines)).save(self.folder / "contact_sheet.png")

    def _lines(self, prompts: Sequence[SculptPrompt], measured: Sequence[MeasuredHead]) -> Iterator[NDArray[np.uint8]]:
        renderer = QuickRenderer(SIDE, reduction=2)
        for prompt, one in zip(prompts, measured, strict=False):
            if one.latents is None:
                continue
            views = renderer.pictures(decode(one.latents), VIEWS)[0]
            frames = views.permute(0, 2, 3, 1).mul(255).round().byte().numpy()
            strip = np.concatenate(list(frames), axis=1)
            missed = "; ".join(name for name, right in one.satisfied.items() if not right)
            text = f"{prompt.text} ({prompt.part})" + (f"  missed: {missed}" if missed else "")
            yield np.concatenate([caption(strip.shape[1], CAPTION_HEIGHT, [(0, text)], size=12), strip])
