"""Training of the second emotion judge (HOG features and a linear classifier), on the same clips as the first."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.faces.shards import FaceShards
from mien.metrics.emotion_hog import Grey, HogJudge, grey_frames, hog_features
from mien.progress import progress_bar
from mien.talking.options import EmotionJudgeOptions
from mien.training.randomness import numpy_generator

MAX_BLUR = 0.04
"""Maximum standard deviation of the blur augmentation in crop sides (2.5 pixels of 64), so that sharpness is not a cue
for emotion."""


def augment_frames(grey: Grey, random: np.random.Generator) -> Grey:
    """Augmented frames (K, S, S): one random rotation, scale, shift, gain and offset for all; 3 of 4 clips are blurred.

    They are not mirrored, because the features are averaged with those of the mirror image.
    """
    side = grey.shape[-1]
    angle, scale, shift = random.uniform(-4, 4), random.uniform(0.96, 1.04), random.uniform(-0.03, 0.03, 2)
    matrix = cv2.getRotationMatrix2D((side / 2 - 0.5, side / 2 - 0.5), angle, scale)
    matrix[:, 2] += shift * side
    sigma = random.uniform(0, MAX_BLUR) * side if random.random() < 0.75 else 0.0
    gain, offset = random.uniform(0.7, 1.2), random.uniform(-15, 15)
    frames = []
    for frame in grey:
        moved = cv2.warpAffine(frame, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        soft = cv2.GaussianBlur(moved, (0, 0), sigma) if sigma > 0.2 else moved
        frames.append(np.clip((soft - 127.5) * gain + 127.5 + offset, 0, 255).astype(np.uint8))
    return np.stack(frames)


def train_hog_judge(shards: FaceShards, clips: Sequence[str], options: EmotionJudgeOptions) -> HogJudge:
    """Train a linear classifier on `hog_copies` augmented copies of each of the labelled `clips`.

    Multinomial logistic regression on standardised features; the standardisation is folded into its weights. With fewer
    than two emotions it stays untrained. Equal clips and options give an equal judge.
    """
    labels = [EMOTIONS.index(str(shards.index["emotion"][clip_id])) for clip_id in clips]
    if len(set(labels)) < 2:
        return HogJudge.untrained(options.frames_judged)
    random = numpy_generator(options.training.seed, "hog judge", 0)
    features: list[NDArray[np.float32]] = []
    with progress_bar("second emotion judge", len(clips), unit="clips") as advance:
        for clip_id in clips:
            grey = grey_frames(shards.clip(clip_id).video, options.frames_kept)
            for _ in range(options.hog_copies):
                count = min(options.frames_judged, len(grey))
                chosen = np.sort(random.choice(len(grey), count, replace=False))
                features.append(hog_features(augment_frames(grey[chosen], random)))
            advance(1)
    weights, biases = _fit(np.stack(features).astype(np.float64), np.repeat(labels, options.hog_copies), options)
    return HogJudge(weights, biases, options.frames_judged, len(clips))


def _fit(
    features: NDArray[np.float64], labels: NDArray[np.int64], options: EmotionJudgeOptions
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    mean, deviation = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-4)
    known = sorted({int(label) for label in labels})
    # Every emotion has equal weight, whatever its number of clips.
    model = LogisticRegression(C=options.hog_strength, class_weight="balanced", max_iter=500)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 500 steps suffice with this strong penalty
        model.fit((features - mean) / deviation, labels)
    coefficients, intercepts = np.asarray(model.coef_), np.asarray(model.intercept_)
    if len(known) == 2:  # scikit-learn then stores only the logits of the second class
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    weights = np.zeros((len(EMOTIONS), features.shape[1]))
    biases = np.full(len(EMOTIONS), -30.0)  # an emotion without training clips is never predicted
    weights[known] = coefficients / deviation
    biases[known] = intercepts - weights[known] @ mean
    return weights.astype(np.float32), biases.astype(np.float32)
