"""Pictures of looks: the quick renderer against the one of final pictures, views, crops and lights."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from mien.heads.appearance import Appearance
from mien.heads.embedded.emotions import emotion_expression
from mien.heads.embedded.head import HEAD_HEIGHT, EmbeddedHead
from mien.heads.embedded.parts import PARTS
from mien.heads.embedded.people import sample_actor
from mien.heads.look import Look
from mien.heads.performance import Performance
from mien.heads.pictures.dressed import dressed, embedded_head
from mien.heads.pictures.quick import QuickRenderer
from mien.heads.pictures.views import LIGHTS, View, light_of
from mien.heads.render.render import Camera, render_frames

SIZE = 64
RED, GREEN = (0.9, 0.1, 0.1), (0.1, 0.7, 0.1)


@pytest.fixture(scope="module")
def quick() -> QuickRenderer:
    return QuickRenderer(SIZE)


def look_of(*appearances: Appearance) -> Look:
    count = len(appearances)
    return Look.of(torch.zeros(count, 31), torch.zeros(count, 52), appearances)


def front(quick: QuickRenderer, appearance: Appearance, **view: Any) -> np.ndarray:
    """One picture (3, S, S)."""
    return quick.pictures(look_of(appearance), [View(**view)])[0, 0].numpy()


@pytest.mark.parametrize("actor", [1, 3, 6, 9])
def test_the_quick_picture_is_the_final_one(quick: QuickRenderer, actor: int) -> None:
    identity, appearance, _ = sample_actor(actor)
    appearance = replace(appearance, seed=0, freckles=0.0, glasses="round", frame_weight=0.7)
    expression = torch.from_numpy(emotion_expression("HAP", 1.0))
    performance = replace(Performance.still(), expression=expression[None].numpy())
    look = Look.of(identity[None], expression[None], [appearance])
    found = quick.pictures(look, [View()])[0, 0].permute(1, 2, 0).numpy()
    camera = Camera(height=View().camera.height, centre=tuple(View().middle[:2].tolist()))  # type: ignore[arg-type]
    frame = next(render_frames(EmbeddedHead(), identity, appearance, performance, (SIZE, SIZE), camera))
    difference = np.abs(found - frame / 255)
    assert difference.mean() < 0.01
    assert (difference.max(axis=2) > 0.12).mean() < 0.02


def test_a_turned_head_is_seen_from_the_side_and_from_behind(quick: QuickRenderer) -> None:
    look = look_of(Appearance(skin=RED, hair=GREEN, brows=RED, hair_style="bob", cloth=(0.1, 0.1, 0.9)))
    views = [View(yaw=yaw) for yaw in (0.0, math.pi / 2, -math.pi / 2, math.pi)]
    pictures = quick.pictures(look, views)[0].numpy()
    red = pictures[:, 0] - pictures[:, 1] > 0.2
    face, left, right, back = (part[: SIZE // 2 + 8] for part in red)
    assert face.mean() > 0.1
    assert back.mean() < 0.01
    # the left cheek is turned to the viewer's right side of the picture, where the nose points
    column = np.arange(SIZE) + 0.5 - SIZE / 2
    middles = [(part * column).sum() / part.sum() for part in (face, left, right)]
    assert abs(middles[0]) < 1.5
    assert middles[1] > 5
    assert middles[2] < -5
    # the shoulders turn too: they are half as wide from the side
    blue = pictures[:, 2] - pictures[:, 0] > 0.1
    widths = [part[-2].sum() for part in blue]
    assert widths[1] < 0.7 * widths[0]


def test_the_face_crop_holds_the_face_from_brows_to_chin(quick: QuickRenderer) -> None:
    view = View(crop="face")
    head = EmbeddedHead()
    points = head.surface.rest[head.landmark_vertices] / HEAD_HEIGHT - view.middle
    side = view.camera.height / 2
    scale = view.camera.distance / (view.camera.distance - points[:, 2])
    rows = points[:, 1] * scale / side
    assert -1 < rows.min() < -0.8  # the chin
    assert 0.7 < rows.max() < 1  # the brows
    worn = np.abs(front(quick, Appearance(glasses="round", frame_weight=1.0), crop="face")
                  - front(quick, Appearance(), crop="face")).max(axis=0)  # fmt: skip
    assert (worn > 0.1).mean() > 0.05


def test_details_are_visible_in_a_face_of_64_pixels(quick: QuickRenderer) -> None:
    plain = front(quick, Appearance(), crop="face")
    changes: dict[str, Any] = {
        "eyes": (0.2, 0.5, 0.9), "freckles": 1.0, "ageing": 1.0, "goatee": 1.0, "brow_width": 1.0, "makeup": 1.0
    }  # fmt: skip
    for name, value in changes.items():
        changed = np.abs(front(quick, replace(Appearance(), **{name: value}), crop="face") - plain).max(axis=0)
        assert (changed > 0.06).sum() >= 15, name


def test_wire_frames_are_lines_and_not_dots(quick: QuickRenderer) -> None:
    wire = {"frame": (0.0, 0.0, 0.0), "frame_weight": 0.0, "skin": (1.0, 0.9, 0.8)}
    bare = front(quick, Appearance(skin=(1.0, 0.9, 0.8)), crop="face")
    dark = (bare - front(quick, Appearance(glasses="round", **wire), crop="face")).max(axis=0)  # type: ignore[arg-type]
    # below the eyes, where the rim is before bare skin, every column of a lens sees it
    middle = SIZE // 2
    for columns in (slice(middle + 9, middle + 18), slice(middle - 18, middle - 9)):
        assert dark[middle - 14 : middle, columns].max(axis=0).min() > 0.2


def test_views_of_each_head_are_its_own(quick: QuickRenderer) -> None:
    look = look_of(Appearance(), Appearance(hair_style="long"))
    one, other = [View(), View(crop="face")], [View(yaw=0.5), View(light=2, background=RED)]
    own = quick.pictures(look, [one, other])
    assert own.shape == (2, 2, 3, SIZE, SIZE)
    torch.testing.assert_close(own[0], quick.pictures(look, one)[0])
    torch.testing.assert_close(own[1], quick.pictures(look, other)[1])
    corner = own[1, 1, :, 2, 2]
    assert corner[0] > 4 * corner[1]
    with pytest.raises(ValueError, match="for each of 2 heads, not 1"):
        quick.pictures(look, [one])
    with pytest.raises(ValueError, match="equally many"):
        quick.pictures(look, [one, other[:1]])


def test_lights_are_others_and_none_is_dark_or_glaring(quick: QuickRenderer) -> None:
    pictures = quick.pictures(look_of(Appearance()), [View(crop="face", light=k) for k in range(LIGHTS)])[0]
    means = pictures[:, :, 16:56, 16:48].mean(dim=(1, 2, 3))
    assert 0.2 < float(means.min()) < float(means.max()) < 0.8
    assert float(pictures.std(dim=0).mean()) > 0.03
    assert len({light_of(k) for k in range(LIGHTS)}) == LIGHTS
    with pytest.raises(ValueError, match="lights 0 to 47"):
        View(light=LIGHTS)
    with pytest.raises(ValueError, match="unknown crop"):
        View(crop="nose")  # type: ignore[arg-type]


def test_ears_face_outwards_and_the_back_of_the_head_has_no_seam(quick: QuickRenderer) -> None:
    bald = look_of(Appearance(hair_style="bald", brows=GREEN))
    head = dressed(bald, 0, 8)
    surface = embedded_head().surface
    points = head.vertices(torch.from_numpy(surface.rest) / HEAD_HEIGHT, bald.identity[0], {})
    ears = surface.kind == PARTS.index("ear")
    for side in (1, -1):
        own = np.flatnonzero(ears & (side * surface.rest[:, 0] > 0))
        corners = points.numpy()[head.faces[np.isin(head.faces[:, 0], own)]]
        area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).sum(axis=0)
        assert side * area[0] > 0
    back = quick.pictures(bald, [View(yaw=math.pi)])[0, 0, :, 16:38, 26:38]
    assert float(back.diff(dim=2).abs().max()) < 0.05
