"""Generated files of the structure that ICT-FaceKit, FLAME and GNM Head have, made from the embedded head's shape.

Nothing of the real models is in them: they hold as many arrays of the same names and shapes, in other units and with
other components, so that opening, fitting and playing can be tested without the models themselves.

    python tests/heads/heads_making.py FOLDER

writes flame/ and gnm/ into FOLDER whose faces are the real ICT-FaceKit's: what the picture in docs/heads.md shows.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import numpy as np
import torch

from mien.heads.embedded.expressions import JAW_PIVOT
from mien.heads.embedded.head import NECK_PIVOT, EmbeddedHead, neck_weight
from mien.heads.embedded.parts import PARTS
from mien.heads.embedded.surface import EYE_CENTRE
from mien.heads.head import HEAD_HEIGHT
from mien.heads.models import ict
from mien.heads.models.ict import IctHead
from mien.heads.models.ict_files import (
    QUADS,
    VERTICES,
    IctFile,
    read_ict,
)
from mien.heads.performance import ARKIT_NAMES

REAL_ICT = Path(__file__).parents[2].parent / "shared/real/head_models/ict_facekit"

EYE_CENTRES = np.stack([EYE_CENTRE, EYE_CENTRE * [-1, 1, 1]])


@cache
def embedded() -> EmbeddedHead:
    return EmbeddedHead()


@cache
def fields() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The embedded head at rest (V, 3), what its expressions (52, V, 3) and its first six identities add, cm."""
    head, names = embedded(), len(embedded().identity_names)
    weights = torch.cat([torch.zeros(1, 52), torch.eye(52), torch.zeros(6, 52)])
    identity = torch.zeros(59, names)
    identity[53:, :6] = torch.eye(6)
    points = head.vertices(identity, weights).double().numpy() * HEAD_HEIGHT
    return points[0], points[1:53] - points[0], points[53:] - points[0]


def eye_weights() -> np.ndarray:
    """(V, 2): 1 on the vertices of the left and of the right eyeball."""
    kind = embedded().surface.kind
    return np.stack([kind == PARTS.index("eye_left"), kind == PARTS.index("eye_right")], axis=1).astype(float)


def ict_name(name: str) -> str:
    for side in ("Left", "Right"):
        if name.endswith(side) and name not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight"):
            return f"{name.removesuffix(side)}_{side[0]}"
    return name


def ict_arrays() -> dict[str, np.ndarray]:
    """What a packed ICT-FaceKit holds: the embedded skin in the face's range, spheres for the eyes."""
    head = embedded()
    rest, moves, shapes = fields()
    skin = head.surface.skin
    count = len(skin.positions)
    source = np.zeros(VERTICES, int)  # which embedded vertex each vertex copies
    source[:count] = np.arange(count)
    neutral = rest[source]
    expressions: dict[str, np.ndarray] = {}
    for name, move in zip(ARKIT_NAMES, moves, strict=True):
        # the embedded eyeballs turn by themselves, and so must ICT's: the shapes move the lids alone
        shape = move[source]
        if name in ("browInnerUp", "cheekPuff"):
            left = np.clip(neutral[:, 0] / 2 + 0.5, 0, 1)[:, None]
            expressions |= {f"{name}_L": shape * left, f"{name}_R": shape * (1 - left)}
        elif name != "tongueOut":
            expressions[ict_name(name)] = shape
    identities = shapes[:, source]
    for (start, end), centre in zip((ict.LEFT_EYE, ict.RIGHT_EYE), EYE_CENTRES, strict=True):
        steps = np.arange(end - start) + 0.5
        polar, around = np.arccos(1 - 2 * steps / (end - start)), np.pi * (1 + 5**0.5) * steps
        ball = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=1)
        neutral[start:end] = centre + 1.5 * ball
        identities[:, start:end] = 0
        for shape in expressions.values():
            shape[start:end] = 0
    neutral += np.array([0.0, 3.6, 0.85])
    quads = np.full((QUADS, 4), -1, np.int32)
    quads[:, :3] = skin.faces[np.arange(QUADS) % len(skin.faces)]
    names = sorted(expressions)
    values = np.stack([expressions[name] for name in names])
    scale = np.maximum(np.abs(values).max(axis=(1, 2), keepdims=True), 1e-9) / 32767
    id_scale = np.abs(identities).max(axis=(1, 2), keepdims=True) / 32767
    return {
        "neutral": neutral.astype(np.float32),
        "faces": quads,
        "landmarks": head.landmark_vertices,
        "expr_names": np.array(names),
        "expr_q": np.round(values / scale).astype(np.int16),
        "expr_scale": scale.astype(np.float32),
        "id_names": np.array([f"identity{i:03d}" for i in range(len(identities))]),
        "id_q": np.round(identities / id_scale).astype(np.int16),
        "id_scale": id_scale.astype(np.float32),
    }


