"""Evaluation of the talking face on clips of actors that are not in the training set.

Rows: `real`, `repeated` (the reference frame), `shuffled` (the generator driven by another clip's speech), `generated`
and `real_motion` (the generator conditioned on the real clip's head motion, gaze and blinks). docs/metrics.md lists
which metric is meaningful in which row.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.corpora.split import read_split
from mien.faces.detectors.crops import Detected
from mien.faces.detectors.interface import LandmarkDetector
from mien.faces.detectors.open import open_detector
from mien.faces.shards import FaceShards
from mien.files import atomic_directory, sha256_file
from mien.media.coordinates import to_normalised, to_pixels
from mien.media.log_mel import frame_count
from mien.media.resize import resized
from mien.metrics.emotion import EmotionJudge
from mien.metrics.emotion_hog import HogJudge
from mien.metrics.identity import IdentityJudge
from mien.metrics.lipsync import loudness
from mien.systems.evaluation.evaluate import Judge, RowFigures, evaluate, identity_of
from mien.systems.evaluation.figures import Figures, mean
from mien.systems.evaluation.rows import GENERATED, REAL, REAL_MOTION, REPEATED, SHUFFLED
from mien.talking.evaluate.measure import FROM_REAL_MOTION, OVERALL, Judges, Measured, RealClip, figures_of, measure
from mien.talking.evaluate.motion import real_pose
from mien.talking.evaluate.report import TalkingReport
from mien.talking.evaluate.trials import Trial, choose_trials
from mien.talking.generate.frame_generator import FrameGenerator
from mien.talking.options import EvaluateTalkingOptions
from mien.training.curves import Log

Video = NDArray[np.uint8]
Speech = NDArray[np.float32]


class TalkingEvaluation(Judge[Trial, Measured]):
    """The evaluation of a talker on the clips in `shards`."""

    def __init__(
        self,
        shards: FaceShards,
        talker: FrameGenerator,
        detector: LandmarkDetector,
        judges: Judges,
        report: TalkingReport,
        options: EvaluateTalkingOptions,
    ) -> None:
        self.shards, self.talker, self.detector, self.judges = shards, talker, detector, judges
        self.report, self.options = report, options
        self.timings: list[tuple[int, float]] = []

    def rows(self, trials: Sequence[Trial]) -> dict[str, list[Measured]]:
        """Every row of each trial; no more than one trial's videos are in memory."""
        rows: dict[str, list[Measured]] = {}
        for trial in trials:
            for row, measured in self._trial(trial).items():
                rows.setdefault(row, []).append(measured)
        return rows

    def _trial(self, trial: Trial) -> dict[str, Measured]:
        shards = self.shards
        window = shards.window(trial.clip_id, 0, frames_of(shards, trial, self.options))
        still = shards.window(trial.reference_clip, 0, 1)
        reference, speech, frames = still.video[0], window.speech, len(window.video)
        other = shards.clip(trial.other_speech).speech[: len(speech)]
        other = np.pad(other, (0, len(speech) - len(other)))
        generated_frames = frame_count(len(speech), shards.fps, shards.sample_rate)
        pose = real_pose(shards, trial, generated_frames, self.talker.mean_pose)
        started = time.perf_counter()
        face = (reference, still.landmarks[0])
        generated = self._generate(face, speech, trial, frames)
        self.timings.append((frames, time.perf_counter() - started))
        videos = {
            REAL: window.video,
            REPEATED: np.broadcast_to(reference, window.video.shape),
            SHUFFLED: self._generate(face, other, trial, frames),
            GENERATED: generated,
            REAL_MOTION: self._generate(face, speech, trial, frames, pose),
        }
        mesh, identity = shards.mesh(trial.clip_id), self.judges.identity
        real = RealClip(
            window.video,
            Detected(window.landmarks, None if mesh is None else mesh[:frames]),
            loudness(speech, shards.sample_rate, frames, shards.fps),
            shards.fps,
            trial.emotion,
            trial.sentence,
            None if identity is None else identity.embed(still.video, still.landmarks),
        )
        measured = {row: measure(video, real, self.detector, self.judges) for row, video in videos.items()}
        self.report.add(trial, videos, measured, speech, reference)
        return measured

    def _generate(
        self,
        face: tuple[Video, NDArray[np.float32]],
        speech: Speech,
        trial: Trial,
        frames: int,
        pose: NDArray[np.float32] | None = None,
    ) -> Video:
        """A generated video (frames, S, S, 3); one frame too many is cut, one too few repeats the last frame.

        `face`: the reference crop and its landmarks (68, 2), as `mien talk` has them from the detector.
        """
        reference, landmarks = face
        crop = resized(reference, self.talker.size)
        points = to_pixels(to_normalised(landmarks, len(reference)), len(crop))
        condition = (trial.emotion, trial.intensity, self.options.seed)
        made = list(self.talker.generate(crop, speech, *condition, pose=pose, landmarks=points))
        if abs(len(made) - frames) > 1:
            raise ValueError(f"the generator made {len(made)} frames of speech as long as {frames} frames")
        return np.stack([resized(frame, self.shards.size) for frame in (made + made[-1:])[:frames]])

    def part_figures(self, samples: Sequence[Trial], rows: Mapping[str, Sequence[Measured]]) -> dict[str, Figures]:
        """The metrics of every row, see `figures_of`."""
        del samples
        return {row: figures_of(own) for row, own in rows.items()}

    def row_figures(self, row: str, figures: RowFigures) -> Figures:
        """`overall`, the mean of `OVERALL`; None for the row `real_motion`, see docs/metrics.md."""

        def value(key: str) -> float | None:
            source = REAL_MOTION if row == GENERATED and key in FROM_REAL_MOTION else row
            return mean(part[key] for part in figures[source].values())

        overall = None if row == REAL_MOTION else mean(map(value, OVERALL))
        return {"overall": overall, **({"frames_per_second": self._rate()} if row == GENERATED else {})}

    def _rate(self) -> float:
        # The first clip includes warm-up, so it counts only if it is the only one.
        timed = self.timings[1:] or self.timings
        return sum(frames for frames, _ in timed) / max(sum(seconds for _, seconds in timed), 1e-9)


