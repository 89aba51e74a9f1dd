"""Heads as Wavefront OBJ: one head with materials and textures, or the bare mesh of every frame of a performance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.files import atomic_directory, atomic_file
from mien.heads.appearance import Appearance
from mien.heads.export.parts import MeshPart, head_mesh, of_expressions
from mien.heads.export.textures import png_bytes
from mien.heads.head import Head, HeadError
from mien.heads.performance import Performance
from mien.heads.render.playback import posed_frames
from mien.heads.render.shading import srgb_table
from mien.progress import progress_bar


def write_head_obj(
    path: Path,
    head: Head,
    identity: Tensor | None = None,
    appearance: Appearance | None = None,
    expression: NDArray[np.float32] | None = None,
    tags: Mapping[str, str] | None = None,
) -> tuple[Path, ...]:
    """Write a still head with all its parts: `path`, and beside it a file of materials and the textures as PNG.

    identity: (I,), None for the average. expression: weights (52,), None for rest. Lengths are in metres, +Y is up, the
    face looks along +Z. tags: where it is from, in every file. Returns the files, `path` first. They are renamed into
    place when all are written, `path` last.
    """
    mesh = head_mesh(head, identity, appearance)
    weights = np.zeros(52, np.float32) if expression is None else expression
    points = next(mesh.positions(of_expressions(weights[None])))
    # programs split lines of OBJ and MTL at spaces
    stem = re.sub(r"[^\w.-]", "_", path.stem)
    textures: dict[str, bytes] = {}
    materials = []
    for part in mesh.parts:
        entry, pictures = _material(part, stem, tags)
        materials.append(entry)
        textures |= pictures
    contents = {
        path: _obj(mesh.parts, points, f"{stem}.mtl", tags).encode(),
        path.with_name(f"{stem}.mtl"): (_comments(tags) + "\n".join(materials)).encode(),
        **{path.with_name(name): content for name, content in textures.items()},
    }
    with ExitStack() as stack:
        for place, content in contents.items():
            stack.enter_context(atomic_file(place)).write_bytes(content)
    return tuple(contents)


def write_obj(
    path: Path,
    head: Head,
    identity: Tensor | None,
    performance: Performance,
    frame: int | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write one frame as the OBJ file `path`, or all frames as head_00000.obj, … into the new folder `path`.

    The head alone, in head units; vertex colours follow the positions, a common extension. tags: where it is from, as
    comments at the start. Raises HeadError for a missing frame, and if the folder exists and is not empty.
    """
    person = torch.zeros(len(head.identity_names)) if identity is None else identity
    if frame is not None:
        if not 0 <= frame < len(performance):
            raise HeadError(f"there is no frame {frame}: the performance has {len(performance)}")
        one = performance.map(lambda values: values[frame : frame + 1])
        with atomic_file(path) as beside:
            beside.write_text(next(_frame_texts(head, person, one, tags)))
        return
    if len(performance) == 0:
        raise HeadError("the performance has no frames, so there is nothing to write")
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise HeadError(f"{path} exists, and nothing is overwritten: name a new folder for the frames")
    texts = _frame_texts(head, person, performance, tags)
    with atomic_directory(path) as folder, progress_bar("writing OBJ", len(performance), "frames") as advance:
        for number, text in enumerate(texts):
            (folder / f"head_{number:05d}.obj").write_text(text)
            advance(1)


def _comments(tags: Mapping[str, str] | None) -> str:
    return "".join(f"# {key}: {' '.join(value.split())}\n" for key, value in (tags or {}).items())


def _frame_texts(
    head: Head, identity: Tensor, performance: Performance, tags: Mapping[str, str] | None
) -> Iterator[str]:
    used, faces = np.unique(head.faces, return_inverse=True)
    colours = head.colours[used] / 255
    start = _comments(tags) + "# made by mien; lengths in head units"
    corners = _rows("f", faces.reshape(-1, 3) + 1, "%d")
    for points in posed_frames(head, identity, performance):
        yield "\n".join([start, *_rows("v", np.concatenate([points[used], colours], axis=1)), *corners, ""])


