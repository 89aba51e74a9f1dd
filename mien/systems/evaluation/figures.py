"""Figures of measured samples: means, rates of correct samples with their interval, and how they are rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Protocol

import numpy as np
from scipy.stats import binomtest

PLACES = 4
"""Decimals of a figure: more than the precision of any measure."""

CONFIDENCE = 0.95

Figures = dict[str, float | int | None]


class Measured(Protocol):
    """Measurement of one sample in one row."""

    @property
    def verdict(self) -> Mapping[str, bool | float | None]:
        """Criterion → whether the sample meets it; None, or absent, where it does not apply."""
        ...


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that are not None; None where there is none."""
    known = [float(value) for value in values if value is not None]
    return float(np.mean(known)) if known else None


def criteria(measured: Iterable[Measured]) -> tuple[str, ...]:
    """The criteria of the verdicts, in order of first appearance."""
    return tuple(dict.fromkeys(name for one in measured for name in one.verdict))


def rates(measured: Sequence[Measured], names: Iterable[str]) -> Figures:
    """For each criterion the rate in [0, 1] of samples that meet it, among those to which it applies."""
    return {name: mean(one.verdict.get(name) for one in measured) for name in names}


def paired_labels(expected: Iterable[str], detected: Iterable[str], missing: str) -> list[tuple[str, str]]:
    """Pairs (expected, detected): equal ones first, then the others in their order; `missing` where one is left."""
    left, found = list(expected), list(detected)
    pairs = []
    for name in list(left):
        if name in found:
            pairs.append((name, name))
            left.remove(name)
            found.remove(name)
    return [*pairs, *zip_longest(left, found, fillvalue=missing)]


def interval(measured: Sequence[Measured], name: str) -> tuple[float | None, float | None]:
    """Wilson's 95 % interval of the rate of one criterion (E. B. Wilson, JASA 1927); None where it applies to none."""
    applies = [bool(value) for one in measured if (value := one.verdict.get(name)) is not None]
    return wilson(sum(applies), len(applies))


def wilson(successes: int, trials: int) -> tuple[float | None, float | None]:
    """Wilson's 95 % interval of a rate; None without trials."""
    if not trials:
        return None, None
    found = binomtest(successes, trials).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def rounded(value: Any) -> Any:
    """Nested figures with `PLACES` decimals."""
    if isinstance(value, Mapping):
        return {name: rounded(inner) for name, inner in value.items()}
    return round(value, PLACES) if isinstance(value, float) else value
