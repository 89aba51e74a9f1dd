"""Clips of a part of a split, and their labels in the index of face shards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mien.faces.shards import LABELS, FaceShards


def clip_labels(shards: FaceShards, clip_id: str) -> dict[str, Any]:
    """The labels of a clip by the names of `LABELS`; None: unknown."""
    row = shards.index.loc[clip_id]
    return {name: None if pd.isna(row[name]) or row[name] == "" else row[name] for name in LABELS}


def clips_of_part(shards: FaceShards, split: Mapping[str, str], part: str) -> list[str]:
    """Sorted ids of the clips in a part of the split."""
    return sorted(clip_id for clip_id in map(str, shards) if split.get(clip_id) == part)
