"""Prefetching, averages, schedules, randomness."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mien.training.device import core_for_batches
from mien.training.optimization.ema import Ema
from mien.training.optimization.schedule import ramp, warmup_cosine
from mien.training.prefetch import prefetch
from mien.training.randomness import derived_seed, numpy_generator, torch_generator


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
    ema.update(0)
    assert torch.allclose(ema.average.weight, module.weight)
    before = module.weight.detach().clone()
    with torch.no_grad():
        module.weight += 1
    ema.update(1000)
    assert torch.allclose(ema.average.weight, before + 0.1, atol=1e-6)
    assert not ema.average.weight.requires_grad


def test_schedules() -> None:
    assert warmup_cosine(0, 1000, 100) == pytest.approx(1 / 101)
    assert warmup_cosine(100, 1000, 100) == pytest.approx(1.0)
    assert warmup_cosine(1000, 1000, 100, final=0.02) == pytest.approx(0.02)
    assert warmup_cosine(550, 1000, 100, final=0.0) == pytest.approx(0.5)
    assert ramp(0.149, 0.15) == 0
    assert ramp(0.2, 0.15, 0.1) == pytest.approx(0.5)
    assert ramp(0.999, 0.15) == 1


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
