"""Checkpoints: what is restored is what was saved; what is damaged or someone else's is not used."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from bit_flips import flip_bit, flipped_bits
from torch import nn

from mien.training.checkpoint import (
    Checkpoint,
    load_checkpoint,
    load_module,
    load_optimizer,
    module_tensors,
    optimizer_tensors,
    save_checkpoint,
)

IDENTITY, OTHER = "a" * 64, "b" * 64


def checkpoint(samples: int, value: float) -> Checkpoint:
    return Checkpoint(samples, {"weight": torch.full((3,), value)}, {"curves": [{"samples": samples, "loss": value}]})


def test_the_newest_whole_checkpoint_is_loaded(tmp_path: Path) -> None:
    for samples in (10, 20, 30):
        save_checkpoint(tmp_path, IDENTITY, checkpoint(samples, samples / 7))
    loaded = load_checkpoint(tmp_path, IDENTITY)
    assert loaded is not None
    assert loaded.samples == 30
    assert torch.equal(loaded.tensors["weight"], torch.full((3,), 30 / 7))
    assert loaded.state == {"curves": [{"samples": 30, "loss": 30 / 7}]}
    assert len(list(tmp_path.iterdir())) == 4  # two checkpoints of two files


def test_damaged_tensors_are_passed_over_for_the_one_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_checkpoint(tmp_path, IDENTITY, checkpoint(10, 1.0))
    newest = save_checkpoint(tmp_path, IDENTITY, checkpoint(20, 2.0))
    flip_bit(newest.with_suffix(".safetensors"), -1)
    loaded = load_checkpoint(tmp_path, IDENTITY)
    assert loaded is not None
    assert loaded.samples == 10
    assert "damaged" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "{", "[]", '{"identity": 3}'])
def test_metadata_that_is_not_whole_does_not_count(tmp_path: Path, content: str) -> None:
    save_checkpoint(tmp_path, IDENTITY, checkpoint(10, 1.0)).write_text(content)
    assert load_checkpoint(tmp_path, IDENTITY) is None


def test_every_bit_of_the_metadata_counts(tmp_path: Path) -> None:
    metadata = save_checkpoint(tmp_path, IDENTITY, checkpoint(10, 1 / 3))
    skipped = 0
    for _ in flipped_bits(metadata, 300):
        loaded = load_checkpoint(tmp_path, IDENTITY)
        skipped += loaded is None
        assert loaded is None or (loaded.samples, loaded.state) == (10, checkpoint(10, 1 / 3).state)
    assert skipped > 250


def test_tensors_without_metadata_do_not_count(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, IDENTITY, checkpoint(10, 1.0)).unlink()
    assert load_checkpoint(tmp_path, IDENTITY) is None


def test_another_configuration_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_checkpoint(tmp_path, OTHER, checkpoint(10, 1.0))
    assert load_checkpoint(tmp_path, IDENTITY) is None
    assert "another configuration" in capsys.readouterr().err
    save_checkpoint(tmp_path, IDENTITY, checkpoint(5, 2.0))
    other = load_checkpoint(tmp_path, OTHER)
    assert other is not None
    assert other.samples == 10


def test_an_optimiser_goes_on_as_if_never_stopped() -> None:
    def build() -> tuple[nn.Linear, torch.optim.AdamW]:
        torch.manual_seed(0)
        module = nn.Linear(4, 2)
        return module, torch.optim.AdamW([{"params": [module.weight]}, {"params": [module.bias]}], 0.01)

    def step(module: nn.Linear, optimizer: torch.optim.AdamW, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        optimizer.zero_grad()
        module(torch.randn(8, 4, generator=generator)).square().mean().backward()
        optimizer.step()

    module, optimizer = build()
    for seed in range(3):
        step(module, optimizer, seed)
    saved = {**module_tensors("m", module), **optimizer_tensors("o", optimizer)}
    saved = {name: tensor.clone() for name, tensor in saved.items()}
    step(module, optimizer, 3)
    again, again_optimizer = build()
    load_module("m", again, saved)
    load_optimizer("o", again_optimizer, saved)
    step(again, again_optimizer, 3)
    assert torch.equal(module.weight, again.weight)
    assert torch.equal(module.bias, again.bias)
