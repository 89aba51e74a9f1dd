"""Writing the bundle: the trained models of a repository in compact form, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mien import __version__
from mien.bundled.contents import (
    COMPACT,
    MANIFEST,
    MOST_BYTES,
    WEIGHTS,
    BundledModel,
    BundleError,
    Contents,
)
from mien.bundled.figures import EVALUATED_WITH, headline
from mien.bundled.seen import seen_by
from mien.files import atomic_directory, sha256_file
from mien.storage.checksummed_json import read_checksummed_json, write_checksummed_json
from mien.systems.model import ModelFolder
from mien.tracking.champions import Champion
from mien.training.compact import Precision


@dataclass(frozen=True)
class Recipe:
    """How a model is stored. parts: the sub-folders that requests need besides the folder itself, and how."""

    precision: Precision = "float16"
    parts: Mapping[str, Precision] = field(default_factory=dict)


RECIPES = {
    "talking_face": Recipe(),
    "head_motion": Recipe("int8"),
    "head_prior": Recipe(),
    "head_clip": Recipe("int8"),
    "follow": Recipe(parts={"lifter": "float16", "look": "int8", "diffusion": "int8"}),
    "shapes": Recipe(),
}
"""The largest as int8: all as float16 would be 23 MB."""


def write_bundle(
    root: Path, out: Path, models: Mapping[str, ModelFolder], champions: Mapping[str, Champion] | None, revision: str
) -> Contents:
    """Write the models in `root`/models to the folder `out`, and return its manifest.

    champions: of the registry; every model must be the champion. None: nothing is asked (`--unevaluated`).
    revision: of the code. Raises BundleError in one sentence for a model that is missing, damaged or no champion, and
    where the bundle would be larger than MOST_BYTES; then `out` stays as it was.
    """
    for name, model in models.items():
        config = _read(root / model.folder, name)
        if champions is not None and name not in EVALUATED_WITH:
            _check_champion(name, str(config["kind"]), str(config["sha256"]), champions)
    with atomic_directory(out) as temporary:
        written = {}
        for name, model in models.items():
            recipe = RECIPES.get(name, Recipe())
            source = root / model.folder
            for part, precision in {"": recipe.precision, **recipe.parts}.items():
                write_compact(source / part, temporary / name / part, precision)
            written[name] = _entry(name, root, source, temporary / name, recipe, champions)
        contents = Contents(written, revision, __version__)
        write_checksummed_json(temporary / MANIFEST, contents.plain())
        (temporary / "README.md").write_text(_readme(contents), encoding="utf-8")
        size = sum(path.stat().st_size for path in temporary.rglob("*") if path.is_file())
        if size > MOST_BYTES:
            raise BundleError(f"the bundle would have {size / 1e6:.2f} MB, more than {MOST_BYTES / 1e6:.0f} MB")
    return contents


def write_compact(source: Path, out: Path, precision: Precision) -> None:
    """Write one trained model folder in compact form. Raises BundleError for a damaged one."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file, save_file

    from mien.training.compact import compact

    config = _read(source, source.name)
    weights = source / "model.safetensors"
    try:
        if sha256_file(weights) != config["sha256"]:
            raise BundleError(f"{weights} is damaged: its digest is not the one in config.json")
        tensors, layout = compact(load_file(weights), precision)
    except (OSError, SafetensorError, ValueError) as error:
        raise error if isinstance(error, BundleError) else BundleError(f"{weights}: {error}") from error
    out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out / WEIGHTS)
    write_checksummed_json(out / COMPACT, {"sha256": sha256_file(out / WEIGHTS), "tensors": layout})
    for name in ("config.json", "card.md"):
        shutil.copyfile(source / name, out / name)
    (out / WEIGHTS).chmod((out / "card.md").stat().st_mode)  # safetensors makes files for their owner only


def _read(folder: Path, name: str) -> dict[str, object]:
    if (folder / "transformers.json").is_file():  # of the stage head_clip, with `model` set
        raise BundleError(f"{folder} names a model of somebody else, which cannot be bundled: train the guide")
    try:
        return read_checksummed_json(folder / "config.json")
    except FileNotFoundError as error:
        raise BundleError(f"there is no trained model {name} in {folder}: run `make repro` first") from error
    except (OSError, ValueError) as error:
        raise BundleError(f"{folder / 'config.json'} is damaged ({error}): run `make repro` again") from error


def _check_champion(name: str, kind: str, digest: str, champions: Mapping[str, Champion]) -> None:
    found = champions.get(kind)
    remedy = "run `make repro`, promote it with `mien promote`, or add --unevaluated"
    if found is None:
        raise BundleError(f"{name} has no champion in the registry: {remedy}")
    if found.weights != digest:
        raise BundleError(f"{name} is not its champion, version {found.version}: {remedy}")
    if found.value is None:
        raise BundleError(f"{name} was never evaluated: {remedy}")


def _entry(
    name: str, root: Path, source: Path, folder: Path, recipe: Recipe, champions: Mapping[str, Champion] | None
) -> BundledModel:
    config = read_checksummed_json(source / "config.json")
    champion = (champions or {}).get(str(config["kind"]))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return BundledModel(
        name=name,
        files={path.relative_to(folder).as_posix(): sha256_file(path) for path in files},
        bytes=sum(path.stat().st_size for path in files),
        seen=seen_by(name, root),
        weights=str(config["sha256"]),
        precision=" and ".join(sorted({recipe.precision, *recipe.parts.values()})),
        version=champion.version if champion else "",
        figures=headline(root, name) if champions is not None else {},
    )


def _readme(contents: Contents) -> str:
    rows = "".join(
        f"| [{one.name}]({one.name}/card.md) | {one.bytes / 1e6:.2f} MB | {one.precision} | {one.seen} | "
        f"{', '.join(f'{name} {value:.4g}' for name, value in one.figures.items()) or 'none'} |\n"
        for one in contents.models.values()
    )
    return (
        "# The models that come with mien\n\n"
        "Every command and the studio use them where `models/` has none of their own, and say so. `mien bundle` wrote "
        f"this folder from a run of the pipeline at revision {contents.revision or 'unknown'}; nothing in it is edited "
        "by hand, and each file is checked against `bundle.json` before it is used. Evaluations never use it.\n\n"
        "The weights are stored as float16, those of the largest models as 8-bit integers with a scale for each "
        "64 values; the figures are those of the trained models before that. Licence: Apache-2.0, as the code.\n\n"
        f"| model | size | stored as | trained on | figures |\n|---|---|---|---|---|\n{rows}"
    )
