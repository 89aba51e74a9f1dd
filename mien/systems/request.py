"""Request models: one Pydantic model per system, with one-sentence messages for invalid requests.

The request model is the only place where a bound, a default, a choice or a description of a request is written. The
command line, tables, the Python call and the JSON schema of a form or an endpoint are derived from it. Nothing heavy is
imported, so that mistakes are reported at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from mien.systems.errors import RequestError
from mien.systems.numbers import decimal_comma


@dataclass(frozen=True)
class Short:
    """Metadata of a field: its one-letter flag on the command line, such as `-t`."""

    flag: str


@dataclass(frozen=True)
class FileOrText:
    """Metadata of a text field that names a file where it ends with `suffix` or where there is such a file."""

    suffix: str


@dataclass(frozen=True)
class NumberOrFile:
    """Metadata of a text field that holds a whole number from `least` to `most`, or else names a file."""

    least: int
    most: int

    def number(self, value: str) -> int | None:
        """The number that a field's value is; None: it names a file. Raises ValueError for a number out of bounds."""
        # pandas writes whole numbers with `.0` where a cell of the column is empty
        if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", value):
            return None
        whole = re.fullmatch(r"\+?([0-9]{1,18})(\.0*)?", value)
        if whole is None or not self.least <= int(whole[1]) <= self.most:
            raise ValueError(f"a whole number, {self.least:,} to {self.most:,}")
        return int(whole[1])


@dataclass(frozen=True)
class WordOrFile:
    """Metadata of a text field that holds one of `words`, or else names a file or a folder."""

    words: tuple[str, ...]


FileKind = Literal["picture", "video", "sound", "person", "scene", "motion", "poses", "text"]
"""What a file holds, as its content says: a person.json and a scene.json of mien, head motion or poses in numbers, …"""


@dataclass(frozen=True)
class Accepts:
    """Metadata of a field that names a file: the kinds of content that it takes."""

    kinds: tuple[FileKind, ...]

    def __init__(self, *kinds: FileKind) -> None:
        object.__setattr__(self, "kinds", kinds)


@dataclass(frozen=True)
class Local:
    """Metadata of a text field that names files or models of the machine where it runs: never filled in from elsewhere.

    `words`: the values that hold everywhere.
    """

    words: tuple[str, ...] = ()


class Request(BaseModel):
    """Base of the request models.

    A field of type `Path` is an input: a file or folder that must exist. The meaning of a default None is the entry
    `unset` of the field's schema.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """The request with these values by field name, texts converted. Raises RequestError in one sentence."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise RequestError(_sentence(cls, error.errors()[0], values)) from error

    @classmethod
    def check_values(cls, values: Mapping[str, object]) -> None:
        """Raise RequestError for an invalid value; missing required fields are allowed."""
        try:
            cls.model_validate(values)
        except ValidationError as error:
            for one in error.errors():
                if one["loc"] and one["loc"][0] in values:
                    raise RequestError(_sentence(cls, one, values)) from error

    def rules(self) -> None:
        """Raise RequestError for inconsistent fields."""

    def check(self, out: Path) -> None:
        """Raise RequestError where the request does not fit the output `out`, or an input file is unusable."""

    def beside(self, out: Path) -> tuple[Path, ...]:  # noqa: ARG002 - overridden where there are any
        """The files that are written beside the output `out`."""
        return ()

    def inputs(self) -> dict[str, Path]:
        """The input files that are given, by field."""
        given = {name: file_in(type(self), name, getattr(self, name)) for name in type(self).model_fields}
        return {name: path for name, path in given.items() if path is not None}

    @model_validator(mode="after")
    def _checked(self) -> Self:
        self.rules()
        return self


R = TypeVar("R", bound=Request)


def flag(name: str) -> str:
    """The command-line flag of a field: `--emotion-track` for `emotion_track`."""
    return f"--{name.replace('_', '-')}"


def file_in(request: type[Request], name: str, value: object, folder: Path = Path()) -> Path | None:
    """The file that a field's value names, relative to `folder`; None where it is no file."""
    if isinstance(value, Path):
        return folder / value
    if not isinstance(value, str):
        return None
    if schema(request, name).get("format") == "path":
        return folder / value
    for one in request.model_fields[name].metadata:
        if isinstance(one, FileOrText):
            return named_file(value, one.suffix, folder)
        if isinstance(one, NumberOrFile):
            return None if _is_number(one, value) else folder / value
        if isinstance(one, WordOrFile):
            return None if value.strip().lower() in one.words else folder / value
    return None


