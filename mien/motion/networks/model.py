"""The model of head motion: text encoder, duration model, motion network and feature scaling."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from torch import Tensor, nn

from mien.motion.corpus.timeline import CHANNELS
from mien.motion.data.batches import Whitening
from mien.motion.networks.duration_model import DurationModel
from mien.motion.networks.timer import Timer
from mien.motion.networks.transformer import MotionMLP, MotionTransformer
from mien.text.encoder import TextEncoder, build_encoder, features_of
from mien.training.model_folder import load_network

Architecture = Literal["diffusion", "mlp"]


class MotionModel(nn.Module):
    """Text encoder `text`, `duration_model`, motion `network` and, where it takes timelines, `timer`; `config` rebuilds
    the model."""

    def __init__(self, text: TextEncoder, network: nn.Module, whitening: Whitening, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.text, self.network, self.config = text, network, dict(config)
        self.architecture: Architecture = config["architecture"]
        self.duration_model = DurationModel(text)
        self.timer = Timer() if config["timelines"] else None
        self.register_buffer("mean", whitening.mean)
        self.register_buffer("to_modes", whitening.to_modes)
        self.register_buffer("from_modes", whitening.from_modes)

    @property
    def whitening(self) -> Whitening:
        """The transform between features and the network's modes."""
        return Whitening(self.mean, self.to_modes, self.from_modes)  # type: ignore[arg-type]

    def encode_text(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Text features (B, L, W) of tokens (B, L); features (B, L, W) of a frozen encoder are returned unchanged."""
        return features_of(self.text, tokens, mask)


def build_model(
    text: TextEncoder, whitening: Whitening, architecture: Architecture, width: int, layers: int, heads: int,
    timelines: bool = False,
) -> MotionModel:  # fmt: skip
    """A new model; its initial weights are sampled from torch's global generator.

    timelines: whether it takes the timeline of a plan instead of a text; not with the architecture `mlp`.
    """
    config = {
        "architecture": architecture, "width": width, "layers": layers, "heads": heads, "text": text.config(),
        "timelines": timelines,
    }  # fmt: skip
    network: nn.Module
    if architecture == "mlp":
        network = MotionMLP(text.width, width)
    else:
        network = MotionTransformer(text.width, width, layers, heads, CHANNELS if timelines else 0)
    return MotionModel(text, network, whitening, config)


def load_model(folder: Path, cache: Path | None = None, download: bool = False) -> tuple[MotionModel, dict[str, Any]]:
    """The model in `folder`, in evaluation mode, and the content of its config.json.

    Raises ValueError if the folder is missing, damaged or of another kind or format; TextEncoderError (a ValueError) if
    its text encoder is not available.
    """

    def build(content: Mapping[str, Any]) -> MotionModel:
        config = content["model"]
        text = build_encoder(config["text"], cache, download)
        width, layers, heads = (int(config[name]) for name in ("width", "layers", "heads"))
        timelines = bool(config.get("timelines", False))  # models from before timelines have none
        return build_model(text, Whitening.identity(), config["architecture"], width, layers, heads, timelines)

    return load_network(folder, ("head_motion",), build)
