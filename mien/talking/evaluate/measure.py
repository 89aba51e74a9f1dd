"""What is measured of one clip, and how the clips' figures become one row of the evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.faces.alignment import STABLE_POINTS, mean_shape, similarity_transform, warp
from mien.faces.detectors.interface import LandmarkDetector
from mien.faces.measures import eye_opening, gaze
from mien.metrics.emotion import EmotionJudge, accuracy, evenly
from mien.metrics.emotion_hog import HogJudge
from mien.metrics.eyes import blink_correlation, gaze_error, relative_opening
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

Video = NDArray[np.uint8]
Curve = NDArray[np.float64]

ROWS = ("real_clips", "reference_frame_repeated", "shuffled_speech", "generated", "generated_given_motion")
"""The rows of the evaluation, as they are called in metrics/details/evaluate_talking.json."""

OVERALL = ("ssim_mouth", "ssim_eyes", "sync_auc", "emotion_accuracy", "emotion_accuracy_hog")
"""The figures whose mean is `overall`: do mouth and eyes look right, does the mouth follow the speech, is the emotion
there for both judges. All lie in [0, 1]; a still picture is good at the first two alone."""

LIKE_WITH_LIKE = ("ssim_mouth", "ssim_eyes")
"""Those of them that `overall` of the row `generated` takes from `generated_given_motion`: held against the real frame,
a face that moves as it likes is punished for moving."""

DETECTION_SIZE, DETECTION_MARGIN = 256, 32
"""An aligned crop is enlarged to this side and given this border, in pixels, before landmarks are sought in it: a face
that fills a small picture to its edges is not what detectors were made for."""

IDENTITY_FRAMES = 4
"""Evenly spaced frames of a clip whose mean embedding is held against the reference photo's."""

AVERAGED = (
    "psnr", "psnr_mouth", "ssim", "ssim_mouth", "ssim_eyes", "lmd_face", "lmd_mouth", "nlmd", "gaze_error",
    "identity_cosine", "sync_correlation", "sharpness", "sharpness_mouth", "sharpness_eyes", "jitter", "face_found",
)  # fmt: skip
"""The figures of a clip whose mean over clips stands in a row."""


@dataclass(frozen=True)
class Detected:
    """What a detector found in a video, in the crop's pixels, NaN where no face is.

    `landmarks` float32 (T, 68, 2) iBUG; `mesh` float32 (T, 478, 3) with the irises, None where the detector has none.
    """

    landmarks: NDArray[np.float32]
    mesh: NDArray[np.float32] | None

    @property
    def lids(self) -> Curve:
        """(T,) relative opening of the eyes; see `relative_opening`."""
        return relative_opening(eye_opening(self.landmarks))

    @property
    def gaze(self) -> Curve | None:
        """(T, 2) where the irises are, in eye widths from the middles of the eyes; None without a mesh."""
        return None if self.mesh is None else gaze(self.mesh)