def _is_number(kind: NumberOrFile, value: str) -> bool:
    try:
        return kind.number(value) is not None
    except ValueError:  # out of bounds, which the request says
        return True


def named_file(text: str, suffix: str, folder: Path = Path()) -> Path | None:
    """The file that `text` names, if it ends with `suffix` or exists; None: it is plain text."""
    if "\0" in text:
        return None
    path = folder / text
    try:
        return path if text.endswith(suffix) or path.is_file() else None
    except OSError:  # too long for a name
        return None


@cache
def _properties(request: type[Request]) -> dict[str, dict[str, Any]]:
    return dict(request.model_json_schema()["properties"])


def schema(request: type[Request], name: str) -> dict[str, Any]:
    """The JSON schema of a field's value, or of one item where it takes several; null is left out."""
    found = _properties(request)[name]
    one = next((choice for choice in found.get("anyOf", ()) if choice.get("type") != "null"), found)
    merged = {**found, **one, **one.get("items", {}), "several": one.get("type") == "array"}
    if "enum" in merged:
        merged["enum"] = [choice for choice in merged["enum"] if choice is not None]
    return merged


def limits(request: type[Request], name: str) -> str:
    """The limits of a field's values as text, such as `64 to 2,048, even`; empty without limits."""
    found = schema(request, name)
    if "enum" in found:
        return f"one of {', '.join(found['enum'])}"
    least, above, most = (found.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if above is not None:
        return f"more than {_number(above)}{f', at most {_number(most)}' if most is not None else ''}"
    if least is None:
        return ""
    # the maximum of a seed is not worth showing
    bounds = f"{_number(least)} to {_number(most)}" if most is not None and most < 1e9 else f"at least {_number(least)}"
    return f"{bounds}, even" if found.get("multipleOf") == 2 else bounds


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,g}"


TERMINAL = "convert it, or set the terminal and the locale to UTF-8"
"""What to do on the command line where a text arrives damaged."""

_KINDS = {"integer": "a whole number", "number": "a number", "boolean": "yes or no", "string": "a text"}


def _sentence(request: type[Request], error: Any, values: Mapping[str, object]) -> str:
    """One of the errors of Pydantic as a sentence that names the flag and says what is allowed.

    Of several values of one flag in `values`, the wrong one is named by its number.
    """
    kind, given = error["type"], error["input"]
    if kind == "value_error":  # of a validator or of `rules`: a whole sentence
        return str(error["ctx"]["error"])
    name = str(error["loc"][0])
    if name not in request.model_fields:
        return f"there is no {flag(name)}: choose from {', '.join(map(flag, request.model_fields))}"
    found, named = schema(request, name), flag(name)
    several = values.get(name)
    if len(error["loc"]) > 1 and isinstance(several, list | tuple) and len(several) > 1:
        named = f"{named} number {int(error['loc'][1]) + 1} of {len(several)}"
    if kind == "string_unicode":  # a byte of the command line that is no UTF-8 arrives as a lone surrogate
        return f"{named} is no text in UTF-8: {TERMINAL}"
    if kind == "missing":
        return f"{named} is needed: {found['description'].partition(';')[0]}"
    if kind in ("string_pattern_mismatch", "too_short"):
        return f"{named} is empty: write something such as {found['examples'][0]!r}"
    if kind == "string_too_long":
        return f"{named} has {len(given):,} characters, more than {error['ctx']['max_length']:,}: split it"
    if kind == "less_than_equal" and error["ctx"]["le"] > 1e9:  # `limits` leaves it out
        return f"{named} must be at most {_number(error['ctx']['le'])}, not {_shown(given)}"
    if found["type"] == "number" and isinstance(given, str) and (comma := decimal_comma(given)):
        return f"{named} {comma}"
    limit = limits(request, name)
    allowed = limit if "enum" in found else f"{_KINDS[found['type']]}{f', {limit},' if limit else ''}"
    return f"{named} must be {allowed.rstrip(',')}, not {_shown(given)}"


def json_form(value: object) -> str | None:
    """A value that is neither a text nor a number as JSON has it, shortened: requests come from any language."""
    if value is not None and not isinstance(value, bool | list | tuple | dict):
        return None
    return json.dumps(value, ensure_ascii=False, default=str)[:40]


def _shown(value: object) -> str:
    if (form := json_form(value)) is not None:
        return form
    text = " ".join(str(value).split())[:40]
    try:
        float(text)
    except ValueError:
        return repr(text)
    return text
