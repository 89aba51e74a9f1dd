"""What a few clips of one's own are worth: a trained model is trained further on them, beside the rendered people.

    python -m benchmarks.fine_tuning --clips ../shared/real/talking/grid --held-out lwbsza lrwp9a --out /tmp/fine_tuning

Run where `make repro` has run (`--data`, `--model` and `--judge` name other places). The clips are GRID's, resampled
and aligned as the stages do it, beside the shards of the rendered people. The clips that are held out are in no
training, and each of those six clips is of another talker. Phase 2 goes on from the model, and both models are measured
on those clips and on rendered val actors, as `evaluate_talking` does; `--identity FILE` adds identity by an ONNX face
embedding. OUT/generator is the model: `python -m benchmarks.real_photos --quick --model OUT/generator …` shows it on
photos.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import torch

from benchmarks.measuring import processor_seconds
from mien.clips import Clip, read_clips
from mien.corpora.corpus import make_corpus
from mien.corpora.options import CorpusOptions
from mien.corpora.split import Part, read_split, write_split
from mien.execution import Execution
from mien.faces.align import align_clips
from mien.faces.options import AlignOptions
from mien.faces.shards import DATASETS, LABELS, FaceShards, ShardClip, write_shards
from mien.files import atomic_directory, fingerprint
from mien.media.resample import ResampleOptions, resample_clips
from mien.talking.evaluate.evaluate import evaluate_talking
from mien.talking.options import EvaluateTalkingOptions, GeneratorOptions
from mien.talking.train.generator import train_generator
from mien.training.curves import no_log
from mien.training.options import TrainingOptions
from mien.training.run import Run
from stages.paths import CLIPS, MODELS

PREFIX = "grid_"
"""Of the ids of the clips, as in a corpus of several sources."""

HELD_OUT: Literal["test"] = "test"
RENDERED: Literal["val"] = "val"
"""Parts of the split: the clips of the talkers who are in no training, and the rendered val actors."""

FIGURES = (
    ("real_motion", "ssim_mouth"), ("real_motion", "ssim_eyes"), ("real_motion", "nlmd"),
    ("generated", "sync_correlation"), ("generated", "sharpness"), ("generated", "sharpness_mouth"),
    ("generated", "identity_cosine"), ("generated", "emotion_accuracy"),
)  # fmt: skip


def prepared(folder: Path, size: int, out: Path) -> tuple[FaceShards, list[Clip]]:
    """The aligned clips of the folder in crops of `size` pixels, and their table."""
    faces, cache, execution = out / "grid_faces", out / "cache", Execution(workers=1)
    if not (faces / CLIPS).exists():
        clips = make_corpus(CorpusOptions(source="grid", path=folder), out / "grid_corpus", execution)
        resampled = resample_clips(clips, ResampleOptions(), out / "grid_resampled", cache, execution)
        align_clips(resampled, AlignOptions(size=size), faces, cache, execution)
    return FaceShards(faces), [clip for clip in read_clips(faces / CLIPS) if clip.ok]


def stored(shards: FaceShards, prefix: str = "") -> Iterator[ShardClip]:
    """The clips of a folder of shards, to be written again under other ids."""
    for clip_id in shards:
        row, clip = shards.index.loc[clip_id], shards.clip(clip_id)
        arrays: dict[str, Any] = {
            name: shards.array(clip_id, name) for name in DATASETS if name not in ("video", "mesh")
        }
        labels = {name: None if pd.isna(row[name]) else row[name] for name in LABELS}
        new_id, rate, mesh = f"{prefix}{clip_id}", shards.rate(clip_id), shards.mesh(clip_id)
        yield ShardClip(new_id, rate, clip.video, mesh=mesh, labels=labels, **arrays)


def joined(clips: Path, data: Path, held_out: Collection[str], out: Path) -> tuple[Path, Path]:
    """The folder of shards of both kinds of people, and its split; made once. The rendered test actors are left out."""
    faces, split = out / "faces", out / "split.csv"
    rendered = FaceShards(data / "faces")
    own, table = prepared(clips, rendered.size, out)
    unknown = [clip_id for clip_id in held_out if clip_id not in own]
    if unknown:
        raise SystemExit(f"--held-out: there is no clip {unknown[0]!r}; there are {', '.join(own)}")
    if not faces.exists():
        with atomic_directory(faces) as folder:
            write_shards(folder, chain(stored(own, PREFIX), stored(rendered)))
    theirs = read_split(data / "split" / "split.csv")
    parts: dict[str, Part] = {clip_id: part for clip_id, part in theirs.items() if part != HELD_OUT}
    parts |= {f"{PREFIX}{clip.clip_id}": HELD_OUT if clip.clip_id in held_out else "train" for clip in table}
    named = [replace(clip, clip_id=f"{PREFIX}{clip.clip_id}") for clip in table]
    write_split(split, [*named, *read_clips(data / "faces" / CLIPS)], parts)
    return faces, split


def evaluated(
    model: Path, faces: Path, split: Path, out: Path, arguments: argparse.Namespace
) -> dict[str, dict[str, Any]]:
    """Part of the split → figures, named by row and figure."""
    found: dict[str, dict[str, Any]] = {}
    for part, clips in ((HELD_OUT, None), (RENDERED, arguments.rendered)):
        options = EvaluateTalkingOptions(
            part=part, max_clips=clips, identity_model=arguments.identity, videos=0, sheet_rows=1
        )
        metrics = evaluate_talking(faces, split, model, arguments.judge, options, out / part, no_log)
        found[part] = {f"{key} ({row})": metrics[row][part].get(key) for row, key in FIGURES}
    return found


def further_trained(faces: Path, split: Path, arguments: argparse.Namespace) -> tuple[Path, float]:
    """The folder of the model that went on from `--model`, and the CPU seconds of its training."""
    options = GeneratorOptions(
        initial=arguments.model,
        training=TrainingOptions(samples=arguments.samples, batch=8, lr=arguments.lr),
        perceptual_weight=0,
    )
    folder, before = arguments.out / "generator", processor_seconds()
    run = Run(arguments.out / "resume", fingerprint(options.model_dump(mode="json")), no_log)
    train_generator(faces, split, options, folder, run)
    return folder, processor_seconds() - before


def main() -> None:
    """Train, measure both models, and print a table of the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, required=True, help="folder of GRID's clips, a talker each")
    parser.add_argument("--held-out", required=True, nargs="+", help="the clips that are in no training")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder `data` of a pipeline run")
    parser.add_argument("--model", type=Path, default=MODELS / "talking_face", help="model to start from")
    parser.add_argument("--judge", type=Path, default=MODELS / "emotion_judge")
    parser.add_argument("--identity", type=Path, default=None, help="ONNX file of a face embedding")
    parser.add_argument("--samples", type=int, default=16_000, help="frames of the training")
    parser.add_argument("--lr", type=float, default=5e-4, help="peak learning rate")
    parser.add_argument("--rendered", type=int, default=6, help="clips of rendered val actors that are evaluated")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    faces, split = joined(arguments.clips, arguments.data, arguments.held_out, arguments.out)
    model, seconds = further_trained(faces, split, arguments)
    print(f"{arguments.samples} frames in {seconds:.0f} CPU seconds", flush=True)
    figures = {
        name: evaluated(folder, faces, split, arguments.out / f"evaluation_{name}", arguments)
        for name, folder in (("before", arguments.model), ("after", model))
    }
    (arguments.out / "figures.json").write_text(json.dumps(figures, indent=1))
    print("| | held out, before | after | rendered, before | after |\n|---|---|---|---|---|")
    for key in figures["before"][HELD_OUT]:
        values = [figures[name][part][key] for part in (HELD_OUT, RENDERED) for name in ("before", "after")]
        print(f"| {key} | {' | '.join('–' if one is None else f'{one:.3f}' for one in values)} |")


if __name__ == "__main__":
    main()
