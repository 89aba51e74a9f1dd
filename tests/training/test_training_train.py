"""`train()`: progress, curves, exact resume after SIGKILL, refusal of NaN, and equal losses with one rank and two."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from bit_flips import bits_flipped_everywhere
from tiny_problem import OPTIONS, TinyTrainer
from torch import Tensor

from mien.execution import Execution
from mien.training.checkpoint import load_checkpoint
from mien.training.distributed import Ranks, local_batch
from mien.training.optimization.schedule import warmup_cosine
from mien.training.run import Run
from mien.training.train import TrainingDivergedError, train
from mien.training.trainer import Step

ROOT = Path(__file__).parents[2]
Curves = list[tuple[int, dict[str, float]]]


def run(folder: Path, curves: Curves | None = None, identity: str = "tiny", **execution: object) -> Run:
    rows: Curves = [] if curves is None else curves
    return Run(folder, identity, lambda values, at: rows.append((at, dict(values))), Execution(**execution))


def test_progress_is_counted_in_samples_and_the_loss_falls(tmp_path: Path) -> None:
    curves: Curves = []
    trainer = TinyTrainer(OPTIONS.model_copy(update={"samples": 2400}))
    figures = train(trainer, run(tmp_path, curves, curve_points=10))
    assert trainer.steps == 100
    assert [at for at, values in curves if "error" in values] == list(range(240, 2401, 240))
    assert [at for at, values in curves if "val_error" in values] == [600, 1200, 1800, 2400]
    errors = [values["val_error"] for _, values in curves if "val_error" in values]
    assert errors[-1] < 0.3 * errors[0]
    assert figures == {"val_error": errors[-1]}
    rates = [values["lr"] for _, values in curves if "lr" in values]
    assert rates == sorted(rates, reverse=True)
    groups = trainer.parts.optimizers["optimizer"].param_groups
    assert groups[1]["lr"] == pytest.approx(0.5 * groups[0]["lr"])
    assert trainer.critic.optimizer.param_groups[0]["lr"] == 1e-2  # not scheduled


def test_the_curve_points_and_the_checkpoint_interval_change_no_result(tmp_path: Path) -> None:
    ends = []
    for name, execution in (("a", {"curve_points": 3}), ("b", {"curve_points": 500, "checkpoint_seconds": 0.0})):
        trainer = TinyTrainer(OPTIONS)
        train(trainer, run(tmp_path / name, **execution))
        ends.append(trainer.all_parts().tensors())
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_another_identity_starts_anew(tmp_path: Path) -> None:
    train(TinyTrainer(OPTIONS), run(tmp_path))
    again, fresh = TinyTrainer(OPTIONS), TinyTrainer(OPTIONS)
    train(again, run(tmp_path, identity="another"))
    assert float(again.network.steps_done) == 20
    train(fresh, run(tmp_path))  # its own checkpoint is still there: nothing is left to do
    assert float(fresh.network.steps_done) == 20
    assert len(list(tmp_path.glob("*.json"))) == 2


def test_a_loss_that_is_not_finite_ends_the_training_and_keeps_the_last_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(TrainingDivergedError, match="error is not finite"):
        train(TinyTrainer(OPTIONS, broken_at=10), run(tmp_path, checkpoint_seconds=0.0, curve_points=100))
    samples = [json.loads(path.read_text())["samples"] for path in tmp_path.glob("*.json")]
    assert max(samples) == 10 * 24


def test_a_damaged_checkpoint_is_skipped_for_the_one_before(tmp_path: Path) -> None:
    whole = TinyTrainer(OPTIONS)
    train(whole, run(tmp_path, checkpoint_seconds=0.0))
    newest = max(tmp_path.glob("*.json"))
    for path in (newest, newest.with_suffix(".safetensors")):
        for position in bits_flipped_everywhere(path, 40):
            found = load_checkpoint(tmp_path, "tiny")
            assert found is not None
            assert found.samples == 19 * 24, (path.suffix, position)


def start(folder: Path, samples: int, count: int = 1, **execution: object) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    program = [str(ROOT / "tests/training/tiny_problem.py"), str(folder), json.dumps(execution), str(samples)]
    launcher = [sys.executable]
    if count > 1:
        launcher += ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([*launcher, *program], env=environment, stderr=subprocess.DEVNULL)


def tensors(folder: Path) -> dict[str, Tensor]:
    loaded: dict[str, Tensor] = torch.load(folder / "tensors.pt", weights_only=True)
    return loaded


@pytest.mark.crash
def test_killed_with_sigkill_it_resumes_to_the_same_bits(tmp_path: Path) -> None:
    options = {"checkpoint_seconds": 0.0, "curve_points": 50}
    samples = 200 * 24
    assert start(tmp_path / "whole", samples, **options).wait(300) == 0
    killed, resume = tmp_path / "killed", tmp_path / "killed" / "resume"
    for least in (20, 90):  # killed twice
        process = start(killed, samples, **options)
        deadline = time.monotonic() + 240
        while max((int(path.stem.split("-")[1]) for path in resume.glob("tiny-*.json")), default=0) < least * 24:
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
    assert not (killed / "tensors.pt").exists()
    assert start(killed, samples, **options).wait(300) == 0
    one, other = tensors(tmp_path / "whole"), tensors(killed)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert (killed / "curves.json").read_text() == (tmp_path / "whole" / "curves.json").read_text()


@pytest.mark.crash
def test_two_ranks_give_the_loss_of_one(tmp_path: Path) -> None:
    """Two gloo processes under torchrun, and one, on the same global batches."""
    for name, count in (("one", 1), ("two", 2)):
        assert start(tmp_path / name, 480, count, curve_points=100, device="cpu").wait(300) == 0
    one, two = (json.loads((tmp_path / name / "curves.json").read_text()) for name in ("one", "two"))
    assert [at for at, _ in one] == [at for at, _ in two]
    for (_, expected), (at, found) in zip(one, two, strict=True):
        assert found == pytest.approx(expected, abs=1e-5), at
    ends = [tensors(tmp_path / name) for name in ("one", "two")]
    for name in ends[0]:
        torch.testing.assert_close(ends[1][name], ends[0][name], atol=1e-4, rtol=1e-4, msg=name)


def test_random_numbers_belong_to_rows_of_the_global_batch() -> None:
    whole = Step(3, 10, OPTIONS).normal("noise", 12, 5)
    parts = [Step(3, 10, OPTIONS, ranks=Ranks(rank, 3)).normal("noise", 4, 5) for rank in range(3)]
    assert torch.equal(torch.cat(parts), whole)
    batch = TinyTrainer(OPTIONS).batch(0)
    shares = [local_batch(batch, Ranks(rank, 2), torch.device("cpu")) for rank in range(2)]
    assert torch.equal(torch.cat([share.inputs for share in shares]), batch.inputs)
    with pytest.raises(ValueError, match="a batch of 12 cannot be shared by 5 ranks"):
        Ranks(0, 5).rows(12)


def test_every_step_has_the_rate_of_the_schedule_and_a_clipped_gradient(tmp_path: Path) -> None:
    trainer = TinyTrainer(OPTIONS.model_copy(update={"warmup": 0.25}))
    steps, seen = trainer.steps, []

    def before_step(optimizer: torch.optim.Optimizer, *_: object) -> None:
        parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        norm = torch.stack([parameter.grad.norm() for parameter in parameters]).norm()  # type: ignore[union-attr]
        seen.append(([group["lr"] for group in optimizer.param_groups], float(norm)))

    trainer.optimizer.register_step_pre_hook(before_step)
    unscaled = trainer.loss
    trainer.loss = lambda batch, step: (lambda loss, values: (1e4 * loss, values))(*unscaled(batch, step))  # type: ignore[method-assign]
    train(trainer, run(tmp_path))
    expected = [warmup_cosine(number, steps, round(0.25 * steps)) * OPTIONS.lr for number in range(steps)]
    assert [rates[0] for rates, _ in seen] == pytest.approx(expected)
    assert [rates[1] for rates, _ in seen] == pytest.approx([rate / 2 for rate in expected])
    assert expected[0] < expected[3] < expected[5] > expected[-1]
    assert all(norm == pytest.approx(1.0, rel=1e-3) for _, norm in seen)
