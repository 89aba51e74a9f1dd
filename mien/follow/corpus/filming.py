"""One clip: a scene, a motion, a camera and light are drawn, and a figure is rendered in its place."""

from __future__ import annotations

import colorsys
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.measures import figure_scale
from mien.bodies.figure.renderer import FigureRenderer
from mien.bodies.figure.rest import standing_joints
from mien.bodies.keypoints import INDEX
from mien.bodies.motions.captured import read_bvh
from mien.bodies.motions.catalogue import MOTIONS, motion
from mien.bodies.motions.picture import Camera, to_picture
from mien.bodies.motions.proportions import PEOPLE, Proportions, proportions_of
from mien.bodies.places.painter import PlacePainter
from mien.bodies.scene import RGB, Light, Scene
from mien.follow.corpus.framing import draw_view
from mien.follow.corpus.language.captions import caption
from mien.follow.corpus.language.combinations import draw_scene
from mien.follow.corpus.options import FiguresCorpusOptions
from mien.follow.corpus.store import PARTS, FigureCaption, FigureClip, Take

_WARM_UP = 4.0
"""Seconds from the start of a motion within which a clip begins."""

_APART = (0.5, 1.5)
"""Seconds between the frames of a clip for judges, at least and at most; drawn, lest they be steps of one walk."""

_LARGER_HEADS = {"panda": 0.10, "bear": 0.10, "robot": 0.02}
"""See `draw_view`."""


@dataclass(frozen=True)
class ClipNumber:
    """Clip `number` of a part; all that is drawn for it follows from the seed, the part and the number."""

    part: str
    number: int

    @property
    def name(self) -> str:
        """The clip's id."""
        return f"{self.part}-{self.number:05d}"

    @property
    def for_judge(self) -> bool:
        """Whether it is for judges: other bodies, cameras and light."""
        return self.part.startswith("judge")

    def generator(self, seed: int) -> np.random.Generator:
        """The clip's generator."""
        return np.random.default_rng([seed, PARTS.index(self.part), self.number])


def film(options: FiguresCorpusOptions, files: Sequence[Path], clip: ClipNumber) -> FigureClip:
    """Draw and render a clip. files: BVH files with further motions."""
    rng = clip.generator(options.seed)
    scene = draw_scene(rng, held_out=clip.part == "held_out" if not clip.for_judge else None)
    numbers = frame_numbers(rng, options, clip)
    action, joints = _motion(rng, options, files, scene, clip.for_judge, int(numbers[-1]) + 1)
    view = draw_view(rng, joints, options.size, clip.for_judge, _LARGER_HEADS.get(scene.kind, 0.0))
    points, ground = to_picture(joints, view.camera)[numbers], _ground(joints, view.camera)[numbers]
    hands = bool(rng.random() < 0.75)
    captions = _captions(rng, options, scene, action, clip.part)
    painter = PlacePainter(scene, options.size, options.size)
    light = varied_light(rng, painter.light) if clip.for_judge else painter.light
    renderer = FigureRenderer(scene, float(np.median(figure_scale(points))))
    times = float(rng.uniform(0, 60)) + numbers / options.fps
    frames = np.empty((len(numbers), options.size, options.size, 3), np.uint8)
    masks = np.empty(frames.shape[:3], np.uint8)
    for row, seconds in enumerate(times):
        frames[row] = painter.frame(float(seconds))
        mask = renderer.draw(points[row], (hands, hands), frames[row], light, ground=float(ground[row]))
        painter.finish(frames[row], mask, float(ground[row]), float(seconds))
        masks[row] = np.round(np.clip(mask, 0, 1) * 255).astype(np.uint8)
    fps = options.fps / int(numbers[1]) if len(numbers) > 1 else options.fps
    take = Take(action, view.framing, hands, fps)
    return FigureClip(clip.name, clip.part, scene, captions, take, frames, masks, points)


def compile_kernels() -> None:
    """Draw what every compiled function has a part in: a figure, and places with waves, a mirror, snow and lights."""
    pose = standing_joints(20.0, (16.0, 16.0))
    for place in ("sea", "water", "snow", "forest"):
        scene = Scene(place=place)
        painter = PlacePainter(scene, 32, 32)
        frame = painter.frame(0.0)
        mask = FigureRenderer(scene).draw(pose, (False, False), frame, painter.light, ground=28.0)
        painter.finish(frame, mask, 28.0, 0.0)


