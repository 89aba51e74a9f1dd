"""Prefect's server, closed to other web pages: `uvicorn --factory flows.prefect_server:create_app`.

A flow run is code that runs here, so whoever can post one runs code. Prefect's server alone answers every host name and
every origin. Here a request must name this machine (`Host`, against DNS rebinding) and, if a browser sends it, come
from the server's own page (`Origin`, against cross-site requests); Prefect itself then asks for the password
(`PREFECT_SERVER_API_AUTH_STRING`) and for a CSRF token.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HOSTS = ("127.0.0.1", "localhost")


class OwnPageOnly:
    """ASGI middleware that answers 400 to a foreign `Host` and 403 to a foreign `Origin`, for HTTP and WebSockets.

    authorities: allowed values of `Host`, such as "127.0.0.1:4200".
    """

    def __init__(self, application: Application, authorities: frozenset[str]) -> None:
        self.application, self.authorities = application, authorities

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] in {"http", "websocket"} and (status := self._refusal(scope["headers"])):
            await _refuse(scope, receive, send, *status)
        else:
            await self.application(scope, receive, send)

    def _refusal(self, headers: list[tuple[bytes, bytes]]) -> tuple[int, str] | None:
        def values(name: bytes) -> list[str]:
            return [value.decode("latin-1").lower() for key, value in headers if key == name]

        hosts = values(b"host")
        if len(hosts) != 1 or hosts[0] not in self.authorities:
            return 400, f"this server answers {', '.join(sorted(self.authorities))} only"
        if not set(values(b"origin")) <= {f"http://{authority}" for authority in self.authorities}:
            return 403, "requests from other web pages are refused"
        return None


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason[:120]})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{reason}\n".encode()})


def authorities(port: int) -> frozenset[str]:
    """Allowed values of `Host`: the loopback names with the port."""
    return frozenset(f"{host}:{port}" for host in HOSTS)


def create_app() -> Application:
    """Prefect's application behind `OwnPageOnly`; the port is that of `PREFECT_SERVER_API_PORT`."""
    from prefect.server.api.server import create_app as create_prefect_app
    from prefect.settings import get_current_settings

    return OwnPageOnly(create_prefect_app(), authorities(get_current_settings().server.api.port))
