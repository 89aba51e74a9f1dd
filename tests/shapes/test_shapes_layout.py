"""How clips are laid out in a picture or video: strips with captions, grids, enlarged frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.shapes.generate.layout import CAPTION_HEIGHT, GAP, STRIP_FRAMES, draw_strips, grid_columns, resize


def test_a_strip_of_a_long_clip_shows_frames_at_even_distances() -> None:
    clip = np.arange(100, dtype=np.uint8)[:, None, None, None] + np.zeros((1, 64, 64, 3), np.uint8)
    picture = draw_strips(clip[None], ["x" * 999], 64)
    assert picture.shape[1] == STRIP_FRAMES * (64 + GAP) - GAP
    assert picture[CAPTION_HEIGHT, :: 64 + GAP, 0].tolist() == [9 * number for number in range(12)]


def test_the_words_above_a_strip_have_letters_for_every_language_and_words_for_emoji() -> None:
    def caption(text: str) -> NDArray[np.uint8]:
        return draw_strips(np.zeros((1, 12, 64, 64, 3), np.uint8), [text], 64)[:CAPTION_HEIGHT]

    letters = [caption(letter).tobytes() for letter in "đạộứΩЖ"]
    assert len({*letters, caption("\uffff").tobytes()}) == 7, "none is the box of a missing letter"
    np.testing.assert_array_equal(caption("🟦🟦 ⬆️"), caption("2 blue square moving up"))


def test_enlarging_keeps_the_picture() -> None:
    frame = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    np.testing.assert_array_equal(resize(frame, 64), frame)
    np.testing.assert_array_equal(resize(frame, 192), frame.repeat(3, axis=0).repeat(3, axis=1))
    assert resize(frame, 100).shape == (100, 100, 3)


def test_a_grid_is_a_row_for_each_text_with_copies_else_nearly_a_square() -> None:
    shapes = {(1, 1): 1, (3, 1): 3, (4, 1): 2, (1, 4): 2, (5, 1): 3, (36, 1): 6, (2, 7): 7, (12, 3): 3}
    assert {asked: grid_columns(*asked) for asked in shapes} == shapes
