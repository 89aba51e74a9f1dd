"""Pretrained text models by name: looked for in the hub's cache, and fetched only when that is allowed."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
import torch

from mien.text.encoder import TextEncoderError, build_encoder, open_encoder

pytest.importorskip("transformers", reason="transformers is optional: pip install transformers")

from text_models import WIDTH

TEXTS = ["she nods twice , then smiles", "he turns", "", "She looks to the left"]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache of the hub, and no network: who asks for it fails the test."""

    def refuse(*_: Any) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def cached(hub: Path, commit: str, source: Path, which: str) -> None:
    """Put the files of `source` that match into the hub's cache, as the hub's client lays them."""
    snapshot = hub / "models--somebody--tiny" / "snapshots" / commit
    snapshot.mkdir(parents=True, exist_ok=True)
    for path in source.glob(which):
        os.link(path, snapshot / path.name)
    (hub / "models--somebody--tiny" / "refs").mkdir(exist_ok=True)


def test_a_name_is_looked_for_in_the_hubs_cache(hub: Path, folders: dict[str, Path]) -> None:
    with pytest.raises(TextEncoderError, match="'somebody/tiny' is not on this machine"):
        open_encoder("somebody/tiny")
    cached(hub, "a" * 40, folders["clip"], "*.json")
    (hub / "models--somebody--tiny" / "refs" / "main").write_text("a" * 40)
    with pytest.raises(TextEncoderError, match="not on this machine as safetensors"):
        open_encoder("somebody/tiny")
    # the weights of openai/clip-vit-base-patch32 lie in another revision as safetensors
    cached(hub, "b" * 40, folders["clip"], "*.safetensors")
    encoder = open_encoder("somebody/tiny")
    assert torch.equal(encoder(TEXTS)[0], open_encoder(str(folders["clip"]))(TEXTS)[0])
    assert encoder.config()["name"] == "somebody/tiny"


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize(
    "name", ["openai/clip-vit-base-patch32", "a/b/c", "/no/such/folder", "~nobody-here/x", "x" * 300, "\0"]
)
def test_what_is_not_here_is_said_and_not_fetched(name: str) -> None:
    with pytest.raises(TextEncoderError, match="is not on this machine") as caught:
        open_encoder(name)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


class Hub(BaseHTTPRequestHandler):
    """The Hugging Face hub with one model, on this machine."""

    folder: Path
    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        path = self.folder / self.path.rpartition("/")[2]
        found = self.path.startswith("/somebody/tiny/resolve/") and path.is_file()
        body = path.read_bytes() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        if found:
            self.send_header("X-Repo-Commit", "c" * 40)
            self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        else:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folders: dict[str, Path]) -> Iterator[Path]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    honest = socket.getaddrinfo

    def only_here(host: Any, *rest: Any, **options: Any) -> Any:
        if host not in ("127.0.0.1", b"127.0.0.1"):
            raise OSError(f"{host} was asked for")
        return honest(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", only_here)
    Hub.folder = folders["clip"]
    Hub.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
    monkeypatch.setattr(
        "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}"
    )
    # transformers keeps the client of its first download, with the address of that time: seconds of tries
    monkeypatch.setattr("transformers.utils.hub._hf_api", None)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield tmp_path / "hub"
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_is_fetched_once_and_only_when_that_is_allowed(served: Path, folders: dict[str, Path]) -> None:
    with pytest.raises(TextEncoderError, match="allow its download"):
        open_encoder("somebody/tiny")
    assert Hub.asked == []
    encoder = open_encoder("somebody/tiny", download=True)
    assert torch.equal(encoder(TEXTS)[0], open_encoder(str(folders["clip"]))(TEXTS)[0])
    assert next(served.rglob("model.safetensors"))
    Hub.asked.clear()
    assert build_encoder(encoder.config(), download=True)(["she nods"])[0].shape == (1, 4, WIDTH)
    assert Hub.asked == []


@pytest.mark.usefixtures("served")
def test_what_cannot_be_fetched_is_said() -> None:
    with pytest.raises(TextEncoderError, match="'somebody/other' could not be fetched"):
        open_encoder("somebody/other", download=True)
