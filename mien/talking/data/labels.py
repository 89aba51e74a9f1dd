"""Labels of clips in the index of face shards."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mien.faces.shards import LABELS, FaceShards


def clip_labels(shards: FaceShards, clip_id: str) -> dict[str, Any]:
    """The labels of a clip by the names of `LABELS`; None: unknown."""
    row = shards.index.loc[clip_id]
    return {name: None if pd.isna(row[name]) or row[name] == "" else row[name] for name in LABELS}
