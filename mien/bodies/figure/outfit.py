"""All parts of a scene's figure: body, clothes, hair and hat together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from mien.bodies.figure.body import Body, arm_part, foot_parts, hand_parts, leg_part, neck_part, trunk_part
from mien.bodies.figure.clothes import TUNIC, bottom_parts, sleeve_end, top_parts, trouser_end, under
from mien.bodies.figure.hair import hair_parts
from mien.bodies.figure.hats import hat_parts
from mien.bodies.figure.head import head_parts
from mien.bodies.figure.materials import GROUPS, MATERIALS
from mien.bodies.figure.mesh import Mesh, Part, Ring, build_mesh, join_meshes
from mien.bodies.figure.rest import standing_joints
from mien.bodies.figure.rings import ball
from mien.bodies.figure.skeleton import SIDES, Proportions, controls
from mien.bodies.scene import PEOPLE, Scene

_HEADS = {"woman": 0.97, "man": 1.03, "child": 1.28, "robot": 1.12, "panda": 1.75, "bear": 1.6}


def proportions_of(scene: Scene) -> Proportions:
    """Lengths of a scene's figure that are its own."""
    body = Body(scene.kind, scene.build)
    depth = body.trunk_between(0.8, 0.9, 0.0, 2)[0, 2] + (2.6 if scene.top == "coat" else 1.0)
    rise = 9.0 if scene.kind in PEOPLE else 3.0
    hair = 46.0 if scene.kind in PEOPLE and scene.hair_style in ("long", "ponytail") else 0.0
    tunic = TUNIC if scene.top == "ao_dai" else 0.0
    return Proportions(_HEADS[scene.kind], rise, hair, tunic, float(depth))


class _Look(NamedTuple):
    """The options of a scene that matter to a piece of its figure; the others have one value."""

    kind: str
    build: str = "average"
    top: str = "t_shirt"
    bottom: str = "none"
    hair_style: str = "bald"
    hat: str = "none"


def figure_mesh(scene: Scene) -> Mesh:
    """The mesh of every surface of a scene's figure that can be seen."""
    return join_meshes([mesh for mesh in (_piece(*one) for one in _pieces(scene)) if mesh is not None])


def _pieces(scene: Scene) -> Iterator[tuple[str, _Look]]:
    """The pieces of a figure by name, from few different ones, so that a new scene is quickly put together."""
    kind, build, top = scene.kind, scene.build, scene.top
    bottom = "none" if top == "dress" else scene.bottom
    over = top if top in ("none", "dress") else "t_shirt"
    yield "trunk", _Look(kind, build, over, "none" if bottom == "none" else "trousers")
    for side in SIDES:
        yield f"{side}_arm", _Look(kind, build, top)
        yield f"{side}_leg", _Look(kind, build, bottom="none" if bottom == "skirt" else bottom)
    yield "top", _Look(kind, build, top)
    yield "bottom", _Look(kind, build, top if top == "ao_dai" else "t_shirt", bottom)
    yield "head", _Look(kind)
    if kind in PEOPLE:
        yield "hair", _Look(kind, hair_style=scene.hair_style, hat=scene.hat)
    yield "hat", _Look(kind, hat=scene.hat)


@lru_cache(maxsize=2048)
def _piece(name: str, look: _Look) -> Mesh | None:
    """One of the pieces; None for one without parts."""
    scene = Scene(**look._asdict())
    parts = _parts(name, scene)
    if not parts:
        return None
    rest = controls(standing_joints(), (False, False), proportions_of(scene))
    return build_mesh(parts, MATERIALS, GROUPS, rest)


def _parts(name: str, scene: Scene) -> list[Part]:
    body = Body(scene.kind, scene.build)
    side, _, limb = name.partition("_")
    if limb:
        return (_arm if limb == "arm" else _leg)(body, side, scene)
    return {
        "trunk": lambda: _trunk(body, scene),
        "top": lambda: top_parts(body, scene.top),
        "bottom": lambda: bottom_parts(body, scene.bottom, scene.top),
        "head": lambda: head_parts(scene.kind),
        "hair": lambda: hair_parts(scene.hair_style, scene.hat),
        "hat": lambda: hat_parts(scene.hat, scene.kind in PEOPLE),
    }[name]()


def _surface(scene: Scene, dark: bool = False) -> str:
    if scene.kind in PEOPLE:
        return "skin"
    if scene.kind == "robot":
        return "metal_dark" if dark else "metal"
    return "fur_dark" if dark and scene.kind == "panda" else "fur"


