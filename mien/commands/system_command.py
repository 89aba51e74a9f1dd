"""The command of a system, derived from its record: the options are the fields of its request model."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from inspect import Parameter, Signature
from pathlib import Path
from textwrap import dedent
from typing import Annotated, Any, NoReturn

import typer

from mien.systems.errors import RequestError
from mien.systems.request import Request, Short, flag, limits, schema
from mien.systems.system import System

Table = Annotated[
    Path | None,
    typer.Option(help="A CSV file whose rows are requests: -o is then the folder of the outputs."),
]
_OVERWRITE = "Overwrite an existing output"
Force = Annotated[bool, typer.Option("--force", "-f", help=f"{_OVERWRITE}.")]

TABLE_HELP = (
    "With --table, each row of a CSV file is a request: its columns are the options by their names, and `out`, the "
    "file's name. The options that are given hold for rows that leave them empty. A row that fails is noted in "
    "OUT/batch.csv, and the rest goes on (exit 1 then); called again, it makes what is missing or was asked for "
    "differently."
)


def refuse(message: object) -> NoReturn:
    """One sentence on stderr, exit 2."""
    print(" ".join(str(message).split()), file=sys.stderr)
    raise typer.Exit(2)


def add_command(app: typer.Typer, system: System[Any]) -> None:
    """Add the command of a system to the command line."""

    def command(out: Path, table: Path | None, force: bool, **values: Any) -> None:
        named = {name: values.pop(name) for name in _model_folders(system)}
        folders = {name: folder for name, folder in named.items() if folder is not None}
        given = {name: value for name, value in values.items() if value not in (None, [])}
        if table is not None:
            run_table(system, table, out, given, force, folders)
            return
        try:
            made = system.run(given, out, force, **folders)
        except RequestError as error:
            refuse(error)
        for note in made.notes:
            print(note, file=sys.stderr)
        for line in made.lines():
            print(line)

    command.__name__ = system.command
    command.__signature__ = Signature(_parameters(system))  # type: ignore[attr-defined]  # typer reads it
    app.command(name=system.command, help=_help(system))(command)


def run_table(
    system: System[Any], table: Path, out: Path, given: Mapping[str, object], force: bool, folders: Mapping[str, Path]
) -> None:
    """Make the output of each row of a table and print a summary; exit 1 if a row failed."""
    try:
        summary = system.run_table(table, out, given, force, **folders)
    except RequestError as error:
        refuse(error)
    except (KeyboardInterrupt, SystemExit) as stopped:
        print(f"stopped; what is made stays in {out}, and the same command goes on with the rest", file=sys.stderr)
        raise SystemExit(stopped.code if isinstance(stopped, SystemExit) else 128 + signal.SIGINT) from None
    for note in summary.notes:
        print(note, file=sys.stderr)
    print(summary)
    if summary.failed:
        raise typer.Exit(1)


def _model_folders(system: System[Any]) -> dict[str, Path]:
    """Option name of each model of a system → its default folder."""
    return {"model": system.model.folder, **{one.name: one.model.folder for one in system.extras}}


def _help(system: System[Any]) -> str:
    outputs = "; ".join(f"{one.suffix}, {one.what}" for one in system.outputs)
    written = f"-o decides by its suffix what is written: {outputs}." if len(system.outputs) > 1 else ""
    examples = [f"  {example}" for example in system.examples]
    # rich joins the lines of a paragraph, so each example is a paragraph
    paragraphs = [dedent(f"    {system.help}"), written, "Examples:", *examples, TABLE_HELP]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _parameters(system: System[Any]) -> list[Parameter]:
    names = sorted(system.request.model_fields, key=lambda name: _order(system.request, name))
    suffixes = ", ".join(one.suffix for one in system.outputs)
    out = Annotated[Path, typer.Option("--out", "-o", help=f"The output: {suffixes}; a folder with --table.")]
    extras = {one.name: one.model.what for one in system.extras}
    models = [
        _parameter(name, Annotated[Path | None, typer.Option(help=_folder_help(what, folder))], None)
        for (name, folder), what in zip(
            _model_folders(system).items(), (system.model.what, *extras.values()), strict=True
        )
    ]
    return [
        _parameter("out", out, Parameter.empty),
        *(_parameter(name, _option(system.request, name), None) for name in names),
        *models,
        _parameter("table", Table, None),
        _parameter("force", _force(system), False),
    ]


def _folder_help(what: str, folder: Path) -> str:
    return f"Folder of the model of {what} (default: {folder}, else the one that comes with mien)."


def _force(system: System[Any]) -> Any:
    folders = " or ".join(one.suffix for one in system.outputs if one.folder)
    kept = f", but never a folder ({folders})" if folders else ""
    return Annotated[bool, typer.Option("--force", "-f", help=f"{_OVERWRITE}{kept}.")]


def _parameter(name: str, annotation: Any, default: object) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _order(request: type[Request], name: str) -> int:
    """Required fields come first, then those with a short flag."""
    field = request.model_fields[name]
    return 0 if field.is_required() else 1 if _short(request, name) else 2


def _short(request: type[Request], name: str) -> tuple[str, ...]:
    return tuple(one.flag for one in request.model_fields[name].metadata if isinstance(one, Short))


def _option(request: type[Request], name: str) -> Any:
    """The option of a field. Its text is passed unchanged to the request model, which validates it."""
    field, found = request.model_fields[name], schema(request, name)
    default = None if field.is_required() else field.default
    boolean = found["type"] == "boolean"
    usual = found.get("unset") if default is None or boolean else default
    asides = [limits(request, name), f"default: {usual}" if usual is not None else ""]
    aside = "; ".join(one for one in asides if one)
    text = f"{field.description}{f' ({aside})' if aside else ''}.{' Required.' if field.is_required() else ''}"
    if boolean:
        flags = flag(name) if default is False else f"{flag(name)}/--no-{flag(name)[2:]}"
        return Annotated[bool | None, typer.Option(flags, help=text)]
    metavar = "<file>" if found.get("format") == "path" else {"string": "<text>"}.get(found["type"], "<number>")
    kind: Any = list[str] | None if found["several"] else str | None
    return Annotated[kind, typer.Option(flag(name), *_short(request, name), help=text, metavar=metavar)]
