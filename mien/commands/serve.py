"""`mien serve`: the studio, as a page and an API, with its workers."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.commands.studio_options import FOLDER, DatabaseUrl, Folder, LimitValues, limits_of, open_database
from mien.commands.system_command import refuse
from mien.execution import LOOPBACK

if TYPE_CHECKING:
    from mien.studio.database.engine import Database
    from mien.studio.settings import Settings


def serve(
    folder: Folder = FOLDER,
    host: Annotated[str, typer.Option(help="Address to listen at; another than loopback needs --users.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0: any free one.")] = 8765,
    also: Annotated[
        list[str] | None, typer.Option("--name", help="A further host name under which it is asked for.")
    ] = None,
    database: DatabaseUrl = None,
    workers: Annotated[int, typer.Option(min=0, max=64, help="Processes that make jobs.")] = 1,
    users: Annotated[bool, typer.Option("--users", help="Ask for accounts; see `mien users`.")] = False,
    secure: Annotated[
        bool, typer.Option("--secure", help="It is reached by HTTPS through a proxy: cookies are sent by HTTPS only.")
    ] = False,
    limit: LimitValues = None,
    mlflow: Annotated[str, typer.Option(help="Address of MLflow.")] = "http://127.0.0.1:5000",
    prefect: Annotated[str, typer.Option(help="Address of Prefect.")] = "http://127.0.0.1:4200",
    systems: Annotated[str, typer.Option(hidden=True)] = "mien.makers.systems:SYSTEMS",
) -> None:
    """Open the studio: all makers as a page in the browser and as an API, with a queue and a history.

    It keeps everything in one folder and listens on this machine only. Ctrl-C stops it; what waits in the queue is
    still there when it is started again.
    """
    from mien.studio.queue.limits import store_limits
    from mien.studio.settings import Settings

    if host not in LOOPBACK and not users:
        refuse(f"{host} is reached from other machines: add --users, so that it asks for accounts")
    for name in also or ():
        _check_name(name)
    settings = Settings(
        folder=folder, database=database, host=host, port=port, hosts=tuple(also or ()), users=users, secure=secure,
        workers=workers, mlflow=mlflow, prefect=prefect, limits=limits_of(limit),
    )  # fmt: skip
    with closing(open_database(settings)) as db:  # before anything is started
        _say_accounts(settings, db)
        listening = _listening(settings)
        store_limits(db, settings.limits)
    with closing(listening):
        _serve(settings, listening, limit or [], systems)


def _check_name(name: str) -> None:
    """End the command with a sentence for what no browser asks for as the name of a host."""
    from mien.studio.api.guard import host_name

    shown = f"[{name}]" if ":" in name else name
    if host_name(shown) != name.lower():
        refuse(f"--name {name[:80]!r} is no host name: give one such as studio.example.org, without https:// and port")


def _listening(settings: Settings) -> socket.socket:
    """A socket that listens at the address of the settings. Ends the command with a sentence where it cannot."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    found = socket.socket(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((settings.host, settings.port))
        found.listen(512)
    except (OSError, UnicodeError) as error:
        found.close()
        reason = getattr(error, "strerror", None) or error
        remedy = "is the studio running already? Else choose another by --port"
        refuse(f"{settings.host}:{settings.port} cannot be used ({reason}): {remedy}")
    return found


def _serve(settings: Settings, listening: socket.socket, limits: list[str], systems: str) -> None:
    import uvicorn

    from mien.studio.api.app import create_app, server_options
    from mien.studio.files.cleaner import Cleaner
    from mien.studio.worker.processes import WorkerProcesses

    settings = settings.model_copy(update={"port": listening.getsockname()[1]})
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    options = server_options(settings)
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), log_level="warning", access_log=False, lifespan="on", **options)
    )
    _say_models()
    threading.Thread(target=_say_when_ready, args=(server, f"http://{shown}:{settings.port}"), daemon=True).start()
    with WorkerProcesses(settings, limits, systems, Path.cwd()), Cleaner(settings):
        server.run(sockets=[listening])


def _say_when_ready(server: object, address: str) -> None:
    """Print the address once it answers: who starts the studio may wait for that line."""
    waiting = threading.Event()
    while not getattr(server, "started", False):
        waiting.wait(0.05)
    print(f"mien studio: {address} (Ctrl-C stops it)", flush=True)


def _say_accounts(settings: Settings, db: Database) -> None:
    """Say how the first account is made where there is none."""
    from mien.studio.people.accounts import any_people

    if settings.users and not any_people(db):
        print(f"there is no account yet: make one by `{settings.hint('users add')} NAME --admin`", file=sys.stderr)


def _say_models() -> None:
    """Say which makers use the model that comes with mien, and which have none and refuse requests until they do."""
    from mien.bundled.place import find_model
    from mien.makers.systems import SYSTEMS

    places = {command: find_model(system.model) for command, system in SYSTEMS.items()}
    bundled = [command for command, place in places.items() if place.bundled]
    missing = [command for command, place in places.items() if not (place.folder / "config.json").is_file()]
    if bundled:
        print(f"bundled models are used by {', '.join(bundled)}; see `mien models`", file=sys.stderr)
    if missing:
        remedy = "run `make repro`; the studio need not be started again"
        print(f"there is no model for {', '.join(missing)}: {remedy}", file=sys.stderr)
