"""Wan VACE: `WanVACEPipeline` of diffusers, with skeletons as its control video.

VACE (Jiang et al., 2025, arXiv:2503.07598). A clip of any length is drawn in windows of 81 frames; each starts with the
last frames of the one before as they were decoded, and from the second on the first frame of the clip is its reference
picture, which keeps colours and the person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mien.follow.adapters.interface import Guidance, Picture
from mien.follow.adapters.windows import Frames, fitting_size, to_picture

WINDOW = 81
PREFIX = 5
"""Decoded frames of the last window with which the next one starts."""
NATIVE = 480
"""Shorter side in pixels that the models were trained on."""
STEPS = 30
GUIDANCE = 5.0
LONGEST = 512
"""Tokens of a prompt."""
NEGATIVE = "worst quality, low quality, overexposed, static, deformed, extra fingers, fused fingers, missing limbs"


class WanVace:
    """The pipeline, for inference. window: most frames that are drawn together. native: least shorter side."""

    takes_reference = True

    def __init__(
        self, pipeline: Any, version: str, steps: int = STEPS, window: int = WINDOW, native: int = NATIVE
    ) -> None:
        self.pipeline, self.version, self.steps = pipeline, version, steps
        self.group = int(pipeline.vae_scale_factor_temporal)
        self.window, self.native = self._whole(window), native
        pipeline.set_progress_bar_config(disable=True)

    @torch.no_grad()
    def frames(self, guidance: Guidance) -> Iterator[Picture]:
        """See `FramePipeline`."""
        network = self.pipeline.transformer or self.pipeline.transformer_2
        multiple = self.pipeline.vae_scale_factor_spatial * network.config.patch_size[1]
        size = fitting_size(guidance.width, guidance.height, self.native, multiple)
        texts = [self._embedded(text) for text in (guidance.prompt, NEGATIVE)]
        prefix: list[Image.Image] = []
        reference = None if guidance.reference is None else Image.fromarray(guidance.reference)
        done = 0
        while done < guidance.frames:
            stop = min(guidance.frames, done + self.window - len(prefix))
            drawn = self._window(guidance, done, stop, size, prefix, reference, texts)
            for frame in drawn:
                yield to_picture(frame, guidance.width, guidance.height)
            pictures = [Image.fromarray(to_picture(frame, *size)) for frame in drawn[-PREFIX:]]
            reference = reference or Image.fromarray(to_picture(drawn[0], *size))
            prefix, done = pictures[len(pictures) - self._whole(len(pictures)) :], stop

    def _window(
        self, guidance: Guidance, start: int, stop: int, size: tuple[int, int], prefix: list[Image.Image],
        reference: Image.Image | None, texts: list[Tensor],
    ) -> Frames:  # fmt: skip
        """The frames from `start` to `stop` after those of `prefix`."""
        control = [*prefix, *map(Image.fromarray, guidance.skeletons(start, stop, *size))]
        length = self._whole(len(control) + self.group - 1)
        control += control[-1:] * (length - len(control))
        masks = [Image.new("L", size, 0 if number < len(prefix) else 255) for number in range(length)]
        made = self.pipeline(
            prompt_embeds=texts[0], negative_prompt_embeds=texts[1], video=control, mask=masks,
            reference_images=None if reference is None else [reference], width=size[0], height=size[1],
            num_frames=length, num_inference_steps=self.steps, guidance_scale=GUIDANCE, output_type="np",
            generator=torch.Generator("cpu").manual_seed(guidance.seed),
        )  # fmt: skip
        return np.asarray(made.frames[0], np.float32)[len(prefix) : len(prefix) + stop - start]

    def _whole(self, frames: int) -> int:
        """The largest number of frames, at most `frames`, that whole latents have: one, and one more per group."""
        return (frames - 1) // self.group * self.group + 1

    def _embedded(self, text: str) -> Tensor:
        """The features (1, LONGEST, width) of a text, zeros after its end; once a clip, not once a window."""
        tokens = self.pipeline.tokenizer(
            [" ".join(text.split())], padding="max_length", max_length=LONGEST, truncation=True, return_tensors="pt"
        )
        encoder = self.pipeline.text_encoder
        ids, mask = tokens.input_ids.to(encoder.device), tokens.attention_mask.to(encoder.device)
        features: Tensor = encoder(ids, mask).last_hidden_state
        return features * mask[..., None].to(features.dtype)
