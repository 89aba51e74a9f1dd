"""The report of the talking face: the common report with sample videos, a contact sheet and plots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.clips import EMOTIONS
from mien.media.resize import resized
from mien.media.video import write_video
from mien.metrics.emotion import evenly
from mien.systems.evaluation.pictures import caption
from mien.systems.evaluation.report import Report, drawing
from mien.systems.evaluation.rows import GENERATED, REAL, REAL_MOTION
from mien.talking.evaluate.measure import AVERAGED, VERDICTS, Measured
from mien.talking.evaluate.trials import Trial
from mien.talking.options import EvaluateTalkingOptions

Video = NDArray[np.uint8]

SHEET_FRAMES = 7
"""Number of frames of each clip on the contact sheet."""

SIDE, TEXT_WIDTH = 112, 124
"""Side of a picture on the contact sheet, and width of the text beside it, in pixels."""

HEADING = "reference; frames at the same times; predicted emotions (CNN, HOG judge). SSIM is that of the last row"

SHEET = {REAL: "real", GENERATED: "generated", REAL_MOTION: "real motion"}
"""The rows on the contact sheet → their titles."""


def label_of(trial: Trial) -> str:
    """Caption of a clip: its id, and emotion and intensity if they are known."""
    intensity = None if trial.intensity is None else f"{trial.intensity:.2f}"
    return " ".join(filter(None, (trial.clip_id, trial.emotion, intensity)))


def prediction_lines(measured: Measured, emotion: str | None) -> list[str]:
    """Lines with the predictions of both emotion judges; wrong ones are marked."""
    pairs = (("CNN", measured.emotion), ("HOG", measured.emotion_hog))
    return [
        f"{kind}: {word}{'' if word == emotion else ' (wrong)'}"
        for kind, word in pairs
        if word is not None and emotion is not None
    ]


def figures_caption(measured: Mapping[str, Measured]) -> list[str]:
    """Caption with the metrics of a clip; those that could not be measured are left out."""
    free, given = measured[GENERATED].figures, measured[REAL_MOTION].figures
    figures = (
        ("mouth SSIM {:.2f}", given["ssim_mouth"]),
        ("eye SSIM {:.2f}", given["ssim_eyes"]),
        ("sync {:.2f}", free["sync_correlation"]),
        ("at {:.0f} ms", free["lag_ms"]),
        ("identity {:.2f}", free["identity_cosine"]),
    )
    return [text.format(value) for text, value in figures if value is not None]


class TalkingReport(Report[Trial, Measured]):
    """Report to which pictures are added clip by clip, so that only one clip's videos are in memory."""

    verdicts = VERDICTS
    columns = (
        "actor", "emotion", "intensity", "reference_clip", "other_speech", "predicted", "predicted_hog", *AVERAGED,
        "lag_ms",
    )  # fmt: skip
    classes: ClassVar[Mapping[str, tuple[str, ...]]] = {"emotion, CNN judge": EMOTIONS, "emotion, HOG judge": EMOTIONS}
    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {"emotion": EMOTIONS}
    plotted = ("emotion",)

    def __init__(self, folder: Path, trials: Sequence[Trial], options: EvaluateTalkingOptions, fps: Fraction) -> None:
        super().__init__(folder)
        (folder / "videos").mkdir()
        self.panel, self.fps = options.panel, fps
        # Evenly spaced over the ids, so that the samples show several actors.
        self._video_trials = {trials[place] for place in evenly(len(trials), min(options.videos, len(trials)))}
        self._sheet_trials = {trials[place] for place in evenly(len(trials), min(options.sheet_rows, len(trials)))}
        self._sheet: list[Video] = []

    def add(
        self,
        trial: Trial,
        videos: Mapping[str, Video],
        measured: Mapping[str, Measured],
        speech: NDArray[np.float32],
        reference: Video,
    ) -> None:
        """Write the clip's sample video and its part of the contact sheet, if it was selected for them."""
        if trial in self._video_trials:
            self._write_sample(trial, videos, speech, reference)
        if trial in self._sheet_trials:
            self._sheet.append(self._sheet_part(trial, videos, measured, reference))

    def _write_sample(
        self, trial: Trial, videos: Mapping[str, Video], speech: NDArray[np.float32], reference: Video
    ) -> None:
        side = self.panel
        still = resized(reference, side)
        top = caption(3 * side, 28, [(0, "reference"), (side, "real"), (2 * side, "generated")], 15)
        bottom = caption(3 * side, 28, [(0, label_of(trial))], 15)
        frames = (
            np.vstack([top, np.hstack([still, resized(real, side), resized(generated, side)]), bottom])
            for real, generated in zip(videos[REAL], videos[GENERATED], strict=True)
        )
        metadata = {
            "title": f"{label_of(trial)}: reference, real, generated",
            "comment": "The right third of this video was generated by AI: mien. It is not a recording.",
        }
        write_video(self.folder / "videos" / f"{trial.clip_id}.mp4", frames, self.fps, speech, metadata=metadata)

    def _sheet_part(
        self, trial: Trial, videos: Mapping[str, Video], measured: Mapping[str, Measured], reference: Video
    ) -> Video:
        moments = evenly(len(videos[GENERATED]), SHEET_FRAMES)
        left = np.full((len(SHEET) * SIDE, SIDE, 3), 255, np.uint8)
        left[:SIDE] = resized(reference, SIDE)
        lines = [np.hstack([resized(videos[row][moment], SIDE) for moment in moments]) for row in SHEET]
        texts = ["\n".join([name, *prediction_lines(measured[row], trial.emotion)]) for row, name in SHEET.items()]
        names = [caption(TEXT_WIDTH, SIDE, [(0, text)], 13) for text in texts]
        source = f"neutral, {trial.reference_clip}" if trial.has_neutral_reference else "own first frame"
        title = "   ·   ".join([label_of(trial), f"reference: {source}", *figures_caption(measured)])
        body = np.hstack([left, np.vstack(names), np.vstack(lines)])
        return np.vstack(
            [caption(body.shape[1], 28, [(0, title)]), body, np.full((8, body.shape[1], 3), 255, np.uint8)]
        )

    def cells(self, sample: Trial, measured: Measured) -> list[object]:
        """The clip's labels and conditions, the predicted emotions, the metrics."""
        labels = (sample.actor, sample.emotion, sample.intensity, sample.reference_clip, sample.other_speech)
        figures = (measured.figures[key] for key in (*AVERAGED, "lag_ms"))
        return [*labels, measured.emotion, measured.emotion_hog, *figures]

    def confusions(self, sample: Trial, measured: Measured) -> Iterator[tuple[str, str, str]]:
        """True and predicted emotion, by each judge."""
        for judge, predicted in (("CNN", measured.emotion), ("HOG", measured.emotion_hog)):
            if sample.emotion is not None and predicted is not None:
                yield f"emotion, {judge} judge", sample.emotion, predicted

    def groups_of(self, sample: Trial) -> dict[str, tuple[str, ...]]:
        """The group of the clip: its emotion."""
        return {} if sample.emotion is None else {"emotion": (sample.emotion,)}

    def pictures(
        self, parts: Mapping[str, Sequence[Trial]], rows: Mapping[str, Mapping[str, Sequence[Measured]]]
    ) -> None:
        """Write contact_sheet.png and plots/mouth_opening.png."""
        heading = caption(max(row.shape[1] for row in self._sheet), 30, [(0, HEADING)], 15)
        Image.fromarray(np.vstack([heading, *self._sheet])).save(self.folder / "contact_sheet.png")
        for part, trials in parts.items():
            plot_opening(self.folder / "plots" / "mouth_opening.png", trials, rows[part])


