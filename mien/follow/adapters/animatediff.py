"""AnimateDiff with an OpenPose ControlNet: `AnimateDiffControlNetPipeline` of diffusers.

AnimateDiff (Guo et al., 2023, arXiv:2307.04725); ControlNet (Zhang et al., 2023, arXiv:2302.05543). Clips that are
longer than the motion adapter's context are drawn with FreeNoise (Qiu et al., 2023, arXiv:2310.15169), and longer ones
than `SECTION` in sections from the same noise, faded into each other: memory does not grow with the length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from PIL import Image

from mien.follow.adapters.interface import Guidance, Picture
from mien.follow.adapters.windows import Frames, fitting_size, joined, spans, to_picture

CONTEXT = 16
"""Frames that the motion adapters were trained on."""
STRIDE = 4
SECTION = 96
OVERLAP = 16
STEPS = 25
GUIDANCE = 7.5
NEGATIVE = "bad quality, worst quality, low resolution, deformed, extra limbs, missing limbs"


class AnimateDiff:
    """The pipeline, for inference. steps: of the sampling. section: most frames that are drawn together."""

    takes_reference = False

    def __init__(self, pipeline: Any, version: str, steps: int = STEPS, section: int = SECTION) -> None:
        self.pipeline, self.version, self.steps, self.section = pipeline, version, steps, section
        trained = int(pipeline.motion_adapter.config.motion_max_seq_length)
        self.context = min(CONTEXT, trained)
        pipeline.set_progress_bar_config(disable=True)
        pipeline.vae.enable_slicing()

    @torch.no_grad()
    def frames(self, guidance: Guidance) -> Iterator[Picture]:
        """See `FramePipeline`."""
        unet = self.pipeline.unet
        multiple = self.pipeline.vae_scale_factor * 2 ** (len(unet.config.block_out_channels) - 1)
        least = int(unet.config.sample_size or 64) * self.pipeline.vae_scale_factor
        size = fitting_size(guidance.width, guidance.height, least, multiple)
        if guidance.frames > self.context:  # shorter clips are one context, for which FreeNoise has no window
            self.pipeline.enable_free_noise(context_length=self.context, context_stride=STRIDE)
        else:
            self.pipeline.disable_free_noise()
        overlap = min(OVERLAP, self.section // 2)
        sections = spans(guidance.frames, self.section, overlap)
        drawn = ((start, self._section(guidance, start, stop, *size)) for start, stop in sections)
        for frame in joined(drawn):
            yield to_picture(frame, guidance.width, guidance.height)

    def _section(self, guidance: Guidance, start: int, stop: int, width: int, height: int) -> Frames:
        skeletons = [Image.fromarray(one) for one in guidance.skeletons(start, stop, width, height)]
        # every section from the same noise, so that it draws the same person
        noise = torch.Generator("cpu").manual_seed(guidance.seed)
        drawn = self.pipeline(
            prompt=guidance.prompt, negative_prompt=NEGATIVE, num_frames=stop - start, width=width, height=height,
            num_inference_steps=self.steps, guidance_scale=GUIDANCE, conditioning_frames=skeletons, generator=noise,
            output_type="np",
        )  # fmt: skip
        return np.asarray(drawn.frames[0], np.float32)
