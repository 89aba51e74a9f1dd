"""A request and a maker of tiny outputs for batches."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

from mien.systems import batch
from mien.systems.batch import BatchRow, BatchSummary, Make, read_batch
from mien.systems.request import FileOrText, Request

HEADER = "image,text,emotion,out\n"


VIDEO = (".mp4",)


class Asked(Request):
    """Fields of every kind that a table may have."""

    image: Path | None = None
    text: str | None = None
    emotion: str | None = None
    motion: Annotated[str | None, FileOrText(".npz")] = None
    seed: int = 0


def run_batch(table: Path, out: Path, make: Make, identity: str = "", force: bool = False) -> BatchSummary:
    return batch.run_batch(table, out, make, read_batch(table, Asked, VIDEO), identity, force)


class Maker:
    """Writes a row's cells as its video and remembers which rows it was called for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __call__(self, row: BatchRow, path: Path) -> None:
        self.calls.append(row.out)
        if row.values.get("text") == "broken":
            raise ValueError("the speech\nis silent")
        path.write_text(" ".join(f"{name}={Path(str(value)).name}" for name, value in row.values.items()))


def record(out: Path) -> dict[str, dict[str, str]]:
    with (out / "batch.csv").open(newline="", encoding="utf-8") as stream:
        return {row["out"]: row for row in csv.DictReader(stream)}
