"""Text → moving shapes: the training of a model, and of the baseline that it is held against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien.files import atomic_directory, fingerprint
from mien.shapes.data.batches import ShapesData
from mien.shapes.networks.model import ShapesModel, build_model
from mien.shapes.options import ShapesOptions
from mien.shapes.system import CARDS
from mien.shapes.train.frames import FramesPhase
from mien.shapes.train.video import VideoPhase
from mien.text.encoder import TextEncoder, open_encoder, vocabulary_of
from mien.training.curves import Log
from mien.training.loop import Course, run_course
from mien.training.model_folder import FORMAT, save_model
from mien.training.randomness import seed_weights

KIND = "shapes"


def train_shapes(
    corpus: Path, options: ShapesOptions, out: Path, resume: Path, log: Log, cache: Path | None = None
) -> dict[str, float]:
    """Train the model, and the frames baseline beside it; write them to `out` and `out/baseline`; return their figures.

    corpus: folder of a `ShapesStore`. cache: where features of a pretrained text encoder are kept. Raises ValueError
    for an empty store, TextEncoderError for a text encoder that cannot be had.
    """
    data = ShapesData(corpus)
    val = ShapesData(corpus, ("val",)) if len(data.store.numbers("val")) else None
    digest = fingerprint(data.store.index.to_csv(index=False))[:16]
    prompts = data.prompts

    def trained(own: ShapesOptions, name: str, heard: Log) -> tuple[ShapesModel, dict[str, float]]:
        seed_weights(own.seed, name)
        vocabulary = vocabulary_of(prompts)

        def encoder() -> TextEncoder:
            return open_encoder(
                own.text.encoder, vocabulary, cache, own.text.download, width=own.text.width, layers=own.text.layers
            )

        text = encoder()
        text.prepare(prompts)
        model = build_model(text, own.architecture, data.store.frames, own.width, own.hidden, encoder)
        phase: VideoPhase | FramesPhase
        if own.architecture == "frames":
            phase = FramesPhase(model, data, own)
        else:
            data.keep_parted()
            phase = VideoPhase(model, data, val, own)
        identity = fingerprint(name, own.model_dump(mode="json"), digest, FORMAT)
        course: Course[Any] = Course(
            name.replace("_", " "), identity, own.steps, own.samples_per_step, phase.make_batch, "clips",
            own.log_samples, checkpoint_seconds=own.checkpoint_seconds,
        )  # fmt: skip
        run_course(phase, course, resume, heard)
        return phase.result, phase.validate()

    model, figures = trained(options, KIND, log)
    baseline = None
    if options.baseline_samples and options.architecture == "video":
        own = options.model_copy(update={"architecture": "frames", "samples": options.baseline_samples, "lr": 2e-4})
        baseline, _ = trained(
            own, f"{KIND}_baseline", lambda values, at: log({f"baseline_{k}": v for k, v in values.items()}, at)
        )
    with atomic_directory(out) as folder:
        _save(folder, model, options, figures, digest)
        if baseline is not None:
            (folder / "baseline").mkdir()
            _save(folder / "baseline", baseline, options.model_copy(update={"architecture": "frames"}), {}, digest)
    return figures


def _save(folder: Path, model: ShapesModel, options: ShapesOptions, figures: Mapping[str, float], data: str) -> None:
    config: dict[str, Any] = {
        "model": model.config, "options": options.model_dump(mode="json"), "data": data, "figures": dict(figures),
    }  # fmt: skip
    save_model(folder, KIND, model, config, CARDS["shapes"].markdown(config))
