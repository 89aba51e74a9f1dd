"""Normalised coordinates: where grid_sample reads a pixel, and back."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mien.media.coordinates import to_normalised, to_pixels


@pytest.mark.parametrize("size", [1, 4, 7])
def test_grid_sample_reads_pixels_at_their_normalised_coordinates(size: int) -> None:
    row = torch.rand(size, generator=torch.Generator().manual_seed(0))
    x = to_normalised(torch.arange(size, dtype=torch.float32), size)
    grid = torch.stack([x, torch.zeros_like(x)], -1)[None, None]
    read = torch.nn.functional.grid_sample(row.view(1, 1, 1, size), grid, align_corners=False)
    assert torch.allclose(read.view(-1), row, atol=1e-6)


def test_the_edges_are_minus_one_and_one_and_the_inverse_leads_back() -> None:
    pixels = np.array([-0.5, 0.0, 3.25, 9.5], np.float32)
    normalised = to_normalised(pixels, 10)
    assert normalised.dtype == np.float32
    assert normalised == pytest.approx([-1, -0.9, -0.25, 1])
    assert to_pixels(normalised, 10) == pytest.approx(pixels, abs=1e-6)
