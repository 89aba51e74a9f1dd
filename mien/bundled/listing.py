"""Which models are there: trained or bundled, their size, figures, what each has seen, and whether it is the champion.

Only config.json, metrics and the manifest are read: no weights and nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from mien import checkout
from mien.bundled import contents
from mien.bundled.contents import BundleError, Contents, read_contents
from mien.bundled.figures import EVALUATED_WITH, ShownFigure, headline, shown
from mien.bundled.seen import seen_by
from mien.storage.checksummed_json import read_checksummed_json
from mien.systems.model import ModelFolder
from mien.tracking.champions import Champion

State = Literal["trained", "bundled", "missing", "damaged"]
Championship = Literal["champion", "not champion", "unregistered", "unknown"]


@dataclass(frozen=True)
class ListedModel:
    """A model that commands and the studio use, or could use.

    name: of its folder. what: of the modelled thing. used_by: commands. bytes: of all files. version: kind and
    digest, as in the metadata of outputs. champion: `unknown` where no registry was read; `unregistered` for a part
    that is never registered by itself. figures: of the evaluation. reason: why it is damaged, or
    what to do where it is missing.
    """

    name: str
    what: str
    used_by: tuple[str, ...]
    state: State
    folder: str
    bytes: int = 0
    version: str = ""
    seen: str = ""
    champion: Championship = "unknown"
    champion_version: str = ""
    figures: tuple[ShownFigure, ...] = ()
    reason: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def list_models(
    models: Mapping[str, ModelFolder],
    used_by: Mapping[str, tuple[str, ...]],
    champions: Mapping[str, Champion] | None = None,
    here: Path = Path(),
) -> list[ListedModel]:
    """The model that is used by default for each of `models`: the first that is there of trained and bundled.

    champions: of the registry, None where it was not read. here: the current folder, which goes before the checkout.
    """
    try:
        manifest, broken = read_contents(), ""
    except BundleError as error:
        manifest, broken = Contents(), str(error)
    found = []
    for name, model in models.items():
        users = used_by.get(name, ())
        trained = next(_trained(name, model, users, here, champions), None)
        found.append(trained or _bundled(name, model, users, manifest, broken))
    return found


def _trained(
    name: str, model: ModelFolder, users: tuple[str, ...], here: Path, champions: Mapping[str, Champion] | None
) -> Iterator[ListedModel]:
    for root in (here, checkout.CHECKOUT):
        folder = root / model.folder
        if not (folder / "config.json").is_file():
            continue
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        try:
            config = read_checksummed_json(folder / "config.json")
        except (OSError, ValueError) as error:
            reason = f"config.json is damaged ({error}): run `dvc repro {model.stage}`"
            yield ListedModel(name, model.what, users, "damaged", str(folder), size, reason=reason)
            continue
        digest, kind = str(config.get("sha256", "")), str(config.get("kind", ""))
        champion, version = _championship(name, kind, digest, champions)
        yield ListedModel(
            name, model.what, users, "trained", str(folder), size, f"{kind} {digest[:12]}", seen_by(name, root),
            champion, version, shown(headline(root, name)),
        )  # fmt: skip


def _championship(
    name: str, kind: str, digest: str, champions: Mapping[str, Champion] | None
) -> tuple[Championship, str]:
    if name in EVALUATED_WITH:
        return "unregistered", ""
    if champions is None:
        return "unknown", ""
    found = champions.get(kind)
    if found is None:
        return "not champion", ""
    return ("champion" if found.weights == digest else "not champion"), found.version


def _bundled(
    name: str, model: ModelFolder, users: tuple[str, ...], manifest: Contents, broken: str
) -> ListedModel:  # fmt: skip
    own = manifest.models.get(name)
    folder = contents.BUNDLE / name
    if broken:
        return ListedModel(name, model.what, users, "damaged", str(folder), reason=broken)
    if own is None:
        reason = f"run `make repro` (or `dvc repro {model.stage}`)"
        return ListedModel(name, model.what, users, "missing", str(model.folder), reason=reason)
    try:
        config = read_checksummed_json(folder / "config.json")
        digest = str(read_checksummed_json(folder / contents.COMPACT)["sha256"])
    except (OSError, ValueError, KeyError) as error:
        reason = f"it is damaged ({error}): {contents.RESTORE}"
        return ListedModel(name, model.what, users, "damaged", str(folder), own.bytes, reason=reason)
    unregistered: Championship = "unregistered" if name in EVALUATED_WITH else "not champion"
    champion = "champion" if own.version else unregistered
    return ListedModel(
        name, model.what, users, "bundled", str(folder), own.bytes, f"{config.get('kind')} {digest[:12]} (bundled)",
        own.seen, champion, own.version, shown(own.figures),
    )  # fmt: skip
