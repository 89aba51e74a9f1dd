"""What the figures and their place look like: from words, from a picture, or from a file of scenes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mien.bodies.scene import LABELS, Scene
from mien.faces.pictures.portrait import PortraitError, read_portrait
from mien.files import read_json, write_json
from mien.follow.adapters.interface import Picture
from mien.follow.generate.pictures import picture_poses
from mien.follow.generate.request import FollowRequest
from mien.follow.generate.translating import translator_of
from mien.follow.model import FollowModel
from mien.follow.scenes.prior import Read
from mien.systems.errors import RequestError

PLACE = ("place", "time", "variation")
"""Attributes that all people of a clip share."""

SAMPLES = 24
"""Samples of a text that tell what it says: that is the same in all of them."""

_REMEDY = "write one with `mien follow … -o look.json`"


@dataclass(frozen=True)
class Looks:
    """What a clip shows. scenes: one for each person. action: that of the text, None if it names none.

    notes: what the user should know.
    """

    scenes: tuple[Scene, ...]
    notes: tuple[str, ...] = ()
    action: str | None = None


def choose_looks(request: FollowRequest, model: FollowModel | None, people: int) -> Looks:
    """A scene for each of the people, all in one place; what a text says holds in place of what a picture shows.

    Raises RequestError for a look that cannot be read, and for a text that cannot be understood.
    """
    if request.look is None:
        read = _read(request, _needed(model), people)
        return Looks(together(read.scenes), read.notes_for(people), read.action)
    given = [_seen(request.look, request, _needed(model))] if request.look_file is None else read_scenes(request.look)
    scenes = [given[number % len(given)] for number in range(people)]
    if request.text is None:
        return Looks(together(scenes))
    read = _read(request, _needed(model), SAMPLES)
    said = said_by(read.scenes)
    return Looks(
        together([changed(scene, read.scenes[0], said) for scene in scenes]), read.notes_for(people), read.action
    )


def _read(request: FollowRequest, model: FollowModel, count: int) -> Read:
    try:
        read = model.scenes.sample(request.text or "", request.seed, count, request.language, translator_of(request))
    except ValueError as error:  # a TranslationError too
        raise RequestError(str(error)) from error
    if not read.says_something:
        raise RequestError(
            f"the model knows no word of {(request.text or '')[:60]!r}: say it with words such as a woman in a red "
            "dress dances on the beach, or cô gái áo đỏ nhảy múa trên bãi biển"
        )
    return read


def said_by(samples: Sequence[Scene]) -> tuple[str, ...]:
    """The attributes that all samples of a text share: those that it says."""
    return tuple(name for name in LABELS if len({getattr(scene, name) for scene in samples}) == 1)


def changed(scene: Scene, other: Scene, names: Sequence[str]) -> Scene:
    """The scene with these attributes, and their shades, of another one."""
    shades = {name: rgb for name, rgb in scene.shades.items() if name not in names}
    shades |= {name: rgb for name, rgb in other.shades.items() if name in names}
    return replace(scene, **{name: getattr(other, name) for name in names}, shades=shades)


def together(scenes: Sequence[Scene]) -> tuple[Scene, ...]:
    """The scenes of several people in one place: that of the first."""
    shared = {name: getattr(scenes[0], name) for name in PLACE}
    return tuple(replace(scene, **shared) for scene in scenes)


def read_look(path: Path) -> Picture:
    """The picture of a look, uint8 (H, W, 3) RGB, upright. Raises RequestError for a file that is none."""
    try:
        return read_portrait(path)
    except PortraitError as error:
        raise RequestError(f"the look cannot be read: {error}") from error


def read_scenes(path: Path) -> list[Scene]:
    """The scenes in a file of `write_scenes`, at least one. Raises RequestError in one sentence for any other file."""
    try:
        content = read_json(path)
        found = content["scenes"] if isinstance(content, dict) and "scenes" in content else [content]
        scenes = [Scene.from_json(one) for one in found]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise RequestError(f"{path.name} holds no look ({reason}): {_REMEDY}") from error
    if not scenes:
        raise RequestError(f"{path.name} holds no look: {_REMEDY}")
    return scenes


def write_scenes(path: Path, scenes: Sequence[Scene], tags: Mapping[str, str]) -> None:
    """Write scenes and the metadata as JSON, atomically."""
    content: dict[str, Any] = {"scenes": [scene.to_json() for scene in scenes], "about": dict(tags)}
    write_json(path, content)


def _seen(path: Path, request: FollowRequest, model: FollowModel) -> Scene:
    picture = read_look(path)
    poses = picture_poses(picture, path.name, request)
    return model.look.read(picture, poses.people[0])


def _needed(model: FollowModel | None) -> FollowModel:
    if model is None:  # as `FollowRequest.needs_model` says
        raise RequestError("words and pictures need the trained model: see --model")
    return model


def described(scene: Scene) -> str:
    """What can be seen of a scene in a few words, such as `woman, long black hair, red dress; beach, sunset`."""
    seen = {name: option.replace("_", " ") for name, option in scene.visible().items()}
    parts = [f"{seen['kind']}"]
    if seen["build"] != "average":
        parts.append(f"{seen['build']} build")
    if "skin" in seen:
        parts.append(f"{seen['skin']} skin")
    if "hair_style" in seen:
        parts.append("bald" if scene.hair_style == "bald" else f"{seen['hair_colour']} hair ({seen['hair_style']})")
    if scene.top != "none":
        pattern = "" if scene.top_pattern == "plain" else f" with {seen['pattern_colour']} {seen['top_pattern']}"
        parts.append(f"{seen['top_colour']} {seen['top']}{pattern}")
    if scene.bottom != "none":
        parts.append(f"{seen['bottom_colour']} {seen['bottom']}")
    if scene.hat != "none":
        parts.append(f"{seen.get('hat_colour', '')} {seen['hat']}".strip())
    place = ", ".join(seen[name] for name in ("place", "time") if name in seen)
    return f"{', '.join(parts)}; {place}"
