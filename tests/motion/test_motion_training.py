"""The model learns, resumes to the same bits, and gives the same motion for the same words and seed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import a_run, assert_resumes, tiny, with_training

from mien.motion.corpus.actions import Action
from mien.motion.corpus.embedded import embedded_motions
from mien.motion.corpus.plan import Plan
from mien.motion.data.batches import ROTATION_SCALE, MotionData, curriculum_fraction
from mien.motion.data.store import write_motions
from mien.motion.generate.condition import Condition
from mien.motion.generate.mover import Mover
from mien.motion.generate.performer import OVERLAP, TimedText
from mien.motion.networks.diffusion import STEPS, add_noise, sample, signal_variance
from mien.motion.networks.duration_model import Alignment, DurationModel, align_words, duration_loss
from mien.motion.networks.model import build_model
from mien.motion.networks.transformer import MotionTransformer
from mien.motion.options import HeadMotionOptions
from mien.motion.train import HeadMotionTrainer, train_head_motion
from mien.systems.errors import RequestError
from mien.text.encoder import encoder_of, open_encoder, read_tokens
from mien.training.trainer import Step

TINY = tiny("head_motion")
SMILE = Plan(((Action("smile"),),))


@pytest.fixture(scope="module")
def motions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("motions")
    write_motions(folder, embedded_motions(40, 8, 4, 0))
    return folder


@pytest.fixture(scope="module")
def trained(motions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "head_motion"
    train_head_motion(motions, TINY, folder, a_run(folder.parent / "resume"))
    return folder


def test_noise_keeps_the_variance_and_grows() -> None:
    levels = torch.arange(STEPS)
    parts = signal_variance(levels)
    assert (parts.diff() < 0).all()
    assert parts[0] > 0.9
    assert parts[-1] < 0.01
    clean, noise = torch.randn(STEPS, 4000), torch.randn(STEPS, 4000)
    assert torch.allclose(add_noise(clean, noise, levels).var(1), torch.ones(STEPS), atol=0.12)


def test_sampling_with_a_perfect_network_ends_at_the_motion() -> None:
    goal, noise = torch.randn(2, 8, 3), torch.randn(2, 8, 3)
    for steps in (1, 10, 50):
        assert torch.allclose(sample(lambda x, level: goal, noise, steps), goal)  # noqa: ARG005
    with pytest.raises(ValueError, match="1 to 50"):
        sample(lambda x, level: x, noise, 51)  # noqa: ARG005


def test_what_is_known_comes_out_as_it_is() -> None:
    known, noise = torch.randn(1, 8, 3), torch.randn(1, 8, 3)
    mask = (torch.arange(8) < 3)[None, :, None]
    seen = []

    def predict(x: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        seen.append((int(level[0]), x[:, :3].clone()))
        return torch.zeros_like(x)

    made = sample(predict, noise, 10, (known, mask))
    assert torch.equal(made[:, :3], known[:, :3])
    assert not made[:, 3:].any()
    level, last = seen[-1]  # the network saw what is known, with its share of noise
    assert torch.allclose(last, add_noise(known, noise, torch.tensor([level]))[:, :3])


def test_padding_changes_no_motion() -> None:
    torch.manual_seed(0)
    network = MotionTransformer(16, 32, 2, 2).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    text, mask = torch.randn(1, 5, 16), torch.ones(1, 5, dtype=torch.bool)
    short = torch.randn(1, 16, 63)
    long = torch.cat([short, torch.randn(1, 24, 63)], 1)
    level, lengths = torch.tensor([7]), torch.tensor([16])
    alignment = Alignment(torch.linspace(0.1, 0.9, 5)[None], torch.tensor([0.7]))
    alone = network(short, level, lengths, text, mask, alignment)
    wider = Alignment(torch.cat([alignment.centres, torch.ones(1, 3)], 1), alignment.seconds)
    padded = network(long, level, lengths, torch.cat([text, torch.randn(1, 3, 16)], 1),
                     torch.cat([mask, ~mask[:, :3]], 1), wider)  # fmt: skip
    # the convolution over neighbours must not reach what lies beyond the end either
    assert torch.allclose(alone, padded[:, :16], atol=1e-4)


def test_words_matter_and_are_withheld() -> None:
    torch.manual_seed(0)
    network = MotionTransformer(16, 32, 1, 2).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    noisy, level, lengths = torch.randn(2, 16, 63), torch.tensor([7, 7]), torch.tensor([16, 16])
    noisy[1] = noisy[0]
    text, mask = torch.randn(2, 5, 16), torch.ones(2, 5, dtype=torch.bool)
    alignment = Alignment(torch.linspace(0.1, 0.9, 5).expand(2, -1), torch.tensor([0.6, 0.9]))
    with_words = network(noisy, level, lengths, text, mask, alignment)
    assert not torch.allclose(with_words[0], with_words[1], atol=1e-3)
    without = network(noisy, level, lengths, text, mask, alignment, torch.tensor([True, True]))
    assert torch.allclose(without[0], without[1], atol=1e-5)


def test_batches_are_functions_of_their_step(motions: Path) -> None:
    data, again = MotionData(motions), MotionData(motions)
    for step in (0, 3, 11):
        one, other = data.training_batch(0, "x", step, 4), again.training_batch(0, "x", step, 4)
        assert torch.equal(one.features, other.features)
        assert one.texts == other.texts
    lengths = [data.training_batch(0, "x", step, 4, fraction=0.25).lengths.max() for step in range(16)]
    assert max(lengths) <= np.sort(data.store.index["frames"][data.indices])[9]
    assert curriculum_fraction(0, 0.3) == 0.25
    assert curriculum_fraction(0.3, 0.3) == curriculum_fraction(0.9, 0.3) == curriculum_fraction(0.0, 0) == 1


def test_the_scale_is_that_of_the_training_motions(motions: Path) -> None:
    data = MotionData(motions)
    scale = data.whitening()
    frames = torch.from_numpy(np.concatenate([data.store.features(int(number)) for number in data.indices]))
    modes = scale.apply(frames)
    assert torch.allclose(modes.mean(0), torch.zeros(63), atol=1e-3)
    covariance = torch.cov(modes.T)
    assert torch.allclose(covariance, torch.diag(covariance.diagonal()), atol=1e-2)  # each mode moves by itself
    deviations = covariance.diagonal().sqrt().sort().values
    assert 0.9 < deviations[-12] <= 1.01 < deviations[-1] <= 1.01 * ROTATION_SCALE  # faces about 1, rotations more
    assert torch.allclose(scale.invert(modes), frames, atol=1e-4)


def test_the_error_falls(tmp_path: Path) -> None:
    motions = tmp_path / "motions"
    motions.mkdir()
    write_motions(motions, embedded_motions(80, 24, 0, 0))
    rows: list[dict[str, float]] = []
    options = with_training(TINY, samples=2400, lr=1e-2, ema_decay=0.95).model_copy(
        update={"curriculum": 0.0, "baseline_samples": 0}
    )
    run = a_run(tmp_path / "resume", lambda values, _: rows.append(dict(values)), curve_points=1000)
    train_head_motion(motions, options, tmp_path / "model", run)
    errors = [row["error"] for row in rows if "error" in row]
    assert np.mean(errors[-20:]) < 0.9 * np.mean(errors[:20])
    held_back = [row["val_error"] for row in rows if "val_error" in row]
    assert held_back[-1] < 0.95 * held_back[0]  # the linear path is there from the start


def test_an_interrupted_training_resumes_to_the_same_bits(motions: Path, tmp_path: Path) -> None:
    assert_resumes(lambda out, run: train_head_motion(motions, TINY, out, run), tmp_path)


def test_the_same_seed_gives_the_same_motion(trained: Path) -> None:
    mover = Mover.load(trained, "cpu")
    one, again = mover.move("nods twice", 2.0, seed=3), mover.move("nods twice", 2.0, seed=3)
    assert np.array_equal(one.neck, again.neck)
    assert len(one) == 50
    assert not np.array_equal(one.neck, mover.move("nods twice", 2.0, seed=4).neck)
    nods = Condition("nods twice", 50, 3)
    alone = mover.features([nods])[0]
    beside = mover.features([nods, Condition("shakes her head, then smiles and looks up", 120, 9)])
    assert [len(motion) for motion in beside] == [50, 120]
    assert alone.shape == (50, 63)


def test_a_baseline_and_a_length_of_its_own(trained: Path) -> None:
    baseline = Mover.load(trained / "baseline", "cpu")
    assert baseline.model.architecture == "mlp"
    assert len(baseline.move("smiles", 1.0)) == 25
    mover = Mover.load(trained, "cpu")
    assert 0.4 <= mover.seconds_for("smiles") <= 10
    assert len(baseline.move("smiles")) == round(baseline.seconds_for("smiles") * 25)
    lengths = {len(mover.move("smiles", seed=seed, steps=1)) / 25 for seed in range(8)}
    assert len(lengths) > 1, "the length is sampled with the timeline"
    assert all(abs(length / mover.model.timer.usual_seconds(SMILE) - 1) < 0.5 for length in lengths)


def test_longer_motions_are_made_of_stretches_that_meet(trained: Path) -> None:
    mover = Mover.load(trained, "cpu")
    long = mover.move("nods", 23.0, steps=2)
    assert len(long) == 575
    performed = mover.perform([TimedText("nods twice", 2.0), TimedText("smiles", 3.0)], seed=1)
    assert len(performed.performance) == 125
    assert [(cue.start, cue.end) for cue in performed.cues] == [(0.0, 2.0), (2.0, 5.0)]
    first = mover.move("nods twice", 2.0, seed=1)
    assert np.allclose(performed.performance.neck[:50], first.neck, atol=1e-5)
    assert OVERLAP < 50


def test_what_cannot_be_made_is_refused(trained: Path, tmp_path: Path) -> None:
    mover = Mover.load(trained, "cpu")
    for text, seconds, word in (("", 2.0, "empty"), ("  \n", 2.0, "empty"), ("nods", 0.0, "0.4 to 3,600"),
                                ("nods", float("nan"), "0.4 to 3,600"), ("nods", 1e9, "seconds"),
                                ("nods " * 1000, 2.0, "characters")):  # fmt: skip
        with pytest.raises(RequestError, match=word):
            mover.move(text, seconds)
    with pytest.raises(RequestError, match="nothing to do"):
        mover.perform([])
    assert [note.count("'smyles'") for note in mover.word_notes("nods and smyles")] == [1]
    with pytest.raises(ValueError, match="train the model"):
        Mover.load(tmp_path / "none")
    config = json.loads((trained / "config.json").read_text())
    assert config["kind"] == "head_motion"
    assert "AI" in (trained / "card.md").read_text() or "synthetic" in (trained / "card.md").read_text()


def test_the_tiny_options_are_the_defaults_kin() -> None:
    assert TINY.training.samples == 64
    assert HeadMotionOptions().architecture == "diffusion"


def test_words_times_are_learned_from_lengths_alone() -> None:
    """Two kinds of words, 0.5 s and 1.5 s, in sentences of which only the length is known: each gets its own."""
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    text = open_encoder("tokens", ["nods", "turns"], width=16, layers=1)
    times = DurationModel(text)
    optimizer = torch.optim.Adam(times.parameters(), 3e-3)
    for _ in range(300):
        counts = random.integers(0, 4, (32, 2))
        counts[:, 0] += counts.sum(1) == 0
        told = [" ".join(random.permutation(["nods"] * one + ["turns"] * other)) for one, other in counts]
        loss = duration_loss(times(*read_tokens(text, told)), torch.tensor(counts @ [0.5, 1.5], dtype=torch.float32))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    alignment = align_words(times(*read_tokens(text, ["nods turns nods"])))
    assert alignment.seconds.item() == pytest.approx(2.5, rel=0.1)
    first, middle, last = alignment.centres[0, 1:].tolist()
    assert first < middle < last
    assert not alignment.centres.requires_grad
    alone = times(*read_tokens(text, ["nods"])).sum().item()
    assert alone == pytest.approx(0.5, rel=0.2)


@pytest.mark.parametrize("fraction", [0.0, 0.3])
def test_the_text_is_dropped_as_often_as_the_option_says_and_errors_are_weighted(
    motions: Path, fraction: float
) -> None:
    options = TINY.model_copy(update={"text_dropout": fraction})
    data = MotionData(motions)
    text = encoder_of(options.text, data.texts, data.texts)
    model = build_model(text, data.whitening(), "diffusion", options.width, options.layers, options.heads)
    trainer = HeadMotionTrainer(model, data, None, options)
    dropped: list[torch.Tensor] = []
    forward = model.network.forward

    def spy(*arguments: torch.Tensor) -> torch.Tensor:
        dropped.append(arguments[6])
        return forward(*arguments)

    model.network.forward = spy  # type: ignore[method-assign]
    for number in range(40):
        step = Step(number, 40, options.training)
        loss, values = trainer.loss(trainer.batch(number), step)
        weighted = float(values["weighted"])
        expected = weighted + options.velocity_weight * float(values["velocity"]) + 0.2 * float(values["length"])
        assert float(loss.detach()) == pytest.approx(expected, rel=1e-5)
        assert weighted != pytest.approx(float(values["error"]), rel=1e-3), "each level has a weight of its own"
    share = float(torch.cat(dropped).float().mean())
    assert share == pytest.approx(fraction, abs=0.1 if fraction else 0)


def test_as_many_plans_as_the_option_says_are_shown_instead_of_their_text(motions: Path) -> None:
    options = TINY.model_copy(update={"timelines": 0.6, "text_dropout": 0.0})
    data = MotionData(motions)
    text = encoder_of(options.text, data.texts, data.texts)
    model = build_model(text, data.whitening(), "diffusion", options.width, options.layers, options.heads, True)
    trainer = HeadMotionTrainer(model, data, None, options)
    seen: list[tuple[torch.Tensor, ...]] = []
    forward = model.network.forward

    def spy(*arguments: torch.Tensor) -> torch.Tensor:
        seen.append(arguments[6:])
        return forward(*arguments)

    model.network.forward = spy  # type: ignore[method-assign]
    for number in range(40):
        trainer.loss(trainer.batch(number), Step(number, 40, options.training))
    for dropped, _, timed in seen:
        assert torch.equal(dropped, timed), "a plan stands for its text"
    assert float(torch.cat([timed for _, _, timed in seen]).float().mean()) == pytest.approx(0.6, abs=0.1)


def test_a_text_without_a_known_word_is_refused(trained: Path) -> None:
    mover = Mover.load(trained)
    assert mover.word_notes("nods gladly")
    for text, fault in (("gật đầu", "is not English"), ("xylophone", "knows no word"), ("Привет", "knows no word")):
        with pytest.raises(RequestError, match=fault):
            mover.word_notes("nods", text)


def test_the_files_of_a_model_can_be_read_by_whoever_reads_its_card(trained: Path) -> None:
    modes = {path.stat().st_mode for path in trained.iterdir() if path.is_file()}
    assert len(modes) == 1
