"""GNM Head v3 as a head, loaded and skinned by the package body-models.

Google's generative human head model, Apache-2.0: 253 identity components, 383 expression components, four joints. The
package can download the file from the Hugging Face hub (docs/heads.md); mien itself downloads nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor

from mien.heads.head import HeadError
from mien.heads.models.statistical import StatisticalHead, Template
from mien.storage.arrays import array_headers

FILE = "gnm_head.npz"

MAX_BYTES = 2_000_000_000
"""Maximum size of the unpacked arrays of a file."""

_SIDES = ("left_", "right_")
"""Prefixes of the names of the eye joints; the other joints are neck (the root) and head."""


class GnmHead(StatisticalHead):
    """GNM Head: head and eyes are rotated by joints; expressions, also of the jaw, are fitted to its components."""

    name: ClassVar[str] = "gnm"

    def __init__(self, path: Path) -> None:
        try:
            from body_models.gnm.torch import GNM
        except ImportError:
            raise HeadError("GNM Head needs the package body-models: pip install 'mien[heads]'") from None
        where = path / FILE if path.is_dir() else path
        if not where.is_file():
            raise HeadError(f"there is no GNM Head file at {where}")
        try:
            array_headers(where, MAX_BYTES)
            model = GNM(model_path=where, rotation_type="rotmat").float()
            template = _template(model)
        except HeadError as error:
            raise HeadError(f"{where} is not a GNM Head v3 file: {error}") from None
        except (KeyError, ValueError, OSError, EOFError, IndexError, RuntimeError, BadZipFile) as error:
            # the message of a KeyError is quoted, and messages of torch have several lines
            reason = " ".join(str(error).strip("'").split())
            raise HeadError(f"{where} is not a GNM Head v3 file: {reason}") from error
        super().__init__(template, tuple(str(name) for name in model.identity_names))
        self._model = model
        self._controls = [str(name) for name in model.joint_names][1:]

    def skinned(
        self,
        identity: Tensor,
        components: Tensor,
        neck: Tensor,
        jaw: Tensor,
        left: Tensor,
        right: Tensor,
    ) -> Tensor:
        """Vertices (B, V, 3) in GNM's own units; it has no joint for the jaw."""
        del jaw  # the fitted expressions move it
        # the root is the base of the neck, which does not move
        turns = {"head": neck} | dict(zip(_eyes(self._controls), (left, right), strict=True))
        controls = torch.stack([turns[name] for name in self._controls], dim=1)
        root = torch.eye(3, dtype=neck.dtype, device=neck.device).expand_as(neck)
        return self._model.forward_vertices(controls, head_rotation=root, shape=identity, expression=components)


def _eyes(joints: list[str]) -> list[str]:
    """Names of the joints of the person's left and right eye."""
    return [name for side in _SIDES for name in joints if name.startswith(side)]


def _template(model: Any) -> Template:
    """The template of a loaded model; a file with inconsistent arrays fails here."""
    joints = [str(name) for name in model.joint_names]
    found = _eyes(joints)
    if len(joints) != 4 or joints[0] != "neck" or "head" not in joints or len(found) != 2:
        raise HeadError(f"its joints are {', '.join(joints)}")
    eyes = [joints.index(name) for name in found]
    faces = np.ascontiguousarray(model.faces.numpy().astype(np.int32))
    points = model.rest_vertices
    if len(faces) == 0 or faces.min() < 0 or faces.max() >= len(points):
        raise HeadError("its faces name vertices that it does not have")
    still = torch.eye(3).expand(1, len(joints) - 1, 3, 3)
    shape, flat = torch.zeros(1, len(model.identity_names)), torch.zeros(1, len(model.expression_names))
    with torch.no_grad():
        pose = {"head_rotation": torch.eye(3)[None], "shape": shape, "expression": flat}
        skeleton = model.forward_skeleton(still, **pose)
        if not model.forward_vertices(still, **pose).isfinite().all():
            raise HeadError("it holds a number that is not finite")
        shapes = model.prepare_identity(shape, torch.eye(len(model.expression_names)))["rest_vertices"]
    return Template(
        points=points.double().numpy(),
        faces=faces,
        eyes=skeleton[0, eyes, :3, 3].double().numpy(),
        eyeball=model.skin_weights.numpy()[:, eyes].sum(axis=1) > 0.5,
        directions=(shapes - points).numpy(),
    )
