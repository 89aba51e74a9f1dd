"""Turntables: the whole head turns, the light does not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from heads_making import embedded, make_flame

from mien.heads.appearance import Appearance
from mien.heads.catalogue import open_head
from mien.heads.export.turntable import turntable_frames, turntable_sheet, write_picture
from mien.heads.head import HeadError
from mien.heads.performance import Performance, expression_vector
from mien.heads.render.playback import render_head
from mien.heads.render.render import render_frames
from mien.heads.render.turning import turned_frames
from mien.media.file_tags import file_tags
from mien.media.provenance import Provenance, parse_tags
from mien.media.provenance import tags as make_tags
from mien.systems.output import write_clip

LOOK = Appearance(hair_style="bun", glasses="round", skin=(0.9, 0.75, 0.65), cloth=(0.1, 0.6, 0.2))
TAGS = make_tags(Provenance(generator="mien 1.0", prompt="a person"))


def skin_share(frame: np.ndarray) -> float:
    """Share of the picture's upper part that is reddish, as faces are."""
    red, green, blue = frame[: len(frame) // 2].astype(int).transpose(2, 0, 1)
    return float(((red > green + 20) & (red > blue + 30) & (red > 110)).mean())


def test_a_turn_shows_the_face_its_side_and_the_back() -> None:
    front, right, back, left = turntable_frames(embedded(), None, LOOK, 4, (160, 160))
    assert skin_share(front) > 3 * skin_share(back)
    assert skin_share(front) > skin_share(right) > skin_share(back)
    # to the viewer's right: the nose is on the right of the middle
    wall = front[0, 0].astype(int)
    for frame, side in ((right, 1), (left, -1)):
        row = np.abs(frame[60].astype(int) - wall).sum(axis=1) > 60
        assert side * (np.flatnonzero(row).mean() - 80) > -12
        red = frame[50:75, :, 0].astype(int) - frame[50:75, :, 2] > 40
        assert side * (np.nonzero(red)[1].mean() - 80) > 5


def test_the_first_frame_is_the_picture_from_the_front() -> None:
    smile = expression_vector({"mouthSmileLeft": 1, "mouthSmileRight": 1})
    first = next(turntable_frames(embedded(), None, LOOK, 5, (96, 96), smile))
    still = Performance.still(mouthSmileLeft=1, mouthSmileRight=1)
    person = torch.zeros(len(embedded().identity_names))
    plain = next(render_frames(embedded(), person, LOOK, still, (96, 96)))
    # but for the ears, which are inside out from the front
    assert (np.abs(first.astype(int) - plain).max(axis=2) > 1).mean() < 0.01


def test_ears_are_seen_from_the_side() -> None:
    bald = Appearance(hair_style="bald", skin=(0.9, 0.9, 0.9), blush=0.0)
    side = list(turntable_frames(embedded(), None, bald, 4, (200, 200)))[1].astype(int)
    # the middle of the head: where there is no ear, skin is smooth
    assert np.abs(np.diff(side[85:115, 75:110].sum(axis=2), axis=1)).max() > 60


def test_the_back_of_a_bald_head_has_no_seam() -> None:
    bald = Appearance(hair_style="bald", beard=1.0, beard_length=0.0)
    back = list(turntable_frames(embedded(), None, bald, 2, (200, 200)))[1].astype(int)
    nape = back[70:125, 85:115].sum(axis=2)
    assert np.abs(np.diff(nape, axis=1)).max() < 60, "the beard is not on its back"


def test_the_head_turns_as_a_whole() -> None:
    points = np.random.default_rng(0).normal(size=(50, 3))
    (turned,) = turned_frames(iter([points]), np.array([np.pi / 2]))
    np.testing.assert_allclose(turned[:, 1], points[:, 1])
    np.testing.assert_allclose(turned[:, 0], points[:, 2], atol=1e-12)  # the nose points to the viewer's right
    assert next(turned_frames(iter([points]), None)) is points
    a, b = turntable_frames(embedded(), None, LOOK, 2, (120, 120))
    green = [((f[90:, :, 1].astype(int) - f[90:, :, 0]) > 15).sum() for f in (a, b)]
    assert green[1] > 0.8 * green[0], "the shoulders turn too, so the back is as wide as the chest"


def test_sheet_and_film_carry_their_provenance(tmp_path: Path) -> None:
    head = open_head("flame", make_flame(tmp_path / "flame"))
    sheet = turntable_sheet(head, size=(64, 48))
    assert sheet.shape == (96, 256, 3)
    views = list(turntable_frames(head, count=8, size=(64, 48)))
    np.testing.assert_array_equal(sheet[48:, :64], views[4])
    write_picture(tmp_path / "a.png", sheet, TAGS)
    write_clip(tmp_path / "a.mp4", turntable_frames(head, count=8, size=(64, 48)), Fraction(24), TAGS)
    for name in ("a.png", "a.mp4"):
        provenance = parse_tags(file_tags(tmp_path / name))
        assert provenance is not None
        assert provenance.prompt == "a person"


def test_what_cannot_turn_is_refused() -> None:
    with pytest.raises(HeadError, match="at least one frame, not 0"):
        turntable_frames(embedded(), count=0)
    with pytest.raises(HeadError, match="only numba can"):
        render_head(embedded(), None, Performance.still(), renderer="dots", turns=np.zeros(1))
