"""The options of the commands of the studio, and the settings that they make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.commands.system_command import refuse

if TYPE_CHECKING:
    from mien.studio.database.engine import Database
    from mien.studio.settings import Limits, Settings

DATABASE_VARIABLE = "MIEN_DATABASE"

FOLDER = Path(".mien/studio")

DATABASE_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")


def _checked_database(address: str | None) -> str | None:
    """The address of a database, which has to be one of PostgreSQL. Ends the command with a sentence otherwise."""
    if address is not None and not address.startswith(tuple(f"{scheme}://" for scheme in DATABASE_SCHEMES)):
        refuse("--database takes postgresql://USER:PASSWORD@HOST:PORT/NAME only; without it, SQLite is in the folder")
    return address


Folder = Annotated[Path, typer.Option(help="Where the studio keeps its files; all its workers need the same one.")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        envvar=DATABASE_VARIABLE, show_default=False, callback=_checked_database,
        help="postgresql://USER:PASSWORD@HOST:PORT/NAME; SQLite in the folder if not given.",
    ),
]  # fmt: skip
LimitValues = Annotated[
    list[str] | None,
    typer.Option("--limit", help="A limit as NAME=NUMBER, such as upload_bytes=50000000; see docs/studio.md."),
]


def limits_of(values: list[str] | None) -> Limits:
    """The limits that options name. Ends the command with a sentence for one that there is not."""
    from pydantic import ValidationError

    from mien.studio.settings import Limits

    given: dict[str, str] = {}
    for value in values or ():
        name, equals, number = value.partition("=")
        if not equals or name not in Limits.model_fields:
            refuse(f"--limit {value[:60]!r}: give NAME=NUMBER with one of {', '.join(Limits.model_fields)}")
        given[name] = number
    try:
        return Limits.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        refuse(f"--limit {first['loc'][0]}={str(first['input'])[:40]}: {first['msg'][:1].lower()}{first['msg'][1:]}")


def refuse_no_studio(settings: Settings) -> None:
    """End the command with a sentence where there is no such studio: a folder that is written wrongly makes none."""
    if not settings.is_made:
        make = settings.hint("serve")
        refuse(f"there is no studio in {settings.folder}: check --folder, or make one there by `{make}`")


def open_database(settings: Settings) -> Database:
    """The database of the studio. Ends the command with a sentence where it cannot be used."""
    from mien.studio.database.engine import Database
    from mien.studio.database.errors import DatabaseError

    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
        return Database.open(settings.database_url)
    except DatabaseError as error:
        refuse(error)
    except OSError as error:
        refuse(f"the folder {settings.folder} cannot be used: {error.strerror or error}; name another by --folder")