def make_ict(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "ict.npz", **ict_arrays())
    return folder


def make_ict_folder(folder: Path, arrays: dict[str, np.ndarray], expressions: int, identities: int) -> Path:
    """The same as OBJ files, as the official folder has them, with the first few shapes."""
    folder.mkdir()
    faces = "\n".join("f " + " ".join(f"{i + 1}/{i + 1}" for i in quad if i >= 0) for quad in arrays["faces"])

    def write(name: str, points: np.ndarray) -> None:
        lines = "\n".join(f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in points)
        (folder / f"{name}.obj").write_text(f"# a comment\n{lines}\nvt 0.5 0.5\nusemtl M_Face\n{faces}\n")

    write("generic_neutral_mesh", arrays["neutral"])
    for kind, number in (("expr", expressions), ("id", identities)):
        for i in range(number):
            move = arrays[f"{kind}_q"][i].astype(np.float32) * arrays[f"{kind}_scale"][i]
            write(str(arrays[f"{kind}_names"][i]), arrays["neutral"] + move)
    (folder / "vertex_indices.json").write_text(json.dumps({"idx_to_landmark_verts": arrays["landmarks"].tolist()}))
    return folder


def joint_regressor(centres: np.ndarray) -> np.ndarray:
    """(J, V) whose rows give the joints' places from the resting vertices, as weights that sum to 1."""
    rest = fields()[0]
    system = np.concatenate([rest.T, np.ones((1, len(rest)))])
    goals = np.concatenate([centres.T, np.ones((1, len(centres)))])
    return np.linalg.lstsq(system, goals, rcond=None)[0].T


def components(count: int, seed: int) -> np.ndarray:
    """(count, V, 3) that span the embedded expressions without being any of them."""
    mix = np.random.default_rng(seed).normal(0, 0.2, (count, 52))
    return np.tensordot(mix, fields()[1], 1)


def skin_weights(jaw: bool) -> np.ndarray:
    """(V, 4 or 5): root, neck, the jaw if there is one, both eyes; each row sums to 1."""
    head = embedded()
    neck, opens = head._neck_weight.double().numpy(), head._jaw_weight.double().numpy()
    eyes = eye_weights()
    opens = opens * (1 - eyes.sum(axis=1)) * jaw
    rest = np.stack([1 - neck, neck * (1 - opens) * (1 - eyes.sum(axis=1))], axis=1)
    parts = [rest, (neck * opens)[:, None], neck[:, None] * eyes] if jaw else [rest, neck[:, None] * eyes]
    return np.concatenate(parts, axis=1)


def flame_arrays() -> dict[str, np.ndarray]:
    """What a converted FLAME file holds, in metres: 300 shapes (six that do something), 100 expressions, 5 joints."""
    rest, _, identities = fields()
    shapes = np.zeros((300, len(rest), 3))
    shapes[:6] = identities
    directions = np.concatenate([shapes, components(100, 1)]) / 100
    centres = np.stack([np.array([0, -16.0, -2.0]), np.array(NECK_PIVOT), np.array(JAW_PIVOT), *EYE_CENTRES])
    return {
        "v_template": (rest / 100 + [0.0, -0.01, 0.02]).astype(np.float32),
        "shapedirs": directions.transpose(1, 2, 0).astype(np.float32),
        "posedirs": np.zeros((len(rest), 3, 36), np.float32),
        "J_regressor": joint_regressor(centres),
        "weights": skin_weights(jaw=True).astype(np.float32),
        "kintree_table": np.array([[-1, 0, 1, 1, 1], [0, 1, 2, 3, 4]]),
        "f": embedded().faces,
    }


def make_flame(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "flame.npz", **flame_arrays())
    return folder


def gnm_arrays() -> dict[str, np.ndarray]:
    """What GNM Head's file holds, in metres: 253 identities (six that do something), 383 expressions, 4 joints."""
    rest, _, identities = fields()
    shapes = np.zeros((253, len(rest), 3))
    shapes[:6] = identities
    centres = np.stack([np.array([0, -16.0, -2.0]), np.array(NECK_PIVOT), *EYE_CENTRES])
    weights = skin_weights(jaw=False)
    return {
        "version": np.array("3.0"),
        "variant": np.array("head"),
        "template_vertex_positions": (rest / 100).astype(np.float32),
        "vertex_identity_basis": (shapes / 100).astype(np.float32),
        "expression_basis": (components(383, 2) / 100).astype(np.float32),
        "skinning_weights": np.ascontiguousarray(weights.T).astype(np.float32),
        "pose_correctives_regressor": np.zeros((36, 3 * len(rest)), np.float32),
        "triangles": embedded().faces,
        "template_joint_positions": (centres / 100).astype(np.float32),
        "joint_identity_basis": np.zeros((253, 4, 3), np.float32),
        "joint_parent_indices": np.array([-1, 0, 1, 1]),
        "joint_names": np.array(["neck", "head", "left_eye", "right_eye"]),
        "identity_names": np.array([f"identity_{i}" for i in range(253)]),
        "expression_names": np.array([f"expression_{i}" for i in range(383)]),
    }


