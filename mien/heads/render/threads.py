"""Frames that several threads render, in the order of the film and with the bytes of one thread."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

BLOCK = 16
"""Frames that a thread renders at a time: a multiple of the frames whose vertices any head computes together, so that
no frame depends on the number of threads."""

MOST = 4
"""Threads beyond which a film is not faster: the writer of the frames is one."""


def usual_threads() -> int:
    """Threads for one film on this machine: its processors that this process may use, at most `MOST`."""
    return min(len(os.sched_getaffinity(0)), MOST)


def rendered_in_blocks(render: Callable[[slice], Iterator[Picture]], frames: int, threads: int) -> Iterator[Picture]:
    """Frames of `render`, which takes which of them are wanted; a few blocks are rendered ahead.

    The first block is rendered by the caller's thread alone, so that what all share is made once.
    """
    blocks = deque(slice(start, min(start + BLOCK, frames)) for start in range(0, frames, BLOCK))
    yield from render(blocks.popleft())
    pool = ThreadPoolExecutor(threads, "frames")
    waiting: deque[Future[list[Picture]]] = deque()
    try:
        while blocks or waiting:
            while blocks and len(waiting) <= threads:
                waiting.append(pool.submit(lambda part: list(render(part)), blocks.popleft()))
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
