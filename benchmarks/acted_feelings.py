"""How recognisable the feelings of the embedded corpus's actors are to models that this project never trained.

    python benchmarks/acted_feelings.py --real ../shared/real [--people 12]

People of a seed that no corpus uses speak with each feeling at intensity 1/3, 2/3 and 1; three frames of each clip go
to mini-XCEPTION (FER-2013; the face's box of MediaPipe, grey, 64 x 64) and to MediaPipe's face landmarker. A row: share
of frames that mini-XCEPTION names as acted, and MediaPipe's blendshapes less those of the neutral clips.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np
import onnxruntime
import torch
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from mien.acting.acting import act
from mien.clips import EMOTIONS
from mien.corpora.embedded.corpus import speak_line
from mien.corpora.embedded.plan import PlannedClip, actor, generator
from mien.corpora.embedded.scene import clip_frames, resting_face, turned_aside
from mien.corpora.options import EmbeddedOptions
from mien.heads.performance import Performance

SEED, FIRST = 77, 100
NAMES = ("ANG", "DIS", "FEA", "HAP", "SAD", "surprise", "NEU")
"""Classes of mini-XCEPTION in its order."""

SHAPES = ("mouthSmile", "mouthFrown", "browDown", "browInnerUp", "eyeWide", "eyeSquint", "jawOpen")


class Judges:
    """mini-XCEPTION and MediaPipe's landmarker from the folder `judges`."""

    def __init__(self, judges: Path) -> None:
        task = judges / "mediapipe" / "face_landmarker_v2_with_blendshapes.task"
        settings = vision.FaceLandmarkerOptions(BaseOptions(str(task)), output_face_blendshapes=True)
        self._landmarker = vision.FaceLandmarker.create_from_options(settings)
        self._feelings = onnxruntime.InferenceSession(str(judges / "fer2013_mini_XCEPTION.102-0.66.onnx"))

    def look(self, frame: NDArray[np.uint8]) -> tuple[str, NDArray[np.float64]] | None:
        """The feeling that a frame (H, W, 3) shows and its `SHAPES`, the mean of both sides; None: no face."""
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(frame))
        seen: Any = self._landmarker.detect(image)
        if not seen.face_landmarks:
            return None
        points = np.array([[p.x, p.y] for p in seen.face_landmarks[0]]) * frame.shape[1::-1]
        low, high = points.min(0), points.max(0)
        half = 0.56 * (high - low).max()
        x, y = (low + high) / 2 - [0, 0.04 * (high - low)[1]]
        square = cv2.getRectSubPix(frame, (round(2 * half), round(2 * half)), (float(x), float(y)))
        grey = cv2.resize(cv2.cvtColor(square, cv2.COLOR_RGB2GRAY), (64, 64), interpolation=cv2.INTER_AREA)
        entry = self._feelings.get_inputs()[0]
        pixels = (grey.astype(np.float32) / 127.5 - 1).reshape([1, *entry.shape[1:]])
        scores = np.asarray(self._feelings.run(None, {entry.name: pixels})[0]).ravel()
        found = {shape.category_name: shape.score for shape in seen.face_blendshapes[0]}
        sides = [[value for key, value in found.items() if key in (n, f"{n}Left", f"{n}Right")] for n in SHAPES]
        return NAMES[int(scores.argmax())], np.array([np.mean(side) for side in sides])


def speaking(person: int, emotion: str, intensity: float) -> Iterator[NDArray[np.uint8]]:
    """Three frames of a clip of a person who speaks."""
    options, who = EmbeddedOptions(seed=SEED), actor(SEED, FIRST + person)
    clip = PlannedClip(who.actor_id, "IEO", emotion, "XX")
    speech = speak_line(who, clip, intensity)
    rng, rest = generator("acted feelings", clip.clip_id, intensity), resting_face(SEED, who)
    acted = act(rng, speech, 0.3, 0.6 + speech.seconds, options.fps, emotion, intensity, rest)
    acted = turned_aside(acted, options, clip)
    some = [int(len(acted) * share) for share in (0.3, 0.5, 0.7)]
    parts = (acted.expression[some], acted.neck[some], acted.translation[some], acted.gaze[some])
    yield from clip_frames(options, who, clip, Performance(acted.fps, *parts))


def main() -> None:
    """Render, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder with judges/")
    parser.add_argument("--people", type=int, default=12, help="how many speak")
    options = parser.parse_args()
    torch.set_num_threads(1)
    judges, neutral = Judges(options.real / "judges"), np.zeros(len(SHAPES))
    print("feeling, intensity: faces found, named as acted; " + ", ".join(SHAPES))
    for emotion in ("NEU", *(name for name in EMOTIONS if name != "NEU")):
        for intensity in (0.0,) if emotion == "NEU" else (1 / 3, 2 / 3, 1.0):
            frames = [f for person in range(options.people) for f in speaking(person, emotion, intensity)]
            seen = [one for one in map(judges.look, frames) if one is not None]
            shapes = np.mean([shape for _, shape in seen], axis=0)
            neutral = shapes if emotion == "NEU" else neutral
            named = np.mean([name == emotion for name, _ in seen])
            row = " ".join(f"{value:+.2f}" for value in (shapes if emotion == "NEU" else shapes - neutral))
            print(f"{emotion} {intensity:.2f}: {len(seen)}/{len(frames)} {named:.2f}; {row}", flush=True)


if __name__ == "__main__":
    main()