def _standardised(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = curve - np.nanmean(curve)
    return np.asarray(centred / max(float(np.nanstd(curve)), 1e-9))


def plot_opening(path: Path, trials: Sequence[Trial], rows: Mapping[str, Sequence[Measured]]) -> None:
    """Plot real and generated mouth opening with the loudness of the speech, for up to four clips."""
    places = evenly(len(trials), min(4, len(trials)))
    with drawing(path, 10, 2.2 * len(places)) as figure:
        for axes, place in zip(figure.subplots(len(places), squeeze=False)[:, 0], places, strict=True):
            real = rows[REAL][place].real
            seconds = np.arange(len(real.log_rms)) / float(real.fps)
            axes.fill_between(seconds, _standardised(real.log_rms), -3, color="0.88", label="loudness of the speech")
            for row, colour in ((REAL, "0.3"), (GENERATED, "tab:orange")):
                opening = rows[row][place].opening
                if np.isfinite(opening).any():
                    axes.plot(seconds, _standardised(opening), color=colour, label=f"mouth opening, {row}")
            axes.set(title=label_of(trials[place]), ylim=(-3, 4), yticks=[], xlabel="s", xlim=(0, seconds[-1] or 1))
        figure.axes[0].legend(loc="upper right", ncols=3, fontsize=8)
