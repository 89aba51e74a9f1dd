"""A table of requests to motions: what `mien move --table` does."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from mien.motion.generate.move import (
    Actor,
    load_mover,
    move_with,
    open_actor,
    version_of,
)
from mien.motion.generate.request import (
    MOVE_COLUMNS,
    MoveOptions,
    check_model,
    check_request,
    options_of,
)
from mien.systems.batch import BatchRow, BatchSummary, run_batch


def move_batch(
    table: Path,
    out: Path,
    model: Path = Path("models/head_motion"),
    defaults: MoveOptions | None = None,
    force: bool = False,
) -> BatchSummary:
    """Make the file of each row of a CSV `table` in the folder `out`; a row that fails is noted in `out`/batch.csv.

    defaults: what rows ask for that do not say otherwise. Raises MoveError when the model cannot be used,
    BatchError when the table cannot.
    """
    usual = MoveOptions() if defaults is None else defaults
    check_model(model)
    mover = load_mover(model)

    @lru_cache(maxsize=4)
    def actor(head: str, head_file: Path | None, person: int | None) -> Actor:
        return open_actor(MoveOptions(head=head, head_file=head_file, person=person))

    def make(row: BatchRow, path: Path) -> None:
        options = options_of(row.cells, usual)
        check_request(options, path, model, force)
        shown = actor(options.head, options.head_file, options.person)
        move_with(mover, shown, options, path, model, progress=False)

    identity = f"{version_of(mover)} {usual.model_dump_json(exclude_unset=True)}"
    return run_batch(table, out, make, MOVE_COLUMNS, identity, force)
