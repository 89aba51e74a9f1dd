"""The whole model of moving shapes: what reads the words and what makes the clip."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from mien.shapes.data.layers import FIGURES, Layers
from mien.shapes.networks.discriminator import ClipDiscriminator, score
from mien.shapes.networks.frames import NOISE as FRAME_NOISE
from mien.shapes.networks.frames import FrameGenerator
from mien.shapes.networks.generator import NOISE, LayerGenerator
from mien.text.encoder import TextEncoder, TokensEncoder, build_encoder, features_of
from mien.training.model_folder import load_into, read_config

Architecture = Literal["video", "frames"]


class ShapesModel(nn.Module):
    """`text` reads words, `generator` makes clips; `config` is everything needed to build it again.

    discriminator: of the video GAN, which chooses between its clips; it has a reader of its own, where that learns.
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

    @property
    def architecture(self) -> Architecture:
        """video or frames."""
        return "frames" if self.config["architecture"] == "frames" else "video"

    @property
    def frames(self) -> int:
        """Of the clips that it learned."""
        return int(self.config["frames"])

    @property
    def noise_shape(self) -> tuple[int, ...]:
        """Of one clip's noise; of one frame's for the baseline."""
        return (FRAME_NOISE,) if self.architecture == "frames" else (FIGURES, NOISE)

    def draw_noise(self, count: int, generator: torch.Generator) -> Tensor:
        """Standard normal noise for `count` clips, or frames of the baseline."""
        return torch.randn(count, *self.noise_shape, generator=generator)

    def layers(self, tokens: Tensor, mask: Tensor, noise: Tensor) -> Layers:
        """The clips as layers, for tokens as `features_of` takes them."""
        layers = self.generator(features_of(self.text, tokens, mask), mask, noise)
        assert isinstance(layers, Layers)
        return layers

    def best(self, clips: Sequence[Layers], tokens: Tensor, mask: Tensor) -> Layers:
        """Of several clips for each text the one that the discriminator takes for the most real and the most fitting.

        As discriminator rejection sampling (Azadi et al., ICLR 2019), with a fixed number of tries.
        """
        assert self.discriminator is not None
        asked = self.discriminator.read(tokens, mask)
        # as they will be drawn: a figure is there or not
        settled = [Layers(own.paths, own.pictures, own.colours, own.presence.round()) for own in clips]
        chosen = torch.stack([score(self.discriminator.see(own), asked) for own in settled]).argmax(0)
        texts = torch.arange(len(chosen), device=chosen.device)
        return Layers(
            *(torch.stack(parts)[chosen, texts] for parts in zip(*(own.parts for own in settled), strict=True))
        )

    def single_frames(self, tokens: Tensor, mask: Tensor, noise: Tensor) -> Tensor:
        """The baseline's frames (B, 3, 64, 64) in [−1, 1]."""
        return torch.as_tensor(self.generator(features_of(self.text, tokens, mask), mask, noise))


def build_model(
    text: TextEncoder, architecture: Architecture, frames: int, width: int, hidden: int,
    encoder: Callable[[], TextEncoder],
) -> ShapesModel:  # fmt: skip
    """A new model; its first weights are drawn from torch's global generator.

    encoder: makes a second `text`, for the discriminator, where it learns; what is frozen is opened once.
    """
    config = {
        "architecture": architecture, "frames": frames, "width": width, "hidden": hidden, "text": text.config(),
    }  # fmt: skip
    if architecture == "frames":
        return ShapesModel(text, FrameGenerator(text.width, width), None, config)
    reads = encoder() if isinstance(text, TokensEncoder) else text
    discriminator = ClipDiscriminator(reads, frames, width)
    return ShapesModel(text, LayerGenerator(text.width, frames, width, hidden), discriminator, config)


def load_model(folder: Path, cache: Path | None = None, download: bool = False) -> tuple[ShapesModel, dict[str, Any]]:
    """The model of a folder, in evaluation mode, and the content of its config.json.

    Raises ValueError in one sentence when the folder is missing, damaged or of another kind or format; TextEncoderError
    (a ValueError) when its text encoder cannot be had.
    """
    content = read_config(folder, ("shapes",))
    try:
        config = dict(content["model"])
        frames, width, hidden = (int(config[name]) for name in ("frames", "width", "hidden"))

        def encoder() -> TextEncoder:
            return build_encoder(config["text"], cache, download)

        model = build_model(encoder(), config["architecture"], frames, width, hidden, encoder)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder / 'config.json'} is damaged ({error}): train the model again") from error
    load_into(model, folder, content)
    return model.eval().requires_grad_(False), content
