"""`mien summary`: tables of the main figures after a run of the pipeline, and where its results are."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

DETAILS = Path("metrics") / "details"
"""Folder with a file of all figures for each stage."""
ROWS = ("real", "repeated", "shuffled", "generated", "real_motion")
SHOWN = {
    "overall": ("overall", 3),
    "psnr": ("PSNR, dB", 1), "ssim": ("SSIM", 2), "ssim_mouth": ("SSIM mouth", 2), "ssim_eyes": ("SSIM eyes", 2),
    "lmd_mouth": ("LMD mouth, px", 2), "nlmd": ("NLMD", 3),
    "emotion_accuracy": ("emotion right, CNN", 2), "emotion_accuracy_hog": ("emotion right, HOG", 2),
    "identity_cosine": ("identity", 2), "sync_correlation": ("lip sync", 2),
    "lag_ms": ("lip-sync lag, ms", 0), "sync_auc": ("lip-sync AUC", 2),
    "sync_auc_common_lag": ("lip-sync AUC, one lag", 2), "blink_correlation": ("blinks", 2),
    "sharpness_of_real": ("sharpness of real", 2), "sharpness_mouth": ("sharpness mouth", 2),
    "jitter": ("jitter", 0), "face_found": ("face found", 2), "frames_per_second": ("frames/s", 0),
}  # fmt: skip
"""Key in the metrics file → heading and decimals."""


class SummaryError(ValueError):
    """There is no evaluation; the message says what to run."""


def read_evaluation(folder: Path) -> dict[str, Any]:
    """The figures of `evaluate_talking` in the repository `folder`; raises SummaryError."""
    path = folder / DETAILS / "evaluate_talking.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SummaryError(f"{path} is not there: run `make repro` (or `dvc repro`) first") from error
    except (OSError, ValueError) as error:
        raise SummaryError(f"{path} cannot be read ({error}): run `dvc repro evaluate_talking` again") from error
    if not isinstance(content, dict) or not all(isinstance(content.get(row), dict) for row in ROWS):
        raise SummaryError(f"{path} is not an evaluation: run `dvc repro evaluate_talking` again")
    return content


def _whole_rows(content: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Row → figures of its only part, and of the whole row."""
    rows = {}
    for row in ROWS:
        parts = [value for value in content[row].values() if isinstance(value, Mapping)]
        rows[row] = {**content[row], **(parts[0] if parts else {})}
    return rows


def figures_table(content: Mapping[str, Any]) -> Table:
    """Table with one line for each measure and one column for each row of the evaluation."""
    table = Table(title="Talking face, on clips that no model was trained on", title_justify="left")
    table.add_column("", no_wrap=True)
    rows = _whole_rows(content)
    for row in rows:
        table.add_column(row.replace("_", " "), justify="right")
    for key, (heading, decimals) in SHOWN.items():
        values = [figures.get(key) for figures in rows.values()]
        table.add_row(heading, *("–" if value is None else f"{value:.{decimals}f}" for value in values))
    return table


MOTION_FIGURES = {
    "exact": ("done exactly", 2), "actions": ("right actions", 2), "counts": ("right counts", 2),
    "order": ("right order", 2), "strengths": ("right strengths", 2), "r_precision_1": ("R-precision, top 1", 2),
    "r_precision_3": ("R-precision, top 3", 2), "frechet": ("Fréchet distance", 3),
    "matching_distance": ("matching distance", 2), "head_jerk": ("jerk, °/s³", 0),
}  # fmt: skip
"""Figure of head motion → its heading and decimals."""

SHAPES_FIGURES = {
    "exact": ("all", 2), "present": ("count", 2), "shape": ("shape", 2),
    "colour": ("colour", 2), "size": ("size", 2), "motion": ("motion", 2), "steady": ("steady", 2),
}  # fmt: skip
"""Figure of moving shapes → its heading and decimals."""

SCULPT_FIGURES = {
    "attributes": ("of what is asked", 2), "exact": ("all of it", 2), "look": ("looks", 2), "shape": ("shapes", 2),
    "hair_style": ("hair style", 2), "expression": ("expression", 2), "retrieved": ("found by the judge", 2),
}  # fmt: skip
"""Figure of heads from words → its heading and decimals."""

FOLLOW_FIGURES = {
    "looks": ("looks", 2), "place": ("place", 2), "colours": ("colours at joints", 2), "pck_10": ("PCK@.1", 2),
    "mediapipe_pck_10": ("PCK@.1, MediaPipe", 2), "oks_ap": ("OKS-AP", 2), "flicker_of_real": ("flicker of real", 2),
    "sharpness_of_real": ("sharpness of real", 2),
}  # fmt: skip
"""Figure of figures that follow → its heading and decimals."""

