"""Face alignment of a corpus: every clip is aligned into a cache, and the accepted clips are written to shards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mien.clips import Clip, ClipError, check_rejected, write_clips
from mien.errors import InputError
from mien.execution import Execution
from mien.faces.aligned_clip import CODE_VERSION, make_aligned_clip, open_aligned_clip, read_quality
from mien.faces.filters import Quality, check_quality
from mien.faces.options import AlignOptions, FilterOptions, TrackOptions
from mien.faces.shards import LABELS, ShardClip, write_shards
from mien.files import atomic_directory, sha256_file
from mien.parallel import map_clips
from mien.storage.clip_cache import ClipCache
from mien.storage.leftovers import remove_leftovers

QUALITY_COLUMNS = ("inter_ocular", "found_fraction", "longest_gap", "several_fraction", "sharpness", "yaw", "loudness")
"""Quality measures in the index, see `mien.faces.filters.Quality`."""

LISTED = 20
"""Rejected clips that an error lists: the table goes with the folder of a temporary experiment."""

_PACKAGES = {"mediapipe": "mediapipe", "face-alignment": "face_alignment"}


def align_clips(
    clips: Sequence[Clip], options: AlignOptions, folder: Path, cache: Path, execution: Execution
) -> list[Clip]:
    """Align every usable clip; write the shards, `index.parquet` and `clips.csv` of all clips atomically to `folder`.

    `clips` are resampled ones (constant frame rate, with sound at 16 kHz). Aligned clips are stored in `cache`; the key
    is the content of the clip and the options of detection and alignment, so other thresholds, other shard sizes and
    additional clips repeat no detection. The shards contain the accepted clips in the order of their ids; their bytes
    depend on nothing else. Returns all clips. Raises ValueError if too many clips are rejected; `folder` is then
    unchanged.
    """
    remove_leftovers(cache / "align", tree=True)
    waiting = [clip for clip in clips if clip.ok]
    outcomes = map_clips(
        partial(_align_clip, options=TrackOptions(**_track_part(options)), cache=cache), waiting, execution, "align"
    )
    aligned: dict[str, tuple[Clip, Path, Quality]] = {}
    rejected: dict[str, Clip] = {}
    for clip, outcome in zip(waiting, outcomes, strict=True):
        if outcome.value is None:
            rejected[clip.clip_id] = clip.rejected(outcome.reason or "failed", outcome.detail)
            continue
        path, quality = outcome.value
        bad = _rejection(clip, quality, options.filters)
        if bad is not None:
            rejected[clip.clip_id] = bad
        else:
            aligned[clip.clip_id] = (clip, path, quality)
    result = [rejected.get(clip.clip_id, clip) for clip in clips]
    try:
        check_rejected(result, options.max_rejected_fraction)
    except InputError as error:
        table = cache / "align" / "clips.csv"
        write_clips(table, result)
        unusable = [clip for clip in result if not clip.ok]
        listed = "\n".join(f"  {clip.clip_id}: {clip.reason} ({clip.detail or '-'})" for clip in unusable[:LISTED])
        more = f"\n  and {len(unusable) - LISTED} more" if len(unusable) > LISTED else ""
        raise InputError(f"{error}. Every clip with its reason: {table}\n{listed}{more}") from error
    with atomic_directory(folder) as temporary:
        write_shards(temporary, _shard_clips(aligned), options.shard_megabytes)
        write_clips(temporary / "clips.csv", result)
    return result


def _track_part(options: AlignOptions) -> dict[str, Any]:
    return {name: getattr(options, name) for name in TrackOptions.model_fields}


def _rejection(clip: Clip, quality: Quality, filters: FilterOptions) -> Clip | None:
    assert clip.fps is not None
    try:
        check_quality(quality, filters, clip.fps)
    except ClipError as error:
        return clip.rejected(error.reason, error.detail)
    return None


def _align_clip(clip: Clip, options: TrackOptions, cache: Path) -> tuple[Path, Quality]:
    """Path of the aligned clip in the cache, and its quality; runs in a worker process."""
    path = Path(clip.path)
    package = _PACKAGES[options.detector]
    store = ClipCache(cache, "align", f"{CODE_VERSION} {package} {version(package)}")
    key = (sha256_file(path), str(clip.fps), options.model_dump(mode="json"))
    for _ in range(2):
        aligned = store.fetch(key, ".h5", partial(_make, clip, options, cache / "spool"))
        quality = read_quality(aligned)
        if quality is not None:
            return aligned, quality
        aligned.unlink(missing_ok=True)  # damaged on disk: written again
    raise OSError(f"{aligned} cannot be read back after it was written")


def _make(clip: Clip, options: TrackOptions, spool_folder: Path, out: Path) -> None:
    make_aligned_clip(clip, options, spool_folder, out)


def _shard_clips(aligned: dict[str, tuple[Clip, Path, Quality]]) -> Iterator[ShardClip]:
    for clip_id in sorted(aligned):
        clip, path, quality = aligned[clip_id]
        assert clip.fps is not None
        figures = asdict(quality)
        with open_aligned_clip(path) as (datasets, _):
            yield ShardClip(
                clip_id=clip_id,
                fps=clip.fps,
                labels={name: getattr(clip, name) for name in LABELS},
                figures={name: figures[name] for name in QUALITY_COLUMNS},
                **datasets,
            )
