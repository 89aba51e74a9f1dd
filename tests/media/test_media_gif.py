"""GIFs: as many frames as were given, as long, with their comment, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from mien.media.gif import write_gif
from mien.media.provenance import Provenance, comment, read_tags, tags


def frames(count: int = 12) -> Iterator[NDArray[np.uint8]]:
    """A bright square that goes to the right by a pixel a frame, before a ramp."""
    for number in range(count):
        frame = np.repeat(np.linspace(20, 120, 64).astype(np.uint8)[None, :, None], 48, 0).repeat(3, 2)
        frame[10:20, 4 + number : 14 + number] = (240, 200, 30)
        yield frame


def test_a_gif_shows_what_was_given(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    write_gif(path, frames(), Fraction(25))
    with Image.open(path) as image:
        assert image.info["duration"] == 40
        assert image.info["loop"] == 0, "for ever"
        shown = [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(image)]
    given = [frame.astype(int) for frame in frames()]
    assert len(shown) == len(given)
    for one, other in zip(shown, given, strict=True):
        assert np.abs(one - other).mean() < 4


def test_its_comment_tells_where_it_is_from(tmp_path: Path) -> None:
    told = Provenance(generator="mien 0.1.0", model="head_motion 0123", seed=3, prompt="nods; then = smiles " * 30)
    write_gif(tmp_path / "a.gif", frames(3), Fraction(25), comment(tags(told)))
    assert read_tags(tmp_path / "a.gif") == told


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    def breaks() -> Iterator[NDArray[np.uint8]]:
        yield from frames(3)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_gif(tmp_path / "a.gif", breaks(), Fraction(25))
    with pytest.raises(ValueError, match="no frame"):
        write_gif(tmp_path / "a.gif", [], Fraction(25))
    with pytest.raises(ValueError, match="at most 50"):
        write_gif(tmp_path / "a.gif", frames(3), Fraction(60))
    assert list(tmp_path.iterdir()) == []


def shown(path: Path) -> tuple[list[NDArray[np.int64]], list[int]]:
    """The frames as RGB and their delays in milliseconds."""
    with Image.open(path) as image:
        both = [
            (np.asarray(one.convert("RGB")).astype(np.int64), int(one.info["duration"]))
            for one in ImageSequence.Iterator(image)
        ]
    return [frame for frame, _ in both], [delay for _, delay in both]


def soft(count: int) -> list[NDArray[np.uint8]]:
    """A ball in all shades of skin, with a small red spot, over a grey wall with a smooth light and some noise."""
    y, x = np.mgrid[:160, :160] / 160
    noise = np.random.default_rng(0).normal(0, 1.0, (count, 160, 160, 1))
    made = []
    for number in range(count):
        cx = 0.4 + 0.2 * number / count
        inside = np.clip(1 - ((x - cx) ** 2 + (y - 0.5) ** 2) / 0.09, 0, 1)[..., None]
        wall = (150 - 90 * ((x - 0.5) ** 2 + (y - 0.5) ** 2))[..., None] * [0.9, 0.95, 1.0]
        frame = np.where(inside > 0, 60 + 160 * inside**0.5 * [1.0, 0.8, 0.7], wall)
        frame[(x - cx) ** 2 + (y - 0.6) ** 2 < 0.0012] = (190, 60, 70)
        made.append(np.clip(frame + noise[number], 0, 255).astype(np.uint8))
    return made


def test_the_delays_add_up_at_any_rate(tmp_path: Path) -> None:
    for fps, delays in (
        (Fraction(25), {40}),
        (Fraction(30), {30, 40}),
        (Fraction(30000, 1001), {30, 40}),
        (Fraction(50), {20}),
        (Fraction(7), {140, 150}),
    ):
        write_gif(tmp_path / "a.gif", frames(60), fps)
        _, told = shown(tmp_path / "a.gif")
        assert set(told) == delays
        assert abs(sum(told) - 60_000 / fps) <= 10, "half a hundredth of a second at either end"


def test_a_still_picture_keeps_its_frames_and_takes_next_to_nothing(tmp_path: Path) -> None:
    [picture] = soft(1)
    write_gif(tmp_path / "one.gif", [picture], Fraction(10))
    write_gif(tmp_path / "many.gif", [picture] * 20, Fraction(10))
    found, delays = shown(tmp_path / "many.gif")
    assert delays == [100] * 20
    assert all((frame == found[0]).all() for frame in found)
    assert (tmp_path / "many.gif").stat().st_size < (tmp_path / "one.gif").stat().st_size + 20 * 40


def test_what_differs_too_little_to_be_seen_is_not_drawn_again(tmp_path: Path) -> None:
    given = soft(10)
    write_gif(tmp_path / "a.gif", given, Fraction(25))
    found, _ = shown(tmp_path / "a.gif")
    for one, other in zip(found, given, strict=True):
        difference = np.abs(one - other)
        assert difference.mean() < 3.5
        assert np.quantile(difference, 0.999) <= 20
    [corner] = np.unique([frame[:20, :20] for frame in found], axis=0)
    assert corner.std() > 0, "the noise of the wall stays as it was in the first frame"
    separate = sum(len(Image.fromarray(frame).quantize(256).tobytes()) for frame in given)
    assert (tmp_path / "a.gif").stat().st_size < separate / 2


def test_a_rare_colour_is_kept(tmp_path: Path) -> None:
    write_gif(tmp_path / "a.gif", soft(4), Fraction(25))
    for number, frame in enumerate(shown(tmp_path / "a.gif")[0]):
        spot = frame[94:98, int(160 * (0.4 + 0.05 * number)) - 2 :][:, :4].reshape(-1, 3).mean(0)
        assert np.abs(spot - (190, 60, 70)).max() < 14


def test_few_colours_are_all_in_the_palette(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    colours = rng.integers(0, 256, (200, 3)).astype(np.uint8)
    given = [colours[rng.integers(0, 200, (48, 64))] for _ in range(5)]
    write_gif(tmp_path / "a.gif", given, Fraction(10))
    for one, other in zip(shown(tmp_path / "a.gif")[0], given, strict=True):
        assert np.abs(one - other).max() <= 14, "what is left as it was, and the dither"


def test_long_clips_have_several_palettes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.media.gif._CHUNK_BYTES", 3 * soft(1)[0].nbytes)
    given = [*soft(4), *[255 - frame for frame in soft(5)]]
    write_gif(tmp_path / "a.gif", given, Fraction(25))
    found, delays = shown(tmp_path / "a.gif")
    assert delays == [40] * 9
    for number, (one, other) in enumerate(zip(found, given, strict=True)):
        assert np.abs(one - other).mean() < 4 or number in (3, 4, 5), number


def test_frames_of_several_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a frame is uint8 \(10, 10, 3\), not uint8 \(12, 10, 3\)"):
        write_gif(tmp_path / "a.gif", [np.zeros((12, 10, 3), np.uint8), np.zeros((10, 10, 3), np.uint8)], Fraction(5))
    assert list(tmp_path.iterdir()) == []
