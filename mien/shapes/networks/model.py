"""The model of moving shapes: text encoder, generator and discriminator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from mien.shapes.data.layers import FIGURES, Layers, concatenate
from mien.shapes.networks.discriminator import ClipDiscriminator, score
from mien.shapes.networks.frames import NOISE as FRAME_NOISE
from mien.shapes.networks.frames import FrameGenerator
from mien.shapes.networks.generator import NOISE, LayerGenerator
from mien.text.encoder import TextEncoder, TokensEncoder, build_encoder, features_of
from mien.training.model_folder import load_network

Architecture = Literal["video", "frames"]


class ShapesModel(nn.Module):
    """`text` encodes prompts, `generator` makes clips; `config` is everything needed to rebuild the model.

    discriminator: of the video GAN, selects among samples; it has a text encoder of its own where that is trained.
    frames: of the training clips. noise_shape: of the noise of one clip; of one frame for the baseline.
    """

    def __init__(
        self,
        text: TextEncoder,
        generator: nn.Module,
        discriminator: ClipDiscriminator | None,
        config: Mapping[str, Any],
    ) -> None:
        super().__init__()
        self.text, self.generator, self.discriminator, self.config = text, generator, discriminator, dict(config)
        self.architecture: Architecture = config["architecture"]
        self.frames = int(config["frames"])
        self.noise_shape = (FRAME_NOISE,) if self.architecture == "frames" else (FIGURES, NOISE)

    def sample_noise(self, count: int, generator: torch.Generator) -> Tensor:
        """Standard normal noise for `count` clips, or frames of the baseline."""
        return torch.randn(count, *self.noise_shape, generator=generator)

    def layers(self, tokens: Tensor, mask: Tensor, noise: Tensor) -> Layers:
        """The clips as layers, for tokens as `features_of` takes them."""
        layers = self.generator(features_of(self.text, tokens, mask), mask, noise)
        assert isinstance(layers, Layers)
        return layers

    def select_best(self, clips: Sequence[Layers], tokens: Tensor, mask: Tensor) -> Layers:
        """Best-of-n selection: for each text the clip with the highest discriminator score.

        As discriminator rejection sampling (Azadi et al., ICLR 2019), with a fixed number of samples.
        """
        best = self.scores(clips, tokens, mask).argmax(0)
        rows = best * len(best) + torch.arange(len(best), device=best.device)
        return concatenate([_as_rendered(own) for own in clips]).map(lambda tensor: tensor[rows])

    def scores(self, clips: Sequence[Layers], tokens: Tensor, mask: Tensor) -> Tensor:
        """The discriminator's scores (N, B) of N samples of B clips with their texts."""
        assert self.discriminator is not None
        texts = self.discriminator.encode_text(tokens, mask)
        return torch.stack([score(self.discriminator.encode_clip(_as_rendered(own)), texts) for own in clips])

    def single_frames(self, tokens: Tensor, mask: Tensor, noise: Tensor) -> Tensor:
        """The baseline's frames (B, 3, 64, 64) in [−1, 1]."""
        return torch.as_tensor(self.generator(features_of(self.text, tokens, mask), mask, noise))


def _as_rendered(layers: Layers) -> Layers:
    """With a presence of 0 or 1."""
    return replace(layers, presence=layers.presence.round())


def build_model(config: Mapping[str, Any], encoder: Callable[[], TextEncoder]) -> ShapesModel:
    """A new model, initialised from torch's global generator; config: architecture, frames, width and hidden.

    encoder: makes a text encoder, and a second one for the discriminator where it is trained; a frozen one is shared.
    """
    frames, width, hidden = (int(config[name]) for name in ("frames", "width", "hidden"))
    text = encoder()
    config = {**config, "text": text.config()}
    if config["architecture"] == "frames":
        return ShapesModel(text, FrameGenerator(text.width, width), None, config)
    discriminator = ClipDiscriminator(encoder() if isinstance(text, TokensEncoder) else text, frames, width)
    return ShapesModel(text, LayerGenerator(text.width, frames, width, hidden), discriminator, config)


def load_model(folder: Path) -> tuple[ShapesModel, dict[str, Any]]:
    """The model of a folder, in evaluation mode, and the content of its config.json.

    Raises ValueError in one sentence when the folder is missing, damaged or of another kind or format; TextEncoderError
    (a ValueError) when its text encoder is not available.
    """

    def build(content: Mapping[str, Any]) -> ShapesModel:
        return build_model(content["model"], lambda: build_encoder(content["model"]["text"]))

    return load_network(folder, ("shapes",), build)
