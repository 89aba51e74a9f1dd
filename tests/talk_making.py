"""Pictures with drawn faces, untrained models and measures that the tests of `mien talk` share."""

from __future__ import annotations

import importlib.util
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mien.talking.generate.talk import GeneratedVideo
from mien.talking.networks.generator import Generator, GeneratorConfig
from mien.talking.options import GeneratorOptions
from mien.talking.system import SYSTEM
from mien.training.model_folder import ModelFiles, save_models

REAL = Path(__file__).parents[1].parent / "shared/real"
Picture = NDArray[np.uint8]
ARCHITECTURES = ("warp", "direct")


def _drawing() -> Any:
    path = Path(__file__).parents[0] / "faces" / "faces_drawing.py"
    specification = importlib.util.spec_from_file_location("faces_drawing_for_talk", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


drawing = _drawing()


def wall(height: int = 288, width: int = 360) -> Picture:
    """A wall without a face, lit from one side."""
    ramp = np.linspace(90, 150, width, dtype=np.float32)[None, :, None]
    return np.repeat(np.repeat(ramp, height, 0), 3, 2).astype(np.uint8)


def with_faces(picture: Picture, *faces: tuple[float, float, float], opening: float = 0.0) -> Picture:
    """`picture` with drawn faces at (x, y, width of the crop in pixels)."""
    result = picture.copy()
    for x, y, width in faces:
        drawing.draw_face(result, drawing.face_transform((x, y), width), opening)
    return result


def untrained_model(folder: Path, size: int = 32, architecture: str = "warp", seed: int = 0, noise: float = 0) -> Path:
    """A model folder with random weights: what it draws is noise, which every seam would show.

    noise: standard deviation of what is added to every parameter, so that none is zero, as some are at the start.
    """
    torch.manual_seed(seed)
    config = GeneratorConfig.model_validate(
        {
            "architecture": architecture, "size": size, "fps": Fraction(25), "sample_rate": 16_000,
            "image_channels": (8, 8, 16), "speech_width": 8, "code_width": 16,
        }
    )  # fmt: skip
    generator = Generator(config)
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.add_(noise * torch.randn_like(parameter))
    model = ModelFiles(
        "talking_face",
        generator,
        generator.describe(),
        GeneratorOptions(),
        "0123456789abcdef",
        {},
        lambda *_: "# card\n",
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    save_models(folder, {"": model})
    return folder


def textured(picture: Picture, seed: int = 0) -> Picture:
    """`picture` with fine and coarse structure everywhere, so that a seam or a shift anywhere can be measured."""
    noise = np.random.default_rng(seed).normal(0, 1, picture.shape[:2]).astype(np.float32)
    structure = 6 * cv2.GaussianBlur(noise, (0, 0), 1.0) / 0.28 + 8 * cv2.GaussianBlur(noise, (0, 0), 6.0) / 0.047
    return np.clip(picture + structure[..., None], 0, 255).astype(np.uint8)


def tone(seconds: float) -> NDArray[np.float32]:
    return (0.3 * np.sin(2 * np.pi * 200 * np.arange(round(16_000 * seconds)) / 16_000)).astype(np.float32)


def options(inputs: Path, **changes: Any) -> dict[str, Any]:
    return {"image": inputs / "face.png", "speech": inputs / "voice.wav", **changes}


def talk(asked: dict[str, Any], out: Path, model: Path, force: bool = False) -> GeneratedVideo:
    made = SYSTEM.run(asked, out, force, model=model)
    assert isinstance(made, GeneratedVideo)
    return made
