"""Weights as float16 and as 8-bit integers come back within the precision that each promises."""

from __future__ import annotations

import pytest
import torch

from mien.training.compact import BLOCK, SCALES, SMALLEST_INT8, compact, restore


def weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return {
        "large": torch.randn(70, 93),
        "small": torch.randn(5, 7),
        "bias": torch.randn(9000),
        "zeros": torch.zeros(80, 80),
        "uneven": torch.randn(100, 77) * torch.logspace(-4, 2, 77),
        "count": torch.tensor(17),
        "mask": torch.tensor([True, False]),
        "half": torch.randn(4, dtype=torch.float16),
    }


def test_float16_is_within_its_precision_and_all_else_is_exact() -> None:
    before = weights()
    stored, layout = compact(before, "float16")
    after = restore(stored, layout)
    assert after.keys() == before.keys()
    for name, tensor in before.items():
        assert after[name].dtype == tensor.dtype
        assert after[name].shape == tensor.shape
        if tensor.dtype == torch.float32:
            assert torch.all((after[name] - tensor).abs() <= 2**-11 * tensor.abs() + 6e-8), name
        else:
            assert torch.equal(after[name], tensor), name
    assert sum(one.nbytes for one in stored.values()) < 0.51 * sum(one.nbytes for one in before.values())


def test_int8_is_within_half_a_step_of_each_block() -> None:
    before = weights()
    stored, layout = compact(before, "int8")
    after = restore(stored, layout)
    for name in ("large", "uneven"):
        assert layout[name]["stored"] == "int8"
        assert before[name].numel() >= SMALLEST_INT8
        flat, back = before[name].flatten(), after[name].flatten()
        for start in range(0, len(flat), BLOCK):
            most = flat[start : start + BLOCK].abs().max()
            worst = (flat[start : start + BLOCK] - back[start : start + BLOCK]).abs().max()
            assert worst <= 0.505 * most / 127 + 1e-7, (name, start)
    assert torch.equal(after["zeros"], before["zeros"])
    assert layout["bias"]["stored"] == layout["small"]["stored"] == "float16"
    assert stored["large"].nbytes + stored["large" + SCALES].nbytes < 0.27 * before["large"].nbytes


def test_what_does_not_fit_its_layout_is_refused() -> None:
    stored, layout = compact(weights(), "int8")
    with pytest.raises(ValueError, match="not those of the layout"):
        restore({name: one for name, one in stored.items() if name != "large" + SCALES}, layout)
    with pytest.raises(ValueError, match="scales for"):
        restore({**stored, "large" + SCALES: stored["large" + SCALES][1:]}, layout)
    with pytest.raises(ValueError, match="large has"):
        restore({**stored, "large": stored["large"][1:]}, layout)
    with pytest.raises(ValueError, match="small has the shape"):
        restore({**stored, "small": stored["small"].flatten()}, layout)
    with pytest.raises(ValueError, match="float16 cannot hold"):
        compact({"huge": torch.full((4,), 1e6)}, "float16")
