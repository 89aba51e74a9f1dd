"""Whether numba can keep compiled functions on disk: not in a read-only installation of a user without a home."""

from __future__ import annotations

import logging

from numba import njit

log = logging.getLogger(__name__)


def _probe() -> int:  # pragma: no cover
    return 0


def _can_cache() -> bool:
    # numba takes NUMBA_CACHE_DIR, the folder of the source file or the user's cache, and fails where it can write none.
    try:
        njit(cache=True)(_probe)
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
        log.warning("numba cannot write its cache, so each process compiles anew: set NUMBA_CACHE_DIR to a folder")
        return False
    return True


CACHE = _can_cache()
"""The option `cache` of every compiled function of this package."""
