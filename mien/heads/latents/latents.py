"""Latents of B heads, their prior density, and JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mien.heads.head import HeadError
from mien.heads.latents.layout import CATEGORIES, VALUE_INDEX, VALUE_NAMES, colour_slice
from mien.heads.latents.palettes import SPACES

LARGEST = 6.0
"""Largest magnitude of a value in a file; beyond it a head is no head any more."""


@dataclass(frozen=True, eq=False)
class Latents:
    """Latents of B heads.

    values: (B, D) by `VALUE_NAMES`; see `log_density` for their prior. categories: name → int64 (B,), indices into the
    options of `CATEGORIES`. Raises ValueError for other shapes, names or indices.
    """

    values: Tensor
    categories: dict[str, Tensor]

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(VALUE_NAMES):
            raise ValueError(f"latents must be (B, {len(VALUE_NAMES)}), not {tuple(self.values.shape)}")
        if set(self.categories) != set(CATEGORIES):
            raise ValueError(f"latents have the categories {', '.join(CATEGORIES)}, not {', '.join(self.categories)}")
        for name, chosen in self.categories.items():
            if chosen.shape != (len(self.values),) or chosen.dtype != torch.int64:
                raise ValueError(f"the category {name} must be int64 ({len(self.values)},)")
            if len(chosen) and not 0 <= int(chosen.min()) <= int(chosen.max()) < len(CATEGORIES[name]):
                raise ValueError(f"the category {name} has only {len(CATEGORIES[name])} options")

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: slice | Tensor | list[int]) -> Latents:
        return Latents(self.values[rows], {name: chosen[rows] for name, chosen in self.categories.items()})

    def row(self, index: int) -> Latents:
        """The latents of one head, as a batch of 1."""
        return self[slice(index, index + 1)]

    def option(self, category: str) -> list[str]:
        """The option of each head in a category, by name."""
        return [CATEGORIES[category][index] for index in self.categories[category].tolist()]

    def value(self, name: str) -> Tensor:
        """The values (B,) of one name."""
        return self.values[:, VALUE_INDEX[name]]

    def log_density(self) -> Tensor:
        """Log-density (B,) under the prior, differentiable in the values.

        N(0, I) for shape and amounts, `ColourSpace.log_density` for colours, uniform over the options of a category.
        """
        plain = self.values[:, : VALUE_INDEX[f"{next(iter(SPACES))}_colour_1"]]
        density = -0.5 * (plain**2 + math.log(2 * math.pi)).sum(dim=1)
        for name, space in SPACES.items():
            density = density + space.log_density(self.values[:, colour_slice(name)])
        return density - sum(math.log(len(options)) for options in CATEGORIES.values())

    def to_json(self) -> dict[str, dict[str, Any]]:
        """Values and options by name, of a batch of 1. Raises ValueError for another batch."""
        if len(self) != 1:
            raise ValueError(f"a file holds one head, not {len(self)}")
        return {
            "values": {name: float(value) for name, value in zip(VALUE_NAMES, self.values[0].tolist(), strict=True)},
            "categories": {name: self.option(name)[0] for name in CATEGORIES},
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Latents:
        """One head from `to_json`; a missing value is 0, a missing category its first option.

        Raises HeadError for unknown names and options, and for values that are no finite number of at most `LARGEST`.
        """
        values, categories = content.get("values", {}), content.get("categories", {})
        if not isinstance(values, Mapping) or not isinstance(categories, Mapping):
            raise HeadError("a person has `values` and `categories`, each a JSON object")
        _check_names("value", values, VALUE_NAMES)
        _check_names("category", categories, tuple(CATEGORIES))
        vector = torch.zeros(1, len(VALUE_NAMES))
        for name, value in values.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
                raise HeadError(
                    f"the value {name} must be a number from -{LARGEST:g} to {LARGEST:g}, not {value!r:.40}"
                )
            vector[0, VALUE_INDEX[name]] = float(value)
        chosen = {name: torch.zeros(1, dtype=torch.int64) for name in CATEGORIES}
        for name, option in categories.items():
            if option not in CATEGORIES[name]:
                known = ", ".join(CATEGORIES[name])
                raise HeadError(f"the category {name} has the options {known}, not {option!r:.40}")
            chosen[name][0] = CATEGORIES[name].index(option)
        return cls(vector, chosen)


def stack(parts: Sequence[Latents]) -> Latents:
    """The heads of several batches, in order."""
    return Latents(
        torch.cat([part.values for part in parts]),
        {name: torch.cat([part.categories[name] for part in parts]) for name in CATEGORIES},
    )


def _check_names(kind: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise HeadError(f"there is no {kind} {unknown[0]!r:.40}; there are {', '.join(known)}")
