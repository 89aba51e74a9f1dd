"""glTF and OBJ files: read back by trimesh and by a reader of the specification's own rules."""

from __future__ import annotations

import json
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh
from heads_making import embedded, make_flame, make_ict
from scipy.spatial.transform import Rotation

from mien.heads.catalogue import open_head
from mien.heads.embedded.head import NECK_PIVOT
from mien.heads.export.mesh_files import (
    gaze_as_expressions,
    neck_bone,
    write_glb,
    write_obj,
)
from mien.heads.head import HEAD_HEIGHT, Head, HeadError
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.heads.render.playback import posed_frames
from mien.heads.render.shading import LINEAR

DTYPES = {5126: np.float32, 5125: np.uint32, 5123: np.uint16, 5121: np.uint8}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}
FRAMES = 13


@pytest.fixture(scope="module")
def performance() -> Performance:
    t = np.linspace(0, 1, FRAMES)
    expression = np.zeros((FRAMES, 52))
    expression[:, EXPRESSION_INDEX["mouthSmileLeft"]] = t
    expression[:, EXPRESSION_INDEX["jawOpen"]] = 0.6 * np.sin(np.pi * t)
    expression[:, EXPRESSION_INDEX["browDownRight"]] = 0.5 * (1 - t)
    neck = np.stack([0.5 * np.sin(6 * t), 0.2 * t, -0.15 * t], axis=1)
    gaze = np.stack([0.3 * np.cos(4 * t), 0.0 * t], axis=1)
    return Performance(Fraction(30000, 1001), expression, neck, np.stack([0.1 * t, 0 * t, -0.05 * t], axis=1), gaze)


class Glb:
    """A glb read by the letter of glTF 2.0."""

    def __init__(self, path: Path) -> None:
        content = path.read_bytes()
        magic, version, length = struct.unpack("<4sII", content[:12])
        assert (magic, version, length) == (b"glTF", 2, len(content))
        size, kind = struct.unpack("<I4s", content[12:20])
        assert kind == b"JSON"
        self.tree: dict[str, Any] = json.loads(content[20 : 20 + size])
        binary, kind = struct.unpack("<I4s", content[20 + size : 28 + size])
        assert kind == b"BIN\0"
        assert self.tree["buffers"] == [{"byteLength": binary}]
        self.buffer = content[28 + size :]
        assert len(self.buffer) == binary

    def read(self, index: int) -> np.ndarray:
        accessor = self.tree["accessors"][index]
        view = self.tree["bufferViews"][accessor["bufferView"]]
        dtype, width = np.dtype(DTYPES[accessor["componentType"]]), WIDTHS[accessor["type"]]
        start = view["byteOffset"] + accessor.get("byteOffset", 0)
        assert start % dtype.itemsize == 0
        assert accessor["count"] * width * dtype.itemsize <= view["byteLength"]
        values = np.frombuffer(self.buffer, dtype, accessor["count"] * width, start).reshape(-1, width)
        for name, found in (("min", values.min(axis=0)), ("max", values.max(axis=0))):
            if name in accessor:
                np.testing.assert_array_equal(np.array(accessor[name], dtype), found)
        return values

    @property
    def primitive(self) -> dict[str, Any]:
        return self.tree["meshes"][0]["primitives"][0]

    def attribute(self, name: str) -> np.ndarray:
        return self.read(self.primitive["attributes"][name])

    def track(self, path: str) -> tuple[np.ndarray, np.ndarray]:
        animation = self.tree["animations"][0]
        (channel,) = [c for c in animation["channels"] if c["target"]["path"] == path]
        sampler = animation["samplers"][channel["sampler"]]
        assert sampler["interpolation"] == "LINEAR"
        return self.read(sampler["input"])[:, 0], self.read(sampler["output"])

    def pose(self, frame: int) -> np.ndarray:
        """Vertices (U, 3) at a key: morph targets first, then the skin, as the specification orders."""
        points = self.attribute("POSITION").astype(float)
        times, weights = self.track("weights")
        weights = weights.reshape(len(times), -1)[frame]
        for weight, target in zip(weights, self.primitive["targets"], strict=True):
            points = points + weight * self.read(target["POSITION"])
        if "skins" not in self.tree:
            return points
        skin = self.tree["skins"][0]
        inverse = self.read(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1)
        body, head = np.eye(4), np.eye(4)
        body[:3, 3] = self.track("translation")[1][frame]
        head[:3, :3] = Rotation.from_quat(self.track("rotation")[1][frame]).as_matrix()
        head[:3, 3] = self.tree["nodes"][2]["translation"]
        joints = np.stack([body @ inverse[0], body @ head @ inverse[1]])
        chosen, shares = self.attribute("JOINTS_0"), self.attribute("WEIGHTS_0")
        np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
        matrices = (joints[chosen] * shares[..., None, None]).sum(axis=1)
        return np.einsum("vij,vj->vi", matrices[:, :3], np.concatenate([points, np.ones((len(points), 1))], axis=1))