PARTS = {
    "val": "seen", "seen": "seen", "wordings": "other words", "held_out": "held out", "written": "written by hand",
}  # fmt: skip


def read_rows(folder: Path, stage: str) -> dict[str, Mapping[str, Any]]:
    """Row and part, such as `real, seen` → the figures of a stage's metrics in the repository `folder`.

    Empty where there is no metrics file.
    """
    try:
        content = json.loads((folder / DETAILS / f"{stage}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    rows = content.items() if isinstance(content, dict) else ()
    return {
        f"{row}, {words}": figures[part]
        for row, figures in rows
        for part, words in PARTS.items()
        if isinstance(figures, dict) and isinstance(figures.get(part), dict)
    }


def rows_table(title: str, shown: Mapping[str, tuple[str, int]], columns: Mapping[str, Mapping[str, Any]]) -> Table:
    """Table with one line for each figure in `shown` and one column for each row of the evaluation."""
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right", overflow="fold")
    for key, (name, decimals) in shown.items():
        values = [column.get(key) for column in columns.values()]
        table.add_row(name, *("–" if value is None else f"{value:.{decimals}f}" for value in values))
    return table


def figures_across(title: str, shown: Mapping[str, tuple[str, int]], rows: Mapping[str, Mapping[str, Any]]) -> Table:
    """Table with one line for each row of the evaluation and one column for each figure in `shown`."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    for name, _ in shown.values():
        table.add_column(name, justify="right", overflow="fold")
    for row, figures in rows.items():
        values = [(figures.get(key), decimals) for key, (_, decimals) in shown.items()]
        table.add_row(row, *("–" if value is None else f"{value:.{decimals}f}" for value, decimals in values))
    return table


def places(folder: Path) -> list[tuple[str, str]]:
    """Existing results as (thing, place)."""
    data, motion = folder / "data" / "evaluate_talking", folder / "data" / "evaluate_motion"
    found = [
        ("sample videos", data / "videos"),
        ("contact sheet", data / "contact_sheet.png"),
        ("plots", data / "plots"),
        ("figures of each clip", data / "samples.csv"),
        ("head motion", motion),
        ("moving shapes", folder / "data" / "evaluate_shapes"),
        ("heads from words", folder / "data" / "evaluate_sculpt"),
        ("figures that follow", folder / "data" / "evaluate_follow"),
        ("metrics", folder / "metrics"),
        ("models", folder / "models"),
    ]
    rows = [(thing, str(path)) for thing, path in found if path.exists()]
    tracking = os.environ.get("MLFLOW_TRACKING_URI")
    database = folder / "mlflow.db"
    if tracking:
        rows.append(("MLflow", tracking))
    elif database.exists():
        rows.append(("MLflow database", f"{database} (`make ui` shows it)"))
    return rows


def show(folder: Path) -> None:
    """Print tables and places on stdout. Raises SummaryError when there is no evaluation."""
    console = Console()
    others = [
        table(title, shown, rows)
        for table, title, shown, stage in (
            (rows_table, "Head motion from words", MOTION_FIGURES, "evaluate_motion"),
            (figures_across, "Moving shapes from words: what is right", SHAPES_FIGURES, "evaluate_shapes"),
            (figures_across, "Heads from words: what is shown", SCULPT_FIGURES, "evaluate_sculpt"),
            (figures_across, "Figures that follow a pose", FOLLOW_FIGURES, "evaluate_follow"),
        )
        if (rows := read_rows(folder, stage))
    ]
    try:
        _show_talking(console, read_evaluation(folder))
    except SummaryError as error:
        if not others:
            raise
        console.print(f"talking face: {error}", highlight=False)
    for table in others:
        console.print(table)
    where = Table(show_header=False, box=None)
    for thing, place in places(folder):
        where.add_row(thing, place)
    console.print(where)
    console.print('Try it: mien talk --image PHOTO --text "Good morning" --emotion HAP -o hello.mp4', highlight=False)
    if (folder / "models" / "head_motion").is_dir():
        console.print('        mien move --text "nods twice, then smiles" -o yes.mp4', highlight=False)
    if (folder / "models" / "shapes").is_dir():
        console.print('        mien shapes --text "circle moving up-right" -o circle.gif', highlight=False)


def _show_talking(console: Console, content: Mapping[str, Any]) -> None:
    console.print(figures_table(content))
    evaluated = content.get("evaluated", {})
    if evaluated:
        references = evaluated.get("neutral_references", 0)
        clips = references + evaluated.get("own_first_frame_references", 0)
        actors = f"{evaluated['actors']} unseen actors" if evaluated.get("actors") else "actors whose names are unknown"
        console.print(
            f"{clips} clips of {actors}; {references} from a neutral frame of "
            f"another clip, {evaluated.get('own_first_frame_references', 0)} from the clip's own first frame.",
            highlight=False,
        )
