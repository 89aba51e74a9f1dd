"""Models are found from any folder: beside the user first, else in the checkout that the package is installed from."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from mien import checkout
from mien.checkout import located
from mien.commands.doctor import diagnose
from mien.systems.errors import RequestError
from mien.talking.generate.request import EMOTION_WORDS, emotion_code


def test_a_folder_here_goes_before_that_of_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, here = tmp_path / "repository", tmp_path / "here"
    for folder in (repository / "models" / "shapes", here):
        folder.mkdir(parents=True)
    monkeypatch.setattr(checkout, "CHECKOUT", repository)
    monkeypatch.chdir(here)
    model = Path("models/shapes")
    assert located(model) == repository / model
    (here / model).mkdir(parents=True)
    assert located(model) == model
    assert located(Path("models/absent")) == Path("models/absent")
    assert located(tmp_path / "absolute") == tmp_path / "absolute"


def test_an_unknown_emotion_is_answered_with_codes_and_words() -> None:
    with pytest.raises(RequestError) as refused:
        emotion_code("joy")
    for word, code in EMOTION_WORDS.items():
        assert word in str(refused.value)
        assert code in str(refused.value)


def test_doctor_knows_the_ports_of_our_own_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr("mien.commands.doctor.PORTS", {port: "MLflow"})

        def said() -> str:
            return next(one.found for one in diagnose({}) if one.thing == f"port {port}")

        assert said() == "taken by another program"
        (tmp_path / ".mien").mkdir()
        (tmp_path / ".mien" / "ui.json").write_text(json.dumps({"mlflow": {"address": f"http://127.0.0.1:{port}"}}))
        assert said() == "MLflow, started by `make ui`"
