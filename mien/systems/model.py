"""The trained model of a system: folder, training stage and loader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.systems.errors import RequestError

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class TrainedModel:
    """A loaded `model`, with its `version` and the digest of its training `data` for the metadata of outputs."""

    model: Any
    version: str
    data: str | None


NO_MODEL = TrainedModel(None, "no trained model", None)
"""In place of a model where no request needs one."""


@dataclass(frozen=True)
class ModelFolder:
    """A folder with a trained model.

    `what`: name of the modelled thing, such as `head motion`. `kinds`: allowed kinds in its config.json. `folder`: the
    out of the pipeline's `stage`. `load` reads a folder and raises ValueError or OSError for an unusable one. `remedy`:
    an alternative to training it, for messages.
    """

    what: str
    kinds: tuple[str, ...]
    folder: Path
    stage: str
    load: Callable[[Path], Any]
    remedy: str = ""

    @classmethod
    def of_module(
        cls, what: str, kind: str, folder: Path, stage: str, build: Callable[[Mapping[str, Any]], nn.Module]
    ) -> ModelFolder:
        """The folder of a network that needs no other file. build: content of config.json → network, any weights."""

        def load(path: Path) -> nn.Module:
            from mien.training.model_folder import load_network

            return load_network(path, (kind,), build)[0]

        return cls(what, (kind,), folder, stage, load)

    def check(self, folder: Path, option: str) -> None:
        """Raise RequestError if there is no model in `folder`; `option`: the command-line flag that sets the folder."""
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
