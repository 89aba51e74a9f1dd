"""How talking faces look on photos of real people: a table, figures.json and sheets to look at.

    python -m benchmarks.real_photos --real ../shared/real --model models/talking_face --out /tmp/real_photos

Needs `talking/` and `judges/` of the real media (CREMA-D stills and speech, GRID clips, MediaPipe's face landmarker,
MobileFace V3, mini-XCEPTION). `--data data` adds the rendered people of a pipeline run, with the model and in truth.
`--quick`: four stills, one recording, full intensity (35 CPU seconds). `--known figures.json` of an earlier run spares
the rows in which no model takes part.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.measuring import processor_seconds
from benchmarks.real_photos.background import open_segmenter
from benchmarks.real_photos.clip import Judges
from benchmarks.real_photos.face import Picture, open_reader
from benchmarks.real_photos.goals import goals, goals_table
from benchmarks.real_photos.posed import posed_figures
from benchmarks.real_photos.rows import (
    Plan,
    Row,
    grid_row,
    model_row,
    rendered_model_row,
    rendered_truth_row,
    repeated_row,
)
from benchmarks.real_photos.sheet import sheet, strip
from benchmarks.real_photos.stimuli import recordings, stills
from benchmarks.real_photos.table import around_summary, summary, table
from benchmarks.real_photos.talking import Speaker
from mien.clips import EMOTIONS
from mien.files import atomic_file

TASK = "judges/mediapipe/face_landmarker_v2_with_blendshapes.task"
CLIPS_ALONE = ("photo repeated", "GRID clips", "rendered, truth")
"""Rows that do not depend on the model."""

COLUMNS = ("photo", "NEU", *(emotion for emotion in EMOTIONS if emotion != "NEU"))


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder of real media and judges")
    parser.add_argument("--model", type=Path, default=Path("models/talking_face"))
    parser.add_argument("--out", type=Path, required=True, help="folder for figures.json and the sheets")
    parser.add_argument("--data", type=Path, default=None, help="folder `data` of a pipeline run: adds rendered people")
    parser.add_argument(
        "--known", type=Path, default=None, help="figures.json of an earlier run: its rows without a model are taken"
    )
    parser.add_argument("--people", type=int, default=4, help="rendered people")
    parser.add_argument("--stills", type=int, default=12)
    parser.add_argument("--posed", type=int, default=4, help="stills that nod, turn and blink before lines")
    parser.add_argument("--recordings", type=int, default=1)
    parser.add_argument("--intensities", type=float, nargs="+", default=[0.33, 0.67, 1.0])
    parser.add_argument("--frames-every", type=int, default=4, help="of videos with a feeling (neutral: all)")
    parser.add_argument(
        "--goals", action="store_true", help="print each goal with its figure, and whether it is reached"
    )
    parser.add_argument("--quick", action="store_true", help="4 stills, 1 recording, intensity 1, 2 GRID clips")
    options = parser.parse_args()
    if options.quick:
        options.intensities = [1.0]
        options.stills, options.posed, options.recordings = min(options.stills, 4), min(options.posed, 2), 1
    return options


def measured(options: argparse.Namespace, known: Collection[str]) -> Iterator[tuple[str, Row]]:
    """The rows as they are done, without those of real and rendered clips that are known."""
    plan = Plan(tuple(options.intensities), options.frames_every)
    with open_reader(options.real / TASK) as reader, open_segmenter() as segmenter:
        judges = Judges.of(options.real, reader)
        shown = stills(options.real, reader)[: options.stills]
        said = recordings(options.real)[: options.recordings]
        speaker = Speaker(options.model)
        model = model_row(shown, said, speaker, judges, plan)
        model.around, model.posed_strips = posed_figures(
            shown[: options.posed], said[0], speaker, judges, segmenter, plan.every
        )
        yield "model", model
        if "photo repeated" not in known:
            yield "photo repeated", repeated_row(shown, judges)
        if "GRID clips" not in known:
            yield "GRID clips", grid_row(options.real, judges, segmenter, plan.every, 2 if options.quick else None)
        if options.data is not None:
            yield "rendered, model", rendered_model_row(options.data, options.people, speaker, judges, plan)
            if "rendered, truth" not in known:
                yield "rendered, truth", rendered_truth_row(options.data, options.people, judges, plan)


def main() -> None:
    """Measure, print and write; what is measured is written row by row."""
    options = parsed()
    options.out.mkdir(parents=True, exist_ok=True)
    done: dict[str, Any] = {"summary": {}, "around": {}, "stills": {}, "videos": {}}
    if options.known is not None:
        earlier = json.loads(options.known.read_text())
        done = {part: {name: rows[name] for name in CLIPS_ALONE if name in rows} for part, rows in earlier.items()}
    for name, row in measured(options, frozenset(done["summary"])):
        done["summary"][name] = summary(row.videos) | around_summary(row.around)
        done["around"][name], done["stills"][name] = row.around, row.answers
        done["videos"][name] = [asdict(video) for video in row.videos]
        write(options.out, name, row)
        with atomic_file(options.out / "figures.json") as temporary:
            temporary.write_text(json.dumps(done, indent=1))
    print(f"mini-XCEPTION says of the stills themselves: {done['stills']['model']}")
    print(table(done["summary"]))
    if options.goals:
        print(goals_table(goals(done["summary"])))
    print(f"{processor_seconds():.0f} CPU seconds")


def write(out: Path, name: str, row: Row) -> None:
    """The sheets of a row."""
    stem = name.replace(", ", "_").replace(" ", "_").lower()
    if row.cells:
        columns = [name for name in COLUMNS if any(name in cells for cells in row.cells.values())]
        _save(out / f"{stem}_sheet.png", sheet(columns, row.cells))
    for kind, found in (("speech", row.strips), ("posed", row.posed_strips)):
        if not found:
            continue
        strips = [strip(*one) for one in found]
        width = max(one.shape[1] for one in strips)
        padded = [np.pad(one, ((0, 0), (0, width - one.shape[1]), (0, 0)), constant_values=255) for one in strips]
        _save(out / f"{stem}_{kind}.png", np.concatenate(padded))


def _save(path: Path, picture: Picture) -> None:
    Image.fromarray(picture).save(path)


if __name__ == "__main__":
    main()
