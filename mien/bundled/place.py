"""Where the model of a request is: in `models/` here, in the checkout, or in the bundle.

Only commands and the studio that make something for a user look here. Stages, evaluations, `mien export` and `mien
promote` read trained models at the paths of the pipeline and never the bundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mien import checkout
from mien.bundled import contents
from mien.checkout import located
from mien.systems.model import ModelFolder


@dataclass(frozen=True)
class Place:
    """The folder of a model. bundled: whether it is the model that comes with mien."""

    folder: Path
    bundled: bool = False


def bundled(folder: Path) -> Path | None:
    """The folder in the bundle for a default folder such as `models/shapes`; None where the bundle lacks it."""
    found = contents.BUNDLE / folder.name
    return found if contents.is_compact(found) else None


def find_model(model: ModelFolder, named: Path | None = None) -> Place:
    """The place of a model. `named`: a folder that the user named, which is never replaced by another one.

    Without it the first that holds a model: the default folder here, that of the checkout, the bundle. Where there is
    none it is the default folder, so that messages name it.
    """
    if named is not None:
        return Place(located(named))
    for folder in (model.folder, checkout.CHECKOUT / model.folder):
        if (folder / "config.json").is_file():
            return Place(folder)
    found = bundled(model.folder)
    return Place(located(model.folder)) if found is None else Place(found, bundled=True)
