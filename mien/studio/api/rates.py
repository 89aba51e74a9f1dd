"""Counting of requests: how long somebody who asks too often must wait."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict

MOST_KEYS = 10_000


class Rates:
    """At most `each_minute` requests a minute for a key, a sixth of them at once on top of the steady rate.

    A token bucket for each key. Only the `MOST_KEYS` keys that asked last are kept.
    """

    def __init__(self, each_minute: int) -> None:
        self.rate = each_minute / 60.0
        self.burst = max(1.0, each_minute / 6)
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str, now: float | None = None) -> int | None:
        """Count a request; None: it may pass, else whole seconds until the next one may."""
        with self._lock:
            return self._wait(key, time.monotonic() if now is None else now)

    def _wait(self, key: str, now: float) -> int | None:
        left, last = self._left.pop(key, (self.burst, now))
        left = min(self.burst, left + (now - last) * self.rate)
        passes = left >= 1.0
        self._left[key] = (left - 1.0 if passes else left, now)
        if len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)
        return None if passes else max(1, math.ceil((1.0 - left) / self.rate))
