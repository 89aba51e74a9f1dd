"""The report of an evaluation: tables, bar plots, pictures.

samples.csv: every sample in every row, with condition and measurements. rates.csv: rates of samples that meet each
criterion, by part and by group. confusions.csv: counts of expected and measured classes. plots/: the latter two drawn.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from mien.systems.evaluation.figures import Measured, criteria, interval, rates
from mien.systems.evaluation.rows import GENERATED, REAL


class Sample(Protocol):
    """A clip or a prompt of the evaluation set."""

    @property
    def clip_id(self) -> str:
        """Its id, unique within the evaluation."""
        ...


S = TypeVar("S", bound=Sample)
M = TypeVar("M", bound=Measured)


class Report(Generic[S, M]):
    """Writes into `folder`. A subclass defines a system's criteria, columns, classes, groups and own pictures."""

    verdicts: tuple[str, ...] = ()
    """The criteria of a sample's verdict, the main one first; empty: all that the measurements have."""
    columns: ClassVar[tuple[str, ...]] = ()
    """The system's columns of samples.csv, after row, part, clip_id and the verdicts."""
    classes: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Kind of class → the classes; confusion matrices of real and generated clips are drawn for each kind."""
    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Grouping by which rates are broken down → names of its groups."""
    plotted: ClassVar[tuple[str, ...]] = ()
    """The groupings that are plotted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "plots").mkdir()

    def cells(self, sample: S, measured: M) -> Sequence[object]:
        """The values of `columns`."""
        del sample, measured
        return ()

    def confusions(self, sample: S, measured: M) -> Iterable[tuple[str, str, str]]:
        """Pairs of classes of a sample: (kind of class, expected, measured)."""
        del sample, measured
        return ()

    def groups_of(self, sample: S) -> Mapping[str, Collection[str]]:
        """Grouping → the groups to which a sample belongs."""
        del sample
        return {}

    def pictures(self, parts: Mapping[str, Sequence[S]], rows: Mapping[str, Mapping[str, Sequence[M]]]) -> None:
        """Draw the pictures of this system; arguments as in `write`."""

    def write(self, parts: Mapping[str, Sequence[S]], rows: Mapping[str, Mapping[str, Sequence[M]]]) -> None:
        """Write everything; parts: part → samples; rows: part → row → measurement of each sample."""
        measured = chain.from_iterable(own for by_row in rows.values() for own in by_row.values())
        self.verdicts = self.verdicts or criteria(measured)
        counts: Counter[tuple[str, ...]] = Counter()
        lines = []
        for part, samples in parts.items():
            for row, own in rows[part].items():
                for sample, one in zip(samples, own, strict=True):
                    verdict = [one.verdict.get(name) for name in self.verdicts]
                    lines.append([row, part, sample.clip_id, *verdict, *self.cells(sample, one)])
                    counts.update((row, part, *classes) for classes in self.confusions(sample, one))
        write_csv(self.folder / "samples.csv", ["row", "part", "clip_id", *self.verdicts, *self.columns], lines)
        columns = ["row", "part", "kind", "expected", "measured", "count"]
        write_csv(self.folder / "confusions.csv", columns, sorted((*key, count) for key, count in counts.items()))
        self._plot_confusions(counts)
        if self.verdicts:
            self._rates(parts, rows)
            self._plot(parts, rows)
        self.pictures(parts, rows)

    def _plot_confusions(self, counts: Mapping[tuple[str, ...], int]) -> None:
        tables: dict[str, tuple[tuple[str, ...], NDArray[np.int64]]] = {}
        for (row, _, kind, expected, measured), count in sorted(counts.items()):
            names = self.classes.get(kind)
            if names and row in (REAL, GENERATED):
                _, table = tables.setdefault(f"{row}: {kind}", (names, np.zeros((len(names), len(names)), np.int64)))
                table[names.index(expected), names.index(measured)] += count
        if tables:
            sides = [2 + 0.4 * len(names) for names, _ in tables.values()]
            with drawing(self.folder / "plots" / "confusions.png", sum(sides), max(sides)) as figure:
                panels = figure.subplots(1, len(tables), squeeze=False).flat
                for axes, (title, (names, table)) in zip(panels, tables.items(), strict=True):
                    matrix(axes, names, table, title)

    def _rates(self, parts: Mapping[str, Sequence[S]], rows: Mapping[str, Mapping[str, Sequence[M]]]) -> None:
        lines = []
        for part, samples in parts.items():
            for by, names in self.groups.items():
                for name in names:
                    places = self._members(samples, by, name)
                    for row, own in rows[part].items() if places else ():
                        some = [own[place] for place in places]
                        found = rates(some, self.verdicts).values()
                        lines.append([row, part, by, name, len(some), *found, *interval(some, self.verdicts[0])])
        first = self.verdicts[0]
        columns = ["row", "part", "grouping", "group", "samples", *self.verdicts, f"{first}_low", f"{first}_high"]
        write_csv(self.folder / "rates.csv", columns, lines)

    def _members(self, samples: Sequence[S], by: str, name: str) -> list[int]:
        return [place for place, sample in enumerate(samples) if name in self.groups_of(sample).get(by, ())]

    def _plot(self, parts: Mapping[str, Sequence[S]], rows: Mapping[str, Mapping[str, Sequence[M]]]) -> None:
        first = self.verdicts[0]
        counts = [len(self.verdicts), *(len(self.groups[by]) for by in self.plotted)]
        size = (3 + 0.6 * sum(counts), 3.6 * len(parts))
        with drawing(self.folder / "plots" / "rates.png", *size) as figure:
            panels = figure.subplots(
                len(parts), len(counts), squeeze=False, width_ratios=[count + 1 for count in counts]
            )
            for (part, samples), (overall, *grouped) in zip(parts.items(), panels, strict=True):
                own, words = rows[part], part.replace("_", " ")
                bars(overall, {row: rates(some, self.verdicts) for row, some in own.items()}, f"{words}: rates")
                error_bars(overall, [interval(some, first) for some in own.values()])
                for axes, by in zip(grouped, self.plotted, strict=True):
                    members = {name: self._members(samples, by, name) for name in self.groups[by]}
                    found = {
                        row: {
                            f"{name}\n({len(places)})": rates([some[place] for place in places], [first])[first]
                            for name, places in members.items()
                        }
                        for row, some in own.items()
                    }
                    bars(axes, found, f"{words}: {first}, by {by.replace('_', ' ')}")
            handles = panels[0][0].get_legend_handles_labels()
            figure.legend(*handles, loc="outside upper right", ncols=len(handles[1]))


def write_csv(path: Path, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """A table with a header; None is an empty cell, a bool 0 or 1, a float has five decimals."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in line] for line in lines)


