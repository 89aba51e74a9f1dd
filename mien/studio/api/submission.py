"""From the values of a form or a body to a job in the queue: the one way in, for the API and for the pages."""

from __future__ import annotations

import logging
import re
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import select

from mien.makers.amounts import amount_of
from mien.makers.examples import EXAMPLES, SAMPLE
from mien.makers.forms import build_request, files_in, form_fields, without_flags
from mien.makers.systems import SYSTEMS
from mien.motion.generate.script import read_script
from mien.studio.api.context import Context
from mien.studio.api.errors import ApiError, NotFoundError
from mien.studio.api.speaking import check_speaking
from mien.studio.database.engine import Database
from mien.studio.database.tables import File, Job
from mien.studio.files.keeping import text_problem
from mien.studio.files.place import upload_path
from mien.studio.files.upload import KIND_WORDS
from mien.studio.history.folding import fold
from mien.studio.queue.submit import submit
from mien.studio.settings import Settings
from mien.systems.errors import RequestError
from mien.systems.request import FileKind, Request
from mien.systems.system import System

LOG = logging.getLogger(__name__)

ENGLISH_ONLY = ("move", "sculpt", "shapes")
"""Makers whose models read English only."""

_VIETNAMESE = re.compile("[\u1ea0-\u1ef9ăđơưĂĐƠƯ]")
"""Letters that no other language of Europe or Asia is written with, or hardly any."""


def make_job(
    context: Context, command: str, values: Mapping[str, Any], output: str | None = None, key: str | None = None
) -> Job:
    """Submit a request of the person to a maker and wake a worker. key: idempotency key.

    Raises ApiError and errors of the queue, each in one sentence, for whatever cannot be asked for.
    """
    system = SYSTEMS.get(command)
    if system is None:
        raise NotFoundError("maker")
    given = {name: value for name, value in values.items() if value is not None and value not in ("", [])}
    check_texts(given)
    suffix = output or system.outputs[0].suffix
    if suffix not in (one.suffix for one in system.outputs):
        raise ApiError(422, f"output must be one of {', '.join(one.suffix for one in system.outputs)}", "output")
    files = _files(context.db, context.owner, given)
    request = checked_request(system, given, suffix, files, context.settings)
    title = title_of(given, files, _script(files, context.settings).get("script", ()))
    words = fold(" ".join((title, command, *_texts(given), *(one.name for one in files.values()))))
    job = submit(
        context.db, context.settings, owner=context.owner, system=command, request=given, output=suffix, title=title,
        words=words, amount=amount_of(request, suffix, {name: one.facts for name, one in files.items()}), key=key,
    )  # fmt: skip
    wake(context, job)
    return job


def check_again(context: Context, job: Job, seed: int) -> None:
    """Raise ApiError where the request of a job cannot be made with this seed."""
    values = {**job.request, "seed": seed}
    files = _files(context.db, context.owner, values)
    checked_request(SYSTEMS[job.system], values, job.output, files, context.settings)


def wake(context: Context, job: Job) -> None:
    """Wake a worker for a job. Where that fails, as on a full disk, a worker finds the job by itself a second later."""
    try:
        context.wakeups.send(job.id)
    except (sqlite3.Error, psycopg.Error):
        LOG.warning("no worker could be woken for job %s", job.id, exc_info=True)


def checked_request(
    system: System[Any], values: Mapping[str, Any], output: str, files: Mapping[str, File], settings: Settings
) -> Request:
    """The request of these values for an output. files: the person's own, by field. Raises ApiError in one sentence."""
    asked = ""

    def place(_id: str, kinds: tuple[FileKind, ...], field: str) -> Path:
        nonlocal asked
        file = files.get(field)
        path = None if file is None else upload_path(settings.folder, file.id, file.suffix)
        if file is None or path is None or not path.is_file():
            asked = field
            raise RequestError(f"the file of {field} is not there any more: upload it again")
        if file.kind not in kinds:
            asked, wanted = field, " or ".join(KIND_WORDS[kind] for kind in kinds)
            is_a = KIND_WORDS.get(file.kind, "another file")
            raise RequestError(f"{file.name} is {is_a}, but {wanted} is needed here: choose another file")
        problem = text_problem(file, field)
        if problem is not None:
            asked = field
            raise RequestError(f"{field} {problem}")
        return path

    try:
        request = build_request(system, values, place)
        _english(system.command, values)
        _english(system.command, _script(files, settings))
        _without_checked_files(system, request).check(Path(f"out{output}"))
        check_speaking(request)
    except RequestError as error:
        message = _named(str(error), files, settings)
        raise ApiError(422, without_flags(message), asked or field_of(system, message)) from error
    return request


