"""The available head models: locations of their files, licences, and what is missing to open one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mien.checkout import located
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.head import Head, HeadError
from mien.heads.models.flame import FlameHead, read_flame
from mien.heads.models.gnm import GnmHead
from mien.heads.models.ict import IctHead
from mien.heads.models.ict_files import read_ict

FOLDER_VARIABLE = "MIEN_HEADS"
"""Environment variable with the folder that contains ict/, flame/ and gnm/."""

DEFAULT_FOLDER = Path("models/heads")


@dataclass(frozen=True)
class _Model:
    source: str
    licence: str
    obtain: str
    open: Callable[[Path], Head]


_MODELS: dict[str, _Model] = {
    "embedded": _Model(
        source="mien itself",
        licence="Apache-2.0",
        obtain="nothing is needed",
        open=lambda _: EmbeddedHead(),
    ),
    "ict": _Model(
        source="ICT-FaceKit, USC Institute for Creative Technologies, https://github.com/ICT-VGL/ICT-FaceKit",
        licence="MIT",
        obtain="copy the repository's folder FaceXModel, or an npz packed from it",
        open=lambda path: IctHead(read_ict(path)),
    ),
    "flame": _Model(
        source="FLAME, Max Planck Institute for Intelligent Systems, https://flame.is.tue.mpg.de",
        licence="your own licence of it; not to be redistributed",
        obtain="register there, convert your file to npz as docs/heads.md shows, and put it",
        open=lambda path: FlameHead(read_flame(path)),
    ),
    "gnm": _Model(
        source="GNM Head v3, Google, through the package body-models",
        licence="Apache-2.0",
        obtain="fetch gnm_head.npz as docs/heads.md shows, and put it",
        open=GnmHead,
    ),
}

HEAD_NAMES: tuple[str, ...] = tuple(_MODELS)


def head_path(name: str, path: Path | None = None) -> Path:
    """Path of a head's file: `path`, else its folder in $MIEN_HEADS, else its folder in models/heads."""
    if path is not None:
        return path
    named = os.environ.get(FOLDER_VARIABLE)
    return (Path(named) if named else located(DEFAULT_FOLDER)) / name


def open_head(name: str, path: Path | None = None) -> Head:
    """Open a head by name. `path`: its file or folder; None: as given by `head_path`.

    Raises HeadError for an unknown name, a missing file or package, and a file of another structure.
    """
    model = _MODELS.get(name)
    if model is None:
        raise HeadError(f"there is no head called {name!r}, only {', '.join(HEAD_NAMES)}")
    where = head_path(name, path)
    if name == "embedded":
        if path is not None:
            raise HeadError("the embedded head needs no file: leave the path out")
    elif not where.exists():
        raise HeadError(
            f"the head {name} is not at {where}: {model.obtain} there, or name its place in {FOLDER_VARIABLE}"
        )
    return model.open(where)


@dataclass(frozen=True)
class HeadListing:
    """An entry of `list_heads`. If the head cannot be opened, the counts are None and `problem` is the reason.

    without: unsupported ARKit expression names.
    """

    name: str
    licence: str
    source: str
    path: Path | None
    problem: str | None = None
    vertices: int | None = None
    faces: int | None = None
    identities: int | None = None
    expressions: int | None = None
    without: tuple[str, ...] = ()


def list_heads(paths: Mapping[str, Path] | None = None) -> tuple[HeadListing, ...]:
    """All heads with licence, source, and counts or the reason why a head cannot be opened.

    paths: name → path, for heads that are not where `head_path` looks.
    """
    lines = []
    for name, model in _MODELS.items():
        path = (paths or {}).get(name)
        where = None if name == "embedded" else head_path(name, path)
        try:
            head = open_head(name, path)
        except HeadError as error:
            lines.append(HeadListing(name, model.licence, model.source, where, problem=str(error)))
            continue
        lines.append(
            HeadListing(
                name=name,
                licence=model.licence,
                source=model.source,
                path=where,
                vertices=head.vertex_count,
                faces=len(head.faces),
                identities=len(head.identity_names),
                expressions=len(head.expressions),
                without=head.missing_expressions,
            )
        )
    return tuple(lines)
