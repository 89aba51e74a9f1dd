"""A limit to guessing passwords: wrong ones are counted by address and name, so that nobody is locked out elsewhere."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from mien.studio.people.errors import TooManyTriesError

TRIES = 10
"""Wrong passwords for one name from one address until a pause."""
TRIES_OF_ADDRESS = 50
"""Wrong passwords for any names from one address until a pause."""
PAUSE_SECONDS = 300.0
MOST_KEPT = 10_000


@dataclass
class _Count:
    wrong: int
    since: float


_OF_SERVERS: WeakKeyDictionary[Any, Throttle] = WeakKeyDictionary()


class Throttle:
    """Counts wrong passwords in the memory of this process, of at most 10,000 addresses and names."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[tuple[str, str | None], _Count] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, address: str, name: str) -> None:
        """Count a try, as a wrong one until `right` takes it back: so tries at the same time are counted, too.

        Raises TooManyTriesError while a pause lasts for this address and name, or for this address.
        """
        with self._lock:
            for key, most in self._keys(address, name):
                count = self._live(key)
                if count is not None and count.wrong >= most:
                    seconds = max(1, math.ceil(count.since + PAUSE_SECONDS - self._clock()))
                    raise TooManyTriesError(
                        f"too many wrong passwords from here: try again in {seconds} seconds", retry_after=seconds
                    )
            for key, _ in self._keys(address, name):
                count = self._live(key) or _Count(0, self._clock())
                self._counts[key] = _Count(count.wrong + 1, self._clock())
                self._counts.move_to_end(key)
            while len(self._counts) > MOST_KEPT:
                self._counts.popitem(last=False)

    def right(self, address: str, name: str) -> None:
        """The password was right: the wrong ones for this name from this address are forgotten."""
        with self._lock:
            own, (of_address, _) = self._keys(address, name)
            self._counts.pop(own[0], None)
            count = self._counts.get(of_address)
            if count is not None:
                self._counts[of_address] = _Count(count.wrong - 1, count.since)

    def _live(self, key: tuple[str, str | None]) -> _Count | None:
        count = self._counts.get(key)
        if count is not None and count.since + PAUSE_SECONDS <= self._clock():
            del self._counts[key]
            return None
        return count

    def _keys(self, address: str, name: str) -> tuple[tuple[tuple[str, str | None], int], ...]:
        network = _network(address)
        return ((network, name.casefold()), TRIES), ((network, None), TRIES_OF_ADDRESS)


def throttle_of(app: Any) -> Throttle:
    """The throttle of a server, which all its routes share; `app`: the FastAPI application."""
    return _OF_SERVERS.setdefault(app, Throttle())


def _network(address: str) -> str:
    """The address; of IPv6 its /64, of which one person has all."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False).network_address)