@pytest.fixture(scope="module", params=["embedded", "ict", "flame"])
def head(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Head:
    folder = tmp_path_factory.mktemp("heads")
    if request.param == "embedded":
        return embedded()
    return open_head(request.param, {"ict": make_ict, "flame": make_flame}[request.param](folder))


def truth(head: Head, performance: Performance) -> np.ndarray:
    used = np.unique(head.faces)
    return np.stack(list(posed_frames(head, torch.zeros(len(head.identity_names)), performance)))[:, used]


def test_targets_and_bone_play_the_performance(head: Head, performance: Performance, tmp_path: Path) -> None:
    write_glb(tmp_path / "head.glb", head, None, performance)
    file = Glb(tmp_path / "head.glb")
    names = file.tree["meshes"][0]["extras"]["targetNames"]
    assert {"mouthSmileLeft", "jawOpen", "browDownRight", "eyeLookOutLeft", "eyeLookInRight"} <= set(names)
    assert "cheekPuff" not in names
    assert len(file.primitive["targets"]) == len(names)
    times, _ = file.track("weights")
    np.testing.assert_allclose(times, np.arange(FRAMES) * 1001 / 30000, rtol=1e-6)
    assert (np.diff(times) > 0).all()
    quaternions = file.track("rotation")[1]
    np.testing.assert_allclose(np.linalg.norm(quaternions, axis=1), 1, atol=1e-6)
    assert ((quaternions[1:] * quaternions[:-1]).sum(axis=1) > 0.9).all()
    right = truth(head, performance)
    for frame in (0, 4, 9, FRAMES - 1):
        away = np.linalg.norm(file.pose(frame) - right[frame], axis=1) * HEAD_HEIGHT
        assert away.max() < 0.35
        assert np.sqrt((away**2).mean()) < 0.05


def test_key_frames_are_exact_in_the_other_mode(head: Head, performance: Performance, tmp_path: Path) -> None:
    write_glb(tmp_path / "head.glb", head, None, performance, mode="frames", keys=5)
    file = Glb(tmp_path / "head.glb")
    assert "skins" not in file.tree
    times, _ = file.track("weights")
    np.testing.assert_allclose(times, np.array([0, 3, 6, 9, 12]) * 1001 / 30000, rtol=1e-6)
    right = truth(head, performance)
    for key, frame in enumerate((0, 3, 6, 9, 12)):
        np.testing.assert_allclose(file.pose(key), right[frame], atol=2e-6)


def test_trimesh_reads_geometry_and_colours_back(head: Head, performance: Performance, tmp_path: Path) -> None:
    write_glb(tmp_path / "head.glb", head, None, performance)
    scene = trimesh.load(tmp_path / "head.glb", process=False)
    (mesh,) = scene.geometry.values()
    used, faces = np.unique(head.faces, return_inverse=True)
    zero = torch.zeros(1, len(head.identity_names)), torch.zeros(1, 52)
    np.testing.assert_allclose(mesh.vertices, head.vertices(*zero)[0, used].numpy(), atol=1e-5)
    np.testing.assert_array_equal(mesh.faces, faces.reshape(-1, 3))
    file = Glb(tmp_path / "head.glb")
    # glTF's vertex colours are linear light
    np.testing.assert_allclose(file.attribute("COLOR_0")[:, :3] / 65535, LINEAR[head.colours[used]], atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(file.attribute("NORMAL"), axis=1), 1, atol=1e-5)
    assert file.tree["materials"][0]["pbrMetallicRoughness"]["metallicFactor"] == 0


def test_a_target_is_the_expressions_own_displacement(head: Head, performance: Performance, tmp_path: Path) -> None:
    write_glb(tmp_path / "head.glb", head, None, performance)
    file = Glb(tmp_path / "head.glb")
    names = file.tree["meshes"][0]["extras"]["targetNames"]
    weights = torch.zeros(2, 52)
    weights[1, EXPRESSION_INDEX["mouthSmileLeft"]] = 1
    points = head.vertices(torch.zeros(1, len(head.identity_names)), weights)[:, np.unique(head.faces)].numpy()
    target = file.read(file.primitive["targets"][names.index("mouthSmileLeft")]["POSITION"])
    np.testing.assert_allclose(target, points[1] - points[0], atol=1e-6)


def test_the_necks_bone_is_found_again() -> None:
    weight, pivot = neck_bone(embedded(), torch.zeros(len(embedded().identity_names)))
    np.testing.assert_allclose(pivot * HEAD_HEIGHT, NECK_PIVOT, atol=0.02)
    near = np.linalg.norm(embedded().surface.rest - NECK_PIVOT, axis=1) < 0.5
    np.testing.assert_allclose(weight[~near], embedded()._neck_weight.numpy()[~near], atol=2e-3)


def test_gaze_becomes_looks() -> None:
    gaze = np.array([[0.3, 0.0], [-0.3, 0.25]])
    still = Performance.still(frames=2)
    looked = gaze_as_expressions(Performance(still.fps, still.expression, still.neck, still.translation, gaze))
    assert looked[0, EXPRESSION_INDEX["eyeLookOutLeft"]] == pytest.approx(0.5)
    assert looked[0, EXPRESSION_INDEX["eyeLookInRight"]] == pytest.approx(0.5)
    assert looked[1, EXPRESSION_INDEX["eyeLookInLeft"]] == pytest.approx(0.5)
    assert looked[1, EXPRESSION_INDEX["eyeLookDownLeft"]] == pytest.approx(0.5)
    assert looked[0, EXPRESSION_INDEX["eyeLookOutRight"]] == 0


def test_a_still_head_without_expressions_is_a_file_too(tmp_path: Path) -> None:
    write_glb(tmp_path / "still.glb", embedded(), None, Performance.still())
    file = Glb(tmp_path / "still.glb")
    assert "targets" not in file.primitive
    assert len(trimesh.load(tmp_path / "still.glb").geometry) == 1
    write_glb(tmp_path / "frames.glb", embedded(), None, Performance.still(frames=3), mode="frames")
    assert len(Glb(tmp_path / "frames.glb").primitive["targets"]) == 2


def test_obj_files_hold_the_frames(head: Head, performance: Performance, tmp_path: Path) -> None:
    right = truth(head, performance)
    write_obj(tmp_path / "one.obj", head, None, performance, frame=4)
    mesh = trimesh.load(tmp_path / "one.obj", process=False)
    np.testing.assert_allclose(mesh.vertices, right[4], atol=1e-5)
    np.testing.assert_array_equal(mesh.visual.vertex_colors[:, :3], head.colours[np.unique(head.faces)])
    short = Performance.still(frames=2, jawOpen=0.5)
    write_obj(tmp_path / "all", head, None, short)
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == ["head_00000.obj", "head_00001.obj"]


def test_nothing_is_overwritten_or_left_half(performance: Performance, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "note.txt").write_text("keep")
    with pytest.raises(HeadError, match="nothing is overwritten"):
        write_obj(folder, embedded(), None, performance)
    assert (folder / "note.txt").read_text() == "keep"
    none = Performance.still(frames=0)
    for write in (write_glb, write_obj):
        with pytest.raises(HeadError, match="has no frames"):
            write(tmp_path / "empty", embedded(), None, none)
    with pytest.raises(HeadError, match="there is no frame 13: the performance has 13"):
        write_obj(tmp_path / "late.obj", embedded(), None, performance, frame=13)
    with pytest.raises(HeadError, match="unknown mode"):
        write_glb(tmp_path / "odd.glb", embedded(), None, performance, mode="clouds")  # type: ignore[arg-type]
    with pytest.raises(HeadError, match="at least one key frame"):
        write_glb(tmp_path / "odd.glb", embedded(), None, performance, mode="frames", keys=0)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine"]
