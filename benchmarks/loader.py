"""25-frame windows a second as training makes them, against the plain way: a file opened for each sample.

    python benchmarks/loader.py [--clips 48] [--seconds 8]

Ours is `mien.talking.data.make_batch`: windows from the shards with their references, placed, augmented, as tensors,
with log-mel spectra, and the weights of mouth and eyes in closed form (`mien.talking.losses.feature_weights`). The
plain way is that of the 2020 system: an HDF5 file for each clip, opened for each sample; each frame by itself
normalised and given a mask around the mouth, `scipy.ndimage.gaussian_filter` of one point. It is measured thrice: with
what ours does besides (colours changed, each frame moved by `scipy.ndimage.affine_transform`, a reference from another
file), with its own augmentation (colours alone), and without any. It never makes spectra. All run in one process and
one thread, by turns, each one's fastest call counting; all files are in the page cache.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import torch
from measuring import Row, made_up_clips, made_up_faces, print_table, rate
from numpy.typing import NDArray
from scipy.ndimage import affine_transform, gaussian_filter
from torch import Tensor

from mien.talking.data.batches import BatchPlan, TalkingData, make_batch
from mien.talking.losses import feature_weights
from mien.talking.options import Augmentation, GeneratorOptions

SIZE, CLIP_FRAMES, WINDOW, BATCH = 128, 75, 25, 8
SAMPLES, MASK_DEVIATION = 640, 9
"""Of speech in a frame; of the 2020 system's mask, in pixels."""


def write_plain_files(folder: Path, count: int) -> list[Path]:
    """An HDF5 file for each clip, with the datasets of the 2020 system."""
    paths = []
    for clip in made_up_clips(count, CLIP_FRAMES, SIZE):
        paths.append(folder / f"{clip.clip_id}.h5")
        with h5py.File(paths[-1], "w") as file:
            file["video"], file["lmarks"], file["speech"] = clip.video, clip.landmarks, clip.speech
    return paths


@dataclass(frozen=True)
class Plainly:
    """What the plain way does besides reading, normalising and masks."""

    colours: bool = False
    moves: bool = False
    reference: bool = False


def plain_pictures(video: NDArray[np.uint8], random: np.random.Generator, plainly: Plainly) -> Tensor:
    """Frames (T, 3, S, S) in [−1, 1], each made by itself."""
    gain, offset = random.uniform(0.8, 1.2, 3), random.uniform(-25, 25)
    angle, zoom, shift = random.uniform(-0.1, 0.1), random.uniform(0.92, 1.08), random.uniform(-5, 5, 2)
    matrix = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([SIZE / 2, SIZE / 2])
    pictures = []
    for picture in video:
        frame = picture
        if plainly.moves:
            origin = middle - matrix @ (middle + shift)
            channels = [affine_transform(frame[..., k], matrix, origin, order=1, mode="reflect") for k in range(3)]
            frame = np.stack(channels, -1)
        if plainly.colours:
            frame = np.clip(frame * gain + offset, 0, 255).astype(np.uint8)
        pictures.append(torch.from_numpy(np.moveaxis((frame.astype(np.float32) - 127.5) / 127.5, 2, 0)))
    return torch.stack(pictures)


def plain_window(paths: Sequence[Path], random: np.random.Generator, plainly: Plainly) -> tuple[Tensor, ...]:
    """Speech, frames, masks (T, S, S) and, where asked for, a reference, as a 2020 system makes them."""
    with h5py.File(paths[int(random.integers(len(paths)))], "r") as file:
        first = int(random.integers(len(file["video"]) - WINDOW))
        video = file["video"][first : first + WINDOW]
        mouths = file["lmarks"][first : first + WINDOW, 48:].mean(1)
        speech = file["speech"][:]
    speech = (speech / np.abs(speech).max())[first * SAMPLES : (first + WINDOW) * SAMPLES]
    if plainly.reference:
        with h5py.File(paths[int(random.integers(len(paths)))], "r") as file:
            video = np.concatenate([video, file["video"][int(random.integers(len(file["video"])))][None]])
    masks = []
    for x, y in mouths:
        point = np.zeros((SIZE, SIZE))
        point[int(y), int(x)] = 1
        mask = gaussian_filter(point, MASK_DEVIATION)
        masks.append(mask / mask.max())
    return torch.from_numpy(speech), plain_pictures(video, random, plainly), torch.from_numpy(np.array(masks))


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
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
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

        def plain(plainly: Plainly) -> Callable[[], object]:
            return lambda: plain_window(paths, random, plainly)

        ways: dict[str, tuple[Callable[[], object], int]] = {
            "ours": (ours, BATCH),
            "ours without the weights": (pictures_alone, BATCH),
            "the plain way, doing the same": (plain(Plainly(colours=True, moves=True, reference=True)), 1),
            "the plain way, changing colours alone": (plain(Plainly(colours=True)), 1),
            "the plain way, without augmentation": (plain(Plainly()), 1),
        }
        rates = dict.fromkeys(ways, 0.0)
        for _ in range(1 if arguments.quick else 4):
            for name, (way, windows) in ways.items():
                rates[name] = max(rates[name], rate(way, windows, seconds / 4, 2))
        data.shards.close()
    own, _, same, coloured, unchanged = rates.values()
    print_table(
        f"windows of {WINDOW} frames of {SIZE}² with augmentation, {count} clips in memory, one thread",
        [f"{name:40s} {value:8.1f} windows/s" for name, value in rates.items()],
        [
            Row("loader with augmentation, ours to the plain way doing the same", own / same, 20.0),
            Row("ours to the plain way changing colours alone, as in 2020", own / coloured),
            Row("ours to the plain way without augmentation", own / unchanged),
        ],
    )


if __name__ == "__main__":
    main()
