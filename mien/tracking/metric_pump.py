"""Sends metrics to the tracking server from a background thread, so that training never waits for it.

Values are queued in memory. While the server is unreachable they are kept (up to a limit, then the oldest are dropped)
and retried with exponential backoff. Logging never blocks and never raises.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Measurement(NamedTuple):
    """One value of one metric: `step` is the x-axis of its curve, `milliseconds` its time since the epoch."""

    name: str
    value: float
    milliseconds: int
    step: int


Send = Callable[[Sequence[Measurement]], None]

KEPT = 100_000
"""Maximum number of queued measurements while the server is unreachable, about 10 MB."""
BATCH = 1000
"""Measurements per request; MLflow accepts at most 1000."""


class MetricPump:
    """Queue that a background thread sends in batches."""

    def __init__(self, send: Send, pause: float = 1.0, longest_pause: float = 60.0) -> None:
        self._send = send
        self._pause = pause
        self._longest_pause = longest_pause
        self._queue: deque[Measurement] = deque(maxlen=KEPT)
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._warned = False
        self._thread = threading.Thread(target=self._work, name="metric-pump", daemon=True)
        self._thread.start()

    def put(self, values: dict[str, float], step: int) -> None:
        now = time.time_ns() // 1_000_000
        with self._guard:
            self._queue.extend(Measurement(name, value, now, step) for name, value in values.items())

    def close(self, seconds: float = 10.0) -> bool:
        """Send the remaining measurements within `seconds`; True if all were sent."""
        self._closing = True
        self._wake.set()
        self._thread.join(seconds)
        left = len(self._queue)
        if left:
            print(f"tracking: {left} measurements could not be sent", file=sys.stderr, flush=True)
        return not left

    def _work(self) -> None:
        pause = self._pause
        while True:
            self._wake.wait(pause)
            closing = self._closing
            if self._flush():
                pause = self._pause
            elif closing:
                return
            else:
                pause = min(2 * pause, self._longest_pause)
            if closing and not self._queue:
                return

    def _flush(self) -> bool:
        """Send all queued measurements; False at the first error."""
        while True:
            with self._guard:
                batch = [self._queue[i] for i in range(min(BATCH, len(self._queue)))]
            if not batch:
                return True
            try:
                self._send(batch)
            except Exception as error:  # noqa: BLE001 - whatever goes wrong with tracking, the training goes on
                self._warn(error)
                return False
            with self._guard:
                for measurement in batch:
                    # The limit may have dropped measurements of the batch meanwhile.
                    if self._queue and self._queue[0] is measurement:
                        self._queue.popleft()

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            first = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
            print(f"tracking: {first}; the run goes on and metrics are kept for later", file=sys.stderr, flush=True)
