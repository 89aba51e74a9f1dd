"""The model registry: model versions with the metric that compares them, and the alias `champion`.

The tags of a version hold that metric, the fingerprint of its evaluation (data, judges, options) and the digest of the
evaluation data. The alias `champion` moves automatically only to a version whose metric is comparable and better; in
all other cases a person decides: `mien promote NAME VERSION`, or MLflow's own page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mien.files import sha256_file
from mien.tracking.champions import Champion
from mien.tracking.values import Figure, ServedModel

CHAMPION = "champion"
WEIGHTS = "weights.sha256"
FIGURE, VALUE, EVALUATION, DATA = "figure.name", "figure.value", "evaluation.fingerprint", "evaluation.data"
EXPERIMENT = "dvc.experiment"
"""Tag of runs that belong to an experiment: `dvc exp run`, or a flow with overrides or a name."""


class PromotionError(ValueError):
    """Unknown model or version; the message lists the existing ones."""


@dataclass(frozen=True)
class Registered:
    """A registered version, and a sentence on whether and why it is champion."""

    version: str
    sentence: str


class Registry:
    """The registered models of a store; `client` is an MlflowClient connected to `uri`."""

    def __init__(self, client: Any, uri: str) -> None:
        self._client, self._uri = client, uri

    def register(self, run_id: str, model: ServedModel, figure: Figure) -> Registered:
        """Log and register a model folder from a run, and make it champion according to the following rule.

        A version becomes champion if the champion was evaluated under the same fingerprint and the figure is better, or
        if there is no champion yet and the run is not an experiment. A folder whose weights are registered already gets
        no second version; its tags are updated to its latest evaluation, except that the champion keeps those of the
        evaluation by which it became champion.
        """
        digest = sha256_file(model.folder / "model.safetensors")
        version = self._version_of(model.name, digest)
        if version is None:
            version = self._log_model(run_id, model, digest)
        champion = self._champion(model.name)
        becomes, reason = self._decide(run_id, version, figure, champion)
        if champion is None or str(champion.version) != version or champion.tags.get(EVALUATION) == figure.evaluation:
            tags = {FIGURE: figure.name, VALUE: repr(figure.value), EVALUATION: figure.evaluation, DATA: figure.data}
            for key, value in tags.items():
                self._client.set_model_version_tag(model.name, version, key, value)
        if becomes:
            self._client.set_registered_model_alias(model.name, CHAMPION, version)
            return Registered(version, f"{model.name}: version {version} is champion: {reason}")
        if champion is not None and str(champion.version) == version:
            return Registered(version, f"{model.name}: version {version} stays champion: {reason}")
        stays = "there is no champion" if champion is None else f"version {champion.version} stays champion"
        hint = f"`mien promote {model.name} {version}` makes it champion"
        return Registered(version, f"{model.name}: version {version} is registered, {stays}: {reason}; {hint}")

    def _decide(self, run_id: str, version: str, figure: Figure, champion: Any) -> tuple[bool, str]:
        """Whether the version becomes champion, and the reason."""
        measured = f"{figure.name} {figure.value:.4g}"
        if champion is None:
            experiment = self._client.get_run(run_id).data.tags.get(EXPERIMENT)
            if not math.isfinite(figure.value):
                return False, f"{figure.name} could not be measured"
            if experiment:
                return False, f"it comes from the experiment {experiment}"
            return True, f"it is the first, with {measured}"
        evaluation = champion.tags.get(EVALUATION)
        if evaluation != figure.evaluation:
            known = "an evaluation without a fingerprint" if evaluation is None else f"the evaluation {evaluation}"
            return False, f"it was chosen by {known}, and figures of {figure.evaluation} are not comparable"
        if str(champion.version) == version:
            return False, f"{measured} in the evaluation {figure.evaluation}"
        best = float(champion.tags[VALUE])
        if math.isfinite(figure.value) and (figure.better_than(best) or not math.isfinite(best)):
            return True, f"{measured} is better than {best:.4g} of version {champion.version}"
        return False, f"{measured} is not better than {best:.4g}"

    def promote(self, name: str, version: str) -> str:
        """Make a version champion regardless of its figure; returns a sentence. Raises PromotionError if unknown."""
        names = sorted(model.name for model in self._client.search_registered_models())
        if name not in names:
            raise PromotionError(f"no model {name} is registered: there {_list('is', 'are', names)}")
        found = {str(one.version): one for one in self._client.search_model_versions(f"name = '{name}'")}
        if version not in found:
            versions = _list("is version", "are the versions", sorted(found, key=int))
            raise PromotionError(f"{name} has no version {version}: there {versions}")
        before = self._champion(name)
        self._client.set_registered_model_alias(name, CHAMPION, version)
        was = "there was none before" if before is None else f"before it was version {before.version}"
        return f"{name}: version {version} is champion{_measured(found[version].tags)}; {was}"

    def champions(self) -> list[Champion]:
        """The champion of each registered model that has one."""
        names = sorted(model.name for model in self._client.search_registered_models())
        found = [(name, self._champion(name)) for name in names]
        return [
            Champion(
                name, str(one.version), one.tags.get(WEIGHTS, ""), one.tags.get(FIGURE, ""),
                float(one.tags[VALUE]) if VALUE in one.tags else None,
            )
            for name, one in found if one is not None
        ]  # fmt: skip

    def _champion(self, name: str) -> Any:
        from mlflow.exceptions import MlflowException

        try:
            return self._client.get_model_version_by_alias(name, CHAMPION)
        except MlflowException:
            return None

    def _version_of(self, name: str, digest: str) -> str | None:
        for found in self._client.search_model_versions(f"name = '{name}'"):
            if found.tags.get(WEIGHTS) == digest:
                return str(found.version)
        return None

    def _log_model(self, run_id: str, model: ServedModel, digest: str) -> str:
        import mlflow.pyfunc
        from mlflow.exceptions import MlflowException
        from mlflow.models import Model, ModelSignature

        mlflow.set_tracking_uri(self._uri)
        mlflow.set_registry_uri(self._uri)
        signature = ModelSignature(inputs=_schema(model.inputs), outputs=_schema(model.outputs))
        logged = Model.log(
            artifact_path=None,
            name=model.name,
            flavor=mlflow.pyfunc,
            run_id=run_id,
            loader_module=model.loader,
            data_path=str(model.folder),
            signature=signature,
            input_example=dict(model.example),
            pip_requirements=list(model.requirements),
        )
        try:
            self._client.create_registered_model(model.name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        version = self._client.create_model_version(
            model.name, source=logged.model_uri, run_id=run_id, tags={WEIGHTS: digest}, model_id=logged.model_id
        )
        return str(version.version)


def _list(one: str, many: str, names: list[str]) -> str:
    return f"{one if len(names) == 1 else many} {', '.join(names)}" if names else "is none"


def _measured(tags: Mapping[str, str]) -> str:
    if EVALUATION not in tags:
        return ", which was never evaluated"
    return f" with {tags[FIGURE]} {float(tags[VALUE]):.4g} in the evaluation {tags[EVALUATION]}"


def _schema(specification: Mapping[str, tuple[str, tuple[int, ...]]]) -> Any:
    import numpy as np
    from mlflow.types import Schema, TensorSpec

    return Schema([TensorSpec(np.dtype(kind), shape, name) for name, (kind, shape) in specification.items()])
