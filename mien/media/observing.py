"""Early views of a video: whoever generates it can have each frame shown to an observer while it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
from numpy.typing import NDArray

Observer = Callable[[int, NDArray[np.uint8]], None]
"""Takes the number of a frame, from 0, and the frame, uint8 (H, W, 3) RGB, which it must not change."""

_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)


@contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Within it, `observer` gets each frame of the videos and GIFs that this thread writes, before it is encoded."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


def watched(frames: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
    """The frames, each of which the observer of this thread has seen; without one, the frames alone."""
    observer = _observer.get()
    return iter(frames) if observer is None else _shown(frames, observer)


def _shown(frames: Iterable[NDArray[np.uint8]], observer: Observer) -> Iterator[NDArray[np.uint8]]:
    for number, frame in enumerate(frames):
        observer(number, frame)
        yield frame