def make_gnm(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "gnm_head.npz", **gnm_arrays())
    return folder


def flame_from_ict(file: IctFile) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """A file of FLAME's structure whose face is ICT-FaceKit's, and where its landmarks truly are (68,).

    Its mesh and its proportions are not the embedded head's: so it tells whether landmarks and expressions are found.
    """
    head = IctHead(file)
    eyes = [np.arange(*ict.LEFT_SURFACE), np.arange(*ict.RIGHT_SURFACE)]
    keep = np.concatenate([np.arange(ict.GUMS[0]), *eyes])
    back = np.full(VERTICES, -1)
    back[keep] = np.arange(len(keep))
    faces = back[head.faces]
    rest = head._rest.double().numpy()[keep]
    mix = np.random.default_rng(0).normal(0, 0.15, (100, len(file.expressions)))
    shapes = np.zeros((400, len(keep), 3), np.float32)
    shapes[:100] = file.identities[:, keep]
    shapes[300:] = np.tensordot(mix, file.expressions[:, keep], 1)
    opens = file.expressions[file.expression_names.index("jawOpen")][keep]
    jaw, neck = np.clip(np.linalg.norm(opens, axis=1) / 3.6, 0, 1), neck_weight(rest)
    left, right = np.isin(keep, eyes[0]) * 1.0, np.isin(keep, eyes[1]) * 1.0
    ball = left + right
    jaw *= 1 - ball
    centres = np.stack([np.array([0, -16.0, -2.0]), np.array(NECK_PIVOT), np.array([0, -4.15, 0.97])])
    system = np.concatenate([rest.T, np.ones((1, len(rest)))])
    goals = np.concatenate([centres, head._eye_rest.double().numpy()])
    arrays = {
        "v_template": (rest / 100).astype(np.float32),
        "shapedirs": shapes.transpose(1, 2, 0) / 100,
        "posedirs": np.zeros((len(keep), 3, 36), np.float32),
        "J_regressor": np.linalg.lstsq(system, np.concatenate([goals.T, np.ones((1, 5))]), rcond=None)[0].T,
        "weights": np.stack([1 - neck, neck * (1 - jaw) * (1 - ball), neck * jaw, neck * left, neck * right], axis=1),
        "kintree_table": np.array([[-1, 0, 1, 1, 1], [0, 1, 2, 3, 4]]),
        "f": faces[(faces >= 0).all(axis=1)],
    }
    return arrays, back[head.landmark_vertices]


def gnm_from_ict(file: IctFile) -> dict[str, np.ndarray]:
    """A file of GNM Head's structure with ICT-FaceKit's face, as `flame_from_ict`."""
    flame, _ = flame_from_ict(file)
    count, weights = len(flame["v_template"]), flame["weights"]
    shapes = flame["shapedirs"][:, :, :253].transpose(2, 0, 1)
    mix = np.random.default_rng(3).normal(0, 0.12, (383, 100)).astype(np.float32)
    joints = flame["J_regressor"] @ flame["v_template"]
    return gnm_arrays() | {
        "template_vertex_positions": flame["v_template"],
        "vertex_identity_basis": shapes,
        "expression_basis": np.tensordot(mix, flame["shapedirs"][:, :, 300:].transpose(2, 0, 1), 1),
        "skinning_weights": np.stack([weights[:, 0], weights[:, 1] + weights[:, 2], *weights[:, 3:].T]),
        "pose_correctives_regressor": np.zeros((36, 3 * count), np.float32),
        "triangles": flame["f"],
        "template_joint_positions": joints[[0, 1, 3, 4]].astype(np.float32),
    }


if __name__ == "__main__":
    real = read_ict(REAL_ICT)
    for made, values in (("flame/flame", flame_from_ict(real)[0]), ("gnm/gnm_head", gnm_from_ict(real))):
        target = Path(sys.argv[1]) / f"{made}.npz"
        target.parent.mkdir(parents=True, exist_ok=True)
        np.savez(target, **values)
