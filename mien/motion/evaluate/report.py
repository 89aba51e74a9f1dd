"""The report of head motion: the common report with groups of actions, strips of frames, and videos."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from PIL import Image

from mien import __version__
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.performance import Performance
from mien.heads.render.playback import render_head
from mien.media.provenance import Provenance, tags
from mien.media.resize import resized
from mien.media.video import write_video
from mien.motion.corpus.actions import KINDS
from mien.motion.evaluate.measure import VERDICTS, Measured, Prompt, confusions, describe_plan
from mien.motion.generate.mover import Mover
from mien.motion.measure.events import detect_events
from mien.motion.measure.text import describe_events
from mien.progress import progress_bar
from mien.systems.evaluation.pictures import GREY, Picture, caption
from mien.systems.evaluation.report import Report

MOMENTS = 8
"""Frames of a motion on a strip, evenly spaced."""

SIDE, SHOWN = 256, 144
"""Side in pixels of a video, and of a frame on a strip."""


class MotionReport(Report[Prompt, Measured]):
    """`mover` generates a strip and a video of each of `texts`."""

    verdicts = VERDICTS
    columns = ("text", "expected", "measured")
    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "steps": ("1", "2", "3"),
        "action": tuple(kind.replace("_", " ") for kind in KINDS),
    }
    plotted = ("steps", "action")

    def __init__(self, folder: Path, mover: Mover, texts: Sequence[str], seed: int) -> None:
        super().__init__(folder)
        (folder / "videos").mkdir()
        self.mover, self.texts, self.seed = mover, texts, seed

    def cells(self, sample: Prompt, measured: Measured) -> tuple[str | None, ...]:
        """The text, the plan, and the events that were detected."""
        plan = None if sample.plan is None else describe_plan(sample.plan)
        return sample.text, plan, describe_events(measured.events)

    def confusions(self, sample: Prompt, measured: Measured) -> Iterator[tuple[str, str, str]]:
        """Actions, where the motion has a plan."""
        if sample.plan is not None:
            yield from (("action", *pair) for pair in confusions(sample.plan, measured.events))

    def groups_of(self, sample: Prompt) -> dict[str, set[str]]:
        """Number of steps, and actions, of the plan."""
        if sample.plan is None:
            return {}
        actions = {kind.replace("_", " ") for kind in sample.plan.kinds}
        return {"steps": {str(len(sample.plan.steps))}, "action": actions}

    def pictures(
        self, parts: Mapping[str, Sequence[Prompt]], rows: Mapping[str, Mapping[str, Sequence[Measured]]]
    ) -> None:
        """strips.png and a video of each text, rendered with the embedded head; nothing without texts."""
        del parts, rows
        head, sheet = EmbeddedHead(), []
        with progress_bar("strips of frames", len(self.texts), "texts") as advance:
            for number, text in enumerate(self.texts, 1):
                performance = self.mover.move(text, seed=self.seed)
                frames = list(render_head(head, None, performance, (SIDE, SIDE)))
                self._video(f"{number}_{_file_name(text)}.mp4", frames, performance, text)
                sheet.append(strip(frames, performance, text))
                advance(1)
        if sheet:
            Image.fromarray(np.vstack(sheet)).save(self.folder / "strips.png")

    def _video(self, name: str, frames: Sequence[Picture], performance: Performance, text: str) -> None:
        version = self.mover.version
        model = f"head_motion {version[:12]}" if version else None
        about = Provenance(generator=f"mien {__version__}", model=model, seed=self.seed, prompt=text)
        written = tags(about, "AI-generated head motion")
        write_video(self.folder / "videos" / name, frames, performance.fps, metadata=written)


def strip(frames: Sequence[Picture], performance: Performance, text: str) -> Picture:
    """Frames (S, S, 3) of a motion side by side, under the text and the events that were detected."""
    places = np.linspace(0, len(frames) - 1, MOMENTS).round().astype(int)
    width, measured = MOMENTS * SHOWN, describe_events(detect_events(performance))
    times = [(n * SHOWN, f"{place / float(performance.fps):.1f} s") for n, place in enumerate(places)]
    return np.vstack(
        [
            caption(width, 26, [(0, f"“{text}”")], 16),
            caption(width, 20, [(0, f"measured: {measured}")], 12, GREY),
            np.hstack([resized(frames[place], SHOWN) for place in places]),
            caption(width, 20, times, 12, GREY),
        ]
    )


def _file_name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:60]
