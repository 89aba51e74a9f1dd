"""Routes about the studio itself: the makers with their fields, and whether it is well."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from mien import __version__
from mien.makers.examples import EXAMPLES
from mien.makers.forms import FormField, form_fields
from mien.makers.systems import SYSTEMS
from mien.studio.api.bodies import Health
from mien.studio.api.context import CanRead, studio_of
from mien.studio.api.errors import ERRORS
from mien.studio.api.views import queue_view
from mien.studio.people.identity import identify

router = APIRouter(tags=["studio"], responses={status: ERRORS[status] for status in (401, 403, 429)})


class OutputView(BaseModel):
    """A kind of file that a maker makes."""

    suffix: str
    what: str


class ExampleView(BaseModel):
    """Values to try; `sample:portrait` stands for a picture of a face. language: of the texts in it."""

    label: str
    language: str
    output: str | None
    values: dict[str, Any]


class MakerView(BaseModel):
    """A maker: what it makes, and the fields of its requests."""

    command: str
    title: str
    help: str
    outputs: list[OutputView]
    fields: list[FormField]
    examples: list[ExampleView]


@router.get("/makers", summary="The makers and the fields of their requests")
def list_makers(_context: CanRead) -> list[MakerView]:
    """Enough to draw a form for each of them."""
    return [
        MakerView(
            command=system.command, title=system.title, help=system.help,
            outputs=[OutputView(suffix=one.suffix, what=one.what) for one in system.outputs],
            fields=list(form_fields(system)),
            examples=[
                ExampleView(label=one.label, language=one.language, output=one.output, values=dict(one.values))
                for one in EXAMPLES.get(system.command, ())
            ],
        )
        for system in SYSTEMS.values()
    ]  # fmt: skip


@router.get("/health", summary="Whether the studio is well", response_model_exclude_none=True)
def show_health(request: Request) -> Health:
    """Answers without signing in, for whoever watches over the server; what it does is told to its people only."""
    studio = studio_of(request)
    if identify(request, studio.db, studio.settings) is None:
        return Health()
    state = queue_view(studio.db, studio.settings)
    return Health(version=__version__, workers=state.workers, waiting=state.waiting, paused=state.paused)
