"""glb files: read back by a reader of the specification's own rules, by trimesh, and by Khronos' validator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh
from glb_reading import Glb
from heads_making import embedded, make_flame, make_ict
from PIL import Image
from scipy.spatial import cKDTree

from mien.heads.appearance import Appearance
from mien.heads.catalogue import open_head
from mien.heads.embedded.head import NECK_PIVOT
from mien.heads.export.glb import GlbContent, head_glb, used_expressions, write_head_glb
from mien.heads.export.parts import METRES, head_mesh
from mien.heads.export.rig import JOINTS, measure_rig, tracks
from mien.heads.head import LOOK_UPRIGHT, Head, HeadError
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance, expression_vector
from mien.heads.render.shading import LINEAR
from mien.heads.render.texture import paint_atlas
from mien.heads.visemes import OCULUS_VISEMES
from mien.media.file_tags import file_tags
from mien.media.provenance import Provenance, parse_tags
from mien.media.provenance import tags as make_tags

FRAMES = 13
DRESSED = Appearance(hair_style="long", glasses="round", clothing="collar", frame_weight=0.1)
TAGS = make_tags(Provenance(generator="mien 1.0", prompt="a smile; wide", seed=3))


@pytest.fixture(scope="module")
def performance() -> Performance:
    t = np.linspace(0, 1, FRAMES)
    expression = np.zeros((FRAMES, 52))
    expression[:, EXPRESSION_INDEX["mouthSmileLeft"]] = t
    expression[:, EXPRESSION_INDEX["jawOpen"]] = 0.6 * np.sin(np.pi * t)
    expression[:, EXPRESSION_INDEX["browDownRight"]] = 0.5 * (1 - t)
    neck = np.stack([0.5 * np.sin(6 * t), 0.2 * t, -0.15 * t], axis=1)
    gaze = np.stack([0.3 * np.cos(4 * t), 0.3 * np.sin(5 * t)], axis=1)
    return Performance(Fraction(30000, 1001), expression, neck, np.stack([0.1 * t, 0 * t, -0.05 * t], axis=1), gaze)


@pytest.fixture(scope="module")
def person() -> torch.Tensor:
    return embedded().identity(face_width=1.0, nose_length=-0.8, eye_spacing=0.7)


@pytest.fixture(scope="module")
def made(person: torch.Tensor) -> GlbContent:
    """A dressed head with everything, at rest."""
    return head_glb(embedded(), person, DRESSED, resting=expression_vector({"mouthSmileLeft": 0.4}), tags=TAGS)


@pytest.fixture(scope="module", params=["embedded", "ict", "flame"])
def head(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Head:
    folder = tmp_path_factory.mktemp("heads")
    if request.param == "embedded":
        return embedded()
    return open_head(request.param, {"ict": make_ict, "flame": make_flame}[request.param](folder))


def distance(points: np.ndarray, surface: np.ndarray) -> float:
    """Greatest distance of points from the nearest of a head's vertices."""
    return float(cKDTree(surface).query(points)[0].max())


def test_every_target_is_the_heads_own_displacement(made: GlbContent, person: torch.Tensor) -> None:
    file = Glb(made.content)
    assert file.target_names() == list(made.targets) == [*ARKIT_NAMES, *OCULUS_VISEMES]
    assert made.left_out == ()
    with torch.no_grad():
        weights = torch.from_numpy(np.stack([np.zeros(52, np.float32), *np.eye(52, dtype=np.float32)]))
        weights = torch.cat([weights, torch.from_numpy(np.stack(list(OCULUS_VISEMES.values())))])
        points = embedded().vertices(person[None], weights).double().numpy() * METRES
    mesh = head_mesh(embedded(), person, DRESSED)
    for part in mesh.parts:
        if part.source.max() >= embedded().vertex_count:
            continue  # worn
        np.testing.assert_allclose(file.attribute(part.name, "POSITION"), points[0, part.source], atol=1e-6)
        for name, moved in zip(made.targets, points[1:], strict=True):
            away = file.target(part.name, name) - (moved - points[0])[part.source]
            assert np.abs(away).max() < 1e-4, (part.name, name)
    assert not file.target("Skin", "viseme_sil").any()
    assert np.abs(file.target("Skin", "viseme_aa")).max() > 0.01
    assert np.abs(file.target("Lashes", "eyeBlinkLeft")).max() > 0.002


