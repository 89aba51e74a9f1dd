"""A system's model as a served MLflow model: tensors in, tensors out. Nothing is pickled.

MLflow calls `_load_pyfunc(folder)` of the loader module, which is each system's `system.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mien.systems.model import ModelFolder
from mien.tracking.values import ServedModel

Tensors = Mapping[str, tuple[str, tuple[int, ...]]]
"""Name → NumPy dtype and shape; −1: any length."""


class Signature(NamedTuple):
    """Input and output tensors, and an `example` input as lists, of batch size 2: MLflow takes a size of 1 as fixed."""

    inputs: Tensors
    outputs: Tensors
    example: Mapping[str, Any]


@dataclass(frozen=True)
class Served:
    """How the registry loads and calls a model.

    `module`: the loader module with `_load_pyfunc`. `signature`: fixed, or made from the content of config.json.
    `predict`: (loaded model, input tensors, MLflow's `params`) → output tensors.
    """

    model: ModelFolder
    module: str
    signature: Signature | Callable[[Mapping[str, Any]], Signature]
    predict: Callable[[Any, Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]

    def registered(self, folder: Path) -> ServedModel:
        """The model in `folder` for logging and registration, under the name of its kind."""
        config = self.model.config(folder)
        return ServedModel(str(config["kind"]), folder, self.module, *self.signature_of(config))

    def signature_of(self, config: Mapping[str, Any]) -> Signature:
        """The signature of a model with this content of config.json, its example as arrays."""
        import numpy as np

        own = self.signature if isinstance(self.signature, Signature) else self.signature(config)
        return own._replace(
            example={name: np.asarray(own.example[name], dtype) for name, (dtype, _) in own.inputs.items()}
        )

    def load(self, folder: str) -> Predictor:
        """The loaded model with MLflow's interface."""
        return Predictor(self.model.load(Path(folder)), self.predict)


@dataclass(frozen=True)
class Predictor:
    """A loaded model with MLflow's `predict`."""

    model: Any
    function: Callable[[Any, Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]

    def predict(self, batch: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The output tensors for a batch of input tensors. Raises ValueError for invalid input."""
        return self.function(self.model, batch, params or {})
