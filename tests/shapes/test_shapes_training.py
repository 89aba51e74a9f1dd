"""The model learns, goes on after a kill to the same bits, and gives the same clip for the same words and seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import a_run, assert_resumes, tiny, with_training

from mien.shapes.corpus.corpus import make_shapes_corpus
from mien.shapes.data.batches import ShapesData
from mien.shapes.data.layers import Layers, render
from mien.shapes.generate.animator import CANDIDATES, Animator
from mien.shapes.networks.discriminator import ClipDiscriminator, score
from mien.shapes.options import ShapesCorpusOptions, ShapesOptions
from mien.shapes.train.adversary import ClipAdversary
from mien.shapes.train.train import train_shapes
from mien.systems.errors import RequestError
from mien.text.encoder import open_encoder, read_tokens, vocabulary_of
from mien.training.randomness import torch_generator

TINY = tiny("shapes")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "shapes"
    make_shapes_corpus(ShapesCorpusOptions(train=24, val=6, wordings=2, held_out=2), folder)
    return folder


@pytest.fixture(scope="module")
def trained(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "shapes"
    train_shapes(corpus, TINY, folder, a_run(folder.parent / "resume"))
    return folder


def test_batches_are_functions_of_their_step(corpus: Path) -> None:
    data, again = ShapesData(corpus), ShapesData(corpus)
    encoder = open_encoder("tokens", vocabulary_of(data.prompts))
    one, other = (own.layers_batch(encoder, 0, "x", 3, 4) for own in (data, again))
    assert torch.equal(one.layers.paths, other.layers.paths)
    assert torch.equal(one.tokens, other.tokens)
    assert one.layers.paths.shape == (4, 2, 4, 12)
    assert not torch.equal(one.layers.paths, data.layers_batch(encoder, 0, "x", 4, 4).layers.paths)
    frames, same = (own.frames_batch(encoder, 0, "x", 3, 4, 2) for own in (data, again))
    assert torch.equal(frames.frames, same.frames)
    assert frames.frames.shape == (8, 3, 64, 64)
    assert torch.equal(frames.tokens[0], frames.tokens[1])
    assert not torch.equal(frames.frames[0], frames.frames[1])


def test_clips_that_do_not_fit_into_memory_are_parted_as_they_are_needed(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, read = ShapesData(corpus), ShapesData(corpus)
    held.cache_layers()
    monkeypatch.setattr("mien.shapes.data.batches.IN_MEMORY_CLIPS", 0)
    read.cache_layers()
    rows = np.array([5, 0, 5])
    for kept, parted in zip(held.layers(rows).tensors, read.layers(rows).tensors, strict=True):
        assert torch.allclose(kept, parted, atol=1e-5)


def test_the_critic_learns_words_and_the_generator_to_make_clips_again(corpus: Path, tmp_path: Path) -> None:
    changes = {"baseline_samples": 0, "width": 32, "hidden": 32}
    options = with_training(TINY, samples=960, batch=16).model_copy(update=changes)
    rows: list[dict[str, float]] = []
    run = a_run(tmp_path / "resume", lambda values, _: rows.append(dict(values)), curve_points=1000)
    figures = train_shapes(corpus, options, tmp_path / "model", run)
    told = [row for row in rows if "reconstruction" in row]
    assert np.mean([row["reconstruction"] for row in told[-8:]]) < 0.8 * np.mean(
        [r["reconstruction"] for r in told[:4]]
    )
    assert np.mean([row["mismatch"] for row in told[-10:]]) < 0.9 * np.mean([row["mismatch"] for row in told[:10]])
    assert "gap" in told[-1]
    assert figures.keys() == {"val_exact", "val_shape", "val_motion"}


def test_an_interrupted_training_resumes_to_the_same_bits(corpus: Path, tmp_path: Path) -> None:
    assert_resumes(lambda out, run: train_shapes(corpus, TINY, out, run), tmp_path)


def test_the_same_seed_gives_the_same_clip(trained: Path) -> None:
    animator = Animator.load(trained, "cpu")
    texts = ["a red circle moving up", "a small blue star and a green square moving left"]
    both = animator.clips(texts, [3, 4])
    assert both.shape == (2, 12, 64, 64, 3)
    assert both.dtype == np.uint8
    assert np.array_equal(both, animator.clips(texts, [3, 4]))
    assert np.abs(animator.clips(texts[:1], [3])[0].astype(int) - both[0].astype(int)).max() <= 1
    assert not np.array_equal(animator.clips(texts[:1], [5])[0], both[0])


def test_the_discriminator_chooses_between_clips_and_one_is_no_choice(trained: Path) -> None:
    texts, seeds = ["a red circle moving up"] * 4, [1, 2, 3, 4]
    chosen = Animator.load(trained, "cpu")
    first, model = chosen.without_selection(), chosen.model
    tokens, mask = read_tokens(model.text, texts)
    tries = []
    for number in range(CANDIDATES):
        noise = torch.cat([model.sample_noise(1, torch_generator(seed, "shapes", number)) for seed in seeds])
        tries.append(model.layers(tokens, mask, noise))
    asked = model.discriminator.encode_text(tokens, mask)
    scores = [
        score(
            model.discriminator.encode_clip(Layers(own.paths, own.pictures, own.colours, own.presence.round())), asked
        )
        for own in tries
    ]
    ranked = torch.stack(scores)
    clips, drawn = chosen.clips(texts, seeds).astype(int), [render(own).numpy().astype(int) for own in tries]
    for place in range(4):
        # Computed here anew: a pixel may be rounded the other way, and of equal scores either may win.
        best = (ranked[:, place] >= ranked[:, place].max() - 1e-4).nonzero().flatten().tolist()
        assert min(np.abs(clips[place] - drawn[number][place]).max() for number in best) <= 1
    assert np.abs(first.clips(texts, seeds) - drawn[0]).max() <= 1
    assert ranked.argmax(0).any()


def test_a_clip_can_last_longer_and_ends_where_it_would(trained: Path) -> None:
    animator = Animator.load(trained, "cpu")
    usual, longer = animator.clips(["a circle"], [1]), animator.clips(["a circle"], [1], frames=23)
    assert longer.shape[1] == 23
    for frame, same in ((0, 0), (11, 22)):
        assert np.abs(usual[0, frame].astype(int) - longer[0, same].astype(int)).max() <= 1


def test_the_baseline_makes_frames_of_their_own(trained: Path) -> None:
    baseline = Animator.load(trained / "baseline", "cpu")
    assert (baseline.architecture, baseline.frames) == ("frames", 12)
    clip = baseline.clips(["a circle"], [1], frames=4)[0]
    assert clip.shape == (4, 64, 64, 3)
    assert not np.array_equal(clip[0], clip[1])


def test_what_cannot_be_made_is_refused(trained: Path, tmp_path: Path) -> None:
    animator = Animator.load(trained, "cpu")
    for texts, seeds, frames in (
        ([], [], None),
        (["a circle"], [1, 2], None),
        ([" "], [1], None),
        (["a circle"], [1], 1),
    ):
        with pytest.raises(RequestError):
            animator.clips(texts, seeds, frames)
    assert [unknown.word for unknown in animator.unknown_words("a cirkle")] == ["cirkle"]
    with pytest.raises(ValueError, match="train the model"):
        Animator.load(tmp_path / "none")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "config.json").write_text((trained / "config.json").read_text())
    (damaged / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes()[:-7])
    with pytest.raises(ValueError, match="damaged"):
        Animator.load(damaged)


def test_the_tiny_options_are_the_defaults_kin() -> None:
    assert TINY.training.samples == 64
    assert ShapesOptions().architecture == "video"


def test_r1_and_r2_count_by_half_gamma_times_the_interval(corpus: Path) -> None:
    data = ShapesData(corpus)
    encoder = open_encoder("tokens", vocabulary_of(data.prompts), width=64, layers=0)
    batch, fake = (data.layers_batch(encoder, 0, purpose, 0, 8) for purpose in ("real", "fake"))
    torch.manual_seed(0)
    discriminator = ClipDiscriminator(encoder, data.store.frames, 16)

    def loss(penalty: bool, **options: float) -> float:
        adversary = ClipAdversary(discriminator, ShapesOptions(**options))  # type: ignore[arg-type]
        random = torch_generator(0, "mixed", 0)
        return float(adversary.objective(batch.layers, fake.layers, batch.tokens, batch.mask, penalty, random)[0])

    plain = loss(False)
    assert loss(True, gamma=0.0) == pytest.approx(plain, rel=1e-5)
    one = loss(True, gamma=1.0, penalty_every=1) - plain
    assert one > 0
    assert loss(True, gamma=2.0, penalty_every=8) - plain == pytest.approx(16 * one, rel=1e-3)
