"""Text → moving shapes: training of the video GAN and of its baseline."""

from __future__ import annotations

from pathlib import Path

from mien.files import fingerprint
from mien.shapes.cards import CARDS
from mien.shapes.data.batches import ShapesData
from mien.shapes.networks.model import build_model
from mien.shapes.options import ShapesOptions
from mien.shapes.train.frames import FramesTrainer
from mien.shapes.train.video import KIND, VideoTrainer
from mien.text.encoder import TextEncoder, open_encoder, vocabulary_of
from mien.training.model_folder import ModelFiles, save_models
from mien.training.randomness import seed_weights
from mien.training.run import Run
from mien.training.train import train

BASELINE_LR = 2e-4


def train_shapes(
    corpus: Path, options: ShapesOptions, out: Path, run: Run, cache: Path | None = None
) -> dict[str, float]:
    """Train the model and the baseline, write them to `out` and `out/baseline`, and return the model's figures.

    corpus: folder of a `ShapesStore`. cache: where features of a pretrained text encoder are kept. Raises ValueError
    for an empty store, TextEncoderError for a text encoder that is not available.
    """
    data = ShapesData(corpus)
    val = ShapesData(corpus, ("val",)) if len(data.store.numbers("val")) else None
    digest = fingerprint(data.store.index.to_csv(index=False))[:16]
    prompts = data.prompts
    vocabulary = vocabulary_of(prompts)

    def trained(own: ShapesOptions, name: str, its_run: Run) -> tuple[ModelFiles, dict[str, float]]:
        def encoder() -> TextEncoder:
            text = own.text
            opened = open_encoder(text.encoder, vocabulary, cache, text.download, width=text.width, layers=text.layers)
            opened.prepare(prompts)
            return opened

        seed_weights(own.training.seed, name)
        sizes = {"frames": data.store.frames, "width": own.width, "hidden": own.hidden}
        model = build_model({"architecture": own.architecture, **sizes}, encoder)
        frames = own.architecture == "frames"
        trainer = FramesTrainer(model, data, own) if frames else VideoTrainer(model, data, val, own)
        figures = train(trainer, its_run)
        config = {"model": model.config}
        return ModelFiles(KIND, trainer.result, config, own, digest, figures, CARDS[KIND].markdown), figures

    models = {}
    models[""], figures = trained(options, KIND, run)
    if options.baseline_samples and options.architecture == "video":
        shorter = options.training.model_copy(update={"samples": options.baseline_samples, "lr": BASELINE_LR})
        own = options.model_copy(update={"architecture": "frames", "training": shorter})
        models["baseline"], _ = trained(own, f"{KIND}_baseline", run.phase("baseline", "baseline_"))
    save_models(out, models)
    return figures
