"""The evaluation of head motion on models whose figures are known: a memory of the real motions, and a still head."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from tiny import a_run, tiny
from torch import Tensor

from mien.heads.performance import Performance
from mien.media.provenance import read_tags
from mien.metrics.motion import R_PRECISION_BATCH
from mien.motion.corpus.actions import Action
from mien.motion.corpus.embedded import embedded_motions
from mien.motion.corpus.plan import Plan
from mien.motion.data.features import to_performance
from mien.motion.data.store import MotionClip, MotionStore, write_motions
from mien.motion.evaluate import evaluate as evaluating
from mien.motion.evaluate.evaluate import MotionEvaluation, choose_prompts, evaluate_motion, evaluation_identity
from mien.motion.evaluate.measure import VERDICTS, confusions, describe_plan, measure
from mien.motion.evaluate.written import written_prompts
from mien.motion.generate.condition import Condition
from mien.motion.judge.network import MotionEvaluator
from mien.motion.judge.train import train_motion_evaluator
from mien.motion.language.reading import Reading
from mien.motion.measure.events import Event
from mien.motion.options import EvaluateMotionOptions
from mien.motion.train import train_head_motion
from mien.systems.errors import RequestError
from mien.training.curves import no_log

FEW = EvaluateMotionOptions(prompts=12, written=0, own_length_prompts=4, repeats=2, repeated_prompts=2, strips=())
CORRECT = ("exact", "actions", "counts", "order")
FIGURES = {
    *CORRECT, "motions", "strengths", "speeds", "r_precision_1", "r_precision_2", "r_precision_3", "matching_distance",
    "frechet", "diversity", "head_jerk", "expression_jerk", "own_length_exact", "multimodality",
}  # fmt: skip


@pytest.fixture(scope="module")
def motions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("motions")
    write_motions(folder, embedded_motions(24, 40, 40, 5))
    return folder


@pytest.fixture(scope="module")
def judge(motions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("judge")
    options = tiny("motion_judge", samples=6400, batch=32, lr=3e-3).model_copy(
        update={"width": 32, "own_sequences": 200}
    )
    train_motion_evaluator(motions, options, folder / "judge", a_run(folder / "resume"))
    return folder / "judge"


@pytest.fixture(scope="module")
def head_motion(motions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    train_head_motion(motions, tiny("head_motion"), folder / "head_motion", a_run(folder / "resume"))
    return folder / "head_motion"


class Remembers:
    """A mover that answers a text with the store's own motion of that text and length; `still` ones do nothing."""

    version, device = "0" * 64, torch.device("cpu")
    model = SimpleNamespace(architecture="diffusion", timer=None)

    def __init__(self, store: MotionStore, still: bool = False) -> None:
        self.still = still
        self.known = {(clip.texts[0], len(clip.performance)): n for n, clip in enumerate(store)}
        self.by_text = {clip.texts[0]: n for n, clip in enumerate(store)}
        self.store = store

    def seconds_for(self, text: str) -> float:
        return len(self.store[self.by_text[text]].performance) / 25

    def read(self, text: str) -> Reading:
        assert text
        return Reading(None)

    def features(self, conditions: Sequence[Condition]) -> list[Tensor]:
        found = []
        for text, count in ((one.text, one.frames) for one in conditions):
            if (text, count) in self.known:
                found.append(torch.from_numpy(self.store.features(self.known[text, count])))
            else:  # the timing's own text
                found.append(torch.from_numpy(np.resize(self.store.features(0), (count, 63))))
        return [motion[:1].expand(len(motion), -1) if self.still else motion for motion in found]

    def move(self, text: str, seed: int = 0) -> Performance:
        assert seed == FEW.seed
        return to_performance(self.store.features(self.by_text[text]))


def run(
    monkeypatch: pytest.MonkeyPatch, movers: dict[str, Any], motions: Path, judge: Path, out: Path, **options: Any
) -> dict[str, Any]:
    """An evaluation of movers that were not trained."""
    monkeypatch.setattr(evaluating, "load_movers", lambda *_: movers)
    return evaluate_motion(motions, out, judge, FEW.model_copy(update=options), out, no_log)


