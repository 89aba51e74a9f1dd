"""What MLflow serves is what the talker generates."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import torch

from mien.talking.generate.serving import (
    ServedTalker,
    served_example,
    served_inputs,
    served_outputs,
)
from mien.talking.generate.talker import Talker
from mien.talking.networks.generator import Generator, GeneratorConfig


def test_a_batch_equals_its_single_videos() -> None:
    torch.manual_seed(0)
    config = GeneratorConfig(
        size=16, fps=Fraction(25), sample_rate=16000, image_channels=(8, 8), speech_width=8, code_width=8
    )
    talker = Talker(Generator(config), torch.device("cpu"), "test")
    batch = served_example(16, 16000)
    frames = ServedTalker(talker).predict(batch, {"seed": 3})["frames"]
    alone = np.stack(list(talker.generate(batch["face"][1], batch["speech"][1], None, None, seed=3)))
    np.testing.assert_array_equal(frames[1], alone)
    for name, (kind, shape) in served_inputs(16).items():
        assert batch[name].dtype == kind
        assert len(batch[name].shape) == len(shape)
    kind, shape = served_outputs(16)["frames"]
    assert frames.dtype == kind
    assert frames.shape == (2, 5, *shape[2:])
