"""What the pages of history, results, pipeline and people share: the frame with the person who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from mien.studio.api.context import Context
from mien.studio.database.tables import State
from mien.studio.pages.templates import render

MAKERS = ("talk", "move", "sculpt", "follow", "shapes")
"""The commands of the makers in the order in which the pages show them."""

STATES: tuple[State, ...] = ("waiting", "running", "done", "failed", "cancelled")

BADGES: Mapping[str, str] = MappingProxyType(
    {"waiting": "", "running": "on", "done": "good", "failed": "bad", "cancelled": "warn"}
)
"""Colour of the mark of a state."""


def show(request: Request, ctx: Context, template: str, page: str = "", **values: Any) -> HTMLResponse:
    """A page for the person of `ctx`."""
    person = ctx.person if ctx.settings.users else None
    response = render(
        request, template, page=page, person=person, users=ctx.settings.users, csrf=ctx.person.csrf, badge=BADGES,
        serve_command=ctx.settings.hint("serve"), **values,
    )  # fmt: skip
    response.headers["Vary"] = "HX-Request, Accept-Language, Cookie"
    return response


def is_part(request: Request) -> bool:
    """Whether htmx asks for a part of a page, and not the browser for all of it."""
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"
