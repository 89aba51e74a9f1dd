"""The outermost layer of the server: which requests are let in at all, and the headers of every answer.

Host names are checked against DNS rebinding, heads and bodies are bounded before anything reads them, requests from one
address are counted, HEAD is answered wherever GET is, and an error that nothing else caught becomes one sentence.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import time

from anyio import BrokenResourceError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mien.studio.api.errors import answer as answer_error
from mien.studio.api.errors import error_response
from mien.studio.api.rates import Rates
from mien.studio.api.unread import Body
from mien.studio.files.multipart import LEAST_RATE
from mien.studio.pages.vendored import VIEWER_STYLE
from mien.studio.settings import Settings

LOG = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        # model-viewer decodes meshes in WebAssembly
        "script-src 'self' 'wasm-unsafe-eval'",
        f"style-src 'self' {VIEWER_STYLE}",
        "img-src 'self' blob: data:",
        "media-src 'self' blob: data:",
        "connect-src 'self' blob: data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

UPLOADS = re.compile(r"/api/v1/files(/open)?/?")
"""Addresses that stream their body to disk, within the limits of uploads."""

STATIC = "/static/"

STOPPED_SECONDS = 10
"""What is told a client that asks while the server ends: about the time of a restart."""

_NO_TEXT = re.compile(rb"%00|\x00", re.IGNORECASE)


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.rates = Rates(settings.limits.requests_each_minute)
        self.names = {name.lower() for name in ("localhost", "127.0.0.1", "::1", settings.host, *settings.hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = Body(scope, receive)
        receive, cache = body.receive, b"max-age=300" if scope["path"].startswith(STATIC) else b"no-cache"
        answer = _Answer(send, body, self.settings.secure, cache)
        refused = self._refused(scope)
        if refused is not None:
            status, message, headers = refused
            await error_response(status, message, None, headers)(scope, receive, answer.send)
            return
        if not _uploads(scope):
            try:
                receive = await self._whole_body(receive)
            except _RefusedBodyError as error:
                await error_response(error.status, str(error), None, {"Connection": "close"})(
                    scope, receive, answer.send
                )
                return
        await self._answered(scope, receive, answer)

    async def _answered(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        if scope["method"] == "HEAD":  # routes know GET only; files look at `head` and send nothing
            scope = {**scope, "method": "GET", "head": True}
            answer.head = True
            receive = answer.until_ended(receive)
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:  # logged with its traceback; the client gets a sentence and no details
            if answer.started and _client_left(error):
                return
            LOG.exception("%s %s failed", scope["method"], scope["path"])
            if not answer.started:
                message = "the studio made a mistake, which is in its log: try again, and report it if it happens again"
                await answer_error(Request(scope), 500, message)(scope, receive, answer.send)
        except asyncio.CancelledError:  # the server ends, and with it what takes longer than the others
            if answer.started:
                if not await answer.ended_early():
                    raise
                return
            answer.asked.give_up()
            message = "the studio is being stopped: try again in a moment"
            headers = {"Retry-After": str(STOPPED_SECONDS), "Connection": "close"}
            await answer_error(Request(scope), 503, message, None, headers)(scope, receive, answer.send)

    def _refused(self, scope: Scope) -> tuple[int, str, dict[str, str]] | None:
        """Status, sentence and headers where the request is refused at once."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        limits = self.settings.limits
        path: bytes = scope.get("raw_path") or b""
        size = len(path) + len(scope["query_string"])
        size += sum(len(name) + len(value) for name, value in headers)
        if size > limits.header_bytes:
            return 431, f"the head of the request has more than {limits.header_bytes:,} bytes", {}
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or not self._allowed(hosts[0], scope.get("server")):
            message = (
                f"the studio is not served under this host name: add it by `{self.settings.hint('serve')} --name NAME`"
            )
            return 421, message, {}
        if any(_NO_TEXT.search(part) for part in (path, scope["query_string"])):
            return 400, "the address holds a NUL character: leave it out", {}
        lengths = [value for name, value in headers if name == b"content-length"]
        if any(not one.isdigit() for one in lengths):
            return 400, "the header Content-Length is no number", {"Connection": "close"}
        if lengths and not _uploads(scope) and int(lengths[0]) > limits.body_bytes:
            return 413, _too_large(limits.body_bytes), {"Connection": "close"}
        if scope["path"].startswith(STATIC):
            return None
        wait = self.rates.wait(scope["client"][0] if scope.get("client") else "")
        if wait is not None:
            message = f"more than {limits.requests_each_minute:,} requests a minute: try again in {wait} s"
            return 429, message, {"Retry-After": str(wait)}
        return None

    def _allowed(self, host: bytes, server: tuple[str, int | None] | None) -> bool:
        name = host_name(host.decode("latin-1"))
        if name is None:
            return False
        # a name that another site makes point here is no literal address of this machine
        return name in self.names or (server is not None and _same_address(name, server[0]))

    async def _whole_body(self, receive: Receive) -> Receive:
        """The same receiver with the body read already. Raises _RefusedBodyError for a large or slow one."""
        limits, chunks, size = self.settings.limits, [], 0
        started = time.monotonic()
        while True:
            try:
                message = await asyncio.wait_for(receive(), limits.upload_idle_seconds)
            except TimeoutError:
                raise _RefusedBodyError(408, "the body of the request did not arrive: send it again") from None
            if message["type"] != "http.request":
                return _replayed([message], receive)
            size += len(message.get("body", b""))
            if time.monotonic() - started - limits.upload_idle_seconds > size / LEAST_RATE:
                raise _RefusedBodyError(408, "the body of the request arrives too slowly: send it again")
            if size > limits.body_bytes:
                raise _RefusedBodyError(413, _too_large(limits.body_bytes))
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                whole: Message = {"type": "http.request", "body": b"".join(chunks), "more_body": False}
                return _replayed([whole], receive)