def _cell(value: object) -> object:
    if isinstance(value, bool | np.bool_):
        return int(value)
    return round(value, 5) if isinstance(value, float) else value


@contextmanager
def drawing(path: Path, width: float, height: float) -> Iterator[Any]:
    """A matplotlib figure of a size in inches, written to `path` as PNG; deterministic bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    yield figure
    figure.savefig(path, dpi=90, metadata={"Software": None})


def bars(axes: Any, rows: Mapping[str, Mapping[str, float | int | None]], title: str) -> None:
    """Grouped bars of rates in [0, 1], one colour for each row; None has no bar. All rows have the same names."""
    names = list(next(iter(rows.values())))
    for number, (row, values) in enumerate(rows.items()):
        heights = [values[name] or 0.0 for name in names]
        axes.bar(np.arange(len(names)) + _offset(number, len(rows)), heights, _WIDTH / len(rows), label=row)
    axes.set(xticks=range(len(names)), xticklabels=names, ylim=(0, 1.05), title=title, xlim=(-0.6, len(names) - 0.4))
    axes.tick_params(axis="x", labelsize=8)
    if max(map(len, names)) > 8:
        for label in axes.get_xticklabels():
            label.set(rotation=40, ha="right", rotation_mode="anchor")


def error_bars(axes: Any, intervals: Sequence[tuple[float | None, float | None]]) -> None:
    """Draw the interval (low, high) of each row's first bar."""
    for number, (low, high) in enumerate(intervals):
        if low is not None and high is not None:
            axes.vlines(_offset(number, len(intervals)), low, high, color="black", linewidth=1.5)


def matrix(axes: Any, names: Sequence[str], table: NDArray[np.int64], title: str) -> None:
    """A confusion matrix (N, N) of counts, coloured by the rates within each expected class."""
    rates_of = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(rates_of, cmap="Blues", vmin=0, vmax=1)
    for (expected, measured), count in np.ndenumerate(table):
        if count:
            colour = "white" if rates_of[expected, measured] > 0.6 else "black"
            axes.text(measured, expected, str(count), ha="center", va="center", color=colour)
    axes.set(xticks=range(len(names)), yticks=range(len(names)), xticklabels=names, yticklabels=names)
    axes.tick_params(axis="x", labelrotation=90 if max(map(len, names)) > 4 else 0)
    axes.set(xlabel="measured", ylabel="expected", title=title)


_WIDTH = 0.84
"""Width of a group of bars; groups are 1 apart."""


def _offset(number: int, rows: int) -> float:
    return (number - (rows - 1) / 2) * _WIDTH / rows
