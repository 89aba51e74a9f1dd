"""Which version of a model is champion, by itself and by a person's choice, in a real SQLite store."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from mien.commands.cli import app
from mien.tracking import champions
from mien.tracking.champions import Champion, read_champions
from mien.tracking.registry import PromotionError
from mien.tracking.tracking import TrackedRun, Tracking
from mien.tracking.values import Figure, ServedModel

LOADER = """
from pathlib import Path
import numpy as np
class Doubler:
    def __init__(self, factor): self.factor = factor
    def predict(self, model_input): return {"y": np.asarray(model_input["x"]) * self.factor}
def _load_pyfunc(folder):
    return Doubler(np.float32((Path(folder) / "model.safetensors").read_text()))
"""


class Store:
    """A tracking store in a folder, with models that multiply by their weight."""

    def __init__(self, folder: Path) -> None:
        from mlflow.tracking import MlflowClient

        self.folder = folder
        self.tracking = Tracking.connect(folder)
        self.client = MlflowClient(self.tracking.uri, self.tracking.uri)

    def register(self, factor: float, figure: float, evaluation: str = "full", experiment: str = "") -> str | None:
        """The version of a model that was evaluated in a run of its own."""
        folder = self.folder / "model"
        folder.mkdir(exist_ok=True)
        (folder / "model.safetensors").write_text(str(factor))
        shape = {"x": ("float32", (-1, 3))}
        example = {"x": np.ones((2, 3), np.float32)}
        model = ServedModel("doubler", folder, "toy_loader", shape, {"y": ("float32", (-1, 3))}, example)
        run = TrackedRun(self.tracking, "evaluate", None, {"dvc.experiment": experiment} if experiment else {}, {})
        version = run.register(model, Figure("error", figure, False, evaluation, f"data of {evaluation}"))
        run.end("FINISHED")
        return version

    def champion(self) -> str | None:
        """The version with the alias."""
        found = self.client.get_registered_model("doubler").aliases.get("champion")
        return None if found is None else str(found)

    def tags(self, version: str) -> dict[str, Any]:
        """Those that say how a version was measured."""
        tags = self.client.get_model_version("doubler", version).tags
        return {key: value for key, value in tags.items() if key.startswith(("figure", "evaluation"))}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    for name in ("MLFLOW_TRACKING_URI", "MIEN_TRACKING", "MIEN_PARENT_RUN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "toy_loader.py").write_text(LOADER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Store(tmp_path)


def test_champion_moves_only_to_a_version_that_is_better_in_the_same_evaluation(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    import mlflow.pyfunc

    def sentence() -> str:
        return capsys.readouterr().out.strip()

    assert store.register(2, 0.5) == "1"
    assert store.champion() == "1"
    assert sentence() == "doubler: version 1 is champion: it is the first, with error 0.5"
    assert store.tags("1") == {
        "figure.name": "error", "figure.value": "0.5", "evaluation.fingerprint": "full",
        "evaluation.data": "data of full",
    }  # fmt: skip
    assert store.register(3, 0.6) == "2"
    assert store.champion() == "1"
    assert "version 1 stays champion: error 0.6 is not better than 0.5; `mien promote doubler 2`" in sentence()
    assert store.register(4, float("nan")) == "3"
    assert store.champion() == "1"
    assert store.register(5, 0.4, experiment="lr") == "4", "an experiment in the same evaluation is compared"
    assert store.champion() == "4"
    assert "version 4 is champion: error 0.4 is better than 0.5 of version 1" in sentence()
    assert store.register(6, 0.1, "trial") == "5"
    assert store.champion() == "4", "what is not comparable decides nothing"
    told = sentence()
    assert "chosen by the evaluation full, and figures of trial are not comparable" in told
    assert "`mien promote doubler 5` makes it champion" in told
    assert store.register(5, 0.05, "trial") == "4", "the same weights get no second version"
    assert store.tags("4")["figure.value"] == "0.4", "the champion keeps the evaluation that it is champion by"
    assert store.register(7, 0.08, "trial") == "6"
    assert store.champion() == "4"
    loaded = mlflow.pyfunc.load_model("models:/doubler@champion")
    x = np.ones((3, 3), np.float32)
    np.testing.assert_array_equal(loaded.predict({"x": x})["y"], 5 * x)
    names = {spec.name: spec.shape for spec in loaded.metadata.signature.inputs}
    assert names == {"x": (-1, 3)}


def test_an_experiment_is_no_first_champion_and_a_person_promotes_it(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert CliRunner().invoke(app, ["promote", "doubler", "1"]).exit_code == 2, "nothing is registered yet"
    assert store.register(2, 0.5, "trial", experiment="run-small") == "1"
    assert store.champion() is None
    told = capsys.readouterr().out
    assert "there is no champion: it comes from the experiment run-small; `mien promote doubler 1`" in told
    assert store.register(3, 0.9) == "2"
    assert store.champion() == "2", "the first evaluation of the pipeline itself"
    done = CliRunner().invoke(app, ["promote", "doubler", "1"])
    assert done.exit_code == 0, done.output
    assert "version 1 is champion with error 0.5 in the evaluation trial; before it was version 2" in done.output
    assert store.champion() == "1"
    assert store.register(4, 0.1) == "3"
    assert store.champion() == "1", "from now on figures of the promoted version's evaluation are compared"
    assert store.register(5, 0.4, "trial") == "4"
    assert store.champion() == "4"
    for arguments, sentence in (
        (("tripler", "1"), "no model tripler is registered: there is doubler"),
        (("doubler", "9"), "doubler has no version 9: there are the versions 1, 2, 3, 4"),
    ):
        refused = CliRunner().invoke(app, ["promote", *arguments])
        assert refused.exit_code == 2
        assert sentence in refused.stderr
    assert store.champion() == "4"


def test_without_a_store_nothing_can_be_promoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_TRACKING", "off")
    with pytest.raises(PromotionError, match="no connection"):
        Tracking.connect(tmp_path).promote("doubler", "1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    refused = CliRunner().invoke(app, ["promote", "doubler", "1"])
    assert refused.exit_code == 2
    assert "nothing is registered here" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_champions_are_read_also_by_another_process_and_without_a_database(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.register(2.0, 0.5)
    store.register(3.0, 0.7)  # worse
    digest = sha256(b"2.0").hexdigest()
    assert read_champions(tmp_path) == {"doubler": Champion("doubler", str(first), digest, "error", 0.5)}
    monkeypatch.setattr("sys.argv", ["champions", str(tmp_path)])
    champions.main()
    assert json.loads(capsys.readouterr().out.splitlines()[-1])[0]["weights"] == digest
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)  # mlflow sets it
    (tmp_path / "empty").mkdir()
    assert read_champions(tmp_path / "empty") == {}
    assert list((tmp_path / "empty").iterdir()) == []
