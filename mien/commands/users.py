"""`mien users`: the accounts of the studio. Passwords come from the terminal or from stdin, never from options."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.commands.studio_options import FOLDER, DatabaseUrl, Folder, open_database, refuse_no_studio
from mien.commands.system_command import refuse
from mien.errors import InputError
from mien.studio.settings import MEGABYTE, Settings

if TYPE_CHECKING:
    from mien.studio.database.engine import Database

users = typer.Typer(name="users", help="The accounts of the studio (`mien serve --users`).", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the account.", show_default=False)]


@contextmanager
def _database(folder: Path, address: str | None, files: bool = False) -> Iterator[tuple[Database, Settings]]:
    """The database of a studio, with the limits of its server. files: its folder is needed, wherever the database is.

    Errors that can be corrected end the command with one sentence.
    """
    from mien.studio.people.errors import AccountError
    from mien.studio.queue.limits import stored_limits

    settings = Settings(folder=folder, database=address, users=True)
    if address is None or files:
        refuse_no_studio(settings)
    try:
        with closing(open_database(settings)) as db:
            yield db, settings.model_copy(update={"limits": stored_limits(db)})
    except (AccountError, InputError) as error:
        refuse(error)


def _read_password(name: str) -> str:
    """A new password: typed twice at a terminal, else the first line of stdin."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass(f"New password of {name}: ")
    if getpass.getpass("The same again: ") != password:
        refuse("the two passwords differ: start again")
    return password


def _checked_account(name: str) -> tuple[str, str]:
    """The name of a new account and its password, both checked before a studio is made for them."""
    from mien.studio.people.accounts import account_name
    from mien.studio.people.errors import AccountError
    from mien.studio.people.passwords import check_password

    try:
        kept = account_name(name)
        secret = _read_password(kept)
        check_password(secret, kept)
    except (AccountError, InputError) as error:
        refuse(error)
    return kept, secret


@users.command()
def add(
    name: Name,
    admin: Annotated[bool, typer.Option("--admin", help="Make them an administrator.")] = False,
    folder: Folder = FOLDER,
    database: DatabaseUrl = None,
) -> None:
    """Make an account, and the studio where there is none yet. The password is asked for, or read from stdin."""
    from mien.studio.people.accounts import any_people, create_person

    kept, secret = _checked_account(name)
    new = Settings(folder=folder, database=database, users=True)
    made = not new.is_made
    if made:
        open_database(new).close()
    with _database(folder, database) as (db, settings):
        first = not any_people(db)
        create_person(db, kept, secret, admin)
        print(f"{kept} can sign in{', as an administrator' if admin else ''}")
        if made:
            print(f"a new studio is made in {folder}: open it by `{settings.hint('serve')} --users`", file=sys.stderr)
        if first and not admin:
            print(f"nobody is an administrator yet: {settings.hint('users add NAME')} --admin makes one")


@users.command(name="list")
def list_(folder: Folder = FOLDER, database: DatabaseUrl = None) -> None:
    """List the accounts, with their limits and what they use."""
    from mien.studio.people.accounts import Usage, list_people, usage
    from mien.studio.queue.submit import limits_of

    with _database(folder, database) as (db, settings):
        used, people = usage(db), list_people(db)
        if not people:
            print(f"there is no account yet: {settings.hint('users add NAME')} --admin makes one")
        for one in people:
            with db.session() as session:
                limits = limits_of(session, settings, one.id)
            has = used.get(one.id, Usage())
            words = [word for word, holds in (("administrator", one.admin), ("disabled", one.disabled)) if holds]
            marks = f" ({', '.join(words)})" if words else ""
            print(
                f"{one.name}{marks}: {has.jobs:,} jobs, {has.bytes / MEGABYTE:,.1f} "
                f"of {(limits.bytes or 0) / MEGABYTE:,.0f} MB; at most {limits.waiting:,} jobs waiting and "
                f"{limits.seconds_each_day or 0:,.0f} seconds of work a day"
            )


@users.command()
def password(name: Name, folder: Folder = FOLDER, database: DatabaseUrl = None) -> None:
    """Set a new password; the person's sessions and tokens end."""
    from mien.studio.people.accounts import person_named, set_password

    with _database(folder, database) as (db, _):
        user = person_named(db, name)
        set_password(db, user.id, user.name, _read_password(user.name))
        print(f"{user.name} has a new password; their sessions and tokens have ended")


@users.command()
def disable(name: Name, folder: Folder = FOLDER, database: DatabaseUrl = None) -> None:
    """Keep a person out; what is theirs stays."""
    print(f"{_disable(name, True, folder, database)} can no longer sign in")


@users.command()
def enable(name: Name, folder: Folder = FOLDER, database: DatabaseUrl = None) -> None:
    """Let a disabled person in again."""
    print(f"{_disable(name, False, folder, database)} can sign in again")


def _disable(name: str, disabled: bool, folder: Path, database: str | None) -> str:
    """Keep a person out or let them in again; their name as it is kept."""
    from mien.studio.people.accounts import person_named, set_disabled

    with _database(folder, database) as (db, _):
        user = person_named(db, name)
        set_disabled(db, user.id, disabled)
        return user.name


@users.command()
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    folder: Folder = FOLDER,
    database: DatabaseUrl = None,
) -> None:
    """Delete a person with everything of theirs: jobs, results, uploads."""
    from mien.studio.people.accounts import Usage, person_named, usage
    from mien.studio.people.deletion import delete_person

    with _database(folder, database, files=True) as (db, settings):
        user = person_named(db, name)
        has = usage(db).get(user.id, Usage())
        asked = f"{user.name} has {has.jobs:,} jobs and {has.bytes / MEGABYTE:,.1f} MB. Delete all of it for good?"
        if not yes and not (sys.stdin.isatty() and typer.confirm(asked)):
            refuse(f"{user.name} is still there: give --yes to delete them and everything of theirs")
        delete_person(db, settings, user.id)
        print(f"{user.name} and everything of theirs is deleted")


@users.command()
def limits(
    name: Name,
    waiting: Annotated[int | None, typer.Option(min=0, help="Jobs waiting at once.", show_default=False)] = None,
    seconds: Annotated[float | None, typer.Option(min=0, help="Seconds of work a day.", show_default=False)] = None,
    megabytes: Annotated[float | None, typer.Option(min=0, help="MB kept, of 10^6 bytes.", show_default=False)] = None,
    usual: Annotated[bool, typer.Option("--usual", help="Those of the studio, for what is not given.")] = False,
    folder: Folder = FOLDER,
    database: DatabaseUrl = None,
) -> None:
    """Set a person's limits; what is not given stays, or with --usual becomes the studio's own."""
    from mien.studio.people.accounts import person_named, set_limits

    with _database(folder, database) as (db, settings):
        user = person_named(db, name)
        if not usual and waiting is None and seconds is None and megabytes is None:
            refuse("give --waiting, --seconds or --megabytes, or --usual for the limits of the studio")
        old = (None, None, None) if usual else (user.waiting, user.seconds_each_day, user.bytes)
        set_limits(
            db, user.id,
            old[0] if waiting is None else waiting,
            old[1] if seconds is None else seconds,
            old[2] if megabytes is None else int(megabytes * MEGABYTE),
        )  # fmt: skip
        print(f"{user.name} has new limits: `{settings.hint('users list')}` shows them")
