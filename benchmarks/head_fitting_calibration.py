"""What MediaPipe says of heads that are known: the tables of mien/heads/fitting/points.py, measured.

Everything about a picture is known (who, with which expression, turned how, seen by which camera), so that a point of
MediaPipe's can be held against where each vertex really is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray

from mien.faces.detectors.mediapipe_mesh import ibug_from_mesh
from mien.faces.detectors.open import open_detector
from mien.heads.embedded.glasses import draw_glasses
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.parts import PARTS
from mien.heads.embedded.people import sample_actor
from mien.heads.fitting.model import FITTED, Camera, PointModel
from mien.heads.fitting.points import (
    GAINS,
    LANDMARK_TABLE,
    MESH_TABLE,
    mesh_points,
)
from mien.heads.head import HEAD_HEIGHT, rotation
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance
from mien.heads.render.render import Camera as RenderCamera
from mien.heads.render.render import render_frames
from mien.progress import progress_bar

Array = NDArray[np.float64]

SEED, PICTURES, SIDE = 77, 12, 320
FLIP = np.array([-1.0, 1.0, 1.0])

# the person's right and left
_JAW = ((127, 356), (93, 323), (58, 288), (136, 365), (150, 379), (176, 400), (148, 377))
_LIPS = ((61, 291), (146, 375), (91, 321), (181, 405), (84, 314), (185, 409), (40, 270), (39, 269), (37, 267),
         (78, 308), (95, 324), (88, 318), (178, 402), (87, 317), (191, 415), (80, 310), (81, 311),
         (82, 312))  # fmt: skip
_EYES = ((33, 263), (163, 390), (144, 373), (145, 374), (153, 380), (154, 381), (133, 362), (173, 398), (157, 384),
         (158, 385), (159, 386), (160, 387), (161, 388))  # fmt: skip
_BROWS = (
    (46, 276),
    (53, 283),
    (52, 282),
    (65, 295),
    (55, 285),
    (70, 300),
    (63, 293),
    (105, 334),
    (66, 296),
    (107, 336),
)
_NOSTRILS = ((98, 327), (97, 326))
_NOSE_SIDES = ((48, 278), (64, 294), (115, 344), (220, 440), (45, 275), (122, 351), (196, 419), (3, 248))
_SKIN = ((50, 280), (205, 425), (101, 330), (36, 266), (187, 411), (123, 352), (117, 346), (118, 347), (108, 337),
         (69, 299), (104, 333), (83, 313), (201, 421))  # fmt: skip
IRISES = (468, 473)
PAIRS = _JAW + _LIPS + _EYES + _BROWS + _NOSTRILS + _NOSE_SIDES + _SKIN
_BRIDGE = (168, 6, 197, 195)
CENTRE = (*_BRIDGE, 5, 4, 1, 2, 19, 94, 164, 151, 9, 8, 18, 200, 199, 175, 152, 17, 0, 13, 14)

TRUST = {3.0: sum(_NOSE_SIDES, ()), 2.0: _BRIDGE, 0.6: (*sum(_JAW, ()), 152)}
"""Factors on deviations, chosen on the training clips of the embedded corpus: MediaPipe moves the nose's sides with the
face's mood, while the jaw's contour holds the head's rotation better than each of its points is."""

_MIRROR_68 = (*range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39,
              38, 37, 36, 41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66,
              65)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Seen:
    """F pictures: MediaPipe's mesh (F, 478, 2) in pixels, and what was in front of which camera."""

    mesh: Array
    identity: NDArray[np.float32]
    performance: Performance
    cameras: tuple[RenderCamera, ...]


