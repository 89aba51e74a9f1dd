"""`mien models`: which models are there; `mien bundle`: write those that come with mien."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from mien.bundled.contents import BUNDLE
from mien.bundled.listing import ListedModel


def models(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List the models that commands and the studio use: size, figures, what each has seen, champion or not.

    A model is trained (in models/ here, or in the checkout) or bundled: it came with mien.
    """
    from mien.bundled.listing import list_models
    from mien.makers.models import MODELS, USED_BY
    from mien.tracking.champions import read_champions

    found = list_models(MODELS, USED_BY, read_champions(Path.cwd()) or None)
    if as_json:
        print(json.dumps([one.plain() for one in found], indent=2))
        return
    _show(found)


def _show(found: list[ListedModel]) -> None:
    """A paragraph for each model, so that no column is too narrow on any terminal."""
    for one in found:
        size = f", {one.bytes / 1e6:.1f} MB" if one.bytes else ""
        print(f"{one.name}: {one.state}{size}, for {' and '.join(one.used_by)}")
        if one.reason:
            print(f"  {one.reason}")
            continue
        print(f"  {one.version}, in {one.folder}")
        print(f"  trained on: {one.seen}")
        print(f"  {_championship(one)}")
        for figure in one.figures:
            print(f"  {figure.title}: {figure.value:.3g} ({figure.better} is good)")
    lacking = [one.name for one in found if one.state in ("missing", "damaged")]
    if lacking:
        print(f"not usable: {', '.join(lacking)}", file=sys.stderr)


def _championship(one: ListedModel) -> str:
    if one.champion == "champion" and one.state == "bundled":  # of another registry than the one here
        return "was champion of the run that it comes from"
    sentences = {
        "champion": f"champion: version {one.champion_version} of the registry",
        "not champion": f"not the champion{f', which is version {one.champion_version}' * bool(one.champion_version)}",
        "unregistered": "part of another model, not registered by itself",
        "unknown": "champion or not: unknown, there is no registry here",
    }
    return sentences[one.champion]


def bundle(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            help="The folder to write; an existing one is replaced.",
            show_default="mien/bundled/models of the mien that runs",
        ),
    ] = BUNDLE,
    folder: Annotated[Path, typer.Option(help="The repository in which `make repro` ran.")] = Path(),
    unevaluated: Annotated[
        bool, typer.Option("--unevaluated", help="Bundle models that are no champions, or were never evaluated.")
    ] = False,
) -> None:
    """Write the trained models of a repository in compact form: those that come with mien (mien/bundled/models).

    Each must be the champion of the registry. At most 15 MB in all; whole or not at all.
    """
    from mien.bundled.contents import BundleError
    from mien.bundled.writing import write_bundle
    from mien.machine import MachineError
    from mien.makers.models import MODELS
    from mien.media.provenance import revision_of
    from mien.tracking.champions import read_champions

    champions = None if unevaluated else read_champions(folder)
    try:
        written = write_bundle(folder, out, MODELS, champions, revision_of(folder.absolute() / "mien") or "")
    except (BundleError, MachineError) as error:
        _refuse(error)
    for one in written.models.values():
        print(f"{one.name}: {one.bytes / 1e6:.2f} MB as {one.precision}, trained on {one.seen}")
    print(f"{out}: {sum(one.bytes for one in written.models.values()) / 1e6:.2f} MB")


def _refuse(message: object) -> NoReturn:
    print(" ".join(str(message).split()), file=sys.stderr)
    raise typer.Exit(2)
