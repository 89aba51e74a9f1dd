"""The base of every options model."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Options(BaseModel):
    """Immutable options: an unknown key or a value out of bounds raises pydantic's ValidationError.

    A nested block that sets some of its keys takes the others from the default that the outer model gives the block.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _complete_blocks(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        blocks = {name: field.default for name, field in cls.model_fields.items() if isinstance(field.default, Options)}
        given = {name: {**dict(blocks[name]), **values[name]} for name in blocks if isinstance(values.get(name), dict)}
        return {**values, **given}
