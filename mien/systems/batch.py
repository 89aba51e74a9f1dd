"""Batches: a CSV table of requests, one output a row. A row that fails is recorded, and the next one follows.
A full disk is no fault of a row: it ends the batch, which goes on when it is called again.

`batch.csv` in the folder of the outputs records the result and the request of each row. A batch that was interrupted,
also by SIGKILL, resumes when it is called again.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from mien.files import atomic_file, fingerprint, sha256_file
from mien.locks import LockHeldError, file_lock
from mien.machine import machine_fault
from mien.progress import progress_bar
from mien.storage.names import find_named
from mien.storage.tables import TableError, TableRow, read_table
from mien.systems.errors import RequestError
from mien.systems.files import check_name
from mien.systems.request import Request, file_in, schema

RECORD = "batch.csv"
"""The name of the record in the folder of the outputs."""

MAX_ROWS = 100_000

Status = Literal["making", "made", "failed"]


@dataclass(frozen=True)
class BatchRow:
    """A row of the table: its last `line` there, the name of its output `out`, and its `values` by field.

    Values are stripped cells, or the values given for all rows; those of the fields `files` are paths.
    """

    line: int
    out: str
    values: dict[str, object]
    files: frozenset[str] = frozenset()


@dataclass(frozen=True)
class BatchRecord:
    """Result of a row. `request`: fingerprint of the values and of the models' versions.

    `sha256`: of the output; `replaced`: of the earlier output, which stays until the new one replaces it. `note`: what
    the user should know of an output, such as which words were not understood.
    """

    out: str
    line: int
    status: Status
    reason: str = ""
    request: str = ""
    sha256: str = ""
    replaced: str = ""
    note: str = ""

    def owns(self, path: Path) -> bool:
        """Whether the file at `path` was made by this batch and is unchanged."""
        return path.is_file() and sha256_file(path) in {self.sha256, self.replaced}

    def answers(self, request: str, path: Path) -> bool:
        """Whether the file at `path` is the output of exactly this request."""
        return (
            self.status != "failed" and self.request == request and path.is_file() and sha256_file(path) == self.sha256
        )


_RECORD_COLUMNS = tuple(one.name for one in fields(BatchRecord))
_EARLIER_COLUMNS = tuple(name for name in _RECORD_COLUMNS if name != "note")
"""Those of the records that earlier versions wrote."""

_LONGEST_NOTE = 2000


@dataclass(frozen=True)
class BatchSummary:
    """Numbers of rows that were made, were up to date, and failed; `record`: the file with the reasons.

    notes: sentences about the models of all rows.
    """

    made: int
    unchanged: int
    failed: int
    record: Path
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"{self.made} made, {self.unchanged} there already, {self.failed} failed"
        return f"{text}: see {self.record}" if self.failed else text


Make = Callable[[BatchRow, Path], Sequence[str] | None]
"""Makes the output of a row; returns notes for the user."""


def run_batch(
    table: Path, out: Path, make: Make, rows: Sequence[BatchRow], identity: str = "", force: bool = False
) -> BatchSummary:
    """Make the output of each of the `rows` of the CSV file `table` in the folder `out`, in their order.

    `make(row, path)` writes the output to `path`, in a hidden folder inside `out`, with further files beside it; all
    are moved to `out` when it returns, and the notes that it returns become the row's `note`. An exception becomes the
    row's `reason` in `out`/batch.csv, and the next row follows. `identity`: the models' versions; outputs of another
    identity are made again. A row whose output exists for the same request is skipped; a failed one is tried again. A
    file that this batch did not make is overwritten only with `force`. Raises RequestError when another batch runs in
    the folder, or the folder cannot be written.
    """
    record = out / RECORD
    if record.exists() and table.samefile(record):
        raise RequestError(f"{table} is the record of a batch, not a table of requests")
    try:
        with _alone(out):
            return _Batch(rows, out, make, _requests(rows, identity), force).run()
    except OSError as error:
        raise RequestError(f"the batch in {out} cannot go on: {error.strerror or error}") from error


def read_batch(
    table: Path, request: type[Request], suffixes: tuple[str, ...], given: Mapping[str, object] | None = None
) -> list[BatchRow]:
    """The rows of a table (see `mien.storage.tables`); blank ones are skipped. Raises RequestError, with the
    line, for invalid rows.

    The columns are fields of `request`, and `out`, a plain name with one of the `suffixes`; a row without it is named
    by its number and the first of them: `0001.mp4`. Paths are relative to the table's folder. `given`: values of the
    fields that a row leaves empty.
    """
    kinds = {name: schema(request, name)["type"] for name in request.model_fields}
    try:
        read = read_table(
            table, (*request.model_fields, "out"),
            whole=[name for name, kind in kinds.items() if kind in ("integer", "boolean")],
            numbers=[name for name, kind in kinds.items() if kind in ("integer", "number")],
        )  # fmt: skip
    except TableError as error:
        raise RequestError(str(error)) from error
    return _rows(read.rows, table, request, suffixes, given or {})


def _rows(
    read: Sequence[TableRow], table: Path, request: type[Request], suffixes: tuple[str, ...],
    given: Mapping[str, object],
) -> list[BatchRow]:  # fmt: skip
    usual_files = {name: path for name, value in given.items() if (path := file_in(request, name, value)) is not None}
    rows: list[BatchRow] = []
    taken: dict[str, int] = {}
    base = table.absolute().parent
    for one in read:
        where, filled = f"{table.name}, line {one.line}", dict(one.cells)
        out = _checked_name(filled.pop("out", f"{len(rows) + 1:04}{suffixes[0]}"), suffixes, where)
        if out.casefold() in taken:
            raise RequestError(f"{where}: {out} is already the output of line {taken[out.casefold()]}")
        taken[out.casefold()] = one.line
        own = {name: path for name, cell in filled.items() if (path := _file(request, name, cell, base)) is not None}
        files = {**{name: path for name, path in usual_files.items() if name not in filled}, **own}
        values = {**given, **filled, **{name: str(path) for name, path in files.items()}}
        rows.append(BatchRow(one.line, out, values, frozenset(files)))
        if len(rows) > MAX_ROWS:
            raise RequestError(f"{table.name} has more than {MAX_ROWS:,} rows: split it")
    if not rows:
        raise RequestError(f"{table.name} holds no row below its header")
    return rows


def _file(request: type[Request], name: str, cell: str, base: Path) -> Path | None:
    """The file that a cell names, also as macOS and Windows write names; None where it is no file."""
    path = file_in(request, name, cell, base)
    if path is not None and os.path.lexists(path):
        return path
    found = find_named(base, cell)
    return found if os.path.lexists(found) and file_in(request, name, str(found)) is not None else path


def _checked_name(name: str, suffixes: tuple[str, ...], where: str) -> str:
    plain = name.isprintable() and not any(letter in name for letter in "/\\:") and not name.startswith(".")
    if not plain or not name.endswith(suffixes) or len(name.encode()) > 200:
        such = " or ".join(f"hello{suffix}" for suffix in suffixes)
        raise RequestError(f"{where}: out is the plain name of a file such as {such}, not {name[:60]!r}")
    return name


def _requests(rows: Sequence[BatchRow], identity: str) -> dict[str, str]:
    """The fingerprint of each row's request by the name of its output."""

    @cache  # several rows may name the same file
    def digest(path: str) -> str:
        try:
            return sha256_file(Path(path)) if Path(path).is_file() else "missing"
        except OSError:
            return "unreadable"

    return {
        row.out: fingerprint(
            identity, {name: digest(str(one)) if name in row.files else one for name, one in row.values.items()}
        )
        for row in rows
    }


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the lock of `out`: one batch at a time."""
    check_name(out)
    if out.exists() and not out.is_dir():
        raise RequestError(f"{out} is no folder: name one for the outputs")
    try:
        with file_lock(out / ".batch" / "lock", 0):
            yield
    except LockHeldError as error:
        raise RequestError(f"another batch is at work in {out}: wait for it or name another folder") from error


class _Batch:
    """One run of a batch: its rows, their earlier records, and its progress."""

    def __init__(
        self, rows: Sequence[BatchRow], out: Path, make: Make, requests: Mapping[str, str], force: bool
    ) -> None:
        self.rows, self.out, self.make, self.requests, self.force = rows, out, make, requests, force
        self.workshop = out / ".batch" / "making"
        self.known = _read_record(out / RECORD)

    def run(self) -> BatchSummary:
        done = [row for row in self.rows if self._is_done(row)]
        for row in done:  # after a crash a complete row may still have the status `making`
            self.known[row.out] = replace(self.known[row.out], line=row.line, status="made", reason="")
        passed = {row.out for row in done}
        failed = 0
        with progress_bar("batch", len(self.rows), unit="outputs", resumed=len(done)) as advance:
            for row in self.rows:
                if row.out not in passed:
                    self._note(self._outcome(row))
                    failed += self.known[row.out].status == "failed"
                    advance(1, note=f"{failed} failed" if failed else "")
        self._note()
        shutil.rmtree(self.workshop, ignore_errors=True)
        return BatchSummary(len(self.rows) - len(done) - failed, len(done), failed, self.out / RECORD)

    def _is_done(self, row: BatchRow) -> bool:
        return row.out in self.known and self.known[row.out].answers(self.requests[row.out], self.out / row.out)

    def _outcome(self, row: BatchRow) -> BatchRecord:
        before = replace(self.known.get(row.out, BatchRecord(row.out, row.line, "failed")), line=row.line)
        path = self.out / row.out
        try:
            if path.exists() and not before.owns(path) and not self.force:
                raise FileExistsError(
                    f"{row.out} is there and not as this batch made it: remove it or allow overwriting"
                )
            shutil.rmtree(self.workshop, ignore_errors=True)
            self.workshop.mkdir(parents=True)
            notes = self.make(row, self.workshop / row.out) or ()
            return self._moved(row, replace(before, note="; ".join(notes)[:_LONGEST_NOTE]))
        except Exception as error:
            fault = machine_fault(error, self.out)
            if fault is not None and fault.lasting:  # the other rows would fail too, and the record
                raise fault from error
            reason = " ".join(str(error).split())[:500] or type(error).__name__
            return replace(before, status="failed", reason=reason, request=self.requests[row.out], note="")

    def _moved(self, row: BatchRow, before: BatchRecord) -> BatchRecord:
        """Move the output of a row to `out`; returns its record."""
        path, made = self.out / row.out, self.workshop / row.out
        others = [other for other in sorted(self.workshop.iterdir()) if other != made]
        for other in others:
            if (self.out / other.name).exists() and not before.sha256 and not self.force:
                raise FileExistsError(f"{other.name} is there and not of this batch: remove it or allow overwriting")
        if path.exists() and not before.owns(path) and not self.force:
            raise FileExistsError(
                f"{row.out} was made by another process in the meantime: remove it or allow overwriting"
            )
        earlier = sha256_file(path) if path.is_file() else ""
        ready = BatchRecord(
            row.out, row.line, "making", "", self.requests[row.out], sha256_file(made), earlier, before.note
        )
        # Recorded before the move: after a crash at any point the record identifies the file as made by this batch.
        self._note(ready)
        for other in [*others, made]:
            other.replace(self.out / other.name)
        return replace(ready, status="made", replaced="")

    def _note(self, latest: BatchRecord | None = None) -> None:
        """Write the record: the table's rows in its order, then earlier rows that it no longer has."""
        if latest is not None:
            self.known[latest.out] = latest
        order = {row.out: number for number, row in enumerate(self.rows)}
        lines = sorted(self.known.values(), key=lambda one: (order.get(one.out, len(order)), one.out))
        with (
            atomic_file(self.out / RECORD) as temporary,
            temporary.open("w", newline="", encoding="utf-8", errors="backslashreplace") as stream,
        ):
            writer = csv.DictWriter(stream, _RECORD_COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(asdict(one) for one in lines)


def _read_record(path: Path) -> dict[str, BatchRecord]:
    if not path.exists():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream)
            records = [_record(row) for row in reader]
        if tuple(reader.fieldnames or ()) not in (_RECORD_COLUMNS, _EARLIER_COLUMNS):
            raise ValueError("other columns than a record's")
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        raise RequestError(f"{path} is no record of a batch: move it away or name another folder") from error
    return {one.out: one for one in records}


def _record(row: Mapping[str, str]) -> BatchRecord:
    cells: dict[str, Any] = {**row, "line": int(row["line"])}
    if cells["status"] not in get_args(Status):
        raise ValueError(f"{cells['status']!r} is no status")
    return BatchRecord(**cells)
