"""Report of figures that follow: columns, groups, confusions and a contact sheet, beyond the common report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.bodies.poses.drawing import draw_skeleton
from mien.bodies.scene import LABELS
from mien.follow.evaluate.measure import MeasuredFollow
from mien.follow.evaluate.samples import LANGUAGES, FollowSample
from mien.follow.evaluate.sources import HIDDEN
from mien.systems.evaluation.pictures import caption
from mien.systems.evaluation.report import Report
from mien.systems.evaluation.rows import GENERATED

Picture = NDArray[np.uint8]

SIDE, SHOWN_FRAMES, CAPTION_HEIGHT, GAP = 96, 4, 26, 4

_SHEET = (GENERATED, HIDDEN)


class FollowReport(Report[FollowSample, MeasuredFollow]):
    """`show`: prompts of each part on the contact sheet."""

    columns = ("language", "text", "missed", "flicker", "sharpness")
    classes: ClassVar[Mapping[str, tuple[str, ...]]] = {"kind": LABELS["kind"], "place": LABELS["place"]}
    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "language": LANGUAGES,
        "attribute": tuple(LABELS),
        "place": LABELS["place"],
        "kind": LABELS["kind"],
    }
    plotted = ("language", "place", "kind")

    def __init__(self, folder: Path, show: int) -> None:
        super().__init__(folder)
        self.show = show
        self._shown: dict[str, FollowSample] = {}
        self._frames: dict[tuple[str, str], NDArray[np.uint8]] = {}

    def choose(self, parts: Mapping[str, Sequence[FollowSample]]) -> None:
        """Choose the prompts on the contact sheet: of each part, in all languages in turn."""
        for samples in parts.values():
            for place in np.linspace(0, len(samples) - 1, min(self.show, len(samples))).round().astype(int):
                self._shown[samples[place].clip_id] = samples[place]

    def keep(self, row: str, sample: FollowSample, video: NDArray[np.uint8]) -> None:
        """Keep the frames of a clip that are on the contact sheet."""
        if row in _SHEET and sample.clip_id in self._shown:
            rows = sample.clip.rows(SHOWN_FRAMES)
            self._frames[row, sample.clip_id] = video[rows[rows < len(video)]].copy()

    def cells(self, sample: FollowSample, measured: MeasuredFollow) -> tuple[object, ...]:
        """Language, text, what the judges miss, flicker and sharpness."""
        seen = measured.observation
        if seen is None:
            return sample.language, sample.text, "", None, None
        missed = [
            f"{name}: {seen.colours.get(name, seen.read[name])} instead of {'/'.join(sorted(sample.facts[name]))}"
            for name, right in measured.satisfied.items()
            if not right
        ]
        return sample.language, sample.text, "; ".join(missed), seen.flicker, seen.sharpness

    def confusions(self, sample: FollowSample, measured: MeasuredFollow) -> Iterator[tuple[str, str, str]]:
        """("kind" or "place", said, read), where the text says one option."""
        for name in self.classes:
            said = sample.facts.get(name, frozenset())
            if measured.observation is not None and name in measured.satisfied and len(said) == 1:
                yield name, next(iter(said)), measured.observation.read[name]

    def groups_of(self, sample: FollowSample) -> dict[str, Collection[str]]:
        """Language, and what the text names."""
        return {
            "language": {sample.language},
            "attribute": set(sample.facts),
            "place": sample.facts.get("place", frozenset()),
            "kind": sample.facts.get("kind", frozenset()),
        }

    def pictures(
        self, parts: Mapping[str, Sequence[FollowSample]], rows: Mapping[str, Mapping[str, Sequence[MeasuredFollow]]]
    ) -> None:
        """contact_sheet.png: a row for each shown prompt: what was asked, the real clip, what was generated, with 30 %
        of the points hidden too where that was made."""
        lines = []
        for part, samples in parts.items():
            for sample, measured in zip(samples, rows[part][GENERATED], strict=True):
                if sample.clip_id in self._shown:
                    missed = "; ".join(name for name, right in measured.satisfied.items() if not right)
                    text = f"{sample.text} ({part}, {sample.language})" + (f"  missed: {missed}" if missed else "")
                    lines.append(self._line(sample, text))
        if lines:
            Image.fromarray(np.concatenate(lines)).save(self.folder / "contact_sheet.png")

    def _line(self, sample: FollowSample, text: str) -> Picture:
        rows = sample.clip.rows(SHOWN_FRAMES)
        blocks = [_strip([draw_skeleton(sample.clip.pose, int(row)) for row in rows])]
        blocks.append(_strip(sample.clip.frames[rows] if sample.has_real else ()))
        blocks += [_strip(self._frames.get((row, sample.clip_id), ())) for row in _SHEET]
        strip = np.concatenate(blocks, axis=1)
        return np.concatenate([caption(strip.shape[1], CAPTION_HEIGHT, [(0, text)]), strip])


def _strip(frames: Iterable[Picture]) -> Picture:
    strip = np.full((SIDE + GAP, SHOWN_FRAMES * SIDE + 2 * GAP, 3), 255, np.uint8)
    for number, frame in enumerate(frames):
        own = np.asarray(cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
        strip[:SIDE, number * SIDE : (number + 1) * SIDE] = own
    return strip
