"""The folder of a result: the file itself, its companions, and small files that pages and lists show.

Roles: `file`, `file-2` … (further variants), `captions`, `sound`, `person`, `picture`, `motion`, `poses`, `play`
(what a browser plays where the file does not play there), `thumb` (a picture), `clip` (a short moving one), `request`.
"""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mien.files import write_json
from mien.media.ffmpeg import open_media
from mien.media.video import decode_frames, write_video
from mien.studio.worker.companions import OF_BROWSERS, Companions, companions
from mien.studio.worker.previews import save_jpeg
from mien.studio.worker.protocol import Order
from mien.systems.request import Request
from mien.systems.system import Loaded, Made

Picture = NDArray[np.uint8]

THUMB_SIDE = 320
CLIP_SIDE = 240
CLIP_SECONDS = 3
CLIP_FPS = 12.5
"""Frames a second of a clip at most."""

MOVING = (".mp4", ".gif")
PICTURES = (".png",)


def request_text(order: Order) -> str:
    """The whole request as JSON: what the file of the result carries, and `request.json` beside it holds."""
    return json.dumps(_request(order), ensure_ascii=False, sort_keys=True)


def _request(order: Order) -> dict[str, Any]:
    return {"system": order.system, "output": order.output, "values": order.values, "files": order.names}


class Outputs:
    """What is made beside a result. notes: what of it could not be made."""

    def __init__(self, folder: Path, out: Path, loaded: Loaded, request: Request, made: Made) -> None:
        self.folder, self.out, self.loaded, self.request, self.made = folder, out, loaded, request, made
        self.notes: tuple[str, ...] = ()

    def finished(self, order: Order, frames: int) -> tuple[dict[str, str], dict[str, Any]]:
        """Write the further files; the role → name of each file, and the facts of the result."""
        found = self._own_files()
        beside = companions(self.folder, self.loaded, self.request, self.made, self.out.suffix)
        found |= {role: path.name for role, path in beside.files.items()}
        facts = self._facts(frames)
        self._shown(found, beside)
        write_json(self.folder / "request.json", _request(order))
        return found | {"request": "request.json"}, facts

    def _own_files(self) -> dict[str, str]:
        """The files that the system wrote; those that belong together only as a whole are packed."""
        written = sorted(path for path in self.folder.iterdir() if not path.name.startswith(("preview-", ".")))
        if self.out.suffix == ".obj":
            return {"file": _packed(self.folder, written).name}
        found = {"file": self.out.name}
        roles = {".vtt": "captions", ".wav": "sound"}
        for path in written:
            number = path.stem.removeprefix(f"{self.out.stem}-")
            if path.suffix == self.out.suffix and number.isdecimal():
                found[f"file-{number}"] = path.name
            elif path != self.out and path.suffix in roles:
                found[roles[path.suffix]] = path.name
        return found

    def _facts(self, frames: int) -> dict[str, Any]:
        if self.out.suffix in MOVING:
            return _video_facts(self.out)
        if self.out.suffix in PICTURES:
            with Image.open(self.out) as picture:
                return {"width": picture.width, "height": picture.height}
        return {"frames": frames} if frames else {}

    def _shown(self, found: dict[str, str], beside: Companions) -> None:
        """Write thumb.jpg, thumb.mp4 and what a browser plays."""
        moving = next((path for path in (self.out, beside.play) if path is not None and path.suffix in MOVING), None)
        still = beside.picture
        if still is None and self.out.suffix in PICTURES:
            still = self.out
        if moving is not None:
            frames, rate = _clip_frames(moving)
            write_video(self.folder / "thumb.mp4", (resized_to(one, CLIP_SIDE) for one in frames), rate, quality=26)
            found["clip"] = "thumb.mp4"
            thumb = frames[len(frames) // 3]
        if still is not None:
            with Image.open(still) as picture:
                thumb = np.asarray(picture.convert("RGB"))
        if moving is not None or still is not None:
            save_jpeg(self.folder / "thumb.jpg", thumb, THUMB_SIDE)
            found["thumb"] = "thumb.jpg"
        if beside.play is not None and self.out.suffix not in OF_BROWSERS:
            found["play"] = beside.play.name
        elif beside.play is not None:
            beside.play.unlink()


def _packed(folder: Path, written: list[Path]) -> Path:
    """A zip of files and folders of `folder`, which are then removed."""
    packed = folder / "result.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in written:
            inside = sorted(path.rglob("*")) if path.is_dir() else [path]
            for one in inside:
                if one.is_file():
                    archive.write(one, str(one.relative_to(folder)))
                    one.unlink()
            if path.is_dir():
                path.rmdir()
    return packed


def _video_facts(path: Path) -> dict[str, Any]:
    with open_media(path) as container:
        stream = container.streams.video[0]
        rate = stream.average_rate or Fraction(25)
        seconds = (container.duration or 0) / av.time_base
        return {
            "width": stream.width, "height": stream.height, "fps": round(float(rate), 3),
            "seconds": round(seconds, 3), "sound": bool(container.streams.audio),
        }  # fmt: skip


def _clip_frames(path: Path) -> tuple[list[Picture], Fraction]:
    """The first frames of a video, a few a second, at the size of a thumbnail; and their rate."""
    facts = _video_facts(path)
    every = max(1, round(facts["fps"] / CLIP_FPS))
    rate = Fraction(facts["fps"]).limit_denominator(1001) / every
    most = max(1, int(CLIP_SECONDS * float(rate)))
    frames = [resized_to(one, THUMB_SIDE) for one in islice(decode_frames(path), 0, most * every, every)]
    return frames, rate


def resized_to(frame: Picture, side: int) -> Picture:
    """A frame with its proportions, at most `side` pixels wide and high, of even sides."""
    height, width = frame.shape[:2]
    scale = min(1.0, side / max(height, width))
    across, down = max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
    return np.asarray(cv2.resize(frame, (across, down), interpolation=cv2.INTER_AREA), np.uint8)
