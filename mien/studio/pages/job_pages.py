"""The page of one result: what was asked for, what came of it, and what can be done with it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from mien.makers.forms import files_in, form_fields
from mien.makers.systems import SYSTEMS
from mien.media.speech.languages import spoken_language
from mien.studio.api.bodies import JobView, ResultFile
from mien.studio.api.context import CanRead, Context
from mien.studio.api.errors import NotFoundError
from mien.studio.api.views import job_view
from mien.studio.database.tables import File, Job
from mien.studio.files.place import is_id, upload_preview
from mien.studio.history.search import History
from mien.studio.pages.catalogue import Translator
from mien.studio.pages.sayings import said
from mien.studio.pages.showing import is_part, show
from mien.studio.pages.templates import Formats, asked_language

router = APIRouter(include_in_schema=False)

_ROLES = ("file", "captions", "sound", "person", "picture", "motion", "poses", "play", "request")
"""The order in which files are listed; small pictures for lists are not."""
_HIDDEN = frozenset(("thumb", "clip"))


@dataclass(frozen=True)
class Player:
    """What plays a result: `kind` is `video`, `model` or `picture`."""

    kind: str
    url: str


@dataclass(frozen=True)
class ShownFile:
    """An input of the request: its name, and the address of its preview, where there is one."""

    name: str
    preview: str | None = None


@dataclass(frozen=True)
class ShownField:
    """A field of the request with its value as the reader sees it, or its file."""

    label: str
    value: str = ""
    file: ShownFile | None = None


@router.get("/jobs/{job}")
def job_page(request: Request, ctx: CanRead, job: Annotated[str, Path(max_length=64)]) -> HTMLResponse:
    """The page of a result, or for htmx and its own script the part below the title."""
    found = History(ctx.db).find(ctx.owner, job) if is_id(job) else None
    if found is None:
        raise NotFoundError("result")
    t = Translator(asked_language(request))
    view = job_view(ctx.db, ctx.settings, found)
    template = "parts/job_main.html" if is_part(request) else "job.html"
    return show(
        request, ctx, template, page="history", job=view, player=player_of(view.files), files=_listed(view.files, t),
        fields=shown_fields(ctx, view, t), details=_details(found, view, t), notes=[said(t, one) for one in view.notes],
        reason=said(t, view.reason), uses=[one for one in view.uses if f"js.use.{one.maker}.{one.field}" in t.texts],
        origin=History(ctx.db).find(ctx.owner, view.origin) if view.origin else None,
        curl=curl_of(str(request.base_url), view, ctx.settings.users), spoken=_spoken(view),
    )  # fmt: skip


def _spoken(view: JobView) -> str | None:
    """The language of the captions, as the voice has read the text; None: nothing was read."""
    text, chosen = view.request.get("text"), view.request.get("language")
    return spoken_language(str(text), str(chosen) if chosen else None)[:2] if text else None


def player_of(files: dict[str, ResultFile]) -> Player | None:
    """What shows a result in a browser: the file itself, else its preview, else its picture."""
    for role in ("file", "play", "picture", "thumb"):
        file = files.get(role)
        if file is None:
            continue
        if file.media_type == "video/mp4":
            return Player("video", file.url)
        if file.media_type == "model/gltf-binary":
            return Player("model", file.url)
        if file.media_type.startswith("image/"):
            return Player("picture", file.url)
    return None


def _listed(files: dict[str, ResultFile], t: Translator) -> list[tuple[str, ResultFile]]:
    """The files with what they are, in the order of `_ROLES`, further variants after the first."""
    known = {role: place for place, role in enumerate(_ROLES)}
    parted = {role: role.partition("-")[::2] for role in files if role not in _HIDDEN}
    order = sorted(parted, key=lambda role: (known.get(parted[role][0], len(known)), len(role), role))
    return [(_role_name(t, *parted[role]), files[role]) for role in order]


def _role_name(t: Translator, role: str, variant: str) -> str:
    """What a file is, such as `The result` or `The result 2`."""
    return f"{t.known(f'js.role.{role}', role.capitalize())} {variant}".strip()


def shown_fields(ctx: Context, job: JobView, t: Translator) -> list[ShownField]:
    """The fields of a job's request that were given, in the order of the form, and the kind of file."""
    order = [one.name for one in form_fields(SYSTEMS[job.system])] if job.system in SYSTEMS else []
    names = sorted(job.request, key=lambda name: (order.index(name) if name in order else len(order), name))
    files = _inputs(ctx, job)
    shown = [_shown_field(ctx, job.system, name, job.request[name], files, t) for name in names]
    return [*shown, ShownField(t("job.output"), job.output)]


