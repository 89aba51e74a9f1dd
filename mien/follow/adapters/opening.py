"""Opening a pipeline of diffusers by the name or folder of its weights. Nothing is unpickled or downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mien.files import read_json, sha256_file
from mien.follow.adapters.interface import FramePipeline
from mien.systems.errors import RequestError
from mien.training.device import best_device

CLASSES = {"animatediff": "AnimateDiffControlNetPipeline", "wan_vace": "WanVACEPipeline"}
"""Architecture → class of the pipeline."""

ADAPTER = "guoyww/animatediff-motion-adapter-v1-5-3"
CONTROLNET = "lllyasviel/control_v11p_sd15_openpose"
"""Parts of animatediff that are taken where only a Stable Diffusion 1.5 is named."""

_REMEDY = "name a folder, or download it first with `hf download`"


def open_pipeline(architecture: str, name: str) -> FramePipeline:
    """The pipeline in a folder, or of a name in the cache of the Hugging Face hub.

    animatediff: a saved AnimateDiffControlNetPipeline, or a Stable Diffusion 1.5, a motion adapter and a ControlNet as
    `BASE,ADAPTER,CONTROLNET`, the last two with defaults. wan_vace: a saved WanVACEPipeline. Raises RequestError in one
    sentence where diffusers or the weights are missing or of another kind.
    """
    diffusers = _diffusers()
    base, *parts = (one.strip() for one in name.split(","))
    kind = _class_of(base)
    wanted = CLASSES[architecture]
    whole = kind is None or kind == wanted
    if kind is not None and not whole and (architecture != "animatediff" or kind != "StableDiffusionPipeline"):
        raise RequestError(f"--pipeline {base[:80]} holds a {kind[:40]}, not a {wanted}: name another")
    try:
        if whole and not parts:
            pipeline = getattr(diffusers, wanted).from_pretrained(base, **_options())
        else:
            pipeline = _animatediff(diffusers, base, parts)
    except (OSError, ValueError, RuntimeError, TypeError, ImportError) as error:
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise RequestError(f"the pipeline {name[:80]} cannot be opened ({reason}): {_REMEDY}") from error
    return _wrapped(architecture, _placed(pipeline), f"{architecture} {_version(base)}")


def _diffusers() -> Any:
    try:
        import diffusers
    except ImportError as error:
        raise RequestError(
            "animatediff and wan_vace need diffusers: install it with `pip install diffusers accelerate`"
        ) from error
    return diffusers


def _options() -> dict[str, Any]:
    import torch

    dtype = torch.float32 if best_device().type == "cpu" else torch.bfloat16
    return {"local_files_only": True, "use_safetensors": True, "dtype": dtype}


def _animatediff(diffusers: Any, base: str, parts: list[str]) -> Any:
    adapter, controlnet = [*parts, *(ADAPTER, CONTROLNET)[len(parts) :]][:2]
    options = _options()
    return diffusers.AnimateDiffControlNetPipeline.from_pretrained(
        base,
        motion_adapter=diffusers.MotionAdapter.from_pretrained(adapter, **options),
        controlnet=diffusers.ControlNetModel.from_pretrained(controlnet, **options),
        **options,
    )


def _placed(pipeline: Any) -> Any:
    """The pipeline on the best device; on a GPU each part is there while it works."""
    if best_device().type == "cuda":
        pipeline.enable_model_cpu_offload()
    return pipeline


def _wrapped(architecture: str, pipeline: Any, version: str) -> FramePipeline:
    # with torch, which is slow to import
    from mien.follow.adapters.animatediff import AnimateDiff
    from mien.follow.adapters.wan_vace import WanVace

    return AnimateDiff(pipeline, version) if architecture == "animatediff" else WanVace(pipeline, version)


def _class_of(name: str) -> str | None:
    """The class of a saved pipeline in a folder; None for a name. Raises RequestError for another folder."""
    folder = Path(name)
    if not folder.exists():
        return None
    try:
        return str(read_json(folder / "model_index.json")["_class_name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RequestError(
            f"--pipeline {name[:80]} holds no pipeline of diffusers: it has no model_index.json"
        ) from error


def _version(name: str) -> str:
    index = Path(name) / "model_index.json"
    return sha256_file(index)[:12] if index.is_file() else name