def _poses(rng: np.random.Generator) -> Performance:
    """A dozen pictures' worth: turned, all kinds of faces, left and right mostly alike; the first two are neutral."""
    names = [n for n in ARKIT_NAMES if n not in ("tongueOut", "cheekPuff") and not n.startswith("eyeLook")]
    expression = np.zeros((PICTURES, len(ARKIT_NAMES)), np.float32)
    for face in expression[2:]:
        if rng.random() < 0.6:
            face[EXPRESSION_INDEX["jawOpen"]] = rng.uniform(0, 0.8)
        if rng.random() < 0.4:
            face[[EXPRESSION_INDEX["eyeBlinkLeft"], EXPRESSION_INDEX["eyeBlinkRight"]]] = rng.uniform(0, 1)
        for name in rng.choice(names, 4, replace=False):
            weight = rng.uniform(0.2, 1.0)
            face[EXPRESSION_INDEX[name]] = max(face[EXPRESSION_INDEX[name]], weight)
            both = name not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight") and rng.random() < 0.75
            for side, other in (("Left", "Right"), ("Right", "Left")):
                if both and name.endswith(side):
                    face[EXPRESSION_INDEX[name.removesuffix(side) + other]] = weight
        for left, right in (("jawLeft", "jawRight"), ("mouthLeft", "mouthRight")):
            if face[EXPRESSION_INDEX[left]] > 0:
                face[EXPRESSION_INDEX[right]] = 0
    neck = np.clip(rng.normal(0, 1, (PICTURES, 3)) * (0.24, 0.15, 0.10) + (0, 0.03, 0), -0.6, 0.6)
    gaze = np.clip(rng.normal(0, 1, (PICTURES, 2)) * (0.18, 0.12), -0.45, 0.45)
    shift = rng.normal(0, 0.02, (PICTURES, 3)).astype(np.float32)
    return Performance(Fraction(25), expression, neck.astype(np.float32), shift, gaze.astype(np.float32))


def look(people: int) -> Seen:
    """Render made-up people and let MediaPipe look at each picture by itself."""
    head, rng = EmbeddedHead(), np.random.default_rng(SEED)
    meshes, identities, poses, cameras, kept = [], [], [], [], []
    with open_detector(max_faces=1, tracking=False) as detector, progress_bar("look", people, unit="people") as advance:
        for number in range(people):
            identity, appearance, _ = sample_actor(number, rng)
            if rng.random() < 0.2:
                appearance = draw_glasses(appearance, rng)
            centre = float(rng.normal(0, 0.04)), float(rng.normal(-0.1, 0.04))
            camera = RenderCamera(float(rng.uniform(4.4, 6.2)), float(rng.uniform(1.2, 1.6)), centre)
            pose = _poses(rng)
            poses.append(pose)
            for frame in render_frames(head, identity, appearance, pose, (SIDE, SIDE), camera):
                faces = detector.detect(frame)
                kept.append(bool(faces) and faces[0].mesh is not None)
                if faces and faces[0].mesh is not None:
                    meshes.append(faces[0].mesh[:, :2].astype(np.float64))
                    identities.append(identity.numpy())
                    cameras.append(camera)
            advance(1)
    keep = np.array(kept)
    fields = {
        n: np.concatenate([getattr(p, n) for p in poses])[keep] for n in ("expression", "neck", "translation", "gaze")
    }
    return Seen(np.array(meshes), np.array(identities), Performance(Fraction(25), **fields), tuple(cameras))


class Geometry:
    """Where every vertex of every picture lies, as MediaPipe's points do: in head units at the head's depth."""

    def __init__(self, seen: Seen) -> None:
        self.head = EmbeddedHead()
        did = seen.performance
        parts = []
        with torch.no_grad():
            for start in range(0, len(did), 40):
                part = slice(start, start + 40)
                fields = [
                    torch.from_numpy(getattr(did, n)[part]) for n in ("expression", "neck", "gaze", "translation")
                ]
                expression, neck, eyes, shift = fields
                identity = torch.from_numpy(seen.identity[part])
                parts.append(self.head.vertices(identity, expression, neck=neck, eyes=eyes, translation=shift).numpy())
        vertices = np.concatenate(parts).astype(np.float64)
        self.turn: Array = rotation(*torch.from_numpy(did.neck).double().unbind(1)).numpy()
        self.distance = np.array([[c.distance] for c in seen.cameras])
        height = np.array([[c.height] for c in seen.cameras])
        centre = np.array([c.centre for c in seen.cameras])
        self.zoom = self.distance / (self.distance - vertices[..., 2])
        # (2, F, V) and (2, F, 478)
        self.vertices = np.stack([(vertices[..., i] - centre[:, i : i + 1]) * self.zoom for i in range(2)])
        sign = np.array([1, -1])
        self.points = np.stack([sign[i] * (seen.mesh[..., i] - SIDE / 2) * height / SIDE for i in range(2)])
        marks = ibug_from_mesh(seen.mesh.astype(np.float32))
        self.marks = np.stack([sign[i] * (marks[..., i] - SIDE / 2) * height / SIDE for i in range(2)])

    def by_offset(self, vertex: int) -> Array:
        """Derivative (2, F, 3) of where a point beside the vertex is seen by its offset on the resting head."""
        zoom = self.zoom[:, vertex, None]
        away = self.vertices[:, :, vertex, None] * (zoom / self.distance)
        return zoom * self.turn[:, :2].transpose(1, 0, 2) + away * self.turn[:, 2]

    def fit(self, sides: Sequence[tuple[Array, int, Array]]) -> tuple[Array, float]:
        """The offset (3,) and the deviation of points (2, F) from vertices; each side has its signs (3,) of x, y, z."""
        slope = np.concatenate([self.by_offset(vertex) * signs for _, vertex, signs in sides], 1)
        away = np.concatenate([seen - self.vertices[:, :, vertex] for seen, vertex, _ in sides], 1)
        weight, offset, deviation = np.ones(away.shape[1]), np.zeros(3), 1.0
        for _ in range(8):
            weighted = (slope * weight[:, None]).reshape(-1, 3)
            normal = weighted.T @ slope.reshape(-1, 3) + 0.05 * len(weight) * np.eye(3)
            offset = np.linalg.solve(normal, weighted.T @ away.reshape(-1))
            length = np.hypot(*(away - slope @ offset))
            deviation = float(np.median(length)) / 1.1774 + 1e-6  # the median of a two-dimensional normal error
            weight = 1 / (1 + (length / (2.5 * deviation)) ** 2) ** 2
        return offset, deviation


