"""The trained model of a system: where it is, which stage trains it, how it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.systems.request import RequestError


@dataclass(frozen=True)
class TrainedModel:
    """A loaded `model`, and what files that it makes say of it. `data`: digest of the training data."""

    model: Any
    version: str
    data: str | None


@dataclass(frozen=True)
class ModelFolder:
    """A folder with a trained model.

    `what` it is a model of, such as `head motion`. `kinds` that may stand in its config.json. `folder`: where the
    pipeline's `stage` leaves it. `load` reads a folder and raises ValueError or OSError for one of no use. `remedy`:
    what helps besides training it.
    """

    what: str
    kinds: tuple[str, ...]
    folder: Path
    stage: str
    load: Callable[[Path], Any]
    remedy: str = ""

    def check(self, folder: Path, option: str) -> None:
        """Raise RequestError where there is no model in `folder`, which the command-line flag `option` names."""
        if not (folder / "config.json").is_file():
            raise RequestError(
                f"there is no trained model of {self.what} in {folder}: run `make repro` (or `dvc repro {self.stage}`) "
                f"first, or point {option} to one{self.remedy}"
            )

    def config(self, folder: Path) -> dict[str, Any]:
        """The content of the model's config.json. Raises ValueError where it is none of `kinds`."""
        from mien.training.model_folder import read_config

        return read_config(folder, self.kinds)

    def open(self, folder: Path) -> TrainedModel:
        """The model in `folder`. Raises RequestError when it cannot be used."""
        try:
            config = self.config(folder)
            version = f"{config['kind']} {str(config.get('sha256', 'unknown'))[:12]}"
            return TrainedModel(self.load(folder), version, config.get("data"))
        except (ValueError, OSError, RuntimeError) as error:  # RuntimeError: a network too large for memory
            raise RequestError(f"the model in {folder} cannot be used: {error}") from error
