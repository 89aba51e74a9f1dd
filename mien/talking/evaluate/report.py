"""What a person looks at after an evaluation: sample videos with sound, a contact sheet, plots, a table of clips."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mien.clips import EMOTIONS
from mien.media.video import write_video
from mien.metrics.emotion import confusion, evenly
from mien.talking.evaluate.measure import (
    AVERAGED,
    ROWS,
    Measured,
    Recording,
)
from mien.talking.evaluate.trials import Trial

Video = NDArray[np.uint8]

PAPER, INK, FAINT = (255, 255, 255), (20, 20, 20), (110, 110, 110)
TIMES = 7
"""Moments of each clip on the contact sheet."""

JUDGES = ("CNN", "HOG")
"""The judges of emotions, as pictures and tables call them."""

SIDE, NAMED = 112, 124
"""Side of a picture on the contact sheet, and width of what stands beside it, in pixels."""

HEADING = "the reference; frames at the same times; what the judges (CNN, HOG) see. SSIM is that of the last row"

SHEET = {"real_clips": "real", "generated": "generated", "generated_given_motion": "with its motion"}
"""The rows on the contact sheet, and what they are called there."""


def strip(width: int, height: int, texts: Sequence[tuple[int, str]], size: int = 15) -> Video:
    """A white strip (height, width, 3) with dark texts, each beginning at its x."""
    image = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size)
    for x, text in texts:
        draw.text((x + 6, height / 2), text, INK, font, anchor="lm")
    return np.asarray(image, dtype=np.uint8)


def plate(width: int, height: int, lines: Sequence[str], size: int = 13) -> Video:
    """A white plate (height, width, 3) with lines of dark text one below the other, in the middle of its height."""
    image = Image.new("RGB", (width, height), PAPER)
    text = "\n".join(lines)
    font = ImageFont.load_default(size)
    ImageDraw.Draw(image).multiline_text((6, height / 2), text, INK, font, anchor="lm", spacing=6)
    return np.asarray(image, dtype=np.uint8)


def enlarged(picture: Video, side: int) -> Video:
    """A picture as (side, side, 3), enlarged or reduced; the same array where it has that size."""
    if picture.shape[0] == side:
        return picture
    way = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=way), dtype=np.uint8)


def label_of(trial: Trial) -> str:
    """What a caption says of a clip: id, emotion and intensity as far as they are known."""
    words = [trial.clip_id, *([trial.emotion] if trial.emotion else [])]
    return " ".join([*words, *([f"{trial.intensity:.2f}"] if trial.intensity is not None else [])])


def judged(measured: Measured, emotion: str | None) -> list[str]:
    """Lines that say what both judges named, and where that is not the clip's emotion."""
    if emotion is None:
        return []
    words = (("CNN", measured.emotion), ("HOG", measured.emotion_hog))
    return [f"{kind}: {word}{'' if word == emotion else ' (wrong)'}" for kind, word in words if word is not None]


def told(measured: Mapping[str, Measured]) -> list[str]:
    """What a caption says of a clip's figures: those that are known."""
    free, given = measured["generated"].figures, measured["generated_given_motion"].figures
    figures = (
        ("mouth SSIM {:.2f}", given["ssim_mouth"]),
        ("eye SSIM {:.2f}", given["ssim_eyes"]),
        ("sync {:.2f}", free["sync_correlation"]),
        ("at {:.0f} ms", free["lag_ms"]),
        ("identity {:.2f}", free["identity_cosine"]),
    )
    return [text.format(value) for text, value in figures if value is not None]


