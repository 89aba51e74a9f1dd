"""The models as the studio shows them, kept until a file of theirs has changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mien import checkout
from mien.bundled import contents
from mien.bundled.figures import EVALUATIONS
from mien.bundled.listing import ListedModel, list_models
from mien.makers.models import MODELS, USED_BY
from mien.studio.pipeline.champions import Champions
from mien.studio.pipeline.place import repository


@dataclass
class Models:
    """The models that the makers use. Safe to call from several threads."""

    champions: Champions
    _found: list[ListedModel] = field(default_factory=list)
    _stamp: object = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listed(self) -> list[ListedModel]:
        """Each model with its figures; whether it is the champion is `unknown` until the registry has been read."""
        champions = self.champions.current()
        stamp = (_stamps(), champions)
        with self._lock:
            if stamp != self._stamp:
                self._found = list_models(MODELS, USED_BY, champions, Path.cwd())
                self._stamp = stamp
            return self._found

    def usable(self, command: str) -> bool:
        """Whether a maker has all models that it always needs."""
        return not any(
            one.state in ("missing", "damaged") for one in self.listed() if one.used_by and one.used_by[0] == command
        )


@cache
def models() -> Models:
    """Those of this process."""
    return Models(Champions(repository()))


def _stamps() -> tuple[object, ...]:
    """Times of change of the files that a listing is read from."""
    roots = dict.fromkeys((Path.cwd(), checkout.CHECKOUT))
    files = [root / model.folder / "config.json" for root in roots for model in MODELS.values()]
    files += [root / "metrics" / f"{stage}.json" for root in roots for stage in dict.fromkeys(EVALUATIONS.values())]
    files += [contents.BUNDLE / contents.MANIFEST, *(root / "dvc.lock" for root in roots)]
    return tuple(_changed(path) for path in files)


def _changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
