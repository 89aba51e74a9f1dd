"""Which captions are true of which heads, for all pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

from mien.sculpt.corpus.attributes import Options, attributes
from mien.sculpt.corpus.lexicon.phrases import Facts


@cache
def option_slices() -> dict[str, slice]:
    """Attribute → the columns of its options among those of all attributes."""
    found, start = {}, 0
    for name, one in attributes().items():
        found[name] = slice(start, start + len(one.options))
        start += len(one.options)
    return found


def option_columns() -> int:
    """Number of options of all attributes together, O."""
    return max(columns.stop for columns in option_slices().values())


def one_hot_options(options: Options) -> Tensor:
    """float32 (N, O): 1 for the options of N heads."""
    return one_hot_rows(torch.stack([torch.from_numpy(options[name]) for name in option_slices()], dim=1))


def one_hot_rows(options: Tensor) -> Tensor:
    """float32 (N, O): as `one_hot_options`, of options int64 (N, A) in the order of the attributes."""
    rows = torch.zeros(len(options), option_columns())
    starts = torch.tensor([columns.start for columns in option_slices().values()])
    return rows.scatter_(1, options + starts, 1.0)


def refused_options(facts: Sequence[Facts]) -> Tensor:
    """float32 (M, O): 1 for the options that contradict M sets of facts."""
    known, rows = attributes(), torch.zeros(len(facts), option_columns())
    for row, one in zip(rows, facts, strict=True):
        for name, accepted in one.items():
            start = option_slices()[name].start
            places = [start + number for number, option in enumerate(known[name].options) if option not in accepted]
            row[places] = 1
    return rows


def true_pairs(refused: Tensor, shown: Tensor) -> Tensor:
    """bool (M, N): whether M captions with `refused_options` are true of N heads with `one_hot_options`."""
    return refused @ shown.T == 0