class Report:
    """Takes the clips one after the other, so that no more than one is held, and writes into `folder`."""

    def __init__(
        self, folder: Path, trials: Sequence[Trial], videos: int, rows: int, panel: int, fps: Fraction
    ) -> None:
        self.folder, self.panel, self.fps = folder, panel, fps
        (folder / "videos").mkdir()
        (folder / "plots").mkdir()
        self._trials = list(trials)
        # Spread over the ids, so that not all samples show one actor.
        self._filmed = {trials[place].clip_id for place in evenly(len(trials), min(videos, len(trials)))}
        self._shown = {trials[place].clip_id for place in evenly(len(trials), min(rows, len(trials)))}
        self._sheet: list[Video] = []

    def clip(
        self,
        trial: Trial,
        videos: Mapping[str, Video],
        measured: Mapping[str, Measured],
        speech: NDArray[np.float32],
        reference: Video,
    ) -> None:
        """Film the clip, or put it on the contact sheet, where it was chosen for that."""
        if trial.clip_id in self._filmed:
            self._film(trial, videos, speech, reference)
        if trial.clip_id in self._shown:
            self._sheet.append(self._row(trial, videos, measured, reference))

    def _film(self, trial: Trial, videos: Mapping[str, Video], speech: NDArray[np.float32], reference: Video) -> None:
        side = self.panel
        still = enlarged(reference, side)
        top = strip(3 * side, 28, [(0, "reference"), (side, "real"), (2 * side, "generated")])
        bottom = strip(3 * side, 28, [(0, label_of(trial))])
        frames = (
            np.vstack([top, np.hstack([still, enlarged(theirs, side), enlarged(ours, side)]), bottom])
            for theirs, ours in zip(videos["real_clips"], videos["generated"], strict=True)
        )
        metadata = {
            "title": f"{label_of(trial)}: reference, real, generated",
            "comment": "The right third of this video was generated by AI: mien. It is not a recording.",
        }
        write_video(self.folder / "videos" / f"{trial.clip_id}.mp4", frames, self.fps, speech, metadata=metadata)

    def _row(
        self, trial: Trial, videos: Mapping[str, Video], measured: Mapping[str, Measured], reference: Video
    ) -> Video:
        moments = evenly(len(videos["generated"]), TIMES)
        blank = np.full((len(SHEET) * SIDE, SIDE, 3), 255, np.uint8)
        blank[:SIDE] = enlarged(reference, SIDE)
        lines = [np.hstack([enlarged(videos[row][moment], SIDE) for moment in moments]) for row in SHEET]
        names = [plate(NAMED, SIDE, [name, *judged(measured[row], trial.emotion)]) for row, name in SHEET.items()]
        caption = [
            label_of(trial),
            f"reference: {'neutral, ' + trial.reference_clip if trial.has_neutral_reference else 'own first frame'}",
            *told(measured),
        ]
        body = np.hstack([blank, np.vstack(names), np.vstack(lines)])
        gap = np.full((8, body.shape[1], 3), 255, np.uint8)
        return np.vstack([strip(body.shape[1], 28, [(0, "   ·   ".join(caption))], 14), body, gap])

    def finish(self, recordings: Sequence[Recording], measured: Mapping[str, Sequence[Measured]]) -> None:
        """Write the contact sheet, the plots and the table."""
        width = max(row.shape[1] for row in self._sheet)
        times = strip(width, 30, [(0, HEADING)])
        sheet = np.vstack([times, *self._sheet])
        Image.fromarray(sheet).save(self.folder / "contact_sheet.png")
        self._table(measured)
        plot_opening(self.folder / "plots" / "mouth_opening.png", self._trials, recordings, measured)
        plot_confusion(self.folder / "plots", recordings, measured)

    def _table(self, measured: Mapping[str, Sequence[Measured]]) -> None:
        names = ["clip_id", "actor", "emotion", "intensity", "reference_clip", "other_speech"]
        names += ["row", "judged_emotion", "judged_emotion_hog"]
        with (self.folder / "clips.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow([*names, *AVERAGED, "lag_ms"])
            for place, trial in enumerate(self._trials):
                labels = [
                    trial.clip_id,
                    trial.actor,
                    trial.emotion,
                    trial.intensity,
                    trial.reference_clip,
                    trial.other_speech,
                ]
                for row in ROWS:
                    clip = measured[row][place]
                    figures = [clip.figures[key] for key in (*AVERAGED, "lag_ms")]
                    rounded = [None if x is None else round(x, 5) for x in figures]
                    cells = [*labels, row, clip.emotion, clip.emotion_hog, *rounded]
                    writer.writerow(["" if cell is None else cell for cell in cells])


def _standard(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = curve - np.nanmean(curve)
    return np.asarray(centred / max(float(np.nanstd(curve)), 1e-9))


def plot_opening(
    path: Path, trials: Sequence[Trial], recordings: Sequence[Recording], measured: Mapping[str, Sequence[Measured]]
) -> None:
    """Mouth opening, real and generated, over the loudness of the speech, for up to four clips."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    places = evenly(len(trials), min(4, len(trials)))
    figure = Figure(figsize=(10, 2.2 * len(places)), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, place in zip(figure.subplots(len(places), squeeze=False)[:, 0], places, strict=True):
        voice = recordings[place].voice
        seconds = np.arange(len(voice)) / float(recordings[place].fps)
        axes.fill_between(seconds, _standard(voice), -3, color="0.88", label="loudness of the speech")
        for row, colour in (("real_clips", "0.3"), ("generated", "tab:orange")):
            opening = measured[row][place].opening
            if np.isfinite(opening).any():
                axes.plot(seconds, _standard(opening), color=colour, label=f"mouth opening, {row.split('_')[0]}")
        axes.set(title=label_of(trials[place]), ylim=(-3, 4), yticks=[], xlabel="s", xlim=(0, seconds[-1] or 1))
    figure.axes[0].legend(loc="upper right", ncols=3, fontsize=8)
    figure.savefig(path, dpi=100, metadata={"Software": None})


def plot_confusion(folder: Path, recordings: Sequence[Recording], measured: Mapping[str, Sequence[Measured]]) -> None:
    """What each judge sees in real and in generated clips: emotion_confusion.png and the answers in a CSV.

    Without emotions, or without judges, the CSV has no row and there is no picture.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for judge in JUDGES:
        for row in ROWS:
            words = [clip.emotion if judge == "CNN" else clip.emotion_hog for clip in measured[row]]
            both = zip((real.emotion for real in recordings), words, strict=True)
            pairs[judge, row] = [(actual, word) for actual, word in both if actual is not None and word is not None]
    with (folder / "emotion_confusion.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["judge", "row", "actual", "judged"])
        writer.writerows((*key, actual, word) for key, answers in pairs.items() for actual, word in answers)
    if not any(pairs.values()):
        return
    figure = Figure(figsize=(8.4, 7.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = [(judge, row) for judge in JUDGES for row in ("real_clips", "generated")]
    for axes, (judge, row) in zip(figure.subplots(2, 2).flat, panels, strict=True):
        _draw_confusion(axes, pairs[judge, row], f"{row.replace('_', ' ')}, {judge}")
    figure.savefig(folder / "emotion_confusion.png", dpi=100, metadata={"Software": None})


def _draw_confusion(axes: Any, pairs: Sequence[tuple[str, str]], title: str) -> None:
    table = confusion([judged for _, judged in pairs], [actual for actual, _ in pairs])
    parts = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(parts, cmap="Blues", vmin=0, vmax=1)
    for (actual, judged), count in np.ndenumerate(table):
        if count:
            colour = "white" if parts[actual, judged] > 0.6 else "black"
            axes.text(judged, actual, str(count), ha="center", va="center", color=colour)
    axes.set(xticks=range(6), yticks=range(6), xticklabels=EMOTIONS, yticklabels=EMOTIONS)
    axes.set(xlabel="the judge sees", ylabel="the clip's emotion", title=title)
