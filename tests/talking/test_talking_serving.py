"""What MLflow serves is what the talker generates."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import torch

from mien.talking.generate.frame_generator import FrameGenerator
from mien.talking.networks.generator import Generator, GeneratorConfig
from mien.talking.registration import SERVED


def test_a_batch_equals_its_single_videos() -> None:
    torch.manual_seed(0)
    config = GeneratorConfig(
        size=16, fps=Fraction(25), sample_rate=16000, image_channels=(8, 8), speech_width=8, code_width=8
    )
    talker = FrameGenerator(Generator(config), torch.device("cpu"), "test")
    inputs, outputs, batch = SERVED.signature({"network": config.model_dump(mode="json")})
    frames = SERVED.predict(talker, batch, {"seed": 3})["frames"]
    alone = np.stack(list(talker.generate(batch["face"][1], batch["speech"][1], None, None, seed=3)))
    np.testing.assert_array_equal(frames[1], alone)
    for name, (kind, shape) in inputs.items():
        assert batch[name].dtype == kind
        assert len(batch[name].shape) == len(shape)
    kind, shape = outputs["frames"]
    assert frames.dtype == kind
    assert frames.shape == (2, 5, *shape[2:])
