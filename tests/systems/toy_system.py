"""A system as small as one can be: the name of a colour → a clip that shows it. All else comes from its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from mien.systems.card import Card
from mien.systems.model import ModelFolder
from mien.systems.output import write_clip
from mien.systems.request import Request, Short
from mien.systems.serving import Served, Signature
from mien.systems.system import Loaded, Made, Output, System
from mien.training.model_folder import load_into, read_config

COLOURS = {"red": (1.0, 0.0, 0.0), "green": (0.0, 1.0, 0.0), "blue": (0.0, 0.0, 1.0)}


class ColourRequest(Request):
    text: Annotated[str, Short("-t")] = Field(max_length=40, pattern=r"\S", examples=["red"], description="A colour")
    size: int = Field(default=64, ge=16, le=512, multiple_of=2, description="Side of the clip in pixels")


class ColourModel(nn.Module):  # counts of the letters of texts (B,) → RGB (B, 3) in [0, 1]
    def __init__(self) -> None:
        super().__init__()
        self.rgb = nn.Linear(26, 3)

    def forward(self, texts: Sequence[str]) -> Tensor:
        counts = torch.tensor([[text.count(chr(ord("a") + letter)) for letter in range(26)] for text in texts])
        return torch.sigmoid(self.rgb(counts.float()))


def load(folder: Path) -> ColourModel:
    model = ColourModel()
    load_into(model, folder, read_config(folder, ("colour",)))
    return model.requires_grad_(False)


def predict(model: ColourModel, batch: Mapping[str, Any], _params: Mapping[str, Any]) -> dict[str, Any]:
    return {"rgb": model([str(text) for text in batch["text"]]).numpy()}


def generate(loaded: Loaded, request: ColourRequest, out: Path, _progress: bool) -> Made:
    rgb = (255 * predict(loaded.main.model, {"text": [request.text]}, {})["rgb"][0]).round().astype(np.uint8)
    frame = np.broadcast_to(rgb, (request.size, request.size, 3))
    write_clip(out, [frame] * 3, Fraction(10), loaded.tags(prompt=request.text))
    return Made(path=out, model_version=loaded.main.version)


CARD = Card("colour", "A colour → RGB.", "Tests.", "It knows {figures[colours]} colours.", synthetic=False)
MODEL = ModelFolder("colours", ("colour",), Path("models/colour"), "colour", load)
SIGNATURE = Signature({"text": ("str", (-1,))}, {"rgb": ("float32", (-1, 3))}, {"text": np.array(["red", "blue"])})
SERVED = Served(MODEL, __name__, lambda _config: SIGNATURE, predict)
_load_pyfunc = SERVED.load
SYSTEM = System(
    name="colour", command="colour", title="AI-generated colour", help="Show a colour.",
    examples=('mien colour --text "red" -o red.gif',), request=ColourRequest, model=MODEL, generate=generate,
    outputs=(Output(".gif", "a moving picture"), Output(".mp4", "a video")), served=SERVED, cards={"colour": CARD},
)  # fmt: skip