def _trunk(body: Body, scene: Scene) -> list[Part]:
    surface = _surface(scene)
    power = 5.0 if scene.kind == "robot" else 2.2
    rows = body.trunk()
    parts = [neck_part(_surface(scene, dark=scene.kind == "robot"), 1.0 if scene.kind in PEOPLE else 0.5)]
    covered = scene.top != "none"
    if covered:
        parts.append(trunk_part(rows[rows[:, 0] > 0.85], surface, power=power))
    elif scene.kind == "panda":
        parts.append(trunk_part(body.trunk_between(-0.30, 0.70, 0.0, 10), "fur"))
        parts.append(trunk_part(body.trunk_between(0.70, 1.05, 0.0, 7), "fur_dark"))
        parts.append(trunk_part(body.trunk_between(1.05, 1.22, 0.0, 4), "fur"))
    else:
        parts.append(trunk_part(rows, surface, power=power))
    if covered and scene.bottom == "none" and scene.top != "dress":
        parts.append(trunk_part(body.trunk_between(rows[0, 0], 0.05, 0.0, 6), surface, power=power))
    if scene.kind == "robot" and not covered:
        centre = Ring({"chest": 1.0}, {"chest_side": 1.0}, {"chest_front": 1.0}, rise={"up": 1.0})
        parts.append(ball(centre, (7.0, 1.2, 5.0), (0.0, 12.6, -12.0), "metal_dark", "trunk", 12, 4.0))
        parts.extend(ball(centre, (1.3, 0.8, 1.3), (x, 13.4, -11.0), "lamp", "trunk", 8) for x in (-3.6, 0.0, 3.6))
    return parts


def _arm(body: Body, side: str, scene: Scene) -> list[Part]:
    start = max(sleeve_end(scene.top) - 0.12, 0.0)
    surface = _surface(scene, dark=scene.kind == "panda")
    if scene.kind == "robot":
        parts = (
            [arm_part(side, body.limb_between("arm", max(start, 0.5), 1.84), surface, (True, True), 4.0)]
            if start < 1.7
            else []
        )
        parts += [arm_part(side, body.limb_between("arm", max(start, 2.16), 2.95, 0.8), surface, (True, True), 4.0)]
        parts += [_joint(f"{side}_elbow", f"{side}_forearm", 4.0, f"{side}_arm")] if start < 2.1 else []
        return parts + hand_parts(side, 1.2, "metal_dark")
    rows = body.limb_between("arm", max(start, 0.15), 3.0)
    parts = [arm_part(side, rows, surface, (True, True))]
    if scene.kind in PEOPLE:
        return parts + hand_parts(side, {"man": 1.05, "woman": 0.9}.get(scene.kind, 0.9), surface)
    bone = f"{side}_palm"
    wrist, middle = f"{side}_hand_wrist", f"{side}_hand_middle_1"
    paw = Ring({wrist: 0.4, middle: 0.6}, {f"{bone}_u": 1.0}, {f"{bone}_v": 1.0}, rise={f"{bone}_t": 1.0})
    parts.append(ball(paw, (4.6, 6.2, 7.6), (0.0, 0.0, 0.0), surface, f"{side}_hand", 12))
    return parts


def _leg(body: Body, side: str, scene: Scene) -> list[Part]:
    start = max(trouser_end(scene.bottom, scene.top) - 0.1, 0.0)
    surface = _surface(scene, dark=scene.kind == "panda")
    if scene.kind == "robot":
        parts = (
            [leg_part(side, body.limb_between("leg", start, 0.86), surface, (True, True), 4.0)] if start < 0.8 else []
        )
        parts += [leg_part(side, body.limb_between("leg", max(start, 1.14), 2.0, 0.8), surface, (True, True), 4.0)]
        parts += [_joint(f"{side}_knee", f"{side}_shin", 5.2, f"{side}_leg")] if start < 1.1 else []
        return parts + foot_parts(side, "metal_dark", "metal_dark", 1.2, 4.0)
    bare = leg_part(side, body.limb_between("leg", start, 2.0), surface, (True, True))
    parts = [under(bare, 50.0) if start == 0.0 else bare]
    if scene.kind in PEOPLE:
        return parts + foot_parts(side, "shoe", "sole")
    return parts + foot_parts(side, surface, surface, 1.7, 2.2)


def _joint(point: str, bone: str, radius: float, group: str) -> Part:
    ring = Ring({point: 1.0}, {f"{bone}_u": 1.0}, {f"{bone}_v": 1.0}, rise={f"{bone}_t": 1.0})
    return ball(ring, (radius, radius, radius), (0.0, 0.0, 0.0), "metal_dark", group, 10)
