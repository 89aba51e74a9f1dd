"""Opening a file that the studio made: the request in its metadata fills the form again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from mien.files import parse_json
from mien.makers.forms import FormField, files_in, form_fields
from mien.makers.systems import SYSTEMS
from mien.media.provenance import carried, parse_tags
from mien.studio.database.engine import Database
from mien.studio.database.tables import File
from mien.studio.files.errors import FileError
from mien.studio.files.names import is_text, shown_name


@dataclass(frozen=True)
class Opened:
    """A request that a file carries.

    system: name of its command. values: by field; those of files that are no longer there are left out. output: suffix.
    missing: field → name of the file that is no longer there. whole: whether it is the whole request; otherwise only
    what files made on the command line say of it.
    """

    system: str
    values: dict[str, Any]
    output: str | None = None
    missing: dict[str, str] = field(default_factory=dict)
    whole: bool = True


def opened(db: Database, owner: str, tags: Mapping[str, str], name: str) -> Opened:
    """The request in the `tags` of a file. Raises FileError (422) in one sentence where there is none."""
    text = carried(tags)
    if text is None:
        return _partial(tags, name)
    try:
        content = parse_json(text)
    except ValueError as error:
        raise FileError(422, f"the request in {name} is damaged: fill in the form by hand") from error
    if not isinstance(content, dict) or not isinstance(content.get("values"), dict):
        raise FileError(422, f"the request in {name} is of a form that is not known: fill in the form by hand")
    system = SYSTEMS.get(str(content.get("system")))
    if system is None:
        raise FileError(422, f"{name} was made by {str(content.get('system'))[:20]!r}, which this studio has not")
    known = {one.name: one for one in form_fields(system)}
    values = {key: value for key, value in content["values"].items() if key in known and _fits(known[key], value)}
    names = content.get("files")
    missing = _missing(db, owner, values, names if isinstance(names, dict) else {})
    output = str(content.get("output"))
    suffixes = {one.suffix for one in system.outputs}
    return Opened(
        system.command, {key: value for key, value in values.items() if key not in missing},
        output if output in suffixes else None, missing,
    )  # fmt: skip


def _fits(field: FormField, value: Any) -> bool:
    """Whether a value is of the kind that a field of a form holds; what a file says may be anything."""
    if field.several and isinstance(value, list):
        return len(value) <= 100 and all(_is_one(field, one) for one in value)
    return _is_one(field, value)


def _is_one(field: FormField, value: Any) -> bool:
    if field.kind == "boolean":
        return isinstance(value, bool)
    if field.kind in ("integer", "number"):
        return type(value) in (int, float) and abs(value) < 2**63  # false of NaN, too
    return isinstance(value, str) and is_text(value)


def _missing(db: Database, owner: str, values: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, str]:
    """Field → shown name of each file that is not there, or is another person's."""
    wanted = files_in(values)
    if not wanted:
        return {}
    with db.session() as session:
        own = select(File.id).where(File.id.in_(wanted.values()), File.owner == owner)
        there = set(session.scalars(own))
    return {name: shown_name(str(names.get(one) or one)) for name, one in wanted.items() if one not in there}


def _partial(tags: Mapping[str, str], name: str) -> Opened:
    """What a file of the command line says: its words and seed, in the form of the system that its title names."""
    provenance = parse_tags(tags)
    if provenance is None:
        raise FileError(422, f"{name} was not made by mien, or its metadata was removed: there is no request in it")
    titles = {key.lower(): value for key, value in tags.items()}
    system = next((one for one in SYSTEMS.values() if one.title == titles.get("title")), None)
    if system is None:
        raise FileError(422, f"{name} says that mien made it, but not by which maker: fill in the form by hand")
    known = {one.name: one for one in form_fields(system)}
    given = {
        "text": provenance.prompt, "seed": provenance.seed, "emotion": provenance.emotion,
        "intensity": provenance.intensity,
    }  # fmt: skip
    values = {key: value for key, value in given.items() if key in known and _fits(known[key], value)}
    return Opened(system.command, values, whole=False)
