"""What a person looks at after an evaluation of motions: tables, plots, strips of frames, and videos."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mien import __version__
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.performance import Performance
from mien.heads.render.playback import render_head
from mien.media.provenance import Provenance, tags
from mien.media.video import write_video
from mien.motion.corpus.actions import KINDS
from mien.motion.evaluate.measure import (
    VERDICTS,
    Measured,
    Prompt,
    confusions,
    in_words,
    mean,
    plan_in_words,
)
from mien.motion.generate.mover import Mover
from mien.motion.measure.events import find_events
from mien.progress import progress_bar

Picture = NDArray[np.uint8]
Rows = Mapping[str, Mapping[str, Sequence[Measured]]]
Prompts = Mapping[str, Sequence[Prompt]]

MOMENTS = 8
"""Frames of a motion on a strip, evenly spaced."""

SIDE, SHOWN = 256, 144
"""Side of a video's picture and of one on a strip, in pixels."""

PAPER, INK, FAINT = (255, 255, 255), (20, 20, 20), (110, 110, 110)


class Report:
    """Writes into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "plots").mkdir()
        (folder / "videos").mkdir()

    def tables(self, prompts: Prompts, rows: Rows) -> None:
        """prompts.csv: every motion with what was asked for and what was seen; confusions.csv: how often which."""
        columns = ["clip_id", "part", "row", "text", "asked", *VERDICTS, "strengths", "seen"]
        counts: Counter[tuple[str, str, str, str]] = Counter()
        lines = []
        for row, parts in rows.items():
            for part, measured in parts.items():
                for prompt, one in zip(prompts[part], measured, strict=True):
                    verdict = [getattr(one.verdict, name, None) for name in (*VERDICTS, "strengths")]
                    asked = "" if prompt.plan is None else plan_in_words(prompt.plan)
                    cells = ["" if cell is None else int(cell) for cell in verdict]
                    lines.append([prompt.clip_id, part, row, prompt.text, asked, *cells, in_words(one.events)])
                    if prompt.plan is not None:
                        counts.update((row, part, *pair) for pair in confusions(prompt.plan, one.events))
        _write_csv(self.folder / "prompts.csv", columns, lines)
        ordered = sorted((*key, times) for key, times in counts.items())
        _write_csv(self.folder / "confusions.csv", ["row", "part", "asked", "seen", "times"], ordered)

    def plots(self, prompts: Prompts, rows: Rows) -> None:
        """plots/exact.png: how many motions do exactly what was asked, by number of steps and by kind of action."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(13, 3.4 * len(prompts)), layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(len(prompts), 2, squeeze=False, width_ratios=[1, 4])
        for (part, own), (by_steps, by_kind) in zip(prompts.items(), panels, strict=True):
            planned = [(place, prompt.plan) for place, prompt in enumerate(own) if prompt.plan is not None]
            steps = {str(n): [place for place, plan in planned if len(plan.steps) == n] for n in (1, 2, 3)}
            kinds = {name.replace("_", " "): [place for place, plan in planned if name in plan.kinds] for name in KINDS}
            measured = {row: parts[part] for row, parts in rows.items()}
            _bars(by_steps, steps, measured, f"{part.replace('_', ' ')}: by number of steps")
            _bars(by_kind, kinds, measured, f"{part.replace('_', ' ')}: motions that hold the action")
            by_kind.tick_params(axis="x", labelrotation=40)
        panels[0][0].set_ylabel("exactly as asked")
        figure.legend(*panels[0][0].get_legend_handles_labels(), loc="outside upper right", ncols=len(rows))
        figure.savefig(self.folder / "plots" / "exact.png", dpi=100, metadata={"Software": None})

    def strips(self, mover: Mover, texts: Sequence[str], seed: int) -> None:
        """strips.png and a video of each text, shown by the embedded head; nothing where there is no text."""
        head, sheet = EmbeddedHead(), []
        with progress_bar("strips of frames", len(texts), "texts") as advance:
            for number, text in enumerate(texts, 1):
                performance = mover.move(text, seed=seed)
                frames = list(render_head(head, None, performance, (SIDE, SIDE)))
                self._video(f"{number}_{_file_name(text)}.mp4", frames, performance, mover, text, seed)
                sheet.append(strip(frames, performance, text))
                advance(1)
        if sheet:
            Image.fromarray(np.vstack(sheet)).save(self.folder / "strips.png")

    def _video(
        self, name: str, frames: Sequence[Picture], performance: Performance, mover: Mover, text: str, seed: int
    ) -> None:
        model = f"head_motion {mover.version[:12]}" if mover.version else None
        about = Provenance(generator=f"mien {__version__}", model=model, seed=seed, prompt=text)
        write_video(
            self.folder / "videos" / name, frames, performance.fps, metadata=tags(about, "AI-generated head motion")
        )


def strip(frames: Sequence[Picture], performance: Performance, text: str) -> Picture:
    """Frames (S, S, 3) of a motion side by side, under what was asked for and what is seen in it."""
    places = np.linspace(0, len(frames) - 1, MOMENTS).round().astype(int)
    shown = [Image.fromarray(frames[place]).resize((SHOWN, SHOWN), Image.Resampling.LANCZOS) for place in places]
    width, head, foot = MOMENTS * SHOWN, 46, 20
    sheet = Image.new("RGB", (width, head + SHOWN + foot), PAPER)
    draw, fonts = ImageDraw.Draw(sheet), [ImageFont.load_default(size) for size in (16, 12)]
    seen = in_words(find_events(performance)) or "nothing"
    draw.text((6, 13), f"“{text}”", INK, fonts[0], anchor="lm")
    draw.text((6, 34), f"seen: {seen}", FAINT, fonts[1], anchor="lm")
    for number, (place, picture) in enumerate(zip(places, shown, strict=True)):
        sheet.paste(picture, (number * SHOWN, head))
        time = f"{place / float(performance.fps):.1f} s"
        draw.text((number * SHOWN + SHOWN // 2, head + SHOWN + foot // 2), time, FAINT, fonts[1], anchor="mm")
    return np.asarray(sheet, dtype=np.uint8)


def _bars(axes: Any, groups: Mapping[str, Sequence[int]], rows: Mapping[str, Sequence[Measured]], title: str) -> None:
    width = 0.84 / len(rows)
    places = np.arange(len(groups))
    for number, (row, measured) in enumerate(rows.items()):
        rates = []
        for members in groups.values():
            verdicts = [measured[place].verdict for place in members]
            rates.append(mean([None if verdict is None else verdict.exact for verdict in verdicts]) or 0.0)
        axes.bar(places + (number - (len(rows) - 1) / 2) * width, rates, width, label=row, color=f"C{number}")
    labels = [f"{name}\n({len(members)})" for name, members in groups.items()]
    axes.set(xticks=places, xticklabels=labels, ylim=(0, 1.05), title=title, xlim=(-0.6, len(groups) - 0.4))
    axes.tick_params(axis="x", labelsize=8)


def _write_csv(path: Path, columns: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(lines)


def _file_name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:60]
