"""Measured content of a clip as text, printed beside the output."""

from __future__ import annotations

from mien.shapes.measure.motion import MIN_FRAMES
from mien.shapes.measure.scene import MeasuredFigure, MeasuredScene


def measured_text(content: MeasuredScene) -> str:
    """A phrase such as `a big red star shrinking`, without a full stop; no sizes for two figures, as in the prompts."""
    frames = len(content.counts)
    if not content.figures:
        return "nothing that can be made out"
    count = len(content.figures)
    words = " and ".join(_figure_text(figure, frames, count == 1) for figure in content.figures)
    others = sum(own != count for own in content.counts)
    return f"{words}, but in {others} of {frames} frames more or fewer figures" if others else words


def _figure_text(figure: MeasuredFigure, frames: int, alone: bool) -> str:
    size = figure.size if alone else None
    words = " ".join(part for part in ("a", size, figure.colour, figure.shape or "figure") if part)
    if figure.motion is not None:
        words += f" {figure.motion}"
    elif frames < MIN_FRAMES:
        words += ", too briefly to tell its motion"
    else:
        words += " in no motion that has a name"
    return words if figure.steady else f"{words}, unsteady"
