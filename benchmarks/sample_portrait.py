"""The pictures that the studio's page offers: a portrait to try `mien talk` with, and one of each built-in motion.

    python benchmarks/sample_portrait.py [PORTRAIT.jpg MOTIONS.svg]

The portrait is a synthetic person of mien, so nobody's: rendered at three times its size, in front of a wall whose
light falls off, with the slight blur and grain of a lens. The motions are drawn from their joints.
"""

from __future__ import annotations

import argparse
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from mien.bodies.keypoints import INDEX
from mien.bodies.motions.catalogue import MOTIONS, motion
from mien.bodies.motions.picture import framed, to_picture
from mien.files import atomic_file
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.people import sample_actor
from mien.heads.performance import Performance
from mien.heads.render.playback import render_head
from mien.heads.render.render import Camera, Light

PAGES = Path(__file__).parents[1] / "mien/studio/pages"
ACTOR = 16
SIDE, OVERSAMPLING = 512, 3
MOST_BYTES = 60_000

SMILE = {
    "mouthSmileLeft": 0.42, "mouthSmileRight": 0.46, "cheekSquintLeft": 0.35, "cheekSquintRight": 0.35,
    "eyeSquintLeft": 0.12, "eyeSquintRight": 0.12, "mouthDimpleLeft": 0.2, "mouthDimpleRight": 0.2,
}  # fmt: skip

# the moment of each motion that shows best what it is, as a part of its length, and the camera's yaw in radians
MOMENTS = {
    "walk": (0.42, 0.9), "run": (0.45, 1.1), "turn": (0.3, 0.5), "dance": (0.4, 0.2), "jump": (0.56, 0.4),
    "squat": (0.4, 1.0), "kick": (0.45, 0.9), "sit": (0.75, 1.0), "wave": (0.5, 0.1), "clap": (0.5, 0.5),
    "sign": (0.5, 0.1), "bow": (0.5, 1.2), "idle": (0.5, 0.2),
}  # fmt: skip

PATHS = (
    ("left_shoulder", "left_elbow", "left_wrist"), ("right_shoulder", "right_elbow", "right_wrist"),
    ("left_hip", "left_knee", "left_ankle", "left_big_toe"),
    ("right_hip", "right_knee", "right_ankle", "right_big_toe"),
)  # fmt: skip
TRUNK = ("left_shoulder", "right_shoulder", "right_hip", "left_hip")


def wall(side: int) -> NDArray[np.uint8]:
    """A warm wall, lit from the upper left, uint8 (side, side, 3)."""
    y, x = np.mgrid[0:side, 0:side] / side
    light = 1.0 - 0.55 * np.hypot(x - 0.3, 0.8 * (y - 0.2))
    colour = np.array([214.0, 205.0, 193.0])
    return np.clip(colour * light[..., None], 0, 255).astype(np.uint8)


def portrait() -> Image.Image:
    """The portrait, 512 by 512 pixels."""
    side = SIDE * OVERSAMPLING
    identity, appearance, _sex = sample_actor(ACTOR)
    dressed = replace(appearance, cloth=(0.10, 0.34, 0.38), clothing="collar", brow_weight=0.45)
    still = Performance.still(**SMILE)
    frames = render_head(
        EmbeddedHead(), identity, replace(still, neck=still.neck + np.array([[0.1, 0.02, 0.02]], np.float32)),
        (side, side), camera=Camera(height=1.42, centre=(0.0, -0.12)), light=Light(), background=wall(side),
        appearance=dressed,
    )  # fmt: skip
    picture = Image.fromarray(next(frames)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(0.5)), np.float64)
    grain = np.random.default_rng(0).normal(0, 1.6, (SIDE, SIDE, 1))
    return Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8))


def encoded(picture: Image.Image) -> bytes:
    """The picture as JPEG of at most MOST_BYTES."""
    for quality in range(92, 40, -4):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= MOST_BYTES:
            return buffer.getvalue()
    raise ValueError(f"the portrait does not fit into {MOST_BYTES:,} bytes")


def symbol(name: str) -> str:
    """A figure in the middle of a motion, as a symbol of SVG in the colour of the text."""
    moment, yaw = MOMENTS[name]
    joints = motion(name, 4.0, Fraction(25), seed=3, body="woman")
    # one frame is framed by itself, so that it fills the picture however far the motion goes
    one = joints[int(moment * (len(joints) - 1))][None]
    points = to_picture(one, framed(one, 48, 48, yaw=yaw, pitch=0.05, share=0.76))[0, :, :2]

    def line(names: tuple[str, ...]) -> str:
        return "M" + "L".join(f"{points[INDEX[one]][0]:.1f} {points[INDEX[one]][1]:.1f}" for one in names)

    ears = [points[INDEX[one]] for one in ("left_ear", "right_ear", "nose")]
    head, neck = np.mean(ears, axis=0), np.mean([points[INDEX[one]] for one in TRUNK[:2]], axis=0)
    head = head + 0.25 * (head - neck)
    limbs = "".join(line(path) for path in PATHS)
    return (
        f'  <symbol id="motion-{name}" viewBox="0 0 48 48"><circle cx="{head[0]:.1f}" cy="{head[1]:.1f}" r="3.4"/>'
        f'<path d="{line(TRUNK)}z"/><path d="{limbs}" fill="none"/></symbol>'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("portrait", type=Path, nargs="?", default=PAGES / "static/samples/portrait.jpg")
    parser.add_argument("motions", type=Path, nargs="?", default=PAGES / "templates/parts/motions.svg")
    arguments = parser.parse_args()
    with atomic_file(arguments.portrait) as path:
        path.write_bytes(encoded(portrait()))
    symbols = "\n".join(symbol(name) for name in MOTIONS)
    with atomic_file(arguments.motions) as path:
        path.write_text(
            f'<svg class="icons" aria-hidden="true" focusable="false" width="0" height="0">\n{symbols}\n</svg>\n'
        )


if __name__ == "__main__":
    main()
