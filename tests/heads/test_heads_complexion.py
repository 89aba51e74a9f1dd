"""A lived-in skin, loose hair and natural teeth: off by default, what they change, and where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mien.heads.appearance import Appearance
from mien.heads.embedded.people import sample_actor
from mien.heads.embedded.wardrobe import hair_part
from mien.heads.render.atlas import FACE, PLACES
from mien.heads.render.canvas import front
from mien.heads.render.complexion import lived_in, natural_teeth, off_white_eye, shine_map
from mien.heads.render.shading import SHINE_OF_1
from mien.heads.render.texture import eye, paint_atlas, teeth

PLAIN = Appearance()
LIVED_IN = replace(PLAIN, detail=1.0, shine=1.0)


def place(atlas: np.ndarray, name: str) -> np.ndarray:
    left, top, width, height = PLACES[name]
    return atlas[top : top + height, left : left + width]


def test_nothing_is_on_by_default() -> None:
    face = np.random.default_rng(0).random((8, 8, 3))
    assert lived_in(face, PLAIN) is face
    assert off_white_eye(face, PLAIN) is face
    assert natural_teeth(face, PLAIN) is face
    assert shine_map(PLAIN).size == 0
    for actor in range(4):
        _, appearance, _ = sample_actor(actor)
        assert (appearance.detail, appearance.shine, appearance.loose_hair) == (0, 0, 0)


def test_only_skin_eyes_and_teeth_of_the_painting_change() -> None:
    plain, changed = paint_atlas(PLAIN), paint_atlas(LIVED_IN)
    for name in ("hair", "cloth", "tongue", "ear", "lashes", "glasses", "beard"):
        np.testing.assert_array_equal(place(plain, name), place(changed, name))
    for name in ("eye_left", "teeth_upper"):
        assert np.abs(place(changed, name).astype(int) - place(plain, name)).mean() > 1
    off = (changed.astype(int) - plain)[FACE]
    _, _, mask = front()
    assert not off[mask == 0].any()
    assert 2 < np.abs(off[mask > 0.5]).mean() < 20


def test_skin_is_uneven_in_light_and_in_hue_and_nobodys_is_anothers() -> None:
    x, y, _ = front()
    cheek = (np.abs(np.abs(x) - 3.6) < 1.2) & (np.abs(y + 4.0) < 1.0)

    def spread(appearance: Appearance) -> tuple[float, float]:
        skin = paint_atlas(appearance)[FACE][cheek].astype(float)
        return float(skin.mean(1).std()), float((skin[:, 0] - skin[:, 1]).std())

    light, hue = spread(PLAIN)
    uneven_light, uneven_hue = spread(LIVED_IN)
    assert uneven_light > 1.3 * light
    assert uneven_hue > 1.15 * hue
    other = paint_atlas(replace(LIVED_IN, seed=5))[FACE]
    assert np.abs(other.astype(int) - paint_atlas(LIVED_IN)[FACE]).mean() > 2
    np.testing.assert_array_equal(paint_atlas(LIVED_IN), paint_atlas.__wrapped__(LIVED_IN))


def test_forehead_nose_and_lips_shine_and_a_beard_does_not() -> None:
    x, y, _ = front()
    strength = shine_map(LIVED_IN) / SHINE_OF_1

    def at(place: tuple[float, float], shine: np.ndarray = strength) -> float:
        return float(shine[((x - place[0]) ** 2 + (y - place[1]) ** 2) < 0.15].mean())

    cheek = at((4.5, -6.5))
    assert cheek == pytest.approx(1, abs=0.2)
    for spot in ((0.0, 4.6), (0.0, -2.8), (0.5, -6.9)):
        assert at(spot) > 1.8 * cheek
    bearded = shine_map(replace(LIVED_IN, beard=1.0)) / SHINE_OF_1
    assert at((3.0, -9.5), bearded) < 0.6 * at((3.0, -9.5))


def test_teeth_are_warm_and_apart() -> None:
    changed = natural_teeth(teeth(), LIVED_IN)
    biting = slice(150, 250)
    assert (teeth()[biting, :, 2] / teeth()[biting, :, 0]).mean() > (
        changed[biting, :, 2] / changed[biting, :, 0]
    ).mean() + 0.05
    contrast = [image[biting, 60:200].mean(0).mean(1).std() for image in (teeth(), changed)]
    assert contrast[1] > 1.5 * contrast[0]


def test_the_white_of_an_eye_is_off_white_and_the_iris_is_its_own() -> None:
    before = eye(PLAIN, np.random.default_rng(0))
    after = off_white_eye(before, LIVED_IN)
    middle = slice(118, 138)
    np.testing.assert_allclose(after[middle, middle], before[middle, middle])
    assert after[128, 180].mean() < before[128, 180].mean() - 0.05


@pytest.mark.parametrize("style", ["short", "long", "curly", "bun"])
def test_strands_leave_the_outline_of_the_hair_and_both_sides_of_them_are_seen(style: str) -> None:
    bare = hair_part(Appearance(hair_style=style))  # type: ignore[arg-type]
    loose = hair_part(Appearance(hair_style=style, loose_hair=1.0))  # type: ignore[arg-type]
    assert bare is not None
    assert loose is not None
    count = len(bare.positions)
    np.testing.assert_array_equal(loose.positions[:count], bare.positions)
    np.testing.assert_array_equal(loose.faces[: len(bare.faces)], bare.faces)
    strands = loose.positions[count:]
    assert len(strands) > 1000
    away = np.sqrt(((strands[::7, None] - bare.positions[None, ::3]) ** 2).sum(-1).min(1))
    assert (away > 0.3).mean() > 0.1
    assert away.max() < 4
    own = loose.faces[len(bare.faces) :]
    assert own.min() >= count
    a, b, c = np.moveaxis(loose.positions[own], 1, 0)
    normals = np.cross(b - a, c - a)
    half = len(own) // 2
    np.testing.assert_allclose(normals[:half], -normals[half:], atol=1e-12)
    assert (
        hair_part(Appearance(hair_style="buzz", loose_hair=1.0)).positions.shape
        == hair_part(Appearance(hair_style="buzz")).positions.shape
    )  # type: ignore[union-attr]