def frames_of(shards: FaceShards, trial: Trial, options: EvaluateTalkingOptions) -> int:
    """Number of evaluated frames of a clip, from its start."""
    return min(shards.frames(trial.clip_id), max(1, int(options.max_seconds * shards.fps)))


def evaluate_talking(
    faces: Path,
    split: Path,
    talking_face: Path,
    emotion_judge: Path,
    options: EvaluateTalkingOptions,
    out: Path,
    log: Log,
) -> dict[str, Any]:
    """Evaluate the talking face in the folder `talking_face`, with the emotion judges in `emotion_judge`.

    Returns the metrics, see `mien.systems.evaluation.evaluate.evaluate`. Writes the report to the folder `out`, whole
    or not at all. Everything but `frames_per_second` is the same for the same input. Raises ValueError when the part
    contains no clip.
    """
    shards = FaceShards(faces)
    trials = choose_trials(shards, read_split(split), options.part, options.max_clips, options.seed)
    judges, talker, name = _judges(emotion_judge, options), FrameGenerator.load(talking_face), options.detector
    neutral = sum(trial.has_neutral_reference for trial in trials)
    about = {
        "frames": sum(frames_of(shards, trial, options) for trial in trials),
        "actors": len({trial.actor for trial in trials if trial.actor is not None}),
        "clips_with_emotion": sum(trial.emotion is not None for trial in trials),
        "neutral_references": neutral,
        "own_first_frame_references": len(trials) - neutral,
        **evaluation_identity(shards, trials, emotion_judge, options),
    }
    with atomic_directory(out) as folder, open_detector(name, max_faces=1, tracking=True) as detector:  # type: ignore[arg-type]
        report = TalkingReport(folder, trials, options, shards.fps)
        evaluation = TalkingEvaluation(shards, talker, detector, judges, report, options)
        return evaluate(evaluation.rows, {options.part: trials}, evaluation, report, log, about, batch=1)


def _judges(folder: Path, options: EvaluateTalkingOptions) -> Judges:
    if options.identity_model is None:
        print("evaluate talking: no identity_model is given: identity_cosine is left out", file=sys.stderr, flush=True)
    identity = None if options.identity_model is None else IdentityJudge(options.identity_model)
    return Judges(EmotionJudge.load(folder), HogJudge.load(folder), identity)


def evaluation_identity(
    shards: FaceShards, trials: Sequence[Trial], judges: Path, options: EvaluateTalkingOptions
) -> dict[str, str]:
    """Digests from which the evaluation's fingerprint is made: the clips' content, the judges' weights, the options."""
    used = sorted({clip for trial in trials for clip in (trial.clip_id, trial.reference_clip, trial.other_speech)})
    data = [(clip_id, str(shards.index["sha256"][clip_id])) for clip_id in used]
    weights = [sha256_file(path) for path in sorted(judges.glob("*.safetensors"))]
    return identity_of("talking", data, weights, options, ("videos", "sheet_rows", "panel", "identity_model"))
