"""Progress with rate and remaining time: a live bar in a terminal, otherwise a log line every few seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

T = TypeVar("T")

Reporter = Callable[[str, int, int, str], None]
"""Takes the progress of a loop: its description, the count so far, the total, and the unit."""

_reporter: ContextVar[Reporter | None] = ContextVar("reporter", default=None)

LINE_SECONDS = 5.0
"""Interval of the log lines if stderr is not a terminal."""


@contextmanager
def progress_bar(description: str, total: int, unit: str = "it", resumed: int = 0) -> Iterator[Callable[..., None]]:
    """Yield `advance(count, note="")`; shows count, rate in `unit`/s, elapsed and remaining time on stderr.

    `resumed`: count done in an earlier run; it is part of the total, but not of the rate.
    """
    if resumed:
        print(f"{description}: resumed at {resumed} of {total} {unit}", file=sys.stderr, flush=True)
    report = _reporter.get()
    if report is not None:
        yield _reported(report, description, total, unit, resumed)
        return
    show = _live if sys.stderr.isatty() else _lines
    with show(description, total, unit, resumed) as advance:
        yield advance


@contextmanager
def reported(report: Reporter) -> Iterator[None]:
    """Within it, the progress of this thread's loops goes to `report` instead of stderr, from their start on."""
    token = _reporter.set(report)
    try:
        yield
    finally:
        _reporter.reset(token)


def _reported(report: Reporter, description: str, total: int, unit: str, done: int) -> Callable[..., None]:
    report(description, done, total, unit)

    def advance(count: int, note: str = "") -> None:  # noqa: ARG001 - as of the other bars
        nonlocal done
        done += count
        report(description, done, total, unit)

    return advance


@contextmanager
def _live(description: str, total: int, unit: str, resumed: int) -> Iterator[Callable[..., None]]:
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    started = time.monotonic()
    done = 0
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(description, total=total, completed=resumed, rate="", note="")

        def advance(count: int, note: str = "") -> None:
            nonlocal done
            done += count
            rate = done / max(time.monotonic() - started, 1e-9)
            bars.update(task, advance=count, rate=f"{rate:.1f} {unit}/s", note=note)

        yield advance


@contextmanager
def _lines(description: str, total: int, unit: str, resumed: int) -> Iterator[Callable[..., None]]:
    started = last = time.monotonic()
    done = 0

    def line(note: str) -> None:
        elapsed = time.monotonic() - started
        rate = done / max(elapsed, 1e-9)
        left = (total - resumed - done) / rate if rate else float("inf")
        text = f"{description}: {resumed + done}/{total} {unit}, {rate:.1f} {unit}/s"
        text += f", {elapsed:.0f} s gone, {left:.0f} s left"
        print(text + (f", {note}" if note else ""), file=sys.stderr, flush=True)

    def advance(count: int, note: str = "") -> None:
        nonlocal done, last
        done += count
        now = time.monotonic()
        if now - last >= LINE_SECONDS or resumed + done >= total:
            last = now
            line(note)

    yield advance


def counted(items: Iterable[T], description: str, total: int, unit: str = "it", shown: bool = True) -> Iterator[T]:
    """Yield the items, with a progress bar where `shown`."""
    if not shown:
        yield from items
        return
    with progress_bar(description, total, unit) as advance:
        for item in items:
            yield item
            advance(1)
