"""The request of a system as another machine gives it: as a form, as JSON, and with uploaded files in place of paths.

Everything is derived from the Pydantic model of the request. A value that names a file is written `file:ID`, with the
id of a file that the studio keeps; no other text is ever taken as a path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from mien.systems.errors import RequestError
from mien.systems.request import (
    TERMINAL,
    Accepts,
    FileKind,
    FileOrText,
    Local,
    NumberOrFile,
    Request,
    WordOrFile,
    named_file,
    schema,
)
from mien.systems.system import Output, System

FILE = re.compile(r"file:([0-9a-f]{32})")
"""A value that names a file of the studio by its id."""

Kind = Literal["text", "choice", "integer", "number", "boolean", "file"]


@dataclass(frozen=True)
class FormField:
    """A field of a request, as a form shows it.

    kind: what is typed. several: a list of such values. choices: of a choice, or words that a text field offers.
    accepts: the kinds of files that it takes; empty: none. typed: whether text may be given in place of a file.
    default: None where the field may be left empty; `unset`: what that means. required: must be given.
    """

    name: str
    kind: Kind
    description: str
    several: bool = False
    required: bool = False
    default: Any = None
    unset: str = ""
    choices: tuple[str, ...] = ()
    accepts: tuple[FileKind, ...] = ()
    typed: bool = True
    examples: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    step: float | None = None
    max_length: int | None = None


def form_fields(system: System[Any]) -> tuple[FormField, ...]:
    """The fields of a system's request that can be given from another machine, in their order."""
    request: type[Request] = system.request
    return _form_fields(request)


@cache
def _form_fields(request: type[Request]) -> tuple[FormField, ...]:
    found = (_form_field(request, name) for name in request.model_fields)
    return tuple(one for one in found if one is not None)


def _form_field(request: type[Request], name: str) -> FormField | None:
    field, found = request.model_fields[name], schema(request, name)
    local, accepts = _metadata(field.metadata, Local), _metadata(field.metadata, Accepts)
    if local is not None and not local.words:
        return None
    words = _metadata(field.metadata, WordOrFile)
    path = found.get("format") == "path"
    choices = local.words if local is not None else tuple(found.get("enum", ())) or (words.words if words else ())
    kind: Kind = "file" if path else "choice" if local or "enum" in found else _kind(found["type"])
    return FormField(
        name=name, kind=kind, description=without_flags(str(field.description)), several=found["several"],
        required=field.is_required(), default=None if field.is_required() else _plain(field.default),
        unset=str(found.get("unset", "")), choices=choices, accepts=accepts.kinds if accepts else (), typed=not path,
        examples=tuple(str(one) for one in found.get("examples", ())),
        least=found.get("minimum", found.get("exclusiveMinimum")), most=found.get("maximum"),
        step=found.get("multipleOf"), max_length=found.get("maxLength"),
    )  # fmt: skip


def _metadata(metadata: list[Any], kind: type[Any]) -> Any:
    return next((one for one in metadata if isinstance(one, kind)), None)


def _kind(name: str) -> Kind:
    return {"integer": "integer", "number": "number", "boolean": "boolean"}.get(name, "text")  # type: ignore[return-value]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def body_model(system: System[Any]) -> type[BaseModel]:
    """The JSON body that asks for an output of a system: its fields, and `output`, the suffix of the file that is made.

    A file is given as `file:ID`. Bounds stand in the schema, so in the documentation of the API; further rules between
    fields are checked by `build_request`. What is null or empty counts as not given, as in a form.
    """
    request: type[Request] = system.request
    return _body_model(request, system.outputs, system.command, system.help.partition("\n")[0])


