"""Clips of figures on disk, see `mien.storage.clip_store`: frames, masks and joints are three stores of equal tables.

Frames are stored as differences to the frame before, modulo 256: a place hardly moves, and zeros take no room.
Further columns of the table of frames are `scene`, `captions` and `take`, in JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mien.bodies.keypoints import JOINTS, PoseTrack
from mien.bodies.scene import Scene
from mien.storage.clip_store import ClipStore, ClipStoreError, Layout, StoredClip, write_clip_store

PARTS = ("train", "val", "held_out", "judge_train", "judge_val")
"""`val`: combinations of the training; `held_out`: others; `judge_*`: other bodies, cameras and light, for judges."""

LAYOUT = Layout("figures.h5", "frames", 1, "figures", "figures_corpus", PARTS)
_MASKS = Layout("masks.h5", "masks", 1, "masks of figures", "figures_corpus", PARTS)
_JOINTS = Layout("joints.h5", "joints", 1, "joints of figures", "figures_corpus", PARTS)


@dataclass(frozen=True)
class FigureCaption:
    """A text of a clip. language: `vi` or `en`. wording: `train`, or `held_out` for one that no training has."""

    text: str
    language: str
    wording: str


@dataclass(frozen=True)
class Take:
    """How a clip was made. action: name of the motion, empty for one of a BVH file. framing: see `framing`."""

    action: str
    framing: str
    hands: bool
    fps: float


@dataclass(frozen=True, eq=False)
class FigureClip:
    """A clip of a figure.

    frames: uint8 (T, S, S, 3) RGB. masks: uint8 (T, S, S), the share of the figure in each pixel, 255 is all.
    joints: float32 (T, 65, 3) pixels, see `mien.bodies.keypoints`; z away from the viewer in the same scale.
    """

    clip_id: str
    part: str
    scene: Scene
    captions: tuple[FigureCaption, ...]
    take: Take
    frames: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    joints: NDArray[np.float32]

    @property
    def poses(self) -> PoseTrack:
        """The key points in the picture; those outside it are unknown, hands also where the take does not show them."""
        return poses_of(self.joints, self.frames.shape[2], self.frames.shape[1], self.take.hands)


def poses_of(joints: NDArray[np.float32], width: int, height: int, hands: bool = True) -> PoseTrack:
    """Key points of true joints (T, 65, 3) in a picture: confidence 1 inside it, 0 outside."""
    points = np.ascontiguousarray(joints[..., :2])
    inside = (points >= 0).all(-1) & (points[..., 0] <= width) & (points[..., 1] <= height)
    if not hands:
        inside[:, 23:] = False
    return PoseTrack(points, inside.astype(np.float32))


def write_figures(folder: Path, clips: Iterable[FigureClip]) -> pd.DataFrame:
    """Write clips into three stores and return the table of frames; not atomic, see `write_clip_store`."""
    listed: list[FigureClip] = []

    def frames() -> Iterator[StoredClip]:
        for clip in clips:
            listed.append(_light(clip))
            yield _stored(clip, _differences(clip.frames), _columns(clip))

    index = write_clip_store(folder, LAYOUT, frames())
    for layout, name in ((_MASKS, "masks"), (_JOINTS, "joints")):
        inner = folder / name
        inner.mkdir()
        write_clip_store(inner, layout, (_stored(clip, getattr(clip, name), {}) for clip in listed))
    return index


def _light(clip: FigureClip) -> FigureClip:
    """The clip without its frames, which are large."""
    empty = np.empty((0, 0, 0, 3), np.uint8)
    return FigureClip(clip.clip_id, clip.part, clip.scene, clip.captions, clip.take, empty, clip.masks, clip.joints)


def _stored(clip: FigureClip, content: NDArray[Any], columns: dict[str, str]) -> StoredClip:
    return StoredClip(clip.clip_id, clip.part, [one.text for one in clip.captions], content, columns)


def _columns(clip: FigureClip) -> dict[str, str]:
    size = clip.frames.shape[1:3]
    if clip.masks.shape != clip.frames.shape[:3] or clip.joints.shape != (len(clip.frames), len(JOINTS), 3):
        raise ValueError(
            f"{clip.clip_id} has frames of {size}, masks {clip.masks.shape} and joints {clip.joints.shape}"
        )
    captions = [[one.language, one.wording] for one in clip.captions]
    take = {"action": clip.take.action, "framing": clip.take.framing, "hands": clip.take.hands, "fps": clip.take.fps}
    return {
        "scene": json.dumps(clip.scene.to_json()), "captions": json.dumps(captions), "take": json.dumps(take),
    }  # fmt: skip


def _differences(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.concatenate([frames[:1], frames[1:] - frames[:-1]])


class _Masks(ClipStore):
    layout = _MASKS


class _Joints(ClipStore):
    layout = _JOINTS


class FiguresCorpus(ClipStore):
    """The clips of a folder. `scenes`, `captions` and `takes` are in memory; `size`: side of the pictures in pixels.

    Raises ClipStoreError for a folder without a complete corpus.
    """

    layout = LAYOUT

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._masks, self._joints = _Masks(self.folder / "masks"), _Joints(self.folder / "joints")
        try:
            self.scenes = [Scene.from_json(json.loads(scene)) for scene in self.index["scene"]]
            self.captions = [
                tuple(FigureCaption(text, *map(str, kind)) for text, kind in zip(texts, json.loads(kinds), strict=True))
                for texts, kinds in zip(self.texts, self.index["captions"], strict=True)
            ]
            self.takes = [Take(**json.loads(take)) for take in self.index["take"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ClipStoreError(f"{folder} is damaged: run the figures_corpus stage again ({error})") from error
        for other in (self._masks, self._joints):
            if list(other.index["clip_id"]) != list(self.index["clip_id"]):
                raise ClipStoreError(f"{folder} holds stores of two corpora: run the figures_corpus stage again")
        self.size = int(self.read(0).shape[1])

    def __getitem__(self, number: int) -> FigureClip:
        row = self.index.iloc[number]
        return FigureClip(
            str(row["clip_id"]), str(row["part"]), self.scenes[number], self.captions[number], self.takes[number],
            self.frames(number), self.masks(number), self.joints(number),
        )  # fmt: skip

    def frames(self, number: int) -> NDArray[np.uint8]:
        """The frames (T, S, S, 3) uint8 RGB of a clip."""
        return np.asarray(np.cumsum(self.read(number), axis=0, dtype=np.uint8))

    def masks(self, number: int) -> NDArray[np.uint8]:
        """The share of the figure in each pixel, uint8 (T, S, S)."""
        return np.asarray(self._masks.read(number))

    def joints(self, number: int) -> NDArray[np.float32]:
        """The true joints, float32 (T, 65, 3) pixels."""
        return np.asarray(self._joints.read(number))

    def poses(self, number: int) -> PoseTrack:
        """The key points of a clip, see `FigureClip.poses`."""
        return poses_of(self.joints(number), self.size, self.size, self.takes[number].hands)

    def load(self) -> None:
        """Keep everything in memory: about 35 KiB a frame of 96×96 pixels."""
        super().load()
        self._masks.load()
        self._joints.load()