def test_the_parts_are_whole_and_face_outwards(made: GlbContent) -> None:
    file = Glb(made.content)
    parts = file.primitives()
    assert list(parts) == ["Skin", "MouthInside", "Eyes", "Mouth", "Lashes", "Ears", "Hair", "Clothes", "Glasses"]
    for name, primitive in parts.items():
        points, normals = file.attribute(name, "POSITION"), file.attribute(name, "NORMAL")
        faces = file.read(primitive["indices"]).reshape(-1, 3).astype(int)
        assert set(np.unique(faces)) == set(range(len(points)))
        np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
        joints, shares = file.attribute(name, "JOINTS_0"), file.attribute(name, "WEIGHTS_0")
        np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
        assert (joints[shares == 0] == 0).all()
        assert joints.max() < len(JOINTS)
        a, b, c = points[faces].transpose(1, 0, 2)
        facing = np.cross(b - a, c - a)
        assert (facing * normals[faces].mean(axis=1)).sum(axis=1).mean() > 0
        # away from an axis through the part: of each ear, eye and lens by itself
        middle = np.where(
            points[:, :1] > 0, points[points[:, 0] > 0].mean(axis=0), points[points[:, 0] <= 0].mean(axis=0)
        )
        if name in ("Skin", "Mouth", "Hair", "Clothes"):
            middle = np.repeat(points.mean(axis=0)[None], len(points), axis=0)
        if name not in ("Lashes", "MouthInside"):
            out = (a + b + c) / 3 - middle[faces[:, 0]]
            assert (facing * out).sum() > 0, name


def test_the_size_is_real_and_in_metres(made: GlbContent) -> None:
    file = Glb(made.content)
    skin = file.attribute("Skin", "POSITION")
    hair, eyes, cloth = (file.attribute(name, "POSITION") for name in ("Hair", "Eyes", "Clothes"))
    assert 0.10 < skin[:, 1].max() < 0.13  # the crown over the eyes
    assert 0.055 < np.ptp(eyes[:, 0]) < 0.11
    assert hair[:, 1].min() < -0.15
    assert 0.35 < np.ptp(cloth[:, 0]) < 0.5  # the shoulders
    nose = skin[skin[:, 2].argmax()]
    assert abs(nose[0]) < 0.01
    assert -0.06 < nose[1] < 0


def test_textures_are_the_painting_at_every_vertex(made: GlbContent) -> None:
    file = Glb(made.content)
    atlas = paint_atlas(DRESSED)
    tree = file.tree
    pictures = {
        name: np.asarray(Image.open(BytesIO(file.picture(name)))) for name in [one["name"] for one in tree["images"]]
    }
    assert set(pictures) == {"Skin", "Ears", "Eyes", "Mouth", "Lashes", "Hair", "Clothes"}
    for name, picture in pictures.items():
        assert all(side & (side - 1) == 0 for side in picture.shape[:2]), "graphics cards halve them"
        material = next(one for one in tree["materials"] if one["name"] == name)
        source = tree["textures"][material["pbrMetallicRoughness"]["baseColorTexture"]["index"]]["source"]
        assert tree["images"][source]["name"] == name
    mesh = head_mesh(embedded(), None, DRESSED)
    painted = embedded().painted(DRESSED)
    for part in mesh.parts:
        if part.name in ("Skin", "Eyes", "Mouth", "Ears"):
            picture, uv = pictures[part.name], file.attribute(part.name, "TEXCOORD_0")
            row = np.clip(uv[:, 1] * picture.shape[0], 0, picture.shape[0] - 1).astype(int)
            column = np.floor(uv[:, 0] * picture.shape[1]).astype(int) % picture.shape[1]
            away = np.abs(picture[row, column].astype(float) - painted[part.source])
            assert np.median(away) <= 6
            assert np.quantile(away, 0.9) < 40
    # no triangle spans the texture: those at its seam have vertices of their own
    faces = file.read(file.primitives()["Skin"]["indices"]).reshape(-1, 3).astype(int)
    assert np.ptp(file.attribute("Skin", "TEXCOORD_0")[faces][..., 0], axis=1).max() < 0.52
    glasses = next(one for one in tree["materials"] if one["name"] == "Glasses")["pbrMetallicRoughness"]
    assert glasses["baseColorFactor"][:3] == pytest.approx([float(value) for value in LINEAR[atlas[-1, -1]]])
    assert glasses["metallicFactor"] > 0.5  # wire


def test_the_inside_of_the_mouth_is_dark(made: GlbContent) -> None:
    file = Glb(made.content)
    shade = file.attribute("MouthInside", "COLOR_0")[:, 0] / 65535
    assert np.median(shade) < 0.3
    assert np.median(file.attribute("Skin", "COLOR_0")[:, 0] / 65535) == 1
    (material,) = [one for one in file.tree["materials"] if one["name"] == "MouthInside"]
    assert material["extensions"] == {"KHR_materials_specular": {"specularFactor": 0.0}}
    assert file.tree["extensionsUsed"] == ["KHR_materials_specular"]
    # it opens with the lips
    assert np.abs(file.target("MouthInside", "jawOpen")).max() > 0.01