def _inputs(ctx: Context, job: JobView) -> dict[str, File]:
    ids = list(files_in(job.request).values())
    if not ids:
        return {}
    with ctx.db.session() as session:
        found = session.scalars(select(File).where(File.id.in_(ids), File.owner == ctx.owner))
        return {one.id: one for one in found}


def _shown_field(ctx: Context, system: str, name: str, value: Any, files: dict[str, File], t: Translator) -> ShownField:
    label = field_label(t, system, name)
    named = files_in({name: value}).get(name)
    if named is None:
        return ShownField(label, _plain(t, system, name, value))
    file = files.get(named)
    if file is None:
        return ShownField(label, file=ShownFile(t("job.file.gone")))
    there = upload_preview(ctx.settings.folder, file.id).is_file()
    return ShownField(label, file=ShownFile(file.name, f"/api/v1/files/{file.id}/preview" if there else None))


def field_label(t: Translator, system: str, name: str) -> str:
    """The name of a field in the reader's language; a new field is called as in the API."""
    plain = name.replace("_", " ")
    return t.known(f"field.{system}.{name}", t.known(f"field.{name}", plain[:1].upper() + plain[1:]))


def _plain(t: Translator, system: str, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return t("rest.yes") if value else t("rest.no")
    if isinstance(value, list):
        return "\n".join(_plain(t, system, name, one) for one in value)
    text = str(value)
    return t.known(f"choice.{name}.{text}", text)


def _details(job: Job, view: JobView, t: Translator) -> list[tuple[str, Any]]:
    formats = Formats(t)
    facts = view.facts
    found: list[tuple[str, Any]] = [
        ("id", view.id),
        ("model", said(t, view.model)),
        ("created", formats.moment(view.created)),
    ]
    if view.started is not None:
        found.append(("waited", formats.span(view.started - view.created)))
        if view.ended is not None:
            found.append(("took", formats.span(view.ended - view.started)))
    if isinstance(facts.get("cold"), bool):
        found.append(("warm", t("rest.no") if facts["cold"] else t("rest.yes")))
    if _numbers(facts, "width", "height"):
        found.append(("size", f"{facts['width']:g} × {facts['height']:g} px"))
    if _numbers(facts, "seconds"):
        found.append(("seconds", t("frame.span.s", s=formats.number(facts["seconds"], 1))))
    for name in ("frames", "fps"):
        if _numbers(facts, name):
            found.append((name, f"{facts[name]:g}"))
    if job.bytes:
        found.append(("bytes", formats.size(job.bytes)))
    found.append(("attempt", job.attempt))
    return [(t(f"job.detail.{name}"), value) for name, value in found if value not in ("", 0)]


def _numbers(facts: dict[str, Any], *names: str) -> bool:
    return all(isinstance(facts.get(name), int | float) and not isinstance(facts.get(name), bool) for name in names)


def curl_of(base: str, job: JobView, users: bool) -> str:
    """A command line that asks for the same thing by the API."""
    body = json.dumps({**job.request, "output": job.output}, ensure_ascii=False)
    lines: Sequence[str] = (
        f"curl -X POST {shlex.quote(f'{base}api/v1/{job.system}')}",
        *(('-H "Authorization: Bearer $MIEN_TOKEN"',) if users else ()),
        "-H 'Content-Type: application/json'",
        f"-d {shlex.quote(body)}",
    )
    return " \\\n  ".join(lines)
