"""What the bundle holds: `bundle.json`, a folder for each model, and in it the weights in compact form.

A compact folder has the `config.json` and `card.md` of the trained model unchanged, `compact.safetensors` in place of
`model.safetensors`, and `compact.json`: how the weights are stored, with their digest. Nothing heavy is imported.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mien.files import sha256_file
from mien.storage.checksummed_json import read_checksummed_json

BUNDLE = Path(__file__).parent / "models"
"""The folder of the models that come with mien."""
MOST_BYTES = 15_000_000
"""The bundle is part of the repository: in all it may not be larger."""
MANIFEST, COMPACT, WEIGHTS = "bundle.json", "compact.json", "compact.safetensors"
FORMAT = 1
"""Raised whenever an older bundle can no longer be read."""


class BundleError(ValueError):
    """The bundle is damaged or does not fit this version; one sentence."""


@dataclass(frozen=True)
class BundledModel:
    """A model of the bundle.

    files: path in its folder → SHA-256. bytes: of all files. seen: what it was trained on. weights: SHA-256 of the
    trained `model.safetensors`. precision: as stored. version: of the champion in the registry, empty where it is not
    registered by itself. figures: the main figures of its evaluation, see `mien.bundled.figures`.
    """

    name: str
    files: dict[str, str]
    bytes: int
    seen: str
    weights: str
    precision: str
    version: str = ""
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Contents:
    """The manifest. revision: of the code that trained the models. version: of mien that wrote the bundle."""

    models: dict[str, BundledModel] = field(default_factory=dict)
    revision: str = ""
    version: str = ""
    format: int = FORMAT

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def read_contents(bundle: Path | None = None) -> Contents:
    """The manifest of a bundle, by default of the one that comes with mien; an empty one where there is none.

    Raises BundleError for a damaged one, or one of another format.
    """
    path = (bundle or BUNDLE) / MANIFEST
    try:
        content = read_checksummed_json(path)
    except FileNotFoundError:
        return Contents()
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} is damaged ({error}): {RESTORE}") from error
    if content.get("format") != FORMAT:
        raise BundleError(f"{path} has format {content.get('format')}, this version reads {FORMAT}: {RESTORE}")
    try:
        models = {name: BundledModel(**one) for name, one in content.pop("models").items()}
        return Contents(models=models, **content)
    except (KeyError, TypeError, AttributeError) as error:
        raise BundleError(f"{path} is damaged ({error}): {RESTORE}") from error


RESTORE = "`git checkout -- mien/bundled`, or install mien again, or train the models with `make repro`"
"""The remedy for a damaged bundle."""


def check_files(folder: Path, model: BundledModel) -> None:
    """Compare a model's folder with the manifest. Raises BundleError where a file is missing or another one."""
    for name, digest in model.files.items():
        path = folder / name
        try:
            found = sha256_file(path)
        except OSError as error:
            raise BundleError(f"the bundled model {model.name} has no {name} ({error.strerror}): {RESTORE}") from error
        if found != digest:
            raise BundleError(f"{path} is damaged: its digest is not the one in {MANIFEST}: {RESTORE}")


def is_compact(folder: Path) -> bool:
    """Whether the weights in a model folder are stored compactly."""
    return (folder / COMPACT).is_file()
