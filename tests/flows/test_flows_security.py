"""What a form may override, whom the server of `make ui` answers, and which schedulers are connected to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from flows.overrides import is_closed, open_parameters, refusal
from flows.prefect_server import OwnPageOnly, authorities
from flows.request import PipelineRequest
from mien.execution import Execution
from stages.params_comments import options_models

ROOT = Path(__file__).parents[2]


def options(model: type[BaseModel], above: str) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from options(field.annotation, f"{above}{name}.")
        else:
            yield f"{above}{name}", field.annotation


def test_no_option_that_names_a_file_or_model_is_open_to_a_form() -> None:
    found = [one for section, model in options_models(ROOT).items() for one in options(model, f"{section}.")]
    reaching = {
        name
        for name, kind in found
        if "Path" in str(kind) or name.endswith((".encoder", ".download", "head_clip.model", "figures_corpus.bvh"))
    }
    assert {
        "corpus.path",
        "generator.perceptual_weights",
        "shapes.text.encoder",
        "head_clip.model",
        "figures_corpus.bvh",
    } <= reaching
    assert not [name for name in reaching if not is_closed(name)]
    assert not [name for name, _ in found if name.startswith("execution.") and not is_closed(name)]


def test_ordinary_parameters_are_open_and_others_are_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert "generator.training.lr" in open_parameters(ROOT)
    assert PipelineRequest(overrides=["generator.training.lr=1e-4"]).overrides == ["generator.training.lr=1e-4"]
    with pytest.raises(ValidationError, match=r"no 'generator.lr'; that section has generator.training"):
        PipelineRequest(overrides=["generator.lr=1"])
    with pytest.raises(ValidationError, match=r"'corpus\.path' cannot be set from a form"):
        PipelineRequest(overrides=["corpus.path=/etc"])
    monkeypatch.setenv("MIEN_FORM_OVERRIDES", "corpus.path, execution.device")
    assert refusal(ROOT, "corpus.path=/data") is None
    assert refusal(ROOT, "execution.device=cpu") is None
    assert refusal(ROOT, "execution.address=tcp://10.0.0.1:1") is not None


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.1:8786", "10.0.0.1:8786", "ws://scheduler:1", "tcp://[2001:db8::1]:1"]
)
def test_a_scheduler_elsewhere_needs_encryption_or_a_switch(address: str) -> None:
    with pytest.raises(ValidationError, match="another machine without encryption"):
        Execution(executor="dask", address=address)
    assert Execution(executor="dask", address=address, trusted_network=True).address == address


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://localhost:1", "tcp://[::1]:1", "tls://scheduler:8786"])
def test_a_scheduler_here_or_with_encryption_is_accepted(address: str) -> None:
    assert Execution(executor="dask", address=address).address == address


def answered(kind: str, **headers: str) -> list[Any]:
    """What `OwnPageOnly` sends for a request; "passed" if it hands it on."""
    sent: list[Any] = []

    async def application(*_: Any) -> None:
        sent.append("passed")

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message.get("status") or message.get("code") or message["type"])

    scope = {"type": kind, "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    asyncio.run(OwnPageOnly(application, authorities(4200))(scope, receive, send))
    return sent


@pytest.mark.parametrize("host", ["127.0.0.1:4200", "localhost:4200", "LOCALHOST:4200"])
def test_the_own_page_passes(host: str) -> None:
    assert answered("http", host=host) == ["passed"]
    assert answered("websocket", host=host, origin="http://127.0.0.1:4200") == ["passed"]


@pytest.mark.parametrize("host", ["evil.example:4200", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.evil.example:4200", ""])
def test_foreign_hosts_are_refused(host: str) -> None:
    assert answered("http", host=host)[0] == 400
    assert answered("websocket", host=host) == [1008]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:4201", "file://127.0.0.1", ""])
def test_foreign_origins_are_refused(origin: str) -> None:
    assert answered("http", host="127.0.0.1:4200", origin=origin)[0] == 403
    assert answered("websocket", host="127.0.0.1:4200", origin=origin) == [1008]


def test_a_request_without_a_host_is_refused() -> None:
    assert answered("http")[0] == 400
