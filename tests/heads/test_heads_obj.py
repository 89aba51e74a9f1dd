"""OBJ files: a head with materials and textures, and the bare mesh of every frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh
from heads_making import embedded, make_ict
from PIL import Image

from mien.heads.appearance import Appearance
from mien.heads.catalogue import open_head
from mien.heads.export import obj
from mien.heads.export.obj import write_head_obj, write_obj
from mien.heads.export.parts import head_mesh, of_expressions
from mien.heads.head import HeadError
from mien.heads.performance import Performance, expression_vector
from mien.heads.render.playback import posed_frames
from mien.media.file_tags import file_tags
from mien.media.provenance import Provenance, parse_tags
from mien.media.provenance import tags as make_tags

DRESSED = Appearance(hair_style="wavy", glasses="rectangular", clothing="v_neck", frame_weight=0.8)
TAGS = make_tags(Provenance(generator="mien 1.0", prompt="two\nlines; and more"))


def test_a_textured_head_is_read_back(tmp_path: Path) -> None:
    smile = expression_vector({"mouthSmileLeft": 1, "mouthSmileRight": 1, "jawOpen": 0.3})
    files = write_head_obj(tmp_path / "my head.obj", embedded(), None, DRESSED, smile, TAGS)
    assert files[0] == tmp_path / "my head.obj"
    assert sorted(files) == sorted(tmp_path.iterdir())
    for file in files:
        provenance = parse_tags(file_tags(file))
        assert provenance is not None, file
        assert provenance.prompt == "two\nlines; and more"
    scene = trimesh.load(files[0], process=False, split_object=True, group_material=True)
    by_name = {mesh.visual.material.name: mesh for mesh in scene.geometry.values()}
    mesh = head_mesh(embedded(), None, DRESSED)
    assert set(by_name) == {part.name for part in mesh.parts}
    points = next(mesh.positions(of_expressions(smile[None])))
    for part in mesh.parts:
        read = by_name[part.name]
        # an open sheet has both its sides
        assert len(read.faces) == len(part.faces) * (2 if part.material.double_sided else 1)
        assert part.material.double_sided == (part.name in ("Hair", "Clothes", "Lashes"))
        np.testing.assert_allclose(np.linalg.norm(read.vertex_normals, axis=1), 1, atol=1e-4)
        facing = np.cross(*np.diff(read.vertices[read.faces], axis=1).transpose(1, 0, 2))
        assert ((facing * read.vertex_normals[read.faces].mean(axis=1)).sum(axis=1) > 0).mean() > 0.97, part.name
        read.faces = read.faces[: len(part.faces)]
        np.testing.assert_allclose(
            read.vertices[read.faces].mean(axis=1), points[part.source][part.faces].mean(axis=1), atol=2e-6
        )
        if part.uv is not None and part.picture is not None:
            np.testing.assert_allclose(read.visual.uv[read.faces], (part.uv * [1, -1] + [0, 1])[part.faces], atol=2e-6)
            assert read.visual.material.image.size == part.picture.shape[1::-1]
    alpha = np.asarray(Image.open(tmp_path / "my_head_lashes_alpha.png"))
    assert (alpha == 255).any()
    assert (alpha == 0).any()


def test_a_head_without_texture_has_vertex_colours(tmp_path: Path) -> None:
    head = open_head("ict", make_ict(tmp_path / "ict"))
    (tmp_path / "out").mkdir()
    files = write_head_obj(tmp_path / "out" / "a.obj", head)
    assert [file.name for file in files] == ["a.obj", "a.mtl"]
    (part,) = head_mesh(head, None, None).parts
    values = np.array([line.split()[1:] for line in files[0].read_text().splitlines() if line.startswith("v ")], float)
    np.testing.assert_allclose(values[:, 3:] * 255, head.colours[part.source], atol=1.5)


def test_nothing_appears_when_a_texture_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Path.write_bytes

    def fails(path: Path, content: bytes) -> int:
        if content.startswith(b"\x89PNG") and len(list(tmp_path.iterdir())) > 4:
            raise OSError(28, "No space left on device")
        return whole(path, content)

    monkeypatch.setattr(Path, "write_bytes", fails)
    with pytest.raises(Exception, match=r"[Ss]pace|full"):
        write_head_obj(tmp_path / "a.obj", embedded(), None, DRESSED)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def performance() -> Performance:
    return Performance.still(frames=5, mouthSmileLeft=0.6, jawOpen=0.2)


def test_obj_files_hold_the_frames(performance: Performance, tmp_path: Path) -> None:
    head = embedded()
    write_obj(tmp_path / "one.obj", head, None, performance, frame=4, tags=TAGS)
    mesh = trimesh.load(tmp_path / "one.obj", process=False)
    used = np.unique(head.faces)
    right = next(posed_frames(head, torch.zeros(len(head.identity_names)), performance))[used]
    np.testing.assert_allclose(mesh.vertices, right, atol=1e-5)
    np.testing.assert_array_equal(mesh.visual.vertex_colors[:, :3], head.colours[used])
    assert parse_tags(file_tags(tmp_path / "one.obj")) is not None
    write_obj(tmp_path / "all", head, None, Performance.still(frames=2, jawOpen=0.5))
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == ["head_00000.obj", "head_00001.obj"]


def test_nothing_is_overwritten_or_left_half(performance: Performance, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "note.txt").write_text("keep")
    with pytest.raises(HeadError, match="nothing is overwritten"):
        write_obj(folder, embedded(), None, performance)
    assert (folder / "note.txt").read_text() == "keep"
    with pytest.raises(HeadError, match="has no frames"):
        write_obj(tmp_path / "empty", embedded(), None, Performance.still(frames=0))
    with pytest.raises(HeadError, match="there is no frame 5: the performance has 5"):
        write_obj(tmp_path / "late.obj", embedded(), None, performance, frame=5)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine"]


def test_lines_have_as_many_values_as_their_form() -> None:
    assert obj._rows("f", np.arange(6)[None], "%d/%d") == ["f 0/1 2/3 4/5"]
