"""Importing mmpose 1.3.2 where parts that it does not need for RTMPose are missing.

mmpose imports, without needing them here: `mmcv.ops` (compiled operators that mmcv-lite lacks), two names of
`mmdet.utils`, and xtcocotools (whose wheels are built for NumPy 1). Stand-ins take their places while it is imported
and are gone afterwards, so that no other library takes them for the real ones.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
import threading
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mien.bodies.keypoints import PoseError

INSTALL = "pip install --no-deps mmpose==1.3.2 mmcv-lite==2.2.0 mmengine==0.10.7 && pip install 'mien[pose]'"
_NEEDED = {
    "mmpose": ("mmpose",),
    "mmcv": ("mmcv-lite", "mmcv"),
    "mmengine": ("mmengine",),
    "pycocotools": ("pycocotools",),
}
"""Module → distributions of which one must be installed."""
_lock = threading.Lock()

# mmpose calls it so in every forward pass.
warnings.filterwarnings("ignore", message=r".*torch\.cuda\.amp\.autocast", category=FutureWarning)

_LOADED: dict[str, Any] = vars(sys)["modules"]
"""Only modules of other packages are read and replaced here; `stages.code` would take sys.modules for any module."""


def missing_mmpose() -> str | None:
    """Why mmpose cannot be used and how to install it, in one sentence; None if it is there."""
    missing = [name for name, sources in _NEEDED.items() if not any(map(_is_installed, sources))]
    return f"mmpose needs {', '.join(missing)}: {INSTALL}" if missing else None


def packaged_config(name: str) -> Any:
    """A configuration that is in mmpose's package, such as `body_2d_keypoint/rtmpose/coco/….py`.

    Only mmpose's own: a configuration is Python that is executed. Raises PoseError if mmpose is not there.
    """
    load_mmpose()
    folder = Path(str(_LOADED["mmpose"].__file__)).parent
    return importlib.import_module("mmengine.config").Config.fromfile(folder / ".mim" / "configs" / name)


def load_mmpose() -> Any:
    """mmpose's registry module, with all its models registered. Raises PoseError if mmpose is not there."""
    missing = missing_mmpose()
    if missing is not None:
        raise PoseError(missing)
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "mmpose.models" not in _LOADED:
            with _stand_ins():
                importlib.import_module("mmpose.models")
    scope = importlib.import_module("mmengine.registry").DefaultScope
    if scope.get_current_instance() is None:
        scope.get_instance("mien", scope_name="mmpose")  # mmpose's names are looked up in its own registries
    return importlib.import_module("mmpose.registry")


@contextmanager
def _stand_ins() -> Iterator[None]:
    made: dict[str, Any] = {}
    if not _has_compiled_operators():
        made["mmcv.ops"] = _module("mmcv.ops", MultiScaleDeformableAttention=None, DeformConv2d=None)
    if not _is_installed("mmdet"):
        made["mmdet"] = _module("mmdet")
        made["mmdet.utils"] = _module("mmdet.utils", ConfigType=dict, reduce_mean=None)
    made |= {  # the same interface; it is only imported, never called
        "xtcocotools": importlib.import_module("pycocotools"),
        "xtcocotools.coco": importlib.import_module("pycocotools.coco"),
        "xtcocotools.cocoeval": importlib.import_module("pycocotools.cocoeval"),
        "xtcocotools.mask": importlib.import_module("pycocotools.mask"),
    }
    before = {name: _LOADED.get(name) for name in made}
    _LOADED.update(made)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                _LOADED.pop(name, None)
            else:
                _LOADED[name] = module


def _has_compiled_operators() -> bool:
    try:
        importlib.import_module("mmcv._ext")
    except ImportError:
        return False
    return True


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _module(name: str, **members: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__spec__, module.__path__ = type(types.__spec__)(name, None, is_package=True), []
    for key, value in members.items():
        setattr(module, key, value)
    return module
