"""What the parts of the talking face are worth, trained and evaluated on the data of a finished pipeline run.

    python -m benchmarks.quality against-direct --generator-seconds 200 --talking-seconds 240
    python -m benchmarks.quality ablation --rows full no_flow …

`against-direct` trains `architecture: direct` (the 2020 design) for the same wall-clock as `warp` had, on the same
shards and with the same emotion discriminator, and evaluates both as `evaluate_talking` does. `ablation` trains the
default without one part at a time, all rows with the same seed and budget. Run both where `make repro` has run; with
`--identity FILE` identity is measured with that ONNX face embedding.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.measuring import take_step
from mien.systems.evaluation.evaluate import EVALUATED
from mien.systems.evaluation.rows import REAL
from mien.talking.data.batches import TalkingData
from mien.talking.evaluate.evaluate import evaluate_talking
from mien.talking.options import EvaluateTalkingOptions, GeneratorOptions, TalkingFaceOptions
from mien.talking.train.generator import GeneratorTrainer, new_generator, train_generator
from mien.talking.train.talking_face import train_talking_face
from mien.training.curves import no_log
from mien.training.run import Run
from mien.training.trainer import Trainer
from stages.options import parse_options
from stages.paths import FACES, MODELS, SPLIT

DIRECT: dict[str, Any] = {"architecture": "direct", "training": {"lr": 4e-3}}
DIRECT_TALKING: dict[str, Any] = {"adversarial_weight": 0.01, "emotion_weight": 0.012}
"""The baseline with the rates and weights that were found best for it."""

FIGURES = (
    ("real_motion", "ssim_mouth"), ("real_motion", "ssim_eyes"),
    ("real_motion", "nlmd"), ("real_motion", "blink_correlation"),
    ("generated", "emotion_accuracy"), ("generated", "emotion_accuracy_hog"), ("generated", "identity_cosine"),
    ("generated", "sharpness"), ("generated", "sharpness_mouth"), ("generated", "sync_auc"),
    ("generated", "sync_auc_common_lag"), ("generated", "frames_per_second"),
)  # fmt: skip

# name: (changes of the generator, changes of the joint training); None: the generator of `full` serves again
ROWS: dict[str, tuple[dict[str, Any] | None, dict[str, Any]]] = {
    "full": ({}, {}),
    "no_frame_discriminator": (None, {"adversarial_weight": 0.0}),
    "no_emotion_discriminator": (None, {"emotion_weight": 0.0}),
    "no_landmark_training": ({"landmark_samples": 0}, {}),
    "no_flow_loss": ({"flow_weight": 0.0}, {}),
    "no_pyramid": ({"pyramid_levels": 1}, {}),
    "no_shade_penalty": ({"shade_weight": 0.0}, {}),
    "no_paint_loss": ({"paint_weight": 0.0}, {}),
    "no_mouth_and_eyes_weight": ({"mouth_weight": 0.0, "eyes_weight": 0.0}, {}),
}


def evaluated(folder: Path, out: Path, options: EvaluateTalkingOptions) -> dict[str, Any]:
    """The evaluation's rows of a model: figures of its part and of the whole row."""
    metrics = evaluate_talking(FACES, SPLIT, folder, MODELS / "emotion_judge", options, out, no_log)
    return {row: {**metrics[row], **metrics[row][options.part]} for row in metrics if row != EVALUATED}


def trained(
    out: Path, generator: GeneratorOptions | None, base: Path, talking: TalkingFaceOptions
) -> tuple[Path, float, float]:
    """The folder of a talking face and the seconds of both trainings; `generator` None: the one in `base`."""
    started = time.perf_counter()
    if generator is not None and not (base / "config.json").exists():
        train_generator(FACES, SPLIT, generator, base, Run(out / "resume" / "generator", "benchmark"))
    middle = time.perf_counter()
    discriminator = MODELS / "emotion_discriminator"
    folder = out / "talking_face"
    if not (folder / "config.json").exists():
        train_talking_face(
            FACES, SPLIT, talking, discriminator, base, folder, Run(out / "resume" / "joint", "benchmark")
        )
    return folder, middle - started, time.perf_counter() - middle


def samples_in(seconds: float, options: GeneratorOptions, talking: TalkingFaceOptions | None = None) -> int:
    """How many frames a phase trains on in so much time: from thirty steps of it."""
    from mien.talking.train.emotion_discriminator import load_emotion_discriminator
    from mien.talking.train.talking_face import TalkingFaceTrainer

    data, cpu = TalkingData(FACES, SPLIT, "train"), torch.device("cpu")
    network = new_generator(data, options)
    trainer: Trainer[Any] = GeneratorTrainer(network, data, data, options)
    if talking is not None:
        judge = load_emotion_discriminator(MODELS / "emotion_discriminator")
        trainer = TalkingFaceTrainer(network, judge, data, data, talking, options)
    trainer.all_parts().place(cpu)
    for step in range(3):
        take_step(trainer, trainer.batch(step), step, cpu)
    started = time.perf_counter()
    for step in range(30):
        take_step(trainer, trainer.batch(step), step, cpu)
    return int(seconds / (time.perf_counter() - started) * 30 * trainer.samples_per_step)