def mesh_rows(geometry: Geometry) -> list[tuple[float, ...]]:
    """Point, vertex, offset (head units), deviation (head units) for each point of the mesh that is fitted."""
    head = geometry.head
    surface, skin = head.surface, head.surface.skin
    fits = surface.kind == PARTS.index("skin")
    inner = np.ones(len(fits), bool)
    inner[: len(skin.positions)] = (skin.cavity < 0.2) & (skin.ring != -1)
    candidates = np.flatnonzero(fits & inner & (surface.rest[:, 2] > -1) & (surface.rest[:, 1] > -13))
    at, seen = geometry.vertices[:, :, candidates], geometry.points
    frames = at.shape[1]
    distance = (seen**2).sum(0).mean(0)[:, None] + (at**2).sum(0).mean(0)[None]
    distance = distance - 2 * sum(seen[i].T @ at[i] for i in range(2)) / frames  # (478, C), mean squares
    place = {int(vertex): index for index, vertex in enumerate(candidates)}
    rows: dict[int, tuple[int, Array, float]] = {}
    for right, left in PAIRS:
        near = [int(candidates[i]) for i in np.argsort(distance[right])[:60]]
        both = [(v, int(skin.mirror[v])) for v in near if int(skin.mirror[v]) in place]
        both.sort(key=lambda pair: distance[right, place[pair[0]]] + distance[left, place[pair[1]]])
        tried = [(*geometry.fit(_both(seen, right, left, a, b)), a, b) for a, b in both[:25]]
        offset, deviation, a, b = min(tried, key=lambda one: one[1] ** 2 + 0.02 * float(one[0] @ one[0]))
        rows[right], rows[left] = (a, offset, deviation), (b, offset * FLIP, deviation)
    eyes = [int(np.flatnonzero(surface.kind == PARTS.index(n))[0]) for n in ("eye_right", "eye_left")]
    offset, deviation = geometry.fit(_both(seen, *IRISES, *eyes))
    rows[IRISES[0]], rows[IRISES[1]] = (eyes[0], offset, deviation), (eyes[1], offset * FLIP, deviation)
    middle = [int(v) for v in candidates if abs(surface.rest[v, 0]) < 0.01]
    for point in CENTRE:
        near = sorted(middle, key=lambda v: distance[point, place[v]])[:12]
        tried = [(*geometry.fit([(seen[:, :, point], v, np.array([0.0, 1, 1]))]), v, v) for v in near]
        offset, deviation, vertex, _ = min(tried, key=lambda one: one[1] ** 2 + 0.02 * float(one[0] @ one[0]))
        rows[point] = vertex, offset, deviation
    trust = {point: factor for factor, points in TRUST.items() for point in points}
    return [(i, v, *o, d * trust.get(i, 1.0)) for i, (v, o, d) in sorted(rows.items())]


def _both(seen: Array, right: int, left: int, one: int, other: int) -> list[tuple[Array, int, Array]]:
    return [(seen[:, :, right], one, np.ones(3)), (seen[:, :, left], other, FLIP)]


