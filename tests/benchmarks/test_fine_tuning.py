"""Clips of one's own beside the rendered people: the same pictures and labels under other ids."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np

from benchmarks.fine_tuning import stored
from mien.faces.alignment import mean_shape
from mien.faces.shards import FaceShards, ShardClip, write_shards


def _clip(clip_id: str, seed: int, **labels: str | float) -> ShardClip:
    random = np.random.default_rng(seed)
    return ShardClip(
        clip_id,
        Fraction(25),
        random.integers(0, 256, (10, 32, 32, 3), np.uint8),
        (mean_shape(32) + random.normal(0, 0.1, (10, 68, 2))).astype(np.float32),
        random.normal(0, 0.1, 6400).astype(np.float32),
        np.tile(np.eye(2, 3), (10, 1, 1)),
        np.ones(10, bool),
        labels=labels,
    )


def test_shards_of_two_kinds_of_people_are_joined_without_a_change_of_their_content(tmp_path: Path) -> None:
    for name, clips in (("own", [_clip("a", 0)]), ("rendered", [_clip("a", 1, actor="1001", emotion="HAP")])):
        (tmp_path / name).mkdir()
        write_shards(tmp_path / name, clips)
    (tmp_path / "both").mkdir()
    own, rendered = FaceShards(tmp_path / "own"), FaceShards(tmp_path / "rendered")
    write_shards(tmp_path / "both", chain(stored(own, "grid_"), stored(rendered)))
    both = FaceShards(tmp_path / "both")
    assert list(both) == ["grid_a", "a"]
    assert both.index.loc["grid_a", "sha256"] == own.index.loc["a", "sha256"]
    assert both.index.loc["a", "sha256"] == rendered.index.loc["a", "sha256"]
    assert (both.index.loc["a", "actor"], both.index.loc["a", "emotion"]) == ("1001", "HAP")
    assert both.index["actor"].isna().tolist() == [True, False]