def of_length(options: Any, samples: int) -> Any:
    """Options with another number of samples."""
    return options.model_copy(update={"training": options.training.model_copy(update={"samples": samples})})


def against_direct(arguments: argparse.Namespace, options: EvaluateTalkingOptions) -> None:
    """Train the baseline for as long, and print both."""
    generator = GeneratorOptions.model_validate(DIRECT)
    talking = TalkingFaceOptions(**DIRECT_TALKING)
    first = arguments.direct_samples or samples_in(arguments.generator_seconds, generator)
    generator = of_length(generator, first)
    then = arguments.direct_talking_samples or samples_in(arguments.talking_seconds, generator, talking)
    talking = of_length(talking, then)
    out = arguments.out / "direct"
    folder, phase_2, phase_3 = trained(out, generator, out / "generator", talking)
    print(
        f"direct: {generator.training.samples} + {talking.training.samples} frames in {phase_2:.0f} s + {phase_3:.0f} s"
    )
    rows = {"warp": MODELS / "talking_face", "direct": folder}
    figures = {name: evaluated(path, arguments.out / f"{name}_evaluation", options) for name, path in rows.items()}
    (arguments.out / "against_direct.json").write_text(json.dumps(figures, indent=1))
    print("| | real clips | warp | direct |\n|---|---|---|---|")
    for row, key in FIGURES:
        cells = [figures["warp"][REAL].get(key), *(figures[name][row].get(key) for name in rows)]
        print(f"| {key} ({row}) | {' | '.join('–' if one is None else f'{one:.3f}' for one in cells)} |")


def ablation(arguments: argparse.Namespace, options: EvaluateTalkingOptions) -> None:
    """Train and print the rows."""
    budget = {"training": {"samples": arguments.samples}, "landmark_samples": arguments.landmark_samples}
    print("| | " + " | ".join(key for _, key in FIGURES) + " |")
    for name in arguments.rows or ROWS:
        changes, joint = ROWS[name]
        out = arguments.out / name
        base = arguments.out / ("full" if changes is None else name) / "generator"
        generator = None if changes is None else GeneratorOptions.model_validate({**budget, **changes})
        talking = TalkingFaceOptions.model_validate({"training": {"samples": arguments.talking_samples}, **joint})
        folder, _, _ = trained(out, generator, base, talking)
        figures = evaluated(folder, out / "evaluation", options)
        (out / "figures.json").write_text(json.dumps(figures, indent=1))
        cells = [figures[row].get(key) for row, key in FIGURES]
        print(f"| {name} | " + " | ".join("–" if one is None else f"{one:.3f}" for one in cells) + " |", flush=True)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("against-direct", "ablation"))
    parser.add_argument("--out", type=Path, default=Path("quality"), help="folder for the models and evaluations")
    parser.add_argument("--identity", type=Path, default=None, help="ONNX file of a face embedding")
    parser.add_argument("--clips", type=int, default=None, help="clips evaluated (default: as in params.yaml)")
    parser.add_argument("--generator-seconds", type=float, default=200, help="what the generator stage of warp took")
    parser.add_argument("--talking-seconds", type=float, default=240, help="what the talking_face stage of warp took")
    parser.add_argument("--direct-samples", type=int, default=None, help="frames instead of the generator's seconds")
    parser.add_argument("--direct-talking-samples", type=int, default=None, help="frames instead of the joint seconds")
    parser.add_argument("--samples", type=int, default=10_000, help="ablation: frames of the generator's training")
    parser.add_argument("--landmark-samples", type=int, default=75_000, help="ablation: frames of landmarks before it")
    parser.add_argument("--talking-samples", type=int, default=6_000, help="ablation: frames of the joint training")
    parser.add_argument("--rows", nargs="*", choices=tuple(ROWS), help="ablation: only these rows")
    arguments = parser.parse_args()
    options = parse_options(Path("params.yaml"), "evaluate_talking", EvaluateTalkingOptions)
    changes: dict[str, Any] = {"identity_model": arguments.identity, "videos": 0}
    if arguments.clips is not None:
        changes["max_clips"] = arguments.clips
    arguments.out.mkdir(parents=True, exist_ok=True)
    run = against_direct if arguments.what == "against-direct" else ablation
    run(arguments, options.model_copy(update=changes))


if __name__ == "__main__":
    main()
