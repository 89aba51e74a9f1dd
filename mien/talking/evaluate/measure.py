"""Metrics of one clip of a talking face, and of a row of clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.faces.alignment import STABLE_POINTS, mean_shape, similarity_transform, warp
from mien.faces.detectors.crops import Detected, detect_landmarks
from mien.faces.detectors.interface import LandmarkDetector
from mien.metrics.emotion import EmotionJudge, evenly
from mien.metrics.emotion_hog import HogJudge
from mien.metrics.eyes import blink_correlation, gaze_error
from mien.metrics.identity import Embedding, IdentityJudge, identity_cosine
from mien.metrics.images import crop, eye_boxes, mouth_boxes, psnr, sharpness, ssim
from mien.metrics.landmarks import FACE, MOUTH, jitter, lmd, nlmd
from mien.metrics.lipsync import (
    LEAST_FRAMES,
    common_lag_scores,
    lip_sync,
    mouth_opening,
    permutation_auc,
    sync_correlations,
)
from mien.systems.evaluation.figures import Figures, mean, rates

Video = NDArray[np.uint8]
Curve = NDArray[np.float64]

VERDICTS = ("emotion_accuracy", "emotion_accuracy_hog")
"""Whether each emotion judge classifies a clip correctly; its mean over clips is the accuracy."""

OVERALL = ("ssim_mouth", "ssim_eyes", "sync_auc", *VERDICTS)
"""The metrics whose mean is `overall`: image quality of mouth and eyes, lip sync, emotion accuracy of both judges. All
lie in [0, 1]."""

FROM_REAL_MOTION = ("ssim_mouth", "ssim_eyes")
"""Metrics that `overall` of the row `generated` takes from the row `real_motion`: in a comparison frame by frame, head
motion that differs from the real clip's is penalised even if it is realistic."""

IDENTITY_FRAMES = 4
"""Evenly spaced frames of a clip whose mean embedding is compared with the reference photo's."""

AVERAGED = (
    "psnr", "psnr_mouth", "ssim", "ssim_mouth", "ssim_eyes", "lmd_face", "lmd_mouth", "nlmd", "gaze_error",
    "identity_cosine", "sync_correlation", "sharpness", "sharpness_mouth", "sharpness_eyes", "jitter", "face_found",
)  # fmt: skip
"""Metrics of a clip whose mean over clips is reported."""


@dataclass(frozen=True)
class RealClip:
    """A real clip with which the rows are compared.

    `video` uint8 (T, S, S, 3); `face`: landmarks from the align stage; `log_rms` (T,): log-RMS of the speech; `emotion`
    and `sentence`: None if unknown; `identity_embedding`: of the reference picture, None without an identity judge.
    """

    video: Video
    face: Detected
    log_rms: Curve
    fps: Fraction
    emotion: str | None
    sentence: str | None
    identity_embedding: Embedding | None = None

    def without_pictures(self) -> RealClip:
        """A copy with an empty video and without the mesh, which is kept in memory for every clip."""
        return replace(self, video=self.video[:0], face=replace(self.face, mesh=None))

    @cached_property
    def boxes(self) -> dict[str, list[NDArray[np.int64]]]:
        """Region → its boxes (1 or 2, 4) in each frame."""
        side = self.video.shape[1]
        mouths, eyes = mouth_boxes(self.face.landmarks, side), eye_boxes(self.face.landmarks, side)
        return {"mouth": [box[None] for box in mouths], "eyes": list(eyes)}

    @cached_property
    def regions(self) -> dict[str, list[Video]]:
        """Region → its crops, frame by frame; the region "" is the whole frame."""
        return self.regions_of(self.video)

    def regions_of(self, video: Video) -> dict[str, list[Video]]:
        """The crops of another video (T, S, S, 3) in the boxes of this clip."""
        crops = {
            region: [crop(frame, box) for frame, own in zip(video, boxes, strict=True) for box in own]
            for region, boxes in self.boxes.items()
        }
        return {"": list(video), **crops}

    @cached_property
    def sharpness(self) -> dict[str, float]:
        """Region → mean sharpness."""
        return {region: _sharpness(crops) for region, crops in self.regions.items()}


@dataclass(frozen=True)
class Judges:
    """Two emotion classifiers of different kinds, and a face-recognition network if its file is given."""

    emotion: EmotionJudge
    hog: HogJudge
    identity: IdentityJudge | None = None


@dataclass(frozen=True)
class Measured:
    """Measurements of a clip in one row.

    `figures`: metrics, None if not measurable; `opening`, `lids`: curves (T,); `emotion`, `emotion_hog`: predictions of
    the judges; `real`: the real clip without its pictures.
    """

    figures: Figures
    opening: Curve
    lids: Curve
    emotion: str | None
    emotion_hog: str | None
    real: RealClip

    @property
    def verdict(self) -> dict[str, bool | None]:
        """Whether each judge's prediction is the clip's emotion; None if either is unknown."""
        predictions, emotion = (self.emotion, self.emotion_hog), self.real.emotion
        return {
            name: None if emotion is None or predicted is None else predicted == emotion
            for name, predicted in zip(VERDICTS, predictions, strict=True)
        }


