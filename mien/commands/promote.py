"""`mien promote`: make a registered version of a model the champion."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def promote(
    name: Annotated[str, typer.Argument(help="Name of the registered model, such as talking_face.")],
    version: Annotated[int, typer.Argument(min=1, help="The version to promote.")],
) -> None:
    """Make a registered version of a model the champion, whatever its figures.

    Without this command a version becomes champion only if it is better in the same evaluation.
    """
    from mien.locks import LockHeldError
    from mien.tracking.registry import PromotionError
    from mien.tracking.tracking import Tracking
    from mien.tracking.values import tracking_uri

    database = tracking_uri(Path.cwd())
    try:
        if database.startswith("sqlite:///") and not Path(database.removeprefix("sqlite:///")).exists():
            raise PromotionError("nothing is registered here: `make repro` trains and registers the models")
        print(Tracking.connect(Path.cwd()).promote(name, str(version)))
    except (PromotionError, LockHeldError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from error
