"""A stage's section of params.yaml → its frozen options model, or one clear sentence."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from stages.pipeline_files import PipelineFileError, read_yaml

Options = TypeVar("Options", bound=BaseModel)


class OptionsError(ValueError):
    """The parameters are wrong; the message is one sentence with the key's name and what is allowed."""


def parse_options(path: Path, section: str, model: type[Options], required: bool = True) -> Options:
    """The section `section` of the YAML file `path` as `model`; `OptionsError` with one sentence otherwise.

    A section that is not there is refused where it is `required`, and otherwise means every default.
    """
    try:
        sections = read_yaml(path)
    except PipelineFileError as error:
        raise OptionsError(str(error)) from None
    if section not in sections and required:
        raise OptionsError(f"{path} has no section '{section}'; add one, `{section}: {{}}` takes every default")
    values = sections.get(section)
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise OptionsError(f"{path}: {section} must be a mapping of keys, not {values!r}")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise OptionsError(f"{path}: {'; '.join(_sentence(section, model, e) for e in error.errors())}") from None


def _sentence(section: str, model: type[BaseModel], error: Any) -> str:
    location = [str(part) for part in error["loc"]]
    key = ".".join([section, *location])
    if error["type"] == "extra_forbidden":
        allowed = sorted(_owner(model, location).model_fields)
        near = difflib.get_close_matches(location[-1], allowed, n=1)
        hint = f", did you mean '{near[0]}'?" if near else ";"
        return f"unknown key '{key}'{hint} allowed are {', '.join(allowed)}"
    if error["type"] == "missing":
        return f"key '{key}' is missing"
    description = _description(model, location)
    reason = str(error["msg"]).removeprefix("Value error, ")
    reason = reason[0].lower() + reason[1:]
    return f"{key} = {error['input']!r}: {reason}" + (f" ({description})" if description else "")


def _owner(model: type[BaseModel], location: list[str]) -> type[BaseModel]:
    """The model that holds the last key of `location`."""
    for part in location[:-1]:
        inner = nested_model(model.model_fields[part].annotation) if part in model.model_fields else None
        model = inner or model
    return model


def _description(model: type[BaseModel], location: list[str]) -> str:
    for index, part in enumerate(location):
        if part not in model.model_fields:
            return ""
        field = model.model_fields[part]
        inner = nested_model(field.annotation)
        if index == len(location) - 1 or inner is None:
            return field.description or ""
        model = inner
    return ""


def nested_model(annotation: Any) -> type[BaseModel] | None:
    """The options model in an annotation, also inside Optional, Annotated or a tuple; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := nested_model(inner))), None)
