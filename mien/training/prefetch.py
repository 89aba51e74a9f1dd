"""Batches made in a thread while the step before them is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def prefetch(make: Callable[[int], Item], first: int, last: int, ahead: int = 2) -> Iterator[Item]:
    """Yield make(first), …, make(last − 1) in order, each made up to `ahead` steps early in one thread.

    `make` must depend on its argument only; an error in it is raised where its item would have been yielded.
    """
    if ahead < 1:
        yield from map(make, range(first, last))
        return
    with ThreadPoolExecutor(1, "prefetch") as pool:
        waiting = [pool.submit(make, step) for step in range(first, min(first + ahead, last))]
        try:
            for step in range(first, last):
                item = waiting.pop(0).result()
                if step + ahead < last:
                    waiting.append(pool.submit(make, step + ahead))
                yield item
        finally:
            for future in waiting:
                future.cancel()
