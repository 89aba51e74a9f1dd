"""The reference figures: those of one run of the default pipeline, as docs/benchmarks.md shows them.

`python -m benchmarks.reference` takes the figures of this checkout's last run to docs/reference and writes the tables
of docs/benchmarks.md from there; `--tables` writes the tables only.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mien.systems.evaluation.figures import wilson

ROOT = Path(__file__).parents[1]
DETAILS, REFERENCE, PAGE = ROOT / "metrics" / "details", ROOT / "docs" / "reference", ROOT / "docs" / "benchmarks.md"
EVALUATIONS = ("evaluate_talking", "evaluate_motion", "evaluate_shapes", "evaluate_sculpt", "evaluate_follow")

TALKING_ROWS = ("real", "repeated", "shuffled", "generated", "real_motion")
TALKING: dict[str, tuple[str, int]] = {
    "overall": ("overall", 3),
    "PSNR, dB": ("psnr", 1),
    "SSIM": ("ssim", 2),
    "SSIM mouth": ("ssim_mouth", 2),
    "SSIM eyes": ("ssim_eyes", 2),
    "mouth LMD, px of 64": ("lmd_mouth", 2),
    "NLMD": ("nlmd", 3),
    "emotion accuracy, CNN": ("emotion_accuracy", 2),
    "emotion accuracy, HOG": ("emotion_accuracy_hog", 2),
    "lip-sync correlation": ("sync_correlation", 2),
    "permutation AUC": ("sync_auc", 2),
    "permutation AUC, common lag": ("sync_auc_common_lag", 2),
    "gaze error, eye widths": ("gaze_error", 3),
    "blink correlation": ("blink_correlation", 2),
    "sharpness": ("sharpness", 2),
    "sharpness of the mouth": ("sharpness_mouth", 2),
    "sharpness of the eyes": ("sharpness_eyes", 2),
    "jitter": ("jitter", 0),
}
"""Title of a row of the table → name of the figure, decimals."""

MOTION: dict[str, str] = {
    "`exact`: all actions, counts, order and times correct": "exact",
    "`actions`: the right actions and no other": "actions",
    "`counts`: … with the right counts": "counts",
    "`order`: … in the right order": "order",
    "`strengths`: with the right strengths": "strengths",
    "`own_length_exact`: `exact` with the predicted length": "own_length_exact",
    "R-precision, top 1": "r_precision_1",
    "top 2": "r_precision_2",
    "top 3": "r_precision_3",
    "Fréchet distance": "frechet",
    "matching distance": "matching_distance",
    "diversity": "diversity",
    "multimodality": "multimodality",
    "jerk of the head, °/s³": "head_jerk",
}

SHAPES_ROWS = ("real", "baseline", "first_sample", "generated", "shuffled")
SHAPES_PARTS = ("val", "wordings", "held_out")
SHAPES = ("present", "shape", "colour", "size", "motion", "steady")

SCULPT_ROWS = ("real", "random", "nearest", "search", "gradient", "first_sample", "generated")
SCULPT_PARTS = ("seen", "held_out", "written")
SCULPT = ("attributes", "exact", "look", "shape", "hair_style", "expression", "glasses", "retrieved", "retrieved_side")

FOLLOW_ROWS = ("real", "generated", "hidden", "hidden_no_repair", "diffusion", "shuffled_pose", "shuffled_text")
FOLLOW_PARTS = ("val", "wordings", "held_out", "written")
FOLLOW = (
    "pck_10", "pck_20", "oks_ap", "mediapipe_pck_10", "looks", "place", "colours", "flicker_of_real",
    "sharpness_of_real",
)  # fmt: skip


def _number(value: float | None, places: int) -> str:
    return "–" if value is None else f"{value:,.{places}f}"


def _short(value: float | None, places: int) -> str:
    """Without the zero before the point, as the motion table is set."""
    return re.sub(r"^0(?=\.)", "", _number(value, places))


def table_rows(figures: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Sequence[str]]]:
    """(first cell, further cells) of each row of the tables; `figures`: evaluation → its metrics."""
    talking, motion, shapes, sculpt, follow = (figures[name] for name in EVALUATIONS)
    for title, (name, places) in TALKING.items():
        values = (talking[row]["val"].get(name, talking[row].get(name)) for row in TALKING_ROWS)
        yield title, [_number(value, places) for value in values]
    for title, name in MOTION.items():
        parts = (motion[row][part] for row in ("real", "baseline", "generated") for part in ("val", "held_out"))
        yield title, [_short(part.get(name), 0 if name == "head_jerk" else 3) for part in parts]
    for row in SHAPES_ROWS:
        for part in SHAPES_PARTS:
            own = shapes[row][part]
            low, high = wilson(round(own["exact"] * own["clips"]), own["clips"])
            exact = f"{own['exact']:.2f} ({_number(low, 2)}–{_number(high, 2)})"
            yield f"`{row}`, {part}", [exact, *(_number(own.get(name), 2) for name in SHAPES)]
    for row in SCULPT_ROWS:
        for part in SCULPT_PARTS:
            own = sculpt[row][part]
            yield f"heads, `{row}`, {part}", [str(own["heads"]), *(_number(own.get(name), 2) for name in SCULPT)]
    for row in FOLLOW_ROWS:
        for part in FOLLOW_PARTS:
            own = follow[row].get(part, {})
            if own.get("clips"):
                cells = [str(own["clips"]), *(_number(own.get(name), 2) for name in FOLLOW)]
                yield f"figures, `{row}`, {part}", cells


def with_tables(page: str, figures: Mapping[str, Mapping[str, Any]]) -> str:
    """The page with the figures in its tables. Raises ValueError for a row that the page lacks."""
    for title, cells in table_rows(figures):
        line = f"| {title} | {' | '.join(cells)} |"
        row = re.search(rf"^\| {re.escape(title)} \| [^\n]*\|$", page, re.MULTILINE)
        if row is None:
            raise ValueError(f"docs/benchmarks.md has no row {title!r}")
        page = page[: row.start()] + line + page[row.end() :]
    return page


def read_reference(folder: Path = REFERENCE) -> dict[str, dict[str, Any]]:
    """Evaluation → its metrics, as docs/reference holds them."""
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in EVALUATIONS}


def main() -> None:
    """Take the figures and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", action="store_true", help="write the tables from docs/reference as it is")
    if not parser.parse_args().tables:
        for name in EVALUATIONS:
            shutil.copy(DETAILS / f"{name}.json", REFERENCE / f"{name}.json")
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), read_reference()), encoding="utf-8")


if __name__ == "__main__":
    main()