def test_bones_and_resting_expression(made: GlbContent) -> None:
    file = Glb(made.content)
    nodes = file.tree["nodes"]
    assert [node["name"] for node in nodes[:5]] == list(JOINTS)
    assert [nodes[joint]["name"] for joint in file.tree["skins"][0]["joints"]] == list(JOINTS)
    np.testing.assert_allclose(file.joints(None), np.repeat(np.eye(4)[None], 5, axis=0), atol=1e-6)
    for name, sign in (("LeftEye", 1), ("RightEye", -1)):
        inverse = file.read(file.tree["skins"][0]["inverseBindMatrices"])[JOINTS.index(name)]
        place = -inverse.reshape(4, 4)[3, :3]
        eyes = file.attribute("Eyes", "POSITION")
        own = eyes[eyes[:, 0] * sign > 0]
        reach = np.linalg.norm(own - place, axis=1)
        np.testing.assert_allclose(reach, 0.015, atol=5e-4)  # a sphere about the bone
        joints = file.attribute("Eyes", "JOINTS_0")[eyes[:, 0] * sign > 0]
        assert (joints[:, 0] == JOINTS.index(name)).all()
    mesh = next(one for one in file.tree["meshes"] if one["name"] == "Face")
    assert mesh["weights"][made.targets.index("mouthSmileLeft")] == pytest.approx(0.4)
    assert np.count_nonzero(mesh["weights"]) == 1
    cloth = file.attribute("Clothes", "WEIGHTS_0")
    assert (cloth[:, 0] == 1).all(), "clothes stay where they are"


def test_the_animation_is_the_performance(head: Head, performance: Performance) -> None:
    look = Appearance(hair_style="bob", glasses="oval")
    made = head_glb(head, None, look, performance, targets=used_expressions(performance))
    file = Glb(made.content)
    names = set(made.targets)
    assert {"mouthSmileLeft", "jawOpen", "browDownRight", "eyeLookUpLeft", "eyeLookDownRight"} <= names
    assert not {"cheekPuff", "eyeLookOutLeft", "viseme_aa"} & names
    times, _ = file.track("weights")
    np.testing.assert_allclose(times, np.arange(FRAMES) * 1001 / 30000, rtol=1e-6)
    quaternions = file.track("rotation", "Neck")[1]
    np.testing.assert_allclose(np.linalg.norm(quaternions, axis=1), 1, atol=1e-6)
    assert ((quaternions[1:] * quaternions[:-1]).sum(axis=1) > 0.9).all()
    mesh = head_mesh(head, None, look)
    right = list(mesh.positions(performance))
    for frame in (0, 4, 9, FRAMES - 1):
        for part in mesh.parts:
            away = np.linalg.norm(file.pose(part.name, frame) - right[frame][part.source], axis=1)
            assert away.max() < 3.5e-3, part.name
            assert np.sqrt((away**2).mean()) < 8e-4, part.name


def test_eyes_turn_once() -> None:
    """Bones and targets together turn an eye as far as the gaze says, not twice as far."""
    gaze = np.array([[0.25, 0.3], [-0.2, -0.25]], np.float32)
    looking = replace(Performance.still(frames=2), gaze=gaze)
    made = head_glb(embedded(), None, None, looking)
    file = Glb(made.content)
    mesh = head_mesh(embedded(), None, None)
    (eyes,) = [part for part in mesh.parts if part.name == "Eyes"]
    for frame, right in enumerate(mesh.positions(looking)):
        away = np.linalg.norm(file.pose("Eyes", frame) - right[eyes.source], axis=1)
        assert away.max() < 8e-4
    both = tracks(looking, frozenset(ARKIT_NAMES))
    assert both.expression[0, EXPRESSION_INDEX["eyeLookDownLeft"]] == pytest.approx(0.3 / 0.55)
    half_turn = np.linalg.norm(both.rotation["LeftEye"][0][:1])
    assert 2 * np.arcsin(half_turn) == pytest.approx(0.3 - LOOK_UPRIGHT * 0.3 / 0.55, abs=2e-3)
    alone = tracks(looking, frozenset())
    assert 2 * np.arcsin(np.linalg.norm(alone.rotation["LeftEye"][0][:1])) == pytest.approx(0.3, abs=5e-3)


def test_key_frames_are_exact_in_the_other_mode(head: Head, performance: Performance) -> None:
    file = Glb(head_glb(head, None, None, performance, mode="frames", keys=5).content)
    assert "skins" not in file.tree
    times, _ = file.track("weights")
    np.testing.assert_allclose(times, np.array([0, 3, 6, 9, 12]) * 1001 / 30000, rtol=1e-6)
    mesh = head_mesh(head, None, None)
    right = list(mesh.positions(performance))
    for key, frame in enumerate((0, 3, 6, 9, 12)):
        for part in mesh.parts:
            np.testing.assert_allclose(file.pose(part.name, key), right[frame][part.source], atol=1.5e-5)


