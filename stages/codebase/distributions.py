"""Imported packages outside the project, and their versions in constraints.txt."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

NO_PIN = "not pinned in constraints.txt"


def read_pins(constraints: Path) -> dict[str, str]:
    """Normalised name of a distribution → its pinned version."""
    pins = {}
    for line in constraints.read_text(encoding="utf-8").splitlines():
        found = re.match(r"([A-Za-z0-9][\w.-]*)\s*==\s*([^\s;#]+)", line)
        if found:
            pins[normalised(found[1])] = found[2]
    return pins


def pinned_versions(packages: Iterable[str], pins: dict[str, str]) -> dict[str, str]:
    """Distribution → version of each imported top-level package that is not of the standard library.

    A distribution with the package's name is taken from `pins` alone, so it need not be installed; others are found in
    the metadata of installed distributions. Without a pin the version is `NO_PIN`.
    """
    versions = {}
    for package in packages:
        if package in sys.stdlib_module_names:
            continue
        name = normalised(package)
        names = [name] if name in pins else sorted({normalised(n) for n in _installed().get(package, [package])})
        pinned = [n for n in names if n in pins]
        versions.update({n: pins[n] for n in pinned} or dict.fromkeys(names, NO_PIN))
    return dict(sorted(versions.items()))


def normalised(name: str) -> str:
    """The name of a distribution, normalised by PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _installed() -> dict[str, list[str]]:
    return dict(packages_distributions())