class _RefusedBodyError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Answer:
    """Sends an answer with the headers of every answer; of HEAD, without its body; a refusal, once it can be read."""

    def __init__(self, send: Send, asked: Body, secure: bool, cache: bytes) -> None:
        self._send, self.asked = send, asked
        self._headers = [*HEADERS, (b"cache-control", b"private, " + cache)]
        if secure:
            self._headers.append((b"strict-transport-security", b"max-age=31536000"))
        self.started = self.head = self._measured = False
        self._ended = asyncio.Event()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if message["status"] >= 400 and message["status"] != 408:
                await self.asked.read_away()
            self._measured = any(name.lower() == b"content-length" for name, _ in message["headers"])
            own = {name.lower() for name, _ in message["headers"]}
            added = [(name, value) for name, value in self._headers if name not in own]
            message = {**message, "headers": [*message["headers"], *added]}
        elif self.head and message["type"] == "http.response.body":
            if self._ended.is_set():
                return
            self._ended.set()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def ended_early(self) -> bool:
        """End an answer that has begun, such as a stream of events; False: it says how long it is, and is cut off."""
        if not self._measured:
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})
        return not self._measured

    def until_ended(self, receive: Receive) -> Receive:
        """A receiver that says that the client is gone as soon as the answer is complete, which ends a stream."""

        async def ended() -> Message:
            if self._ended.is_set():
                return {"type": "http.disconnect"}
            waiting = [asyncio.ensure_future(receive()), asyncio.ensure_future(self._ended.wait())]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                return {"type": "http.disconnect"} if self._ended.is_set() else waiting[0].result()  # type: ignore[return-value]
            finally:
                for one in waiting:
                    one.cancel()

        return ended


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

    return replay


def _uploads(scope: Scope) -> bool:
    return scope["method"] == "POST" and UPLOADS.fullmatch(scope["path"]) is not None


def _too_large(most: int) -> str:
    return f"the body of the request has more than {most:,} bytes: send less, and files by /api/v1/files"


def host_name(host: str) -> str | None:
    """The lower-case name or address in a `Host` header, without port and brackets; None for an invalid one."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9A-Za-z._-]{1,253}))(?::[0-9]{1,5})?", host)
    return (found[1] or found[2]).lower().removesuffix(".") if found else None


def _client_left(error: BaseException) -> bool:
    """Whether an answer only could not be sent to its end because the client has gone.

    FastAPI's streams of events end with this error where one was being sent when the client closed the connection.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(map(_client_left, error.exceptions))
    return isinstance(error, BrokenResourceError)


def _same_address(name: str, server: str) -> bool:
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(server)
    except ValueError:
        return False
