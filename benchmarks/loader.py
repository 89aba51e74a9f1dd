"""25-frame windows a second as training makes them, against the plain way: a file opened for each sample.

    python benchmarks/loader.py [--clips 48] [--seconds 8]

Ours is `mien.talking.data.make_batch`: windows from the shards with their references, moved, augmented, as tensors,
with log-mel spectra, and the weights of mouth and eyes in closed form (`mien.talking.losses.feature_weights`). The
plain way is that of the 2020 system: an HDF5 file for each clip, opened for each sample, and a Gaussian mask around
the mouth for each frame by `scipy.stats.multivariate_normal`; it makes neither references nor spectra, and does not
augment. Both run in one process and one thread; all files are in the page cache.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import h5py
import numpy as np
import torch
from measuring import Row, made_up_clips, made_up_faces, print_table, rate
from scipy.stats import multivariate_normal

from mien.talking.data import BatchPlan, TalkingData, make_batch
from mien.talking.losses import feature_weights
from mien.talking.options import Augmentation, GeneratorOptions

SIZE, CLIP_FRAMES, WINDOW, BATCH = 128, 75, 25, 8


def write_plain_files(folder: Path, count: int) -> list[Path]:
    """An HDF5 file for each clip, with the datasets of the 2020 system."""
    paths = []
    for clip in made_up_clips(count, CLIP_FRAMES, SIZE):
        paths.append(folder / f"{clip.clip_id}.h5")
        with h5py.File(paths[-1], "w") as file:
            file["video"], file["lmarks"], file["speech"] = clip.video, clip.landmarks, clip.speech
    return paths


def plain_window(path: Path, random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Frames (T, 3, S, S) in [−1, 1], masks (T, S, S) and speech of a window, as the 2020 system reads it."""
    with h5py.File(path, "r") as file:
        first = int(random.integers(len(file["video"]) - WINDOW + 1))
        video = file["video"][first : first + WINDOW]
        landmarks = file["lmarks"][first : first + WINDOW]
        speech = file["speech"][first * 640 : (first + WINDOW) * 640]
    places = np.dstack(np.meshgrid(np.arange(SIZE), np.arange(SIZE)))
    masks = []
    for points in landmarks:
        mouth = points[48:68]
        spread = np.diag(np.maximum(np.ptp(mouth, axis=0) / 2, 1.0) ** 2)
        mask = multivariate_normal(mouth.mean(0), spread).pdf(places)
        masks.append(mask / mask.max())
    pictures = torch.from_numpy(video).permute(0, 3, 1, 2).float() / 127.5 - 1
    return pictures, torch.from_numpy(np.stack(masks)).float(), torch.from_numpy(speech)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=48, help="clips of 75 frames that are made up (48)")
    parser.add_argument("--seconds", type=float, default=8.0, help="of measuring each way (8)")
    parser.add_argument("--quick", action="store_true", help="as little as gives a figure")
    arguments = parser.parse_args()
    count, seconds = (6, 0.2) if arguments.quick else (arguments.clips, arguments.seconds)
    torch.set_num_threads(1)
    defaults = GeneratorOptions()
    plan = BatchPlan(
        0, "loader", BATCH, WINDOW, spacing=1, reference_shares=defaults.reference_shares, augmentation=Augmentation()
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = TalkingData(*made_up_faces(folder, count, CLIP_FRAMES, SIZE), "train")
        paths = write_plain_files(folder, count)
        random = np.random.default_rng(0)
        step = 0

        def ours() -> None:
            nonlocal step
            step += 1
            batch = make_batch(data, plan, step)
            feature_weights(batch.landmarks.flatten(0, 1), SIZE, defaults.mouth_weight, defaults.eyes_weight)

        def pictures_alone() -> None:
            nonlocal step
            step += 1
            make_batch(data, plan, step)

        def plain() -> None:
            plain_window(paths[int(random.integers(len(paths)))], random)

        own, without_masks = rate(ours, BATCH, seconds, 3), rate(pictures_alone, BATCH, seconds)
        other = rate(plain, 1, seconds)
        data.shards.close()
    print_table(
        f"windows of {WINDOW} frames of {SIZE}² with augmentation, {count} clips in memory, one thread",
        [
            f"the plain way        {other:8.1f} windows/s",
            f"ours                 {own:8.1f} windows/s",
            f"ours, without masks  {without_masks:8.1f} windows/s",
        ],
        [Row("loader, ours to the plain way", own / other, 20.0)],
    )


if __name__ == "__main__":
    main()
