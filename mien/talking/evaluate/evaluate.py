"""Evaluation of the talking face on actors whom no model has seen in training.

Every figure stands in five rows: the real clips, the reference frame repeated, the generator driven by another clip's
speech, the generator, and the generator that is given the real clip's own head motion, gaze and blinks. Without the
others none means anything; docs/metrics.md says which figure is read in which row.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.corpora.split import read_split
from mien.faces.detectors.interface import LandmarkDetector
from mien.faces.detectors.open import open_detector
from mien.faces.shards import FaceShards, FaceWindow
from mien.files import atomic_directory, fingerprint, sha256_file
from mien.media.log_mel import frame_count
from mien.metrics.emotion import EmotionJudge
from mien.metrics.emotion_hog import HogJudge
from mien.metrics.identity import Embedding, IdentityJudge
from mien.metrics.lipsync import loudness
from mien.progress import progress_bar
from mien.talking.evaluate.measure import (
    ROWS,
    Detected,
    Judges,
    Measured,
    Recording,
    measure,
    rows_of,
)
from mien.talking.evaluate.motion import MotionOfClips
from mien.talking.evaluate.report import Report, enlarged
from mien.talking.evaluate.trials import Trial, choose_trials
from mien.talking.generate.talker import Talker
from mien.talking.options import EvaluateTalkingOptions
from mien.training.curves import Log

Video = NDArray[np.uint8]


class SpeakingFaces(Protocol):
    """What generates: `mien.talking.generate.talker.Talker` is one."""

    @property
    def size(self) -> int:
        """Side of the pictures it takes and makes, in pixels."""
        ...

    @property
    def usual_motion(self) -> NDArray[np.float32]:
        """The mean pose (9,) of its training clips; see `mien.faces.measures.FACE_POSE`."""
        ...

    def generate(
        self,
        crop: Video,
        speech: NDArray[np.float32],
        emotion: str | None,
        intensity: float | None,
        seed: int,
        motion: NDArray[np.float32] | None = None,
    ) -> Iterator[Video]:
        """Frames (S, S, 3) uint8 at the model's rate, as long as the speech (N,) at 16 kHz.

        `motion` (T, len(MOTIONS)): head motion, blinks and gaze; None: the talker's own, drawn by `seed`.
        """
        ...


def _fit(speech: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """The speech cut, or filled with silence, to (length,)."""
    return np.pad(speech[:length], (0, max(0, length - len(speech)))).astype(np.float32)


class _Evaluation:
    """One clip at a time: its real video and what the generator makes of it, measured."""

    def __init__(self, shards: FaceShards, talker: SpeakingFaces, judges: Judges, options: EvaluateTalkingOptions):
        self.shards, self.talker, self.judges, self.options = shards, talker, judges, options
        self.motions = MotionOfClips(shards, talker.usual_motion)
        self.generating: list[tuple[int, float]] = []

    def generate(
        self,
        reference: Video,
        speech: NDArray[np.float32],
        trial: Trial,
        frames: int,
        motion: NDArray[np.float32] | None = None,
    ) -> Video:
        """(frames, S, S, 3) of the generator; its last frame is held, or its end cut, where it is one frame off."""
        started = time.perf_counter()
        crop = enlarged(reference, self.talker.size)
        given = (trial.emotion, trial.intensity, self.options.seed)
        made = list(self.talker.generate(crop, speech, *given, motion=motion))
        self.generating.append((len(made), time.perf_counter() - started))
        if abs(len(made) - frames) > 1:
            raise ValueError(f"the generator made {len(made)} frames of speech as long as {frames} frames")
        size = self.shards.size
        video = np.stack([(made + made[-1:])[index] for index in range(frames)])
        if video.shape[1] != size:
            video = np.stack([enlarged(frame, size) for frame in video])
        return video

    def trial(
        self, trial: Trial, detector: LandmarkDetector
    ) -> tuple[Recording, dict[str, Video], dict[str, Measured], NDArray[np.float32]]:
        """The real clip, the video of each row, what was measured of it, and the speech."""
        frames = min(self.shards.frames(trial.clip_id), max(1, int(self.options.max_seconds * self.shards.fps)))
        window = self.shards.window(trial.clip_id, 0, frames)
        still = self.shards.window(trial.reference_clip, 0, 1)
        reference = still.video[0]
        real = self._recording(trial, window, self._person(still))
        other = _fit(self.shards.clip(trial.other_speech).speech, len(window.speech))
        moves = self.motions.given(trial, frame_count(len(window.speech), self.shards.fps, self.shards.sample_rate))
        generated = self.generate(reference, window.speech, trial, frames)
        shuffled = self.generate(reference, other, trial, frames)
        moved = self.generate(reference, window.speech, trial, frames, moves)
        del self.generating[-2:]  # the rate is that of the row `generated`
        repeated = np.broadcast_to(reference, window.video.shape)
        videos = dict(zip(ROWS, (window.video, repeated, shuffled, generated, moved), strict=True))
        measured = {row: measure(video, real, detector, self.judges) for row, video in videos.items()}
        return real, videos, measured, window.speech

    def _recording(self, trial: Trial, window: FaceWindow, person: Embedding | None) -> Recording:
        frames, fps = len(window.video), self.shards.fps
        mesh = self.shards.mesh(trial.clip_id)
        face = Detected(window.landmarks, None if mesh is None else mesh[:frames])
        voice = loudness(window.speech, self.shards.sample_rate, frames, fps)
        return Recording(trial.clip_id, window.video, face, voice, fps, trial.emotion, trial.sentence, person)

    def _person(self, still: FaceWindow) -> Embedding | None:
        judge = self.judges.identity
        return None if judge is None else judge.embed(still.video, still.landmarks)

    @property
    def frames_per_second(self) -> float:
        """Generated frames a second; the first clip, in which everything warms up, counts only if it is alone."""
        counted = self.generating[1:] or self.generating
        return sum(frames for frames, _ in counted) / max(sum(seconds for _, seconds in counted), 1e-9)


def evaluate_talking(
    faces: Path,
    split: Path,
    talking_face: Path,
    emotion_judge: Path,
    options: EvaluateTalkingOptions,
    out: Path,
    log: Log,
) -> dict[str, Any]:
    """Evaluate the talking face in the folder `talking_face`, judged by those in `emotion_judge`.

    Returns a dictionary of plain values: a dictionary of figures for each of `ROWS`, always with the same keys, None
    where nothing could be measured; beside them what was evaluated, with a fingerprint: only evaluations of equal
    fingerprints may be compared. Writes to the folder `out`, whole or not at all:
    videos/, contact_sheet.png, plots/, clips.csv. Everything but `frames_per_second` is the same for the same input.
    Raises ValueError when there is nothing to evaluate.
    """
    shards, parts = FaceShards(faces), read_split(split)
    trials = choose_trials(shards, parts, options.part, options.max_clips, options.seed)
    judges = _judges(emotion_judge, options)
    evaluation = _Evaluation(shards, Talker.load(talking_face), judges, options)
    recordings: list[Recording] = []
    measured: dict[str, list[Measured]] = {row: [] for row in ROWS}
    frames = 0
    with atomic_directory(out) as folder, _opened(options) as detector:
        report = Report(folder, trials, options.videos, options.sheet_rows, options.panel, shards.fps)
        with progress_bar("evaluate talking", len(trials), unit="clips") as advance:
            for trial in trials:
                real, videos, clip, speech = evaluation.trial(trial, detector)
                report.clip(trial, videos, clip, speech, shards.window(trial.reference_clip, 0, 1).video[0])
                # The pictures are shown and measured: only the curves and labels are still needed.
                recordings.append(real.without_pictures())
                frames += len(real.video)
                for row in ROWS:
                    measured[row].append(clip[row])
                advance(1)
        report.finish(recordings, measured)
    rows = rows_of(measured, recordings)
    rows["generated"]["frames_per_second"] = evaluation.frames_per_second
    log(
        {f"{row}.{key}": value for row, figures in rows.items() for key, value in figures.items() if value is not None},
        frames,
    )
    identity = evaluation_fingerprint(shards, trials, emotion_judge, options)
    return {**_rounded(rows), **_what(trials, frames, identity)}


def _judges(folder: Path, options: EvaluateTalkingOptions) -> Judges:
    if options.identity_model is None:
        print("evaluate talking: no identity_model is given: identity_cosine is left out", file=sys.stderr, flush=True)
    identity = None if options.identity_model is None else IdentityJudge(options.identity_model)
    return Judges(EmotionJudge.load(folder), HogJudge.load(folder), identity)


def evaluation_fingerprint(
    shards: FaceShards, trials: Sequence[Trial], judges: Path, options: EvaluateTalkingOptions
) -> str:
    """Twelve characters that name what was evaluated and by whom: clips, judges, options; not the model.

    What is only shown (videos, contact sheet) does not count, nor where the identity judge's file lies.
    """
    shown = {"videos", "sheet_rows", "panel", "identity_model"}
    used = sorted({clip for trial in trials for clip in (trial.clip_id, trial.reference_clip, trial.other_speech)})
    content = [str(shards.index["sha256"][clip_id]) for clip_id in used]
    weights = [sha256_file(path) for path in sorted(judges.glob("*.safetensors"))]
    return fingerprint("evaluation 2", used, content, weights, options.model_dump(mode="json", exclude=shown))[:12]


def _opened(options: EvaluateTalkingOptions) -> Any:
    name: Any = options.detector
    return open_detector(name, max_faces=1, tracking=True)


def _what(trials: Sequence[Trial], frames: int, identity: str) -> dict[str, Any]:
    neutral = sum(trial.has_neutral_reference for trial in trials)
    return {
        "evaluated": {
            "clips": len(trials),
            "frames": frames,
            "actors": len({trial.actor for trial in trials if trial.actor is not None}),
            "clips_with_emotion": sum(trial.emotion is not None for trial in trials),
            "neutral_references": neutral,
            "own_first_frame_references": len(trials) - neutral,
            "fingerprint": identity,
        }
    }


def _rounded(rows: Mapping[str, Mapping[str, float | None]]) -> dict[str, dict[str, float | None]]:
    # Four places are more than any of these measures means, and keep the file readable in a diff.
    return {
        row: {key: None if value is None else round(float(value), 4) for key, value in figures.items()}
        for row, figures in rows.items()
    }
