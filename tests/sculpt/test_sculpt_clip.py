"""The CLIP of heads: its losses, that it learns, goes on after a kill to the same bits, and is kept in a folder."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from clip_making import SHOWN, painted_corpus
from tiny import a_run, assert_resumes, tiny

from mien.sculpt.clip.contrast import many_positives
from mien.sculpt.clip.data import ClipData
from mien.sculpt.clip.labels import LabelTrainer
from mien.sculpt.clip.measure import balanced, measured
from mien.sculpt.clip.train import train_head_clip
from mien.sculpt.corpus.truth import option_slices
from mien.sculpt.networks.clip import HeadClip
from mien.sculpt.networks.guide import OwnGuide
from mien.sculpt.options import HeadClipOptions
from mien.text.encoder import open_encoder, vocabulary_of
from mien.training.trainer import Step

TINY = tiny("head_clip")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return painted_corpus(tmp_path_factory.mktemp("painted") / "corpus", 320, 128, captions=12)


@pytest.fixture(scope="module")
def learned(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """A model that was trained for half a minute, and its figures."""
    folder = tmp_path_factory.mktemp("learned")
    training = TINY.training.model_copy(update={"samples": 24_000, "batch": 48, "ema_decay": 0.9, "lr": 4e-3})
    labels = TINY.labels.model_copy(update={"samples": 4_800, "batch": 32, "ema_decay": 0.9, "lr": 3e-3})
    wide = {"width": 64, "embedding": 256, "training": training, "labels": labels}
    options = TINY.model_copy(update={**wide, "text": TINY.text.model_copy(update={"width": 48})})
    return folder / "clip", train_head_clip(corpus, options, folder / "clip", a_run(folder / "resume"))


def test_it_knows_what_people_show_whom_it_never_saw(learned: tuple[Path, dict[str, float]]) -> None:
    figures = learned[1]
    least = {"sex": 0.65, "age": 0.5, "skin": 0.35, "glasses": 0.4}
    for name, rate in least.items():
        assert figures[f"val_{name}"] > rate, (name, figures)
    assert figures["val_ear_size"] < 0.75, "no picture shows it"
    assert figures["val_r_precision_text"] > 1.5 / 64, "a text is a quarter about what is shown; chance is 1 / 64"
    assert "judge_val_r_precision" in figures


def test_guide_and_judge_are_kept_in_folders_of_their_own(learned: tuple[Path, dict[str, float]], corpus: Path) -> None:
    folder, figures = learned
    guide, judge = OwnGuide(folder), OwnGuide(folder / "judge")
    assert (guide.crops, judge.crops) == (("whole", "face"), ("whole", "face"))
    assert type(guide.clip.pictures) is not type(judge.clip.pictures)
    assert type(guide.clip.reader) is not type(judge.clip.reader)
    again = measured(guide, ClipData(corpus / "guide", "val"))
    assert {name: again[name] for name in again} == {name: figures[name] for name in again}
    assert "CLIP of heads" in (folder / "card.md").read_text()


def test_an_interrupted_training_ends_in_the_same_bytes(corpus: Path, tmp_path: Path) -> None:
    assert_resumes(lambda out, run: train_head_clip(corpus, TINY, out, run), tmp_path)


def test_labels_that_cannot_be_seen_have_no_gradient(corpus: Path) -> None:
    data = ClipData(corpus / "guide", "train")
    torch.manual_seed(0)
    encoder = open_encoder("tokens", vocabulary_of(data.texts), width=16)
    clip = HeadClip(encoder, "towers", data.store.crops, 32, 8, 16, 16)
    trainer = LabelTrainer(clip, data, None, TINY.labels)
    batch = trainer.batch(0)
    frame = list(option_slices()).index("frame")
    batch.seen[:, frame] = False
    loss, _ = trainer.loss(batch, Step(0, 4, TINY.labels))
    loss.backward()
    gradient = clip.classifiers.weight.grad
    assert gradient is not None
    assert (gradient[option_slices()["frame"]] == 0).all()
    assert (gradient[option_slices()["skin"]] != 0).any()


def test_every_person_is_seen_once_an_epoch(corpus: Path) -> None:
    data = ClipData(corpus / "guide", "train")
    clip = HeadClip(open_encoder("tokens", ("a",), width=16), "towers", data.store.crops, 32, 8, 16, 16)
    trainer = LabelTrainer(clip, data, None, TINY.labels.model_copy(update={"batch": 80}))
    options = torch.cat([trainer.batch(step).options for step in range(4)])
    assert sorted(map(tuple, options.tolist())) == sorted(map(tuple, data.options.tolist()))
    assert torch.equal(trainer.batch(2).pictures, trainer.batch(2).pictures)


def test_many_positives_against_values_by_hand() -> None:
    # rows: log-softmax of (0, ln 3) is (ln 1/4, ln 3/4); the first row has both as positives, the second the second
    logits = torch.tensor([[0.0, math.log(3)], [0.0, 0.0]])
    true = torch.tensor([[True, True], [False, True]])
    rows = -((math.log(0.25) + math.log(0.75)) / 2 + math.log(0.5)) / 2
    columns = -(math.log(0.5) + (math.log(0.75) + math.log(0.25)) / 2) / 2
    assert float(many_positives(logits, true)) == pytest.approx((rows + columns) / 2, rel=1e-5)
    # a row without a true pair says nothing
    assert float(many_positives(logits[:1], true[:1])) == pytest.approx(
        (-(math.log(0.25) + math.log(0.75)) / 2 + 0) / 2, rel=1e-5
    )


def test_balanced_accuracy_is_the_mean_over_options() -> None:
    truth = torch.tensor([0, 0, 0, 0, 1])
    assert balanced(torch.zeros(5, dtype=torch.long), truth) == 0.5
    assert balanced(truth, truth) == 1.0


def test_embeddings_do_not_depend_on_the_other_texts_of_a_batch(learned: tuple[Path, dict[str, float]]) -> None:
    for folder in (learned[0], learned[0] / "judge"):
        guide = OwnGuide(folder)
        texts = [
            "an old man",
            "a young woman with long blond hair and round glasses, smiling",
            "bald",
        ] * 30
        together = guide.text_features(texts)
        torch.testing.assert_close(together[:3], torch.cat([guide.text_features([text]) for text in texts[:3]]))
        torch.testing.assert_close(together.norm(dim=1), torch.ones(90))


def test_the_defaults_are_of_two_models() -> None:
    options = HeadClipOptions()
    assert options.judge.training.seed != options.training.seed
    assert options.judge.labels.seed != options.labels.seed
    assert len(SHOWN) == 8