def frame_numbers(rng: np.random.Generator, options: FiguresCorpusOptions, clip: ClipNumber) -> NDArray[np.int64]:
    """The frames of a clip (T,), counted at the options' rate: all from 0 on; of a clip for judges, some far apart.

    A judge sees single frames, of which neighbours are nearly equal.
    """
    step = max(round(float(rng.uniform(*_APART)) * options.fps), 1) if clip.for_judge else 1
    return np.arange(options.frames_of(clip.part)) * step


def _ground(joints: NDArray[np.float32], camera: Camera) -> NDArray[np.float32]:
    """Height (T,) in the picture of the ground below the hips."""
    below = joints[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(1, keepdims=True) * (1, 0, 1)
    return to_picture(below, camera)[:, 0, 1]


def _motion(
    rng: np.random.Generator,
    options: FiguresCorpusOptions,
    files: Sequence[Path],
    scene: Scene,
    wild: bool,
    frames: int,
) -> tuple[str, NDArray[np.float32]]:
    """The name of a motion, empty for one of a file, and its joints (T, 65, 3) in metres."""
    if files and rng.random() < options.bvh_share:
        joints, fps = _captured(files[int(rng.integers(len(files)))])
        first = rng.uniform(0, max(len(joints) / fps - frames / options.fps, 0))
        return "", resampled(joints, fps, first, frames, options.fps)
    action = str(rng.choice(MOTIONS))
    skipped = int(rng.integers(0, round(_WARM_UP * options.fps) + 1))
    seconds = (skipped + frames) / options.fps
    body = _body(rng, scene.kind, wild)
    whole = motion(action, seconds, Fraction(options.fps).limit_denominator(1000), int(rng.integers(1 << 31)), body)
    return action, whole[-frames:]


def _body(rng: np.random.Generator, kind: str, wild: bool) -> Proportions:
    """Lengths of a body of this kind. wild: of one that is unlike the others."""
    own = proportions_of(kind if kind in PEOPLE else str(rng.choice(PEOPLE)), rng)
    if not wild:
        return own
    return replace(own, **{name: value * float(rng.uniform(0.88, 1.14)) for name, value in vars(own).items()})


@lru_cache(maxsize=64)
def _captured(path: Path) -> tuple[NDArray[np.float32], float]:
    return read_bvh(path)


def resampled(
    joints: NDArray[np.float32], fps: float, first: float, frames: int, new_fps: float
) -> NDArray[np.float32]:
    """So many frames at another rate from `first` seconds on, linearly between frames; it stands still at the end."""
    times = np.clip((first + np.arange(frames) / new_fps) * fps, 0, len(joints) - 1)
    low = np.minimum(times.astype(np.int64), max(len(joints) - 2, 0))
    high = np.minimum(low + 1, len(joints) - 1)
    share = (times - low)[:, None, None]
    return np.asarray(joints[low] * (1 - share) + joints[high] * share, np.float32)


def _captions(
    rng: np.random.Generator, options: FiguresCorpusOptions, scene: Scene, action: str, part: str
) -> tuple[FigureCaption, ...]:
    """Texts in both languages; of clips to evaluate with, the last one of each language has a held-out wording."""
    words = random.Random(int(rng.integers(1 << 62)))
    found = []
    for language in ("vi", "en"):
        for number in range(options.captions):
            last = number == options.captions - 1 and part in ("val", "held_out")
            wording = "held_out" if last else "train"
            text = caption(scene, words, language, wording, action or None).text  # type: ignore[arg-type]
            found.append(FigureCaption(text, language, wording))
    return tuple(found)


def varied_light(rng: np.random.Generator, light: Light) -> Light:
    """Light from another side, brighter or darker, warmer or colder."""
    direction = np.array(light.direction) + rng.normal(0, 0.35, 3)
    direction[2] = min(direction[2], -0.2)  # never from behind
    direction /= np.linalg.norm(direction)
    sun = _tinted(rng, light.sun, 0.18)
    return Light(
        (float(direction[0]), float(direction[1]), float(direction[2])),
        sun,
        _tinted(rng, light.ambient, 0.12),
        light.ground,
    )


def _tinted(rng: np.random.Generator, colour: RGB, swing: float) -> RGB:
    hue, saturation, value = colorsys.rgb_to_hsv(*colour)
    value *= 1 + float(rng.uniform(-swing, swing))
    saturation = float(np.clip(saturation + rng.uniform(-0.06, 0.10), 0, 1))
    return colorsys.hsv_to_rgb((hue + float(rng.uniform(-0.03, 0.03))) % 1.0, saturation, min(value, 1.0))