def test_heads_without_texture_have_vertex_colours(head: Head) -> None:
    made = head_glb(head, None, None)
    file = Glb(made.content)
    assert set(head.missing_expressions) <= set(made.left_out)
    assert set(made.targets).isdisjoint(made.left_out)
    assert {"jawOpen", "mouthSmileLeft", "viseme_aa", "viseme_sil"} <= set(made.targets)
    if head.name == "embedded":
        return
    assert made.left_out[-2:] == ("Hair", "Clothes")
    assert "images" not in file.tree
    for part in head_mesh(head, None, None).parts:
        # glTF's vertex colours are linear light
        colours = file.attribute(part.name, "COLOR_0")[:, :3] / 65535
        np.testing.assert_allclose(colours, LINEAR[head.colours[part.source]], atol=1e-4)


def test_trimesh_reads_every_part(made: GlbContent, tmp_path: Path) -> None:
    (tmp_path / "head.glb").write_bytes(made.content)
    scene = trimesh.load(tmp_path / "head.glb", process=False)
    file = Glb(made.content)
    assert len(scene.geometry) == len(made.parts)
    for mesh in scene.geometry.values():
        name = mesh.visual.material.name
        np.testing.assert_array_equal(mesh.vertices, file.attribute(name, "POSITION"))
        if name not in ("Glasses", "MouthInside"):
            assert mesh.visual.material.baseColorTexture is not None


def test_the_necks_bone_is_found_again() -> None:
    rig = measure_rig(head_mesh(embedded(), None, Appearance(hair_style="bald")))
    np.testing.assert_allclose(rig.pivots[1] * 100, NECK_PIVOT, atol=0.02)
    near = np.linalg.norm(embedded().surface.rest - NECK_PIVOT, axis=1) < 0.5
    follows = 1 - rig.weights[: embedded().vertex_count, 0]
    np.testing.assert_allclose(follows[~near], embedded()._neck_weight.numpy()[~near], atol=2e-3)


def test_provenance_and_person_are_in_the_file(tmp_path: Path) -> None:
    about = {"latents": [0.5, -1], "text": "</script> ünïcode"}
    write_head_glb(tmp_path / "a.glb", embedded(), tags=TAGS, person=about, targets=["jawOpen"])
    provenance = parse_tags(file_tags(tmp_path / "a.glb"))
    assert provenance is not None
    assert (provenance.prompt, provenance.seed) == ("a smile; wide", 3)
    file = Glb(tmp_path / "a.glb")
    assert file.tree["asset"]["extras"]["person"] == about
    assert file.target_names() == ["jawOpen"]
    again = head_glb(embedded(), tags=TAGS, person=about, targets=["jawOpen"])
    assert again.content == (tmp_path / "a.glb").read_bytes()


def test_bad_requests_write_nothing(performance: Performance, tmp_path: Path) -> None:
    none = Performance.still(frames=0)
    for options, reason in (
        ({"performance": none}, "has no frames"),
        ({"performance": performance, "mode": "clouds"}, "unknown mode"),
        ({"performance": performance, "mode": "frames", "keys": 0}, "at least one key frame"),
        ({"mode": "frames"}, "need a performance"),
        ({"targets": ["smile"]}, "'smile' is neither"),
        ({"resting": np.zeros(51, np.float32)}, "has 52 weights"),
    ):
        with pytest.raises(HeadError, match=reason):
            write_head_glb(tmp_path / "odd.glb", embedded(), **options)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def _validator() -> list[str] | None:
    """A command that validates files by Khronos' gltf-validator, of node's own folders or of $NODE_PATH."""
    node = shutil.which("node")
    if node is None or subprocess.run([node, "-e", "require('gltf-validator')"], capture_output=True).returncode:
        return None
    program = (
        "const v=require('gltf-validator'),fs=require('fs');(async()=>{for(const f of process.argv.slice(1))"
        "console.log(JSON.stringify((await v.validateBytes(new Uint8Array(fs.readFileSync(f)))).issues.messages))})()"
    )
    return [node, "-e", program]


def test_khronos_validator_finds_nothing(
    made: GlbContent, performance: Performance, head: Head, tmp_path: Path
) -> None:
    command = _validator()
    if command is None:
        pytest.skip(f"node has no gltf-validator: npm install gltf-validator, NODE_PATH (now {os.getenv('NODE_PATH')})")
    files = {
        "still": made.content,
        "bald": head_glb(head, None, Appearance(hair_style="bald")).content,
        "animated": head_glb(head, None, None, performance, tags=TAGS).content,
        "frames": head_glb(head, None, None, performance, mode="frames", keys=4).content,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    found = subprocess.run(
        [*command, *(str(tmp_path / name) for name in files)], capture_output=True, text=True, check=True
    )
    assert [json.loads(line) for line in found.stdout.splitlines()] == [[]] * len(files)
