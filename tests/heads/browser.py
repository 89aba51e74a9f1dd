"""A headless Chromium without a network, for pages that are files: evaluates expressions in them."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 120


def chromium() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Page:
    """A page under Chrome's DevTools protocol. requests: addresses that it asked for, but `data:` and `blob:`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._numbers = socket, count(1)
        self.requests: list[str] = []
        self.errors: list[str] = []
        for domain in ("Network", "Runtime", "Page"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=SECONDS))
            if message.get("method") == "Network.requestWillBeSent":
                address = message["params"]["request"]["url"]
                if not address.startswith(("data:", "blob:")):
                    self.requests.append(address)
            if message.get("method") == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(message["params"]["exceptionDetails"])[:500])
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    def value(self, expression: str) -> Any:
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        end = time.monotonic() + SECONDS
        while not (found := self.value(expression)):
            assert time.monotonic() < end, f"{expression} never came true: {self.errors}"
            time.sleep(0.1)
        return found


@contextmanager
def opened(program: str, folder: Path, address: str) -> Iterator[Page]:
    """A page in a browser with its profile in `folder`."""
    options = ["--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    options += ["--ignore-gpu-blocklist", "--remote-debugging-port=0", f"--user-data-dir={folder}"]
    options += ["--host-resolver-rules=MAP * ~NOTFOUND", "--no-first-run", "about:blank"]
    browser = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end, port = time.monotonic() + SECONDS, folder / "DevToolsActivePort"
        while not port.is_file() or not port.read_text().strip():
            assert browser.poll() is None, "the browser ended"
            assert time.monotonic() < end, "the browser never listened"
            time.sleep(0.1)
        number, path = port.read_text().split()
        with connect(f"ws://127.0.0.1:{number}{path}", max_size=None) as whole:
            whole.send(json.dumps({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}}))
            target = json.loads(whole.recv(timeout=SECONDS))["result"]["targetId"]
            with connect(f"ws://127.0.0.1:{number}/devtools/page/{target}", max_size=None) as socket:
                page = Page(socket)
                page.call("Page.navigate", url=address)
                yield page
    finally:
        browser.terminate()
        browser.wait(SECONDS)
