"""Examples of requests, for the documentation of the API."""

from __future__ import annotations

from typing import Any

from fastapi import Body

from mien.makers.examples import EXAMPLES, SAMPLE, Example
from mien.systems.system import System

SAMPLE_FILE = "file:0123456789abcdef0123456789abcdef"
"""What the documentation writes for an uploaded file."""


def request_of(example: Example) -> dict[str, Any]:
    """The values of an example as a body, with an uploaded file in place of the sample."""
    values = {name: SAMPLE_FILE if value == SAMPLE else value for name, value in example.values.items()}
    return {**values, "output": example.output} if example.output is not None else values


def body_examples(system: System[Any]) -> Any:
    """FastAPI's description of the body of a maker's requests."""
    found = EXAMPLES.get(system.command, ())
    return Body(openapi_examples={one.label: {"value": request_of(one)} for one in found})
