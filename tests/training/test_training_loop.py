"""The loop: progress in samples, curves, stopping and going on; and its small helpers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mien.training.device import core_for_batches
from mien.training.ema import Ema
from mien.training.loop import Course, TrainingDivergedError, run_course
from mien.training.prefetch import prefetch
from mien.training.randomness import derived_seed, numpy_generator, torch_generator
from mien.training.schedule import ramp, warmup_cosine


class Adder:
    """Adds up its batches; stops with an error at a given step."""

    def __init__(self, fail_at: int | None = None, bad_at: int | None = None) -> None:
        self.total, self.fail_at, self.bad_at = torch.zeros(()), fail_at, bad_at

    def train_step(self, batch: float, step: int) -> Mapping[str, Tensor | float]:
        if step == self.fail_at:
            raise KeyboardInterrupt
        self.total = self.total + batch
        return {"total": math.nan if step == self.bad_at else self.total}

    def validate(self) -> Mapping[str, float]:
        return {"val": float(self.total)}

    def tensors(self) -> dict[str, Tensor]:
        return {"total": self.total}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        self.total = tensors["total"]


def course(identity: str = "c" * 64) -> Course[float]:
    return Course(
        "adding", identity, steps=8, samples_per_step=5, make_batch=lambda step: float(step), log_samples=10,
        validations=2, checkpoint_seconds=0,
    )  # fmt: skip


def test_a_stopped_run_goes_on_and_tells_the_same_story(tmp_path: Path) -> None:
    whole: list[tuple[dict[str, float], int]] = []
    run_course(Adder(), course(), tmp_path / "a", lambda values, samples: whole.append((dict(values), samples)))
    assert [samples for values, samples in whole if "total" in values] == [10, 20, 30, 40]
    assert [samples for values, samples in whole if "val" in values] == [20, 40]
    with pytest.raises(KeyboardInterrupt):
        run_course(Adder(fail_at=5), course(), tmp_path / "b", lambda *_: None)
    resumed: list[tuple[dict[str, float], int]] = []
    adder = Adder()
    run_course(adder, course(), tmp_path / "b", lambda values, samples: resumed.append((dict(values), samples)))
    assert float(adder.total) == sum(range(8))
    assert resumed == whole


def test_another_identity_starts_anew(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_course(Adder(fail_at=5), course("d" * 64), tmp_path, lambda *_: None)
    adder = Adder()
    run_course(adder, course("e" * 64), tmp_path, lambda *_: None)
    assert float(adder.total) == sum(range(8))


def test_a_loss_that_is_no_number_ends_the_training(tmp_path: Path) -> None:
    with pytest.raises(TrainingDivergedError, match="total is not a finite number"):
        run_course(Adder(bad_at=3), course(), tmp_path, lambda *_: None)


def test_prefetch_keeps_the_order_and_raises_where_it_hurts() -> None:
    assert list(prefetch(lambda step: step * step, 3, 9)) == [9, 16, 25, 36, 49, 64]
    assert list(prefetch(str, 2, 2)) == []

    def broken(step: int) -> int:
        if step == 2:
            raise OSError("gone")
        return step

    items = prefetch(broken, 0, 5)
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(OSError, match="gone"):
        next(items)


def test_the_average_of_a_constant_is_the_constant_and_follows_a_jump() -> None:
    module = nn.Linear(2, 2)
    ema = Ema(module, 0.9)
    ema.update(module, 0)
    assert torch.allclose(ema.average.weight, module.weight)
    before = module.weight.detach().clone()
    with torch.no_grad():
        module.weight += 1
    ema.update(module, 1000)
    assert torch.allclose(ema.average.weight, before + 0.1, atol=1e-6)
    assert not ema.average.weight.requires_grad


def test_schedules() -> None:
    assert warmup_cosine(0, 1000, 100) == pytest.approx(1 / 101)
    assert warmup_cosine(100, 1000, 100) == pytest.approx(1.0)
    assert warmup_cosine(1000, 1000, 100, final=0.02) == pytest.approx(0.02)
    assert warmup_cosine(550, 1000, 100, final=0.0) == pytest.approx(0.5)
    assert ramp(149, 1000, 0.15) == 0
    assert ramp(200, 1000, 0.15, 0.1) == pytest.approx(0.5)
    assert ramp(999, 1000, 0.15) == 1


def test_randomness_depends_on_seed_purpose_and_step_alone() -> None:
    assert derived_seed(1, "a", 2) == derived_seed(1, "a", 2)
    assert len({derived_seed(seed, purpose, step) for seed in (0, 1) for purpose in "ab" for step in (0, 1)}) == 8
    assert numpy_generator(3, "x").random() == numpy_generator(3, "x").random()
    assert torch.equal(
        torch.randn(3, generator=torch_generator(3, "x")), torch.randn(3, generator=torch_generator(3, "x"))
    )


def test_a_core_is_left_for_the_batches_and_given_back() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with core_for_batches():
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 3
        torch.set_num_threads(1)
        with core_for_batches():
            assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