def as_aligned(video: Video, landmarks: NDArray[np.float32], frames: NDArray[np.int64]) -> Video:
    """The frames with indices `frames` of a video, aligned by one similarity transform as in the align stage.

    Real clips are aligned already; a generated face has the position of its reference, which must not influence an
    emotion judge. A video in which no face was found is not transformed.
    """
    found = np.isfinite(landmarks).all(axis=(1, 2))
    if not found.any():
        return video[frames]
    size, stable = video.shape[1], list(STABLE_POINTS)
    median = np.median(landmarks[found][:, stable], axis=0)
    transform = similarity_transform(median, mean_shape(size)[stable])
    return np.stack([warp(video[frame], transform, size) for frame in frames])


def _sharpness(frames: Sequence[Video]) -> float:
    return float(np.mean([sharpness(frame) for frame in frames]))


def _picture_figures(video: Video, real: RealClip) -> Figures:
    figures: Figures = {}
    for region, ours in real.regions_of(video).items():
        suffix, theirs = f"_{region}" if region else "", real.regions[region]
        if region != "eyes":
            figures[f"psnr{suffix}"] = float(np.mean([psnr(*pair) for pair in zip(ours, theirs, strict=True)]))
        figures[f"ssim{suffix}"] = float(np.mean([ssim(*pair) for pair in zip(ours, theirs, strict=True)]))
        figures[f"sharpness{suffix}"] = _sharpness(ours) / max(real.sharpness[region], 1e-9)
    return figures


def measure(video: Video, real: RealClip, detector: LandmarkDetector, judges: Judges) -> Measured:
    """Compare a video uint8 (T, S, S, 3) with the real clip of the same length: metrics of `AVERAGED`, and the lag."""
    face = detect_landmarks(video, detector)
    landmarks, theirs = face.landmarks, real.face.landmarks
    found = np.isfinite(landmarks).all(axis=(1, 2))
    opening, gaze, real_gaze = mouth_opening(landmarks), face.gaze, real.face.gaze
    figures = _picture_figures(video, real) | {
        "lmd_face": lmd(landmarks, theirs, FACE),
        "lmd_mouth": lmd(landmarks, theirs, MOUTH),
        "nlmd": nlmd(landmarks, theirs),
        "gaze_error": None,
        "identity_cosine": None,
        "sync_correlation": None,
        "lag_ms": None,
        "jitter": jitter(landmarks, real.fps),
        "face_found": float(found.mean()),
    }
    if gaze is not None and real_gaze is not None:
        figures["gaze_error"] = gaze_error(gaze[:, 0], real_gaze[:, 0], real.face.lids)
    if judges.identity is not None:
        some = evenly(len(video), min(IDENTITY_FRAMES, len(video)))
        figures["identity_cosine"] = identity_cosine(
            judges.identity.embed(video[some], landmarks[some]), real.identity_embedding
        )
    if len(opening) >= LEAST_FRAMES and found.any():
        sync = lip_sync(opening, real.log_rms, real.fps)
        figures |= {"sync_correlation": sync.correlation, "lag_ms": sync.lag_ms}

    def predicted(judge: EmotionJudge | HogJudge, frames: int) -> str | None:
        if not judge.trained_clips:
            return None
        return EMOTIONS[int(judge.predict(as_aligned(video, landmarks, evenly(len(video), frames))).argmax())]

    emotion = predicted(judges.emotion, judges.emotion.config.frames)
    hog = predicted(judges.hog, judges.hog.frames)
    return Measured(figures, opening, face.lids, emotion, hog, real.without_pictures())


def mismatched_pairs(clips: Sequence[RealClip]) -> NDArray[np.bool_]:
    """Mask (N, N) of pairs whose speech can serve as mismatched: False for clips of the same sentence."""
    return np.asarray([[a.sentence is None or a.sentence != b.sentence for b in clips] for a in clips], dtype=bool)


def _sync(clips: Sequence[Measured]) -> Figures:
    long = [clip for clip in clips if len(clip.opening) >= LEAST_FRAMES]
    if len(long) < 2:
        return {"sync_auc": None, "sync_auc_common_lag": None}
    real = [clip.real for clip in long]
    values = sync_correlations([clip.opening for clip in long], [one.log_rms for one in real], real[0].fps)
    allowed = mismatched_pairs(real)
    return {
        "sync_auc": permutation_auc(values.max(axis=-1), allowed),
        "sync_auc_common_lag": permutation_auc(common_lag_scores(values), allowed),
    }


def figures_of(clips: Sequence[Measured]) -> Figures:
    """The metrics of a row: means over clips, and metrics that are defined over all clips together.

    The latter are the median lag, the permutation AUCs, the correlation of blinks and the accuracies of both emotion
    judges. None: could not be measured.
    """
    lags = [lag for clip in clips if (lag := clip.figures["lag_ms"]) is not None]
    return {
        **{key: mean(clip.figures[key] for clip in clips) for key in AVERAGED},
        "lag_ms": float(np.median(lags)) if lags else None,
        "blink_correlation": blink_correlation([clip.lids for clip in clips], [clip.real.face.lids for clip in clips]),
        **_sync(clips),
        **rates(clips, VERDICTS),
    }