def landmark_rows(geometry: Geometry) -> list[tuple[float, ...]]:
    """Offset and deviation (head units) of each of iBUG's points."""
    vertices, rows = geometry.head.landmark_vertices, []
    for point, mirrored in enumerate(_MIRROR_68):
        own = (
            geometry.marks[:, :, point],
            int(vertices[point]),
            np.ones(3) if point != mirrored else np.array([0.0, 1, 1]),
        )
        other = (geometry.marks[:, :, mirrored], int(vertices[mirrored]), FLIP)
        offset, deviation = geometry.fit([own] if point == mirrored else [own, other])
        rows.append((*offset, deviation))
    return rows


def gains(seen: Seen) -> dict[str, float]:
    """How much of each expression, left and right alike, and of the gaze MediaPipe shows; the head's pose left free."""
    points = mesh_points("mediapipe")
    model = PointModel(EmbeddedHead(), points.vertices, points.offsets)
    did = seen.performance
    own = torch.zeros(len(did), 8 + len(FITTED), dtype=torch.float64)
    own[:, :3], own[:, 3:6], own[:, 6:8] = (torch.from_numpy(x) for x in (did.neck, did.translation, did.gaze))
    own[:, 8:] = torch.from_numpy(did.expression)[:, [EXPRESSION_INDEX[name] for name in FITTED]]
    groups = sorted({name.removesuffix("Left").removesuffix("Right") or name for name in FITTED})
    groups = [name for name in groups if name not in ("jaw", "mouth")] + ["jawLeft", "mouthLeft"]
    normal, right = np.zeros((len(groups) + 1,) * 2), np.zeros(len(groups) + 1)
    for index, camera in enumerate(seen.cameras):
        frame = own[index : index + 1].clone()
        frame[0, 3:5] -= torch.tensor(camera.centre, dtype=torch.float64)
        scale = torch.tensor(SIDE / camera.height, dtype=torch.float64)
        identity = torch.from_numpy(seen.identity[index]).double()
        pixels, slopes = model.linearised(Camera((SIDE, SIDE), camera.distance), scale, identity, frame)
        weight = 1 / np.repeat(points.deviations * float(scale), 2)
        away = (seen.mesh[index][points.source] - pixels[0].numpy()).reshape(-1) * weight
        slope = slopes[0].numpy().reshape(len(away), -1) * weight[:, None]
        shown = slope[:, 6 : 8 + len(FITTED)] * frame[0, 6:].numpy()
        columns = [shown[:, [2 + FITTED.index(n) for n in FITTED if _belongs(n, group)]].sum(1) for group in groups]
        matrix = np.stack([*columns, shown[:, :2].sum(1)], 1)
        basis, _ = np.linalg.qr(slope[:, :6])
        matrix, away = matrix - basis @ (basis.T @ matrix), away - basis @ (basis.T @ away)
        normal += matrix.T @ matrix
        right += matrix.T @ away
    return dict(zip([*groups, "gaze"], 1 + np.linalg.solve(normal + 1e-3 * np.eye(len(right)), right), strict=True))


def _belongs(name: str, group: str) -> bool:
    pair = {"jawLeft": ("jawLeft", "jawRight"), "mouthLeft": ("mouthLeft", "mouthRight")}
    return name in pair.get(group, (group, f"{group}Left", f"{group}Right"))


def print_tables(people: int) -> None:
    """Measure and print the tables in the units in which they stand in the code, and the gains beside those there."""
    seen = look(people)
    geometry = Geometry(seen)
    unit = 1000 * HEAD_HEIGHT
    meshed = [(int(i), int(v), *(round(x * unit) for x in rest)) for i, v, *rest in mesh_rows(geometry)]
    marked = [tuple(round(x * unit) for x in row) for row in landmark_rows(geometry)]
    print("MESH_TABLE =", ", ".join(map(str, meshed)))
    print("LANDMARK_TABLE =", ", ".join(map(str, marked)))
    for name, there, found in (("MESH_TABLE", MESH_TABLE, meshed), ("LANDMARK_TABLE", LANDMARK_TABLE, marked)):
        off = np.abs(np.array(there) - np.array(found)) if len(there) == len(found) else np.array([[np.inf]])
        print(f"{name}: {len(found)} rows, the greatest difference from the code's is {off.max():g}")
    for name, gain in gains(seen).items():
        print(f"{name:16s} {gain:5.2f}   in the code {GAINS.get(name, 1.0):.2f}")
