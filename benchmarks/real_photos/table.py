"""The table: a line for each figure, a column for each row of videos."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.real_photos.blendshapes import MAIN, response
from benchmarks.real_photos.clip import Measured

Summary = dict[str, float]

FIGURES = (
    "identity", "sharpness", "lip_delta_e", "smudge", "inside_light", "inside_chroma", "inside_contrast", "teeth",
    "eye_blink", "jaw_range", "sync_r", "sync_lag", "found",
)  # fmt: skip


def summary(videos: Sequence[Measured]) -> Summary:
    """Means over the videos of a row, at its greatest intensity."""
    strongest = max(video.intensity for video in videos)
    full = [video for video in videos if video.intensity == strongest or video.emotion == "NEU"]
    found: Summary = {"videos": len(full)}
    for emotion, names in MAIN.items():
        changes = [
            response(video.shapes, video.neutral) for video in full if video.emotion == emotion and video.neutral
        ]
        for name in names:
            if changes:
                found[f"{emotion} {name}"] = float(np.mean([change[name] for change in changes]))
                found[f"{emotion} {name}, least"] = float(min(change[name] for change in changes))
    for name in FIGURES:
        values = [video.figures[name] for video in full if name in video.figures]
        if values:
            found[name] = float(np.mean(values))
    found["named rightly"] = float(np.mean([video.named == video.emotion for video in full]))
    found["named rightly of 7"] = float(np.mean([video.named_of_all == video.emotion for video in full]))
    for emotion in dict.fromkeys(video.emotion for video in full):
        answers = [video.named == emotion for video in full if video.emotion == emotion]
        found[f"named rightly, {emotion}"] = float(np.mean(answers))
    return found


def table(rows: Mapping[str, Summary], show: Callable[[float], str] = lambda value: f"{value:.2f}") -> str:
    """Markdown: figures down, rows across."""
    names = list(dict.fromkeys(name for summed in rows.values() for name in summed))
    lines = [f"| | {' | '.join(rows)} |", "|---|" + "---|" * len(rows)]
    for name in names:
        cells = [show(summed[name]) if name in summed else "–" for summed in rows.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