def detect_landmarks(video: Video, detector: LandmarkDetector) -> Detected:
    """Landmarks, and mesh, of the largest face in each frame of uint8 (T, S, S, 3).

    The detector is reset first, so that the clips' order changes nothing.
    """
    detector.reset()
    scale = DETECTION_SIZE / video.shape[1]
    landmarks = np.full((len(video), 68, 2), np.nan, dtype=np.float32)
    mesh: NDArray[np.float32] | None = None
    for index, frame in enumerate(video):
        if index and np.array_equal(frame, video[index - 1]):
            landmarks[index] = landmarks[index - 1]
            if mesh is not None:
                mesh[index] = mesh[index - 1]
            continue
        large = cv2.resize(frame, (DETECTION_SIZE, DETECTION_SIZE), interpolation=cv2.INTER_CUBIC)
        margin = DETECTION_MARGIN
        framed = cv2.copyMakeBorder(large, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
        faces = detector.detect(np.asarray(framed, dtype=np.uint8))
        if not faces:
            continue
        # Both frames of reference count from the centre of the first pixel: hence the halves.
        landmarks[index] = (faces[0].landmarks - margin + 0.5) / scale - 0.5
        found = faces[0].mesh
        if found is not None:
            if mesh is None:
                mesh = np.full((len(video), *found.shape), np.nan, dtype=np.float32)
            mesh[index, :, :2] = (found[:, :2] - margin + 0.5) / scale - 0.5
            mesh[index, :, 2] = found[:, 2] / scale
    return Detected(landmarks, mesh)


@dataclass(frozen=True)
class Recording:
    """A real val clip that generated ones are held against.

    `video` uint8 (T, S, S, 3); `face` what the alignment found in the source; `voice` (T,) the loudness of its
    speech; `emotion` None where it is unknown; `person` the embedding of the reference photo, None without a judge.
    """

    clip_id: str
    video: Video
    face: Detected
    voice: Curve
    fps: Fraction
    emotion: str | None
    sentence: str | None
    person: Embedding | None = None

    def without_pictures(self) -> Recording:
        """The same with an empty video and without the mesh: what rows over many clips need, without their memory."""
        return replace(self, video=self.video[:0], face=replace(self.face, mesh=None))


@dataclass(frozen=True)
class Judges:
    """Who judges: two of emotions, of different kinds, and where its file was given one of identity."""

    emotion: EmotionJudge
    hog: HogJudge
    identity: IdentityJudge | None = None


@dataclass(frozen=True)
class Measured:
    """A clip in one row: its figures (None: could not be measured), curves (T,), and both judges' words."""

    figures: dict[str, float | None]
    opening: Curve
    lids: Curve
    emotion: str | None
    emotion_hog: str | None


def as_aligned(video: Video, landmarks: NDArray[np.float32]) -> Video:
    """The video moved, by one similarity transform for all its frames, to where the align stage would have put it.

    Real clips lie there already. Generated ones lie where the reference photo happened to, and a judge of feelings
    must not read that. A video in which no face was found stays as it is.
    """
    seen = np.isfinite(landmarks).all(axis=(1, 2))
    if not seen.any():
        return video
    size, stable = video.shape[1], list(STABLE_POINTS)
    usual = np.median(landmarks[seen][:, stable], axis=0)
    transform = similarity_transform(usual, mean_shape(size)[stable])
    return np.stack([warp(frame, transform, size) for frame in video])


def _sharpness(frames: Iterable[Video]) -> float:
    return float(np.mean([sharpness(frame) for frame in frames]))


def _picture_figures(video: Video, real: Recording) -> dict[str, float | None]:
    landmarks, side = real.face.landmarks, real.video.shape[1]
    boxes = {
        "mouth": [[box] for box in mouth_boxes(landmarks, side)],
        "eyes": list(eye_boxes(landmarks, side)),
    }
    pairs = list(zip(video, real.video, strict=True))
    figures: dict[str, float | None] = {
        "psnr": float(np.mean([psnr(ours, theirs) for ours, theirs in pairs])),
        "ssim": float(np.mean([ssim(ours, theirs) for ours, theirs in pairs])),
        "sharpness": _sharpness(video) / max(_sharpness(real.video), 1e-9),
    }
    for part, places in boxes.items():
        crops = [
            (crop(ours, box), crop(theirs, box))
            for (ours, theirs), own in zip(pairs, places, strict=True)
            for box in own
        ]
        figures[f"ssim_{part}"] = float(np.mean([ssim(ours, theirs) for ours, theirs in crops]))
        figures[f"psnr_{part}"] = float(np.mean([psnr(ours, theirs) for ours, theirs in crops]))
        ours, theirs = _sharpness([own for own, _ in crops]), _sharpness([other for _, other in crops])
        figures[f"sharpness_{part}"] = ours / max(theirs, 1e-9)
    del figures["psnr_eyes"]
    return figures


def _gaze_error(face: Detected, real: Detected) -> float | None:
    ours, theirs = face.gaze, real.gaze
    return None if ours is None or theirs is None else gaze_error(ours[:, 0], theirs[:, 0], real.lids)


def measure(video: Video, real: Recording, detector: LandmarkDetector, judges: Judges) -> Measured:
    """Hold a video uint8 (T, S, S, 3) against the real clip of the same length: every figure of `AVERAGED`, the lag."""
    face = detect_landmarks(video, detector)
    landmarks, theirs = face.landmarks, real.face.landmarks
    found = np.isfinite(landmarks).all(axis=(1, 2))
    opening = mouth_opening(landmarks)
    figures = _picture_figures(video, real) | {
        "lmd_face": lmd(landmarks, theirs, FACE),
        "lmd_mouth": lmd(landmarks, theirs, MOUTH),
        "nlmd": nlmd(landmarks, theirs),
        "gaze_error": _gaze_error(face, real.face),
        "identity_cosine": None,
        "sync_correlation": None,
        "lag_ms": None,
        "jitter": jitter(landmarks, real.fps),
        "face_found": float(found.mean()),
    }
    if judges.identity is not None:
        shown = evenly(len(video), min(IDENTITY_FRAMES, len(video)))
        figures["identity_cosine"] = identity_cosine(judges.identity.embed(video[shown], landmarks[shown]), real.person)
    if len(opening) >= LEAST_FRAMES and found.any():
        sync = lip_sync(opening, real.voice, real.fps)
        figures |= {"sync_correlation": sync.correlation, "lag_ms": sync.lag_ms}
    placed = as_aligned(video, landmarks)
    words = [
        EMOTIONS[int(judge.predict(placed).argmax())] if judge.trained_clips else None
        for judge in (judges.emotion, judges.hog)
    ]
    return Measured(figures, opening, face.lids, *words)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def comparable_voices(recordings: Sequence[Recording]) -> NDArray[np.bool_]:
    """(N, N) whether two clips may serve as own and other sound: not when they say the same sentence."""
    return np.asarray(
        [[a.sentence is None or a.sentence != b.sentence for b in recordings] for a in recordings], dtype=bool
    )


def _sync(clips: Sequence[Measured], recordings: Sequence[Recording]) -> dict[str, float | None]:
    long = [index for index, clip in enumerate(clips) if len(clip.opening) >= LEAST_FRAMES]
    if len(long) < 2:
        return {"sync_auc": None, "sync_auc_common_lag": None}
    real = [recordings[index] for index in long]
    values = sync_correlations([clips[index].opening for index in long], [one.voice for one in real], real[0].fps)
    allowed = comparable_voices(real)
    return {
        "sync_auc": permutation_auc(values.max(axis=-1), allowed),
        "sync_auc_common_lag": permutation_auc(common_lag_scores(values), allowed),
    }


def _accuracy(named: Sequence[str | None], recordings: Sequence[Recording]) -> float | None:
    pairs = [
        (word, real.emotion)
        for word, real in zip(named, recordings, strict=True)
        if word is not None and real.emotion is not None
    ]
    return accuracy([word for word, _ in pairs], [actual for _, actual in pairs])


def row_of(clips: Sequence[Measured], recordings: Sequence[Recording]) -> dict[str, float | None]:
    """One row of the evaluation: means over clips, and what only many clips together can say.

    That is the median lag, the permutation AUCs, the correlation of blinks and both judges' emotion accuracy. The keys
    are always the same; None stands for what could not be measured.
    """
    row = {key: _mean([clip.figures[key] for clip in clips]) for key in AVERAGED}
    lags = [clip.figures["lag_ms"] for clip in clips if clip.figures["lag_ms"] is not None]
    row["lag_ms"] = float(np.median(lags)) if lags else None
    row["blink_correlation"] = blink_correlation([clip.lids for clip in clips], [real.face.lids for real in recordings])
    row |= _sync(clips, recordings)
    row["emotion_accuracy"] = _accuracy([clip.emotion for clip in clips], recordings)
    row["emotion_accuracy_hog"] = _accuracy([clip.emotion_hog for clip in clips], recordings)
    row["frames_per_second"] = None
    row["overall"] = _mean([row[key] for key in OVERALL])
    return row


def rows_of(
    measured: Mapping[str, Sequence[Measured]], recordings: Sequence[Recording]
) -> dict[str, dict[str, float | None]]:
    """All rows. `overall` of `generated` takes `LIKE_WITH_LIKE` from the row with the real clips' motion."""
    rows = {row: row_of(measured[row], recordings) for row in ROWS}
    free, given = rows["generated"], rows["generated_given_motion"]
    free["overall"] = _mean([(given if key in LIKE_WITH_LIKE else free)[key] for key in OVERALL])
    given["overall"] = None  # the motion may tell the emotion: see docs/metrics.md
    return rows
