"""What is measured of one clip, and how the clips' figures become one row of the evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.faces.landmarks import LandmarkDetector
from mien.metrics.emotion import EmotionJudge, accuracy
from mien.metrics.images import crop, mouth_boxes, psnr, sharpness, ssim
from mien.metrics.landmarks import FACE, MOUTH, jitter, lmd, nlmd
from mien.metrics.lipsync import LEAST_FRAMES, lip_sync, mouth_opening, permutation_auc, sync_scores

Video = NDArray[np.uint8]
Curve = NDArray[np.float64]

OVERALL = ("ssim_mouth", "sync_auc", "emotion_accuracy")
"""The figures whose mean is `overall`: does the mouth look right, does it follow the speech, is the emotion there.
All lie in [0, 1]; a still picture is good at the first alone."""

ROWS = ("real_clips", "reference_frame_repeated", "shuffled_speech", "generated")
"""The rows of the evaluation, as they are called in metrics/evaluate_talking.json."""

DETECTION_SIZE, DETECTION_MARGIN = 256, 32
"""An aligned crop is enlarged to this side and given this border, in pixels, before landmarks are sought in it: a face
that fills a small picture to its edges is not what detectors were made for."""

AVERAGED = (
    "psnr", "psnr_mouth", "ssim", "ssim_mouth", "lmd_face", "lmd_mouth", "nlmd",
    "sync_correlation", "sharpness", "jitter", "face_found",
)  # fmt: skip
"""The figures of a clip whose mean over clips stands in a row."""


def detect_landmarks(video: Video, detector: LandmarkDetector) -> NDArray[np.float32]:
    """(T, 68, 2) iBUG landmarks, in the crop's pixels, of the largest face in each frame of uint8 (T, S, S, 3).

    NaN where no face is found. The detector is reset first, so that the clips' order changes nothing.
    """
    detector.reset()
    size = video.shape[1]
    scale = DETECTION_SIZE / size
    found = np.full((len(video), 68, 2), np.nan, dtype=np.float32)
    for index, frame in enumerate(video):
        if index and np.array_equal(frame, video[index - 1]):
            found[index] = found[index - 1]
            continue
        large = cv2.resize(frame, (DETECTION_SIZE, DETECTION_SIZE), interpolation=cv2.INTER_CUBIC)
        margin = DETECTION_MARGIN
        framed = cv2.copyMakeBorder(large, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
        faces = detector.detect(np.asarray(framed, dtype=np.uint8))
        if faces:
            # Both frames of reference count from the centre of the first pixel: hence the halves.
            found[index] = (faces[0].landmarks - margin + 0.5) / scale - 0.5
    return found


@dataclass(frozen=True)
class Recording:
    """A real val clip that generated ones are held against.

    `video` uint8 (T, S, S, 3); `landmarks` float32 (T, 68, 2) from the alignment, in crop pixels; `voice` (T,) the
    loudness of its speech; `sharpness` the mean over its frames; `emotion` None where it is unknown.
    """

    clip_id: str
    video: Video
    landmarks: NDArray[np.float32]
    voice: Curve
    fps: Fraction
    emotion: str | None
    sentence: str | None

    @property
    def sharpness(self) -> float:
        """Mean variance of the Laplacian over the frames."""
        return float(np.mean([sharpness(frame) for frame in self.video]))

    def without_pictures(self) -> Recording:
        """The same with an empty video: what rows over many clips need, without their memory."""
        return replace(self, video=self.video[:0])


@dataclass(frozen=True)
class Measured:
    """A clip in one row: its figures (None: could not be measured), mouth opening (T,) and the judge's word."""

    figures: dict[str, float | None]
    opening: Curve
    emotion: str | None


def measure(video: Video, real: Recording, detector: LandmarkDetector, judge: EmotionJudge) -> Measured:
    """Hold a video uint8 (T, S, S, 3) against the real clip of the same length: every figure of `AVERAGED`, the lag."""
    landmarks = detect_landmarks(video, detector)
    boxes = mouth_boxes(real.landmarks, real.video.shape[1])
    pairs = list(zip(video, real.video, strict=True))
    mouths = [(crop(ours, box), crop(theirs, box)) for (ours, theirs), box in zip(pairs, boxes, strict=True)]
    found = np.isfinite(landmarks).all(axis=(1, 2))
    opening = mouth_opening(landmarks)
    figures: dict[str, float | None] = {
        "psnr": float(np.mean([psnr(ours, theirs) for ours, theirs in pairs])),
        "psnr_mouth": float(np.mean([psnr(ours, theirs) for ours, theirs in mouths])),
        "ssim": float(np.mean([ssim(ours, theirs) for ours, theirs in pairs])),
        "ssim_mouth": float(np.mean([ssim(ours, theirs) for ours, theirs in mouths])),
        "lmd_face": lmd(landmarks, real.landmarks, FACE),
        "lmd_mouth": lmd(landmarks, real.landmarks, MOUTH),
        "nlmd": nlmd(landmarks, real.landmarks),
        "sync_correlation": None,
        "lag_ms": None,
        "sharpness": float(np.mean([sharpness(frame) for frame in video])) / max(real.sharpness, 1e-9),
        "jitter": jitter(landmarks, real.fps),
        "face_found": float(found.mean()),
    }
    if len(opening) >= LEAST_FRAMES and found.any():
        sync = lip_sync(opening, real.voice, real.fps)
        figures |= {"sync_correlation": sync.correlation, "lag_ms": sync.lag_ms}
    answer = EMOTIONS[int(judge.predict(video).argmax())] if judge.trained_clips else None
    return Measured(figures, opening, answer)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def comparable_voices(recordings: Sequence[Recording]) -> NDArray[np.bool_]:
    """(N, N) whether two clips may serve as own and other sound: not when they say the same sentence."""
    return np.asarray(
        [[a.sentence is None or a.sentence != b.sentence for b in recordings] for a in recordings], dtype=bool
    )


def row_of(clips: Sequence[Measured], recordings: Sequence[Recording]) -> dict[str, float | None]:
    """One row of the evaluation: means over clips, the median lag, the permutation AUC, the emotion accuracy.

    The keys are always the same; None stands for what could not be measured.
    """
    row = {key: _mean([clip.figures[key] for clip in clips]) for key in AVERAGED}
    lags = [clip.figures["lag_ms"] for clip in clips if clip.figures["lag_ms"] is not None]
    row["lag_ms"] = float(np.median(lags)) if lags else None
    long = [index for index, clip in enumerate(clips) if len(clip.opening) >= LEAST_FRAMES]
    row["sync_auc"] = None
    if len(long) > 1:
        chosen = [recordings[index] for index in long]
        scores = sync_scores([clips[index].opening for index in long], [real.voice for real in chosen], chosen[0].fps)
        row["sync_auc"] = permutation_auc(scores, comparable_voices(chosen))
    judged = [(clip.emotion, real.emotion) for clip, real in zip(clips, recordings, strict=True)]
    known = [(named, actual) for named, actual in judged if named is not None and actual is not None]
    row["emotion_accuracy"] = accuracy([named for named, _ in known], [actual for _, actual in known])
    row["frames_per_second"] = None
    row["overall"] = _mean([row[key] for key in OVERALL])
    return row
