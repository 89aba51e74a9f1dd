"""The common evaluation on a toy system: figures by row and part, tables, plots, fingerprints, the deciding figure."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image
from pydantic import BaseModel

from mien.files import atomic_directory
from mien.systems.evaluation.evaluate import (
    Judge,
    RowFigures,
    deciding_figure,
    draw_samples,
    evaluate,
    identity_of,
    load_models,
)
from mien.systems.evaluation.figures import Figures, interval, mean, rates, wilson
from mien.systems.evaluation.report import Report
from mien.systems.evaluation.rows import BASELINE, GENERATED, REAL


@dataclass(frozen=True)
class Number:
    """A sample of the toy system, which is to answer with an even number."""

    clip_id: str
    value: int


@dataclass(frozen=True)
class Parity:
    value: int

    @property
    def verdict(self) -> dict[str, bool | None]:
        return {"even": self.value % 2 == 0, "small": None if self.value < 0 else self.value < 4}


class ToyReport(Report[Number, Parity]):
    verdicts = ("even", "small")
    columns = ("asked",)
    classes: ClassVar[Mapping[str, tuple[str, ...]]] = {"digit": tuple(map(str, range(13)))}
    groups: ClassVar[Mapping[str, tuple[str, ...]]] = {"size": ("low", "high", "huge")}
    plotted = ("size",)

    def cells(self, sample: Number, measured: Parity) -> list[object]:
        return [sample.value / 3 + 0 * measured.value]

    def confusions(self, sample: Number, measured: Parity) -> Iterator[tuple[str, str, str]]:
        yield "digit", str(sample.value), str(measured.value)

    def groups_of(self, sample: Number) -> dict[str, set[str]]:
        return {"size": {"low" if sample.value < 3 else "high"}}


class ToyJudge(Judge[Number, Parity]):
    def part_figures(self, samples: Sequence[Number], rows: Mapping[str, Sequence[Parity]]) -> dict[str, Figures]:
        error = {
            row: mean(abs(a.value - b.value) for a, b in zip(samples, own, strict=True)) for row, own in rows.items()
        }
        return {row: {**rates(own, ("even", "small")), "error": error[row]} for row, own in rows.items()}

    def row_figures(self, row: str, figures: RowFigures) -> Figures:
        return {"overall": mean(part["even"] for part in figures[row].values())}


PARTS = {
    "val": [Number(f"v{value}", value) for value in range(5)],
    "wordings": [],
    "held_out": [Number("h3", 3), Number("h6", 6)],
}


def rows(samples: Sequence[Number]) -> dict[str, list[Parity]]:
    return {
        REAL: [Parity(sample.value) for sample in samples],
        GENERATED: [Parity(2 * sample.value) for sample in samples],
    }


def run(out: Path, batch: int | None = None, parts: Mapping[str, Sequence[Number]] = PARTS) -> dict[str, Any]:
    heard: list[tuple[Mapping[str, float], int]] = []
    sizes: list[int] = []

    def batches(samples: Sequence[Number]) -> dict[str, list[Parity]]:
        sizes.append(len(samples))
        return rows(samples)

    with atomic_directory(out) as folder:
        metrics = evaluate(
            batches, parts, ToyJudge(), ToyReport(folder), lambda values, step: heard.append((values, step)),
            {"data": "d", "fingerprint": "f"}, batch,
        )  # fmt: skip
    assert sizes == ([7] if batch is None else [3, 3, 1])
    assert heard[0][0]["generated.held_out.error"] == 4.5
    assert heard[0][1] == 7
    return metrics


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_figures_are_those_of_each_row_and_part(tmp_path: Path) -> None:
    metrics = run(tmp_path / "out")
    assert metrics == {
        "real": {
            "val": {"even": 0.6, "small": 0.8, "error": 0.0},
            "held_out": {"even": 0.5, "small": 0.5, "error": 0.0},
            "overall": 0.55,
        },
        "generated": {
            "val": {"even": 1.0, "small": 0.4, "error": 2.0},
            "held_out": {"even": 1.0, "small": 0.0, "error": 4.5},
            "overall": 1.0,
        },
        "evaluated": {"val": 5, "held_out": 2, "data": "d", "fingerprint": "f"},
    }
    assert run(tmp_path / "again", batch=3) == metrics
    for path in sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        assert (tmp_path / "again" / path.relative_to(tmp_path / "out")).read_bytes() == path.read_bytes()
    figure = deciding_figure(metrics)
    assert (figure.name, figure.value, figure.evaluation, figure.data) == ("generated.overall", 1.0, "f", "d")
    assert np.isnan(deciding_figure({"generated": {"overall": None}, "evaluated": metrics["evaluated"]}).value)


def test_tables_hold_every_sample_rate_and_confusion(tmp_path: Path) -> None:
    run(tmp_path / "out")
    samples = table(tmp_path / "out" / "samples.csv")
    assert len(samples) == 14
    assert samples[6] == {
        "row": "generated", "part": "val", "clip_id": "v1", "even": "1", "small": "1", "asked": "0.33333",
    }  # fmt: skip
    low, high = (
        {
            line["group"]: line
            for line in table(tmp_path / "out" / "rates.csv")
            if line["row"] == "real" and line["part"] == part
        }
        for part in ("val", "held_out")
    )
    assert (low["low"]["samples"], low["low"]["even"], low["high"]["even"]) == ("3", "0.66667", "0.5")
    assert set(low) == {"low", "high"}, "groups without samples have no line"
    assert set(high) == {"high"}
    counts = table(tmp_path / "out" / "confusions.csv")
    assert {
        "row": "generated",
        "part": "val",
        "kind": "digit",
        "expected": "3",
        "measured": "6",
        "count": "1",
    } in counts
    assert sum(int(line["count"]) for line in counts) == 14
    for name in ("rates", "confusions"):
        with Image.open(tmp_path / "out" / "plots" / f"{name}.png") as picture:
            assert np.asarray(picture.convert("RGB")).std() > 10


def test_nothing_to_evaluate_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no sample to evaluate in val, held_out"):
        run(tmp_path / "out", parts={"val": [], "held_out": []})
    assert list(tmp_path.iterdir()) == []


def test_a_criterion_counts_only_where_it_applies() -> None:
    measured = [Parity(-2), Parity(2), Parity(5)]
    assert rates(measured, ("even", "small", "absent")) == {"even": pytest.approx(2 / 3), "small": 0.5, "absent": None}
    assert interval(measured, "small") == wilson(1, 2)
    assert interval(measured, "absent") == (None, None)


def test_wilsons_interval_is_the_books() -> None:
    # z = 1.959964: (k + z²/2 ± z √(k (n − k) / n + z²/4)) / (n + z²)
    assert wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)


def test_an_evaluation_is_named_by_data_judges_and_options_but_not_by_what_is_shown() -> None:
    class Options(BaseModel):
        prompts: int = 3
        videos: int = 2

    def named(
        data: Any = (1, 2), judges: Any = "a", shown: tuple[str, ...] = ("videos",), **options: int
    ) -> dict[str, str]:
        return identity_of("toy", data, judges, Options(**options), shown)

    plain = named()
    assert named(videos=9) == plain
    others = [named(data=(1, 3)), named(judges="b"), named(prompts=4), named(shown=())]
    assert len({one["fingerprint"] for one in (plain, *others)}) == 5
    assert [one["data"] == plain["data"] for one in others] == [False, True, True, True]


def test_the_baseline_is_loaded_where_it_was_trained(tmp_path: Path) -> None:
    assert load_models(tmp_path, lambda folder: folder.name) == {GENERATED: tmp_path.name}
    (tmp_path / "baseline").mkdir()
    assert list(load_models(tmp_path, lambda folder: folder.name).items()) == [
        (BASELINE, "baseline"), (GENERATED, tmp_path.name),
    ]  # fmt: skip


def test_samples_are_drawn_by_the_seed_in_their_order() -> None:
    numbers = np.arange(100, 140)
    some = draw_samples(numbers, 12, "val", 0)
    assert some == sorted(set(some))
    assert len(some) == 12
    assert draw_samples(numbers, 12, "val", 1) != some != draw_samples(numbers, 12, "held_out", 0)
    assert draw_samples(numbers, 50, "val", 0) == list(range(100, 140))
