"""FLAME as a head, read from a file that the user provides.

Source: Li, Bolkart, Black, Li, Romero, "Learning a model of facial shape and expression from 4D scans" (SIGGRAPH Asia
2017). To get the file, register at https://flame.is.tue.mpg.de and accept its licence; it may not be redistributed.
Official files are pickles, which mien never opens: docs/heads.md shows how to convert one into an npz of plain arrays.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from mien.heads.head import HeadError
from mien.heads.models.skinning import linear_blend_skinning
from mien.heads.models.statistical import StatisticalHead, Template
from mien.storage.arrays import ArraysError, read_arrays

SHAPES, EXPRESSIONS, JOINTS = 300, 100, 5
"""Sizes of FLAME; its joints are root, neck, jaw, left eye and right eye (of the person)."""

MAX_BYTES = 1_000_000_000
"""Maximum size of the unpacked arrays of a file; FLAME has 60 MB."""

_PARTS = ("data", "indices", "indptr")
_KEYS = ("v_template", "shapedirs", "posedirs", "weights", "kintree_table", "f")


def read_flame(path: Path) -> dict[str, NDArray[np.generic]]:
    """The checked arrays of a converted FLAME file. Raises HeadError.

    v_template (V, 3) · shapedirs (V, 3, 400) · posedirs (V, 3, 36) · J_regressor (5, V), or its CSR parts
    J_regressor_data, J_regressor_indices and J_regressor_indptr · weights (V, 5) · kintree_table (2, 5) · f (F, 3) ·
    landmarks (68,) if the file has them.
    """
    if path.is_dir():
        found = sorted(path.glob("*.npz")) or sorted(path.glob("*.pkl"))
        if not found:
            raise HeadError(f"{path} holds no FLAME file: convert your own into an npz there, as docs/heads.md shows")
        path = found[0]
    if not path.is_file():
        raise HeadError(f"there is no FLAME file at {path}")
    if path.suffix == ".pkl":
        raise HeadError(f"{path} is a pickle, which mien never opens: convert it to npz as docs/heads.md shows")
    try:
        arrays = read_arrays(path, MAX_BYTES)
    except ArraysError as error:
        raise HeadError(f"{path} could not be read as an npz of plain arrays: {error}") from error
    missing = [name for name in _KEYS if name not in arrays]
    if missing:
        raise HeadError(f"{path} is no FLAME file: it lacks {', '.join(missing)}")
    return _checked(path, arrays)


def _checked(path: Path, arrays: dict[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    v = len(arrays["v_template"])
    if "J_regressor" not in arrays:
        parts = [arrays.get(f"J_regressor_{part}") for part in _PARTS]
        if any(part is None for part in parts):
            raise HeadError(f"{path} is no FLAME file: it lacks J_regressor")
        try:
            arrays["J_regressor"] = sparse.csr_matrix(tuple(parts), (JOINTS, v)).toarray()
        except ValueError as error:
            raise HeadError(f"{path} is no FLAME file: its J_regressor is broken: {error}") from error
    shapes = {
        "v_template": (v, 3),
        "shapedirs": (v, 3, SHAPES + EXPRESSIONS),
        "posedirs": (v, 3, 9 * (JOINTS - 1)),
        "J_regressor": (JOINTS, v),
        "weights": (v, JOINTS),
        "kintree_table": (2, JOINTS),
        "f": (len(arrays["f"]), 3),
    }
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise HeadError(f"{path} is no FLAME file: its {name} is {arrays[name].shape} instead of {shape}")
        if arrays[name].dtype.kind not in "iuf" or not np.isfinite(arrays[name].astype(np.float64)).all():
            raise HeadError(f"{path} is no FLAME file: its {name} holds something else than finite numbers")
    parents = arrays["kintree_table"][0, 1:].astype(np.int64)
    if not ((parents >= 0) & (parents < np.arange(1, JOINTS))).all():
        raise HeadError(f"{path} is no FLAME file: its kintree_table must name each joint's parent before the joint")
    within = [arrays["f"]]
    if "landmarks" in arrays:
        if arrays["landmarks"].shape != (68,):
            raise HeadError(f"{path} is no FLAME file: its landmarks are {arrays['landmarks'].shape} instead of (68,)")
        within.append(arrays["landmarks"])
    if any(
        len(index) == 0 or index.astype(np.int64).min() < 0 or index.astype(np.int64).max() >= v for index in within
    ):
        raise HeadError(f"{path} is no FLAME file: its faces or landmarks name vertices that it does not have")
    return arrays


class FlameHead(StatisticalHead):
    """FLAME: jaw, neck and eyes are rotated by joints; other expressions are fitted to its components."""

    name: ClassVar[str] = "flame"
    by_joints = frozenset({"jawOpen", "jawLeft", "jawRight"})

    def __init__(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        numbers = {name: arrays[name].astype(np.float32) for name in (*_KEYS[:4], "J_regressor")}
        joints = numbers["J_regressor"].astype(np.float64) @ numbers["v_template"].astype(np.float64)
        landmarks = arrays.get("landmarks")
        directions = numbers["shapedirs"][:, :, SHAPES:].transpose(2, 0, 1)
        template = Template(
            points=numbers["v_template"].astype(np.float64),
            faces=np.ascontiguousarray(arrays["f"].astype(np.int32)),
            eyes=joints[[3, 4]],
            eyeball=numbers["weights"][:, 3:].sum(axis=1) > 0.5,
            directions=directions,
            landmarks=None if landmarks is None else landmarks.astype(np.int64),
        )
        super().__init__(template, tuple(f"shape{i:03d}" for i in range(SHAPES)))
        self._parents = [-1, *arrays["kintree_table"][0, 1:].astype(np.int64).tolist()]
        numbers["posedirs"] = numbers["posedirs"].reshape(-1, numbers["posedirs"].shape[-1]).T
        for name, value in numbers.items():
            self.register_buffer(f"_{name}", torch.from_numpy(np.ascontiguousarray(value)), persistent=False)

    def skinned(
        self, identity: Tensor, components: Tensor, neck: Tensor, jaw: Tensor, left: Tensor, right: Tensor
    ) -> Tensor:
        """Vertices (B, V, 3) in FLAME's own units."""
        root = torch.eye(3, dtype=neck.dtype, device=neck.device).expand_as(neck)
        turns = torch.stack([root, neck, jaw, left, right], dim=1)
        betas = torch.cat([identity, components], dim=1)
        model = (self._v_template, self._shapedirs, self._posedirs, self._J_regressor, self._weights)
        return linear_blend_skinning(betas, turns, *model, self._parents)  # type: ignore[arg-type]