def _rows(key: str, values: NDArray[np.floating] | NDArray[np.integer], form: str = "%.6f") -> list[str]:
    """Lines of a key and the values of each row (N, width); form: of as many values as it has places."""
    line = " ".join([key, *[form] * (values.shape[1] // form.count("%"))])
    return [line % tuple(row) for row in values.tolist()]


def _srgb(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB in [0, 1] of linear light in [0, 1]."""
    table = srgb_table()
    return table[np.round(linear * (len(table) - 1)).astype(int)] / 255


def _obj(parts: tuple[MeshPart, ...], points: NDArray[np.float64], library: str, tags: Mapping[str, str] | None) -> str:
    lines = [_comments(tags) + "# made by mien; lengths in metres", f"mtllib {library}"]
    first, first_uv, first_normal = 1, 1, 1
    for part in parts:
        places = points[part.source]
        if part.uv is None and part.colours is not None:
            places = np.concatenate([places, _srgb(part.colours)], axis=1)
        normals = part.normals(points)
        lines += [f"o {part.name}", f"usemtl {part.name}", *_rows("v", places), *_rows("vn", normals)]
        if part.uv is not None:
            # textures start in the lower left corner
            lines += _rows("vt", part.uv * [1, -1] + [0, 1])
        lines += _face_lines(part.faces, first, first_uv if part.uv is not None else None, first_normal)
        if part.material.double_sided:
            # OBJ has no word for it: the inner side has faces of its own
            lines += _rows("vn", -normals)
            inner = part.faces[:, [0, 2, 1]]
            first_normal += len(normals)
            lines += _face_lines(inner, first, first_uv if part.uv is not None else None, first_normal)
        first, first_normal = first + len(places), first_normal + len(normals)
        first_uv += 0 if part.uv is None else len(part.uv)
    return "\n".join([*lines, ""])


def _face_lines(faces: NDArray[np.int32], first: int, first_uv: int | None, first_normal: int) -> list[str]:
    columns = [faces + first, faces + first_normal]
    if first_uv is not None:
        columns.insert(1, faces + first_uv)
    return _rows("f", np.stack(columns, axis=2).reshape(len(faces), -1), "%d//%d" if first_uv is None else "%d/%d/%d")


def _material(part: MeshPart, stem: str, tags: Mapping[str, str] | None) -> tuple[str, dict[str, bytes]]:
    """The entry of a part in the file of materials, and its pictures by name."""
    material = part.material
    # MTL has no word on it; factors are written as the textures are, in sRGB
    red, green, blue = _srgb(np.array(material.colour))
    lines = [f"newmtl {part.name}", f"Kd {red:.4f} {green:.4f} {blue:.4f}", "Ka 0 0 0", "illum 2"]
    shine = 1 - material.roughness if material.mirrors else 0.0
    lines += [f"Ks {0.2 * shine:.4f} {0.2 * shine:.4f} {0.2 * shine:.4f}", f"Ns {1 + 200 * shine**3:.1f}"]
    # the common extension for physically based materials
    lines += [f"Pr {material.roughness:.3f}", f"Pm {material.metallic:.3f}"]
    pictures: dict[str, bytes] = {}
    if part.picture is not None:
        name = f"{stem}_{part.name.lower()}.png"
        pictures[name] = png_bytes(part.picture, tags)
        lines.append(f"map_Kd {name}")
        if part.picture.shape[2] == 4:
            cover = f"{stem}_{part.name.lower()}_alpha.png"
            pictures[cover] = png_bytes(np.repeat(part.picture[..., 3:], 3, axis=2), tags)
            lines.append(f"map_d {cover}")
    return "\n".join([*lines, ""]), pictures
