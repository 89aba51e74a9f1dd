"""A studio that is served on loopback, and Debian's Chromium looking at it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from mien.studio.api.app import create_app
from mien.studio.settings import Settings

AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"

_CHECK = """
axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`))
"""


@contextmanager
def served(folder: Path, **values: Any) -> Iterator[tuple[str, Any, Settings]]:
    """A running studio without workers: its address, its database and settings."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(folder=folder, port=port, workers=0, **values)
    app = create_app(settings)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            thread.join(0.05)
        yield f"http://127.0.0.1:{port}", app.state.studio.db, settings
    finally:
        server.should_exit = True
        thread.join(20)


class Watched:
    """A page of a browser, and what went wrong in it: messages of the console, and scripts that failed."""

    def __init__(
        self, chromium: Any, width: int = 1280, scheme: str = "light", language: str = "en", offline: bool = False
    ) -> None:
        """offline: with the service worker of the offline page, past which playwright does not route every request."""
        self.context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            locale=language,
            reduced_motion="no-preference",
            service_workers="allow" if offline else "block",
        )
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def serious(self) -> list[str]:
        """What axe finds that is serious or worse; by the debugger, past the policy of the page."""
        session = self.context.new_cdp_session(self.page)
        session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
        found: list[str] = self.page.evaluate(_CHECK)
        session.detach()
        return found

    def too_wide(self) -> bool:
        """Whether the page must be scrolled sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
