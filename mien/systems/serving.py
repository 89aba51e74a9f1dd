"""A system's model as MLflow's registry serves it: tensors in, tensors out. Nothing is pickled.

MLflow calls `_load_pyfunc(folder)` of the module that is named with the model: each system's `system.py` has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mien.systems.model import ModelFolder
from mien.tracking.values import ServedModel

Tensors = Mapping[str, tuple[str, tuple[int, ...]]]
"""Name → NumPy dtype and shape, −1 for a free length."""


class Signature(NamedTuple):
    """The tensors that go in and come out, and an `example` of the input: a batch of 2, as a batch of 1 is fixed."""

    inputs: Tensors
    outputs: Tensors
    example: Mapping[str, Any]


@dataclass(frozen=True)
class Served:
    """How a registry loads and calls a model.

    `module`: the one with `_load_pyfunc`. `signature` of a model with the content of its config.json. `predict` gives
    the output tensors from a loaded model, the input tensors and MLflow's `params`.
    """

    model: ModelFolder
    module: str
    signature: Callable[[Mapping[str, Any]], Signature]
    predict: Callable[[Any, Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]

    def registered(self, folder: Path) -> ServedModel:
        """The model in `folder` as it is logged and registered, under the name of its kind."""
        config = self.model.config(folder)
        return ServedModel(str(config["kind"]), folder, self.module, *self.signature(config))

    def load(self, folder: str) -> Predictor:
        """The model as MLflow calls it."""
        return Predictor(self.model.load(Path(folder)), self.predict)


@dataclass(frozen=True)
class Predictor:
    """A loaded model with MLflow's `predict`."""

    model: Any
    function: Callable[[Any, Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]

    def predict(self, batch: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The output tensors for a batch of input tensors. Raises ValueError for what the model cannot take."""
        return self.function(self.model, batch, params or {})