def warm_up(settings: Settings) -> None:
    """Check an example of each maker, so that the first request need not wait for what its checks import."""
    for command, system in SYSTEMS.items():
        for example in EXAMPLES.get(command, ())[:1]:
            values = {name: value for name, value in example.values.items() if value != SAMPLE}
            with suppress(ApiError):  # of an example that needs its sample
                checked_request(system, values, example.output or system.outputs[0].suffix, {}, settings)


def _without_checked_files(system: System[Any], request: Request) -> Request:
    """The request without the files that were read when they were uploaded, which `check` would read again."""
    fields = (one for one in form_fields(system) if {"person", "text"} & set(one.accepts))
    return request.model_copy(update={one.name: one.default for one in fields if not one.required})


def _named(message: str, files: Mapping[str, File], settings: Settings) -> str:
    """A message with the user's names of files in place of paths."""
    for file in files.values():
        message = message.replace(str(upload_path(settings.folder, file.id, file.suffix)), file.name)
    return message


def field_of(system: System[Any], message: str) -> str | None:
    """The field that a message is about: the first one that it begins with or names."""
    plain = without_flags(message)
    names = [one.name for one in form_fields(system)]
    starts = next((name for name in sorted(names, key=len, reverse=True) if plain.startswith(f"{name} ")), None)
    flags = (found for found in re.findall(r"--([a-z][a-z-]+)", message) if found.replace("-", "_") in names)
    return starts or next((found.replace("-", "_") for found in flags), None)


def _english(command: str, values: Mapping[str, Any]) -> None:
    if command not in ENGLISH_ONLY:
        return
    for name in ("text", "script"):
        for text in _texts(values.get(name, "")):
            if _VIETNAMESE.search(unicodedata.normalize("NFC", text)):
                raise RequestError(f"{name} is in Vietnamese, and {command} reads English only: write it in English")


def _script(files: Mapping[str, File], settings: Settings) -> dict[str, list[str]]:
    """What the head does by a script, cue by cue."""
    file = files.get("script")
    if file is None:
        return {}
    return {"script": [cue.text for cue in read_script(upload_path(settings.folder, file.id, file.suffix)).cues]}


def check_texts(value: Any) -> None:
    """Raise ApiError for a text that cannot be kept: with a NUL character, or halves of a UTF-16 pair."""
    for text in _texts(value):
        if "\0" in text:
            raise ApiError(422, "a text holds a NUL character: leave it out")
        if any("\ud800" <= one <= "\udfff" for one in text):
            raise ApiError(422, "a text is no Unicode: send it in UTF-8")


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list | tuple) else []


def title_of(values: Mapping[str, Any], files: Mapping[str, File], script: Sequence[str] = ()) -> str:
    """What a list shows of a request: its text, what its script says, or the names of its files."""
    text = " · ".join(_texts(values.get("text")) or script)
    shown = text or " · ".join(one.name for one in files.values())
    return " ".join(shown.split())[:300]


def _files(db: Database, owner: str, values: Mapping[str, Any]) -> dict[str, File]:
    """The person's files that the values name, by field; those that are not there are left out."""
    wanted = files_in(values)
    if not wanted:
        return {}
    with db.session() as session:
        rows = session.scalars(select(File).where(File.id.in_(wanted.values()), File.owner == owner))
        found = {one.id: one for one in rows}
    return {field: found[file_id] for field, file_id in wanted.items() if file_id in found}