class _Body(BaseModel):
    """What all bodies have in common: which values count as given."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, body: object) -> object:
        """A body without those of its fields that are null or empty."""
        if not isinstance(body, dict):
            return body
        return {name: value for name, value in body.items() if name not in cls.model_fields or not _empty(value)}


@cache
def _body_model(request: type[Request], outputs: tuple[Output, ...], command: str, summary: str) -> type[BaseModel]:
    fields: dict[str, Any] = {one.name: _body_field(request, one) for one in _form_fields(request)}
    suffixes = tuple(one.suffix for one in outputs)
    described = "; ".join(f"{one.suffix}, {one.what}" for one in outputs)
    fields["output"] = (Literal[suffixes], Field(default=suffixes[0], description=f"What is made: {described}"))
    return create_model(f"{command.capitalize()}Body", __base__=_Body, __doc__=summary, **fields)


def _empty(value: object) -> bool:
    return value is None or value in ("", [])


def _body_field(request: type[Request], one: FormField) -> tuple[Any, Any]:
    field = copy(request.model_fields[one.name])
    field.description = one.description
    default: Any = ... if one.required else field.default
    if one.kind == "file":
        shown = f"{field.description}: `file:ID` of an uploaded file ({' or '.join(one.accepts)})"
        return str | None, Field(default=default, description=shown, pattern=f"^{FILE.pattern}$")
    if one.accepts:
        shown = f"{field.description}; or `file:ID` of an uploaded file ({' or '.join(one.accepts)})"
        most, examples = one.max_length, [*one.examples]
        return str | None, Field(default=default, description=shown, max_length=most, examples=examples)
    if _metadata(field.metadata, Local) is not None:
        choice: Any = Literal[one.choices]
        return (choice | None if default is None else choice), Field(default=default, description=field.description)
    return field.rebuild_annotation(), field


def build_request(
    system: System[Any], values: Mapping[str, Any], place: Callable[[str, tuple[FileKind, ...], str], Path]
) -> Request:
    """The request of the `values` by field name; `place(id, kinds, field)` gives the path of an uploaded file.

    `place` raises RequestError where there is no such file, or none of these kinds.

    Raises RequestError in one sentence for whatever cannot be asked for, with the fields by their names.
    """
    known = {one.name: one for one in form_fields(system)}
    given: dict[str, object] = {}
    for name, value in values.items():
        one = known.get(name)
        if one is None:
            raise RequestError(f"there is no field {name[:40]!r}: choose from {', '.join((*known, 'output'))}")
        if _empty(value):
            continue
        given[name] = _placed(system.request, one, value, place)
    try:
        return system.request.of(given)
    except RequestError as error:
        raise RequestError(without_flags(str(error))) from error


def _placed(
    request: type[Request], one: FormField, value: Any, place: Callable[[str, tuple[FileKind, ...], str], Path]
) -> object:
    number = _metadata(request.model_fields[one.name].metadata, NumberOrFile)
    if number is not None and isinstance(value, int | float | list | dict):
        raise RequestError(
            f"{one.name} must be a whole number, {number.least:,} to {number.most:,}, written as a text, or file:ID, "
            f"not {json.dumps(value)[:40]}"
        )
    file = FILE.fullmatch(value) if isinstance(value, str) and one.accepts else None
    if file is not None:
        return str(place(file[1], one.accepts, one.name))
    if one.kind == "file":
        raise RequestError(f"{one.name} is a file: upload it first, and give it as file:ID")
    if _metadata(request.model_fields[one.name].metadata, Local) is not None and value not in one.choices:
        raise RequestError(f"{one.name} must be one of {', '.join(one.choices)}, not {str(value)[:40]!r}")
    if one.accepts and isinstance(value, str) and _names_file(request, one.name, value):
        raise RequestError(_no_file_here(request, one, value))
    return value


def _names_file(request: type[Request], name: str, value: str) -> bool:
    """Whether a text would be read as the path of a file, or looks like one: the answer tells no stranger which
    files there are."""
    for kind in request.model_fields[name].metadata:
        if isinstance(kind, FileOrText):
            return _like_path(value) or named_file(value, kind.suffix) is not None
        if isinstance(kind, NumberOrFile):
            return re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", value) is None
        if isinstance(kind, WordOrFile):
            return value.strip().lower() not in kind.words
    return False


def _no_file_here(request: type[Request], one: FormField, value: str) -> str:
    """Why a text cannot be given where a file or something else can: the other values where they can be listed."""
    metadata = request.model_fields[one.name].metadata
    words, number = _metadata(metadata, WordOrFile), _metadata(metadata, NumberOrFile)
    shown = f"{one.name} {value[:40]!r}"
    if words is not None:
        return f"{shown} is not known: choose one of {', '.join(words.words)}, or upload a file"
    if number is not None:
        return f"{shown} is no whole number, {number.least:,} to {number.most:,}: write one, or upload a file"
    return f"{shown} would be a file: upload it first, and give it as file:ID"


def _like_path(text: str) -> bool:
    """Whether a text begins like a path, or is one word with a slash or a dot in it."""
    words = text.split()
    begins = bool(words) and words[0].startswith(("/", "\\", "~", "./", "../"))
    return begins or (len(words) == 1 and re.search(r".[/\\.].", words[0]) is not None)


def without_flags(message: str) -> str:
    """A message about options of the command line, with the fields' names: `emotion_track` for --emotion-track.

    What is said of terminals, and of options that are given several times, is put in the words of a form.
    """
    message = message.replace(TERMINAL, "send it in UTF-8").replace("; several times: ", "; several: ")
    return re.sub(r"--(no-)?([a-z][a-z-]+)", lambda found: found[2].replace("-", "_"), message)


def files_in(values: Mapping[str, Any]) -> dict[str, str]:
    """Field → id of the file that it names."""
    found = {name: FILE.fullmatch(value) for name, value in values.items() if isinstance(value, str)}
    return {name: match[1] for name, match in found.items() if match is not None}