def rewritten(motions: Path, folder: Path, change: Any) -> Path:
    """The store with its clips changed: a function from all to all."""
    folder.mkdir()
    write_motions(folder, change(list(MotionStore(motions))))
    return folder


def test_what_does_as_told_is_right_and_what_stays_still_is_wrong(
    motions: Path, judge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MotionStore(motions)
    movers = {"baseline": Remembers(store, still=True), "generated": Remembers(store)}
    figures = run(
        monkeypatch, movers, motions, judge, tmp_path / "out", prompts=40, own_length_prompts=40, repeated_prompts=4
    )
    for part in ("val", "held_out"):
        real, right, still = (figures[row][part] for row in ("real", "generated", "baseline"))
        assert set(real) == set(right) == set(still) == FIGURES
        assert real["motions"] == 40
        assert all(real[name] >= 0.97 for name in CORRECT)
        assert real["strengths"] == 1
        assert {name: right[name] for name in CORRECT} == {name: real[name] for name in CORRECT}
        assert all(still[name] == 0 for name in CORRECT)
        assert right["own_length_exact"] >= 0.95
        assert (still["own_length_exact"], real["own_length_exact"]) == (0, None)
        assert right["frechet"] < 0.01 < still["frechet"]
        assert right["matching_distance"] == real["matching_distance"] < still["matching_distance"]
        assert real["r_precision_3"] > still["r_precision_3"]
        assert real["r_precision_3"] > 0.3  # chance: 3 in 32
        assert (still["head_jerk"], still["expression_jerk"]) == (0, 0)
        assert right["head_jerk"] == real["head_jerk"] > 100
        assert (right["multimodality"], real["multimodality"]) == (0, None)  # a memory has no fantasy
    assert figures["generated"]["overall"] == figures["real"]["overall"] >= 0.97
    assert figures["baseline"]["overall"] == 0


def test_the_words_of_another_motion_are_wrong(motions: Path, judge: Path, tmp_path: Path) -> None:
    def shuffled(clips: list[MotionClip]) -> list[MotionClip]:
        train, val, held_out = clips[:24], clips[24:64], clips[64:]
        told = [*train, *val[7:], *val[:7], *held_out[7:], *held_out[:7]]
        return [
            replace(clip, texts=other.texts, plan=other.plan, spans=other.spans)
            for clip, other in zip(clips, told, strict=True)
        ]

    wrong = rewritten(motions, tmp_path / "wrong", shuffled)
    reference = choose_prompts(MotionStore(motions), "train", 24, 0)
    evaluation = MotionEvaluation(MotionEvaluator.load(judge), {}, reference, FEW)
    for part in ("val", "held_out"):
        right, mixed = (_real_figures(evaluation, folder, part) for folder in (motions, wrong))
        assert right["exact"] >= 0.97
        assert mixed["exact"] <= 0.05
        assert mixed["matching_distance"] > right["matching_distance"]
        assert mixed["r_precision_3"] < right["r_precision_3"]
        assert mixed["diversity"] == pytest.approx(right["diversity"])


def _real_figures(evaluation: MotionEvaluation, motions: Path, part: str) -> Any:
    prompts = choose_prompts(MotionStore(motions), part, 40, 0)
    return evaluation.part_figures(prompts, evaluation.rows(prompts))["real"]


@pytest.mark.slow
def test_a_trained_model_and_its_baseline_from_their_folder(
    motions: Path, judge: Path, head_motion: Path, tmp_path: Path
) -> None:
    heard: dict[str, float] = {}
    options = FEW.model_copy(update={"strips": ("nods twice", "turns to the left, then smiles")})
    out = tmp_path / "out"
    figures = evaluate_motion(
        motions, head_motion, judge, options, out, lambda values, at: heard.update({**values, "at": at})
    )
    assert list(figures) == ["real", "baseline", "first_sample", "generated", "evaluated"]
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    what = figures["evaluated"]
    assert (what["val"], what["held_out"], what["with_plan"], what["architecture"]) == (12, 12, 24, "diffusion")
    assert what["judge"] == json.loads((judge / "config.json").read_text())["sha256"]
    assert what["model"] == json.loads((head_motion / "config.json").read_text())["sha256"]
    assert heard["at"] == 24
    assert heard["real.val.exact"] == 1
    assert "generated.val.r_precision_1" not in heard  # 12 are too few for a batch of 32
    assert figures["real"]["val"]["r_precision_1"] is None
    for row in ("baseline", "generated"):
        assert figures[row]["seconds_per_motion"] > 0
        assert figures[row]["seconds_per_100_frames"] > 0
    assert figures["baseline"]["val"]["multimodality"] == 0
    assert figures["generated"]["val"]["multimodality"] > 0
    _check_files(out, figures)
    again = evaluate_motion(motions, head_motion, judge, options, tmp_path / "again", no_log)
    for row in ("baseline", "generated"):  # all but the seconds are the same
        for part in ("val", "held_out"):
            assert again[row][part] == figures[row][part]
    for name in ("samples.csv", "confusions.csv", "strips.png"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


def _check_files(out: Path, figures: dict[str, Any]) -> None:
    with (out / "samples.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 4 * 24
    for row in ("real", "baseline", "first_sample", "generated"):
        for part in ("val", "held_out"):
            exact = [int(line["exact"]) for line in rows if (line["row"], line["part"]) == (row, part)]
            assert round(sum(exact) / len(exact), 4) == figures[row][part]["exact"]
    with (out / "confusions.csv").open(encoding="utf-8") as stream:
        pairs = list(csv.DictReader(stream))
    real = [pair for pair in pairs if pair["row"] == "real"]
    assert real
    assert all(pair["expected"] == pair["measured"] for pair in real)
    assert Image.open(out / "plots" / "rates.png").size[0] > 1000
    assert Image.open(out / "strips.png").size == (8 * 144, 2 * 210)
    videos = sorted((out / "videos").iterdir())
    assert [video.name for video in videos] == ["1_nods_twice.mp4", "2_turns_to_the_left_then_smiles.mp4"]
    told = read_tags(videos[0])
    assert told is not None
    assert (told.prompt, told.seed) == ("nods twice", 0)
    assert told.model == f"head_motion {figures['evaluated']['model'][:12]}"


@pytest.mark.slow
def test_written_sentences_have_rates_alone_and_the_choice_is_at_least_as_good(
    motions: Path, judge: Path, head_motion: Path, tmp_path: Path
) -> None:
    options = FEW.model_copy(update={"prompts": 2, "own_length_prompts": 0, "repeated_prompts": 0, "written": 6})
    figures = evaluate_motion(motions, head_motion, judge, options, tmp_path / "out", no_log)
    real, first, chosen = (figures[row]["written"] for row in ("real", "first_sample", "generated"))
    assert set(real) == {"motions", *VERDICTS}
    assert real["motions"] == 6
    assert real["exact"] == 1
    assert chosen["exact"] >= first["exact"]
    assert figures["evaluated"]["written"] == 6


def test_written_sentences_are_measured_exactly_in_their_computed_motions() -> None:
    prompts = written_prompts()
    assert len(prompts) >= 100
    verdicts = [measure(prompt.motion, prompt.plan).verdict for prompt in prompts]
    for name in VERDICTS:
        assert {verdict[name] for verdict in verdicts} <= {True, None}


def test_without_baseline_or_part_their_rows_are_absent(
    motions: Path, judge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = rewritten(motions, tmp_path / "only", lambda clips: [c for c in clips if c.part != "held_out"])
    figures = run(monkeypatch, {"generated": Remembers(MotionStore(only))}, only, judge, tmp_path / "out")
    assert set(figures) == {"real", "generated", "evaluated"}
    assert "held_out" not in figures["real"]
    assert "held_out" not in figures["evaluated"]
    assert figures["generated"]["overall"] == figures["generated"]["val"]["exact"]
    nothing = rewritten(motions, tmp_path / "nothing", lambda clips: [c for c in clips if c.part == "train"])
    with pytest.raises(ValueError, match="no sample to evaluate in val, held_out, written"):
        run(monkeypatch, {"generated": Remembers(MotionStore(only))}, nothing, judge, tmp_path / "none")


def test_motions_without_plan_are_judged_by_their_words_alone(
    motions: Path, judge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = rewritten(motions, tmp_path / "plain", lambda clips: [replace(clip, plan=None) for clip in clips])
    movers = {"generated": Remembers(MotionStore(plain))}
    figures = run(monkeypatch, movers, plain, judge, tmp_path / "out", prompts=R_PRECISION_BATCH)
    part = figures["generated"]["val"]
    assert all(part[name] is None for name in (*CORRECT, "strengths", "own_length_exact"))
    assert part["head_jerk"] > 0
    assert figures["evaluated"]["with_plan"] == 0
    both = [figures["generated"][name]["r_precision_3"] for name in ("val", "held_out")]
    assert figures["generated"]["overall"] == pytest.approx(np.mean(both), abs=1e-4)


def test_the_output_appears_whole_or_stays_as_it_was(
    motions: Path, judge: Path, head_motion: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "old").write_text("old")
    options = FEW.model_copy(update={"strips": ("nods", "  ")})
    with pytest.raises(RequestError, match="empty"):
        evaluate_motion(motions, head_motion, judge, options, out, no_log)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "old").read_text() == "old"


def test_the_fingerprint_names_what_is_measured_and_not_what_is_shown(motions: Path, judge: Path) -> None:
    prompts = choose_prompts(MotionStore(motions), "val", 12, 0)

    def named(*arguments: Any) -> str:
        return evaluation_identity(*arguments)["fingerprint"]

    first = named(prompts, judge, FEW)
    assert first == named(prompts, judge, FEW.model_copy(update={"strips": ("nods",), "batch": 3}))
    others = (
        named(prompts[1:], judge, FEW),
        named([replace(prompts[0], motion=prompts[0].motion + 1), *prompts[1:]], judge, FEW),
        named(prompts, judge, FEW.model_copy(update={"repeats": 3})),
    )
    assert len({first, *others}) == 4


def test_prompts_are_drawn_from_their_part_by_the_seed(motions: Path) -> None:
    store = MotionStore(motions)
    some = choose_prompts(store, "held_out", 12, 0)
    assert len({prompt.clip_id for prompt in some}) == 12
    assert all(prompt.clip_id.startswith("held_out") for prompt in some)
    assert [p.clip_id for p in some] == sorted(p.clip_id for p in some)
    assert [p.clip_id for p in choose_prompts(store, "held_out", 12, 1)] != [p.clip_id for p in some]
    assert len(choose_prompts(store, "held_out", 500, 0)) == 40


def test_plans_and_confusions_in_words() -> None:
    plan = Plan(((Action("nod", None, 2),), (Action("smile", None, None, "strong"), Action("tilt", "left"))))
    assert describe_plan(plan) == "nod x2, then smile (strong) and tilt left"
    events = (Event("nod", None, 3, 0.2, 1.34, 0.75), Event("tilt", "right", 1, 1.5, 2.5, 0.4))
    assert confusions(plan, events) == [("nod", "nod"), ("smile", "tilt right"), ("tilt left", "nothing")]
    assert confusions(plan, ()) == [("nod", "nothing"), ("smile", "nothing"), ("tilt left", "nothing")]


def test_a_motion_of_one_frame_can_be_measured() -> None:
    motion = np.zeros((1, 63), np.float32)
    motion[:, [0, 4]] = 1
    one = measure(motion, Plan(((Action("nod"),),)))
    assert (one.events, one.head_jerk, one.expression_jerk) == ((), None, None)
    assert one.verdict["exact"] is False
