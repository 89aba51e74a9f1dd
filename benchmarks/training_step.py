"""Frames a second of the joint training step, `warp` against `direct`, at 128².

    python benchmarks/training_step.py [--steps 3] [--threads 2]
    python benchmarks/training_step.py --device cuda [--clips-per-step 32]

The step is that of phase 3, `mien.talking.train.talking_face.TalkingFaceTrainer.loss`: generator, frame and
emotion discriminators, all optimisers, the pixel loss; the batch is made beforehand. `direct` is measured at the size
of the 2020 system (64, 128, 256, 512, 512 feature maps), which the goal is set against, and at the feature maps of
`warp`. The batches and discriminators are the same for all.

With `--device cuda` also `warp` with bfloat16, channels-last weights and torch.compile against plain float32 without
any of them, and the share of the card's bfloat16 peak that the arithmetic of convolutions and matrix products uses.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import ClassVar

import torch
from measuring import Row, made_up_faces, print_table, take_step
from torch.utils.flop_counter import FlopCounterMode

from mien.talking.data.batches import TalkingData
from mien.talking.networks.discriminators import EmotionDiscriminator
from mien.talking.options import EmotionDiscriminatorOptions, GeneratorOptions, TalkingFaceOptions
from mien.talking.train.generator import new_generator
from mien.talking.train.talking_face import TalkingFaceTrainer
from mien.training.distributed import Ranks, local_batch
from mien.training.model_folder import count_parameters

CHANNELS_2020 = (64, 128, 256, 512, 512)
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12, "A10G": 70e12, "T4": 65e12}
"""Operations a second in bfloat16 (T4: float16), dense, by what stands in the card's name; the makers' data sheets."""


class _NoModules:
    """In place of the counter's tracker of modules, whose hooks fail in a gradient penalty."""

    parents: ClassVar[set[str]] = {"Global"}

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def new_trainer(data: TalkingData, pixels: GeneratorOptions, options: TalkingFaceOptions) -> TalkingFaceTrainer:
    """The joint training with random weights."""
    emotion = EmotionDiscriminatorOptions()
    discriminator = EmotionDiscriminator(emotion.width, emotion.levels, emotion.dropout)
    return TalkingFaceTrainer(new_generator(data, pixels), discriminator, data, data, options, pixels)


def step_seconds(trainer: TalkingFaceTrainer, device: torch.device, steps: int, contiguous: bool = False) -> float:
    """The fastest of `steps` steps; one more, or four on CUDA, go before. contiguous: not channels-last."""
    parts, batch = trainer.all_parts(), local_batch(trainer.batch(0), Ranks(), device)
    parts.place(device)
    for module in parts.modules.values() if contiguous else ():
        for parameter in module.parameters():
            parameter.data = parameter.data.contiguous()
    seconds = []
    for step in range((4 if device.type == "cuda" else 1) + steps):
        started = time.perf_counter()
        take_step(trainer, batch, step, device)
        if device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    return min(seconds[-steps:])


def measure(
    data: TalkingData,
    options: TalkingFaceOptions,
    device: torch.device,
    architecture: str,
    channels: tuple[int, ...],
    steps: int,
) -> tuple[float, str]:
    """Frames a second of a step, and the line that says so."""
    pixels = GeneratorOptions.model_validate({"architecture": architecture, "image_channels": channels})
    trainer = new_trainer(data, pixels, options)
    result = trainer.samples_per_step / step_seconds(trainer, device, steps)
    size = "/".join(map(str, channels))
    parameters = count_parameters(trainer.generator) / 1e6
    return result, f"{architecture:6s} {size:20s} {parameters:6.2f} M parameters {result:9.1f} frames/s"


def on_card(data: TalkingData, options: TalkingFaceOptions, channels: tuple[int, ...], steps: int) -> list[Row]:
    """`warp` as it is trained, and compiled, against plain float32; and its share of the card's peak."""
    pixels, device = GeneratorOptions(image_channels=channels), torch.device("cuda")
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    float32 = options.model_copy(update={"training": options.training.model_copy(update={"precision": "float32"})})
    trainer = new_trainer(data, pixels, float32)
    plain = step_seconds(trainer, device, steps, contiguous=True)
    counter = FlopCounterMode(display=False)
    counter.mod_tracker = _NoModules()  # type: ignore[assignment]
    with counter:
        take_step(trainer, local_batch(trainer.batch(0), Ranks(), device), 0, device)
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
    trainer = new_trainer(data, pixels, options)
    mixed = step_seconds(trainer, device, steps)
    # The discriminators stay as they are: their penalty is a derivative of a derivative, which is not compiled.
    for part in (trainer.generator.speech_encoder, trainer.generator.image_encoder, trainer.generator.decoder):
        part.compile()
    compiled = step_seconds(trainer, device, steps)
    rows = [
        Row("warp on CUDA: bf16 and channels-last to float32", plain / mixed),
        Row("warp on CUDA: bf16, channels-last and compiled to float32", plain / compiled),
    ]
    name = torch.cuda.get_device_name()
    peak = next((value for word, value in PEAKS.items() if word in name), None)
    done = counter.get_total_flops() / compiled
    print(f"{name}: {counter.get_total_flops() / 1e9:.0f} GFLOP a step, {done / 1e12:.2f} TFLOP/s")
    if peak is not None:
        rows.append(Row(f"share of the card's {peak / 1e12:.0f} TFLOP/s", done / peak))
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=3, help="that are measured of each; the fastest counts (3)")
    parser.add_argument("--threads", type=int, default=2, help="of the CPU (2)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where the arithmetic happens (cpu)")
    parser.add_argument("--clips-per-step", type=int, default=6, help="clips of 4 frames in a batch (6)")
    parser.add_argument("--size", type=int, default=128, help="side of the frames in pixels (128)")
    parser.add_argument("--quick", action="store_true", help="as little as gives a figure: small frames, one step")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.steps, arguments.clips_per_step, arguments.size, arguments.threads = 1, 1, 64, 1
    if arguments.device == "cuda" and not torch.cuda.is_available():
        parser.error("--device cuda: torch sees no CUDA device here")
    torch.set_num_threads(arguments.threads)
    channels = GeneratorOptions().image_channels
    device = torch.device(arguments.device)
    options = TalkingFaceOptions.model_validate({"training": {"batch": arguments.clips_per_step}})
    with tempfile.TemporaryDirectory() as name:
        data = TalkingData(*made_up_faces(Path(name), 12, 40, arguments.size), "train")
        warp, warp_line = measure(data, options, device, "warp", channels, arguments.steps)
        small, small_line = measure(data, options, device, "direct", channels, arguments.steps)
        large, large_line = measure(data, options, device, "direct", CHANNELS_2020, arguments.steps)
        rows = [
            Row("joint training step, warp to direct at the size of 2020", warp / large, 4.0),
            Row("joint training step, warp to direct at the same feature maps", warp / small),
        ]
        if arguments.device == "cuda":
            rows += on_card(data, options, channels, arguments.steps)
        data.shards.close()
    where = "CUDA" if arguments.device == "cuda" else f"{arguments.threads} threads"
    frames = f"{options.training.batch} clips × {options.frames_per_clip} frames of {arguments.size}²"
    print_table(f"joint training step, {frames}, {where}", [warp_line, small_line, large_line], rows)


if __name__ == "__main__":
    main()
