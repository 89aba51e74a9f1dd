"""The judge learns apart from what it judges, resumes to the same bits, and tells a text's own motion from others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import a_run, assert_resumes, tiny, with_training
from torch.nn import functional

from mien.files import sha256_file
from mien.metrics.motion import r_precision
from mien.motion.corpus.actions import Action
from mien.motion.corpus.embedded import embedded_motions
from mien.motion.corpus.plan import Plan, held_out_pairs
from mien.motion.data.batches import MotionData
from mien.motion.data.features import to_features
from mien.motion.data.store import MotionStore, write_motions
from mien.motion.judge.network import MotionEvaluator
from mien.motion.judge.sequences import EvaluatorSequences, additional_sequences, alter_plan
from mien.motion.judge.train import label_numbers, train_motion_evaluator
from mien.motion.losses import info_nce
from mien.motion.measure.events import detect_events
from mien.motion.measure.verdict import match_plan
from mien.storage.checksummed_json import read_checksummed_json, write_checksummed_json

TINY = tiny("motion_judge", samples=96).model_copy(update={"own_sequences": 0})


@pytest.fixture(scope="module")
def motions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("motions")
    write_motions(folder, embedded_motions(24, 36, 36, 3))
    return folder


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.slow
def test_it_learns_which_words_belong_to_which_motion(motions: Path, tmp_path: Path) -> None:
    options = with_training(TINY, samples=4800, batch=16, lr=3e-3).model_copy(update={"width": 48})
    curve: list[float] = []
    train_motion_evaluator(
        motions, options, tmp_path / "judge",
        a_run(tmp_path / "r", lambda values, _: curve.append(values["loss"]) if "loss" in values else None),
    )  # fmt: skip
    assert curve[-1] < 0.3 * curve[0]
    judge, data = MotionEvaluator.load(tmp_path / "judge"), MotionData(motions)
    texts = judge.embed_texts([data.store.texts[number][1] for number in data.indices])
    points = judge.embed_motions([data.store.features(int(number)) for number in data.indices])
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-5)
    assert r_precision(texts, points, batch=24)[0] >= 0.7  # chance is 1 in 24
    assert r_precision(texts, np.roll(points, 5, axis=0), batch=24)[0] <= 0.3


def test_an_interrupted_training_resumes_to_the_same_bits(motions: Path, tmp_path: Path) -> None:
    options = TINY.model_copy(update={"own_sequences": 8})
    assert_resumes(lambda out, run: train_motion_evaluator(motions, options, out, run), tmp_path)


def test_it_sees_no_sequence_that_anything_is_measured_on(motions: Path, tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    folder.mkdir()
    write_motions(
        folder,
        (
            clip if clip.part == "train" else replace(clip, performance=other.performance)
            for clip, other in zip(embedded_motions(24, 36, 36, 3), embedded_motions(24, 36, 36, 4), strict=True)
        ),
    )
    train_motion_evaluator(motions, TINY, tmp_path / "one", a_run(tmp_path / "r1"))
    train_motion_evaluator(folder, TINY, tmp_path / "two", a_run(tmp_path / "r2"))
    digests = {sha256_file(tmp_path / name / "model.safetensors") for name in ("one", "two")}
    assert len(digests) == 1


def test_its_own_sequences_have_all_compositions_and_none_of_the_corpus(motions: Path) -> None:
    store = MotionStore(motions)
    own = additional_sequences(store, 1200, 77)
    assert len(own) == 1200
    held = set().union(*(clip.plan.pairs for clip in own if clip.plan is not None))
    held_out = held_out_pairs(3)
    assert len(held & held_out) > 0.9 * len(held_out)
    stored = {clip.performance.neck.tobytes() for clip in store}
    assert not any(clip.performance.neck.tobytes() in stored for clip in own)


def test_its_sequences_come_in_pairs_that_differ_and_stand_in_one_batch(motions: Path) -> None:
    data = MotionData(motions)
    own = additional_sequences(data.store, 80, 77)
    for clip, hard_negative in zip(own[::2], own[1::2], strict=True):
        assert clip.plan is not None
        assert hard_negative.plan is not None
        assert clip.plan != hard_negative.plan
        assert len(clip.plan.actions) == len(hard_negative.plan.actions)
    played = [match_plan(clip.plan, detect_events(clip.performance))["exact"] for clip in own if clip.plan is not None]
    assert all(played)  # each does what its own plan says
    sequences = EvaluatorSequences(data, own)
    assert len(sequences) == 24 + 80
    for rows in sequences.draw_rows(np.random.default_rng(0), 16):
        mine = [int(row) - 24 for row in rows if row >= 24]
        pairs = len(mine) // 2
        assert pairs >= 2
        assert mine[pairs : 2 * pairs] == [row ^ 1 for row in mine[:pairs]]


def test_a_plan_is_altered_in_one_thing() -> None:
    random = np.random.default_rng(0)
    plan = Plan(((Action("nod", None, 2),), (Action("smile"), Action("tilt", "left"))))
    found = [alter_plan(random, plan) for _ in range(200)]
    assert plan not in found
    changed = {tuple(sorted(set(other.actions) - set(plan.actions), key=str)) for other in found}
    assert all(len(actions) <= 1 for actions in changed)
    assert () in changed  # only the order
    assert {(Action("nod", None, 1),), (Action("nod", None, 3),), (Action("tilt", "right"),)} <= changed


def test_another_corpus_brings_nothing_along(tmp_path: Path) -> None:
    write_motions(tmp_path, (replace(clip, source="videos", plan=None) for clip in embedded_motions(3, 0, 0, 0)))
    assert additional_sequences(MotionStore(tmp_path), 100, 77) == []
    figures = train_motion_evaluator(tmp_path, TINY, tmp_path / "judge", a_run(tmp_path / "r"))
    assert figures == {"sequences": 3.0, "own_sequences": 0.0}  # too few to rank


def test_what_says_the_same_is_no_negative() -> None:
    torch.manual_seed(0)
    texts, motions = (functional.normalize(torch.randn(4, 8), dim=-1) for _ in range(2))
    motions[1] = motions[0]
    apart = info_nce(texts, motions, label_numbers(["a", "b", "c", "d"]), 0.1)
    alike = info_nce(texts, motions, label_numbers(["a", "a", "c", "d"]), 0.1)
    assert alike < apart
    scores = texts @ motions.T / 0.1
    own = torch.arange(4)
    usual = (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2
    assert torch.allclose(apart, usual)
    assert info_nce(texts[:2], motions[:2], label_numbers(["a", "a"]), 0.1) == 0


def test_a_point_does_not_depend_on_what_stands_beside_it() -> None:
    torch.manual_seed(0)
    judge = MotionEvaluator(("nods", "smiles"), 16, 8).eval()
    motions = [to_features(clip.performance) for clip in embedded_motions(5, 0, 0, 1)]
    alone = np.concatenate([judge.embed_motions([motion]) for motion in motions])
    np.testing.assert_allclose(judge.embed_motions(motions), alone, atol=1e-5)
    assert np.abs(alone - alone[0])[1:].max() > 1e-3
    texts = ["nods", "", "smiles nods nods", "nods"]
    points = judge.embed_texts(texts)
    np.testing.assert_allclose(points[0], points[3], atol=1e-5)
    np.testing.assert_allclose(points[2], judge.embed_texts(texts[2:3])[0], atol=1e-5)
    np.testing.assert_array_equal(judge.embed_texts(["dances"]), judge.embed_texts([""]))


def test_order_of_words_and_direction_of_time_matter() -> None:
    torch.manual_seed(0)
    judge = MotionEvaluator(("nods", "then", "smiles"), 16, 8).eval()
    there, back = judge.embed_texts(["nods then smiles", "smiles then nods"])
    assert np.abs(there - back).max() > 1e-3
    motion = to_features(next(iter(embedded_motions(1, 0, 0, 1))).performance)
    forth, reverse = judge.embed_motions([motion, motion[::-1].copy()])
    assert np.abs(forth - reverse).max() > 1e-4


def test_a_folder_of_something_else_is_refused_in_a_sentence(motions: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a model folder"):
        MotionEvaluator.load(tmp_path)
    train_motion_evaluator(motions, TINY, tmp_path / "judge", a_run(tmp_path / "r"))
    config = tmp_path / "judge" / "config.json"
    write_checksummed_json(config, {**read_checksummed_json(config), "kind": "head_motion"})
    with pytest.raises(ValueError, match="holds head_motion, not motion_judge"):
        MotionEvaluator.load(tmp_path / "judge")
    write_checksummed_json(config, {**read_checksummed_json(config), "kind": "motion_judge", "model": {"width": 16}})
    with pytest.raises(ValueError, match="damaged"):
        MotionEvaluator.load(tmp_path / "judge")
